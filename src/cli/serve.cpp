// gerbil serve: models over HTTP.
#include <algorithm>
#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "model.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "server/access.hpp"
#include "server/server.hpp"
#include "server/tracing.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

struct Serve {
  std::vector<std::string> models{"nano"};
  LoadFlags load;
  server::ServerOptions server;
  std::optional<std::string> keys;
  float memory_gigabytes = 0;
  float keep_alive = -1;
  float timeout = 0;
  float drain = 30;
  std::int32_t port = 8080;
  std::int32_t body_megabytes = 32;
  std::int32_t cache_megabytes = 0;
  std::optional<std::string> trace_endpoint;
  float cache_seconds = 3600;
  std::int32_t connections = 4096;
};

// "ID=MODEL", or a model whose id is its own: of a directory the last part of its path.
server::ServedModel served(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals != std::string::npos && !std::filesystem::exists(word)) {
    if (equals == 0 || equals + 1 == word.size())
      throw Error(ErrorCode::invalid_argument, std::format("'{}' should be a model, or ID=MODEL.", word));
    return {word.substr(0, equals), word.substr(equals + 1)};
  }
  if (!std::filesystem::is_directory(word)) return {word, word};
  return {std::filesystem::canonical(word).filename().string(), word};
}

server::ServerOptions options_of(const Serve& serve) {
  server::ServerOptions options = serve.server;
  for (const std::string& word : serve.models) {
    server::ServedModel model = served(word);
    if (std::ranges::contains(options.models, model.id, &server::ServedModel::id))
      throw Error(ErrorCode::invalid_argument,
                  std::format("two models are called '{}': give one another name, with ID=MODEL.", model.id));
    options.models.push_back(std::move(model));
  }
  options.port = static_cast<std::uint16_t>(serve.port);
  options.memory_limit = static_cast<std::int64_t>(double{serve.memory_gigabytes} * 1e9);
  options.keep_alive = serve.keep_alive;
  options.request_seconds = serve.timeout;
  options.drain_seconds = serve.drain;
  options.body_bytes = static_cast<std::size_t>(serve.body_megabytes) << 20;
  options.cache_bytes = static_cast<std::size_t>(serve.cache_megabytes) << 20;
  options.cache_seconds = serve.cache_seconds;
  options.traces = server::trace_options(serve.trace_endpoint.value_or(""));
  options.traces.version = GERBIL_VERSION;
  options.connections = static_cast<std::size_t>(serve.connections);
  if (serve.keys) options.keys = server::read_keys(*serve.keys);
  return options;
}

int execute(const Serve& serve) {
  server::ServerOptions options = options_of(serve);
  options.log = [](std::string_view line) { say(line); };
  options.load = [&serve, first = options.models.front().name](const std::string& name, std::function<void()> check) {
    say(std::format("loading {}", name));
    LoadOptions load = serve.load.options;
    if (name != first) load.draft.clear();
    load.progress = [check = std::move(check)](std::int64_t, std::int64_t) { check(); };
    Model model = Model::load(resolve_model(name), load, serve.load.diagnostics);
    for (const std::string& warning : model.warnings()) say("warning: " + warning);
    say(std::format("loaded {} on {} in {}", name, model.info().device, readable_seconds(model.info().load_seconds)));
    return model;
  };
  options.on_listening = [&options](std::uint16_t port) {
    const std::string host = options.host.contains(':') ? std::format("[{}]", options.host) : options.host;
    say(std::format("listening on http://{}:{}", host, port));
    const bool loopback = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    if (!loopback && options.keys.empty())
      say("warning: whoever reaches this machine may use it; --api-keys FILE asks for a key.");
  };
  server::serve(options);
  return 0;
}

}  // namespace

void add_serve(CLI::App& app, Action& action) {
  auto serve = std::make_shared<Serve>();
  CLI::App* command = app.add_subcommand("serve", "Models over HTTP, as OpenAI's API has them");
  command->usage("gerbil serve [MODEL...] [OPTIONS]");
  command->add_option("MODEL", serve->models,
                      std::string(kModelHelp) + "; ID=MODEL gives it another name; without any: nano");
  command->add_option("--host", serve->server.host, "The address to listen on (default: 127.0.0.1)")
      ->type_name("ADDRESS");
  add_number<std::int32_t>(*command, "--port", serve->port, {0, 65535},
                           "The port; 0: one that is free (default: 8080)");
  add_text(*command, "--api-keys", serve->keys, "A file of API keys, one a line, of which requests need one")
      ->type_name("FILE");
  command
      ->add_option("--cors", serve->server.origins,
                   "Let web pages of ORIGIN ask, * for all (repeatable; default: none from elsewhere)")
      ->type_name("ORIGIN")
      ->take_all();
  command
      ->add_option("--allow-host", serve->server.host_names,
                   "A further name that the server goes by on the loopback interface (repeatable)")
      ->type_name("NAME")
      ->take_all();
  add_number<float>(*command, "--memory-limit", serve->memory_gigabytes, {0, 1e6},
                    "Gigabytes that all models may take; those idle for longest go first (default: no limit)");
  add_number<float>(*command, "--keep-alive", serve->keep_alive, {-1, 1e9},
                    "Seconds that a model stays in memory without requests (default: for ever)");
  add_number<std::int32_t>(*command, "--max-waiting", serve->load.options.max_waiting, {0, 1 << 20},
                           "Requests that may wait for a model; more are 429 (default: 256)");
  add_number<std::int64_t>(*command, "--max-waiting-tokens", serve->server.max_waiting_tokens, {0, 1LL << 40},
                           "Tokens of waiting requests beyond which new ones are 429 (default: no limit)");
  add_number<float>(*command, "--timeout", serve->timeout, {0, 1e9},
                    "Seconds that an answer may take (default: no limit)");
  add_number<float>(*command, "--drain", serve->drain, {0, 1e9},
                    "Seconds that answers may still take after SIGTERM (default: 30)");
  add_number<std::int32_t>(*command, "--response-cache", serve->cache_megabytes, {0, 1 << 20},
                           "Mebibytes of answers to keep that would be the same again (default: 0, none)");
  add_number<float>(*command, "--response-cache-ttl", serve->cache_seconds, {0, 1e9},
                    "Seconds that an answer is kept (default: 3600)");
  add_text(*command, "--otlp-endpoint", serve->trace_endpoint,
           "A collector of OpenTelemetry that traces are sent to (default: OTEL_EXPORTER_OTLP_ENDPOINT)")
      ->type_name("URL");
  add_number<std::int32_t>(*command, "--max-body", serve->body_megabytes, {1, 32},
                           "Mebibytes of a request's body (default: 32)");
  add_number<std::int32_t>(*command, "--max-connections", serve->connections, {1, 1 << 20},
                           "Connections at once (default: 4096)");
  serve->load.options.max_waiting = 256;
  add_load_options(*command, serve->load);
  command->footer(
      "Examples:\n"
      "  gerbil serve\n"
      "  gerbil serve Qwen/Qwen3-0.6B --port 8000 --quantize int4\n"
      "  gerbil serve chat=path/to/Qwen3-0.6B embed=nano-embed --api-keys keys.txt\n"
      "  curl http://127.0.0.1:8080/v1/chat/completions -d '{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}'");
  command->callback([serve, &action] { action = [serve] { return execute(*serve); }; });
}

}  // namespace gerbil::cli
