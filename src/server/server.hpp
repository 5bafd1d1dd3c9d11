// gerbil serve: models behind the API of OpenAI, over HTTP/1.1.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/model.hpp"
#include "server/trace_exporter.hpp"

namespace gerbil::server {

struct ServedModel {
  std::string id;    // what requests call it
  std::string name;  // what `load` is given
};

struct ServerOptions {
  std::vector<ServedModel> models;  // the first is loaded at once, and is what requests mean that name none
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;            // 0: one that is free
  std::vector<std::string> keys;        // none: nobody is asked for one
  std::vector<std::string> origins;     // of web pages that may ask; "*": all
  std::vector<std::string> host_names;  // that the server goes by on the loopback interface, beside localhost
  std::int64_t memory_limit = 0;        // bytes of all models; 0: none
  double keep_alive = -1;               // seconds that a model stays without requests; negative: for ever
  std::int64_t max_waiting_tokens = 0;  // of a model's queue; more are 429; 0: any number
  double request_seconds = 0;           // that a request may take; 0: any
  double drain_seconds = 30;
  std::size_t cache_bytes = 0;  // of answers that would be the same again; 0: none is kept
  double cache_seconds = 3600;  // that they are kept
  TraceOptions traces;
  std::size_t body_bytes = 32 << 20;
  std::size_t connections = 4096;

  // Loads a model; called by a thread of the server. It calls `check` now and then, which throws when it is to stop.
  std::function<Model(const std::string& name, std::function<void()> check)> load;
  std::function<void(std::string_view line)> log;        // lines for the person who runs it
  std::function<void(std::uint16_t port)> on_listening;  // once
};

// Serves until SIGTERM or SIGINT. Throws gerbil::Error for an address that it cannot have.
void serve(const ServerOptions& options);

}  // namespace gerbil::server
