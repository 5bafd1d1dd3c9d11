// What core.js calls. Nothing here waits for a GPU: a page polls. What goes wrong is told of the call.
#include <emscripten/eventloop.h>

#include <cstddef>
#include <exception>
#include <format>
#include <map>
#include <memory>

#include "gerbil/json.hpp"
#include "web/model.hpp"

namespace {

using namespace gerbil;
using web::CallId;

struct Core {
  std::map<int, std::unique_ptr<web::LoadedModel>> models;
  web::Calls calls;  // under way
};

Core& core() {
  static Core* const only = [] {
    emscripten_runtime_keepalive_push();  // or the threads would end with the first thing that they ask of the page
    return new Core;                      // lives as long as the page does
  }();
  return *only;
}

// Work that is told of `call` when it fails.
template <typename Work>
void attempt(CallId call, const Work& work) {
  try {
    work();
  } catch (...) {
    core().calls.erase(call);
    web::tell_error(call, std::current_exception());
  }
}

}  // namespace

extern "C" {

// `json` is a LoadRequest. The call ends when the model has run once.
void gerbil_load(CallId call, int number, const char* json, std::size_t size) {
  attempt(call, [&] {
    Core& here = core();
    LoadRequest request = from_json<LoadRequest>({json, size});
    request.options.progress = [call](std::int64_t done, std::int64_t total) {
      web::tell(call, "progress", std::format("{{\"done\":{},\"total\":{}}}", done, total));
    };
    auto model = std::make_unique<web::LoadedModel>(Model::load(request.model, request.options, request.diagnostics));
    web::warm_up(*model, call);
    here.models[number] = std::move(model);
  });
}

// Calls of the model that are under way end with Error{cancelled}.
void gerbil_unload(int number) {
  const auto found = core().models.find(number);
  if (found == core().models.end()) return;
  const auto model = std::move(found->second);
  core().models.erase(found);
}

void gerbil_submit(CallId call, int number, const char* method, std::size_t method_size, const char* json,
                   std::size_t size) {
  attempt(call, [&] {
    const auto found = core().models.find(number);
    if (found == core().models.end())
      throw Error(ErrorCode::not_found, std::format("There is no model {}: it was unloaded.", number));
    core().calls.emplace(call, Cancellation());
    web::submit(*found->second, core().calls, call, {method, method_size}, {json, size});
  });
}

void gerbil_cancel(CallId call) {
  if (const auto found = core().calls.find(call); found != core().calls.end()) found->second.cancel();
}

// Whether there is more to do, be it that the GPU is waited for.
bool gerbil_poll() {
  bool more = false;
  for (const auto& [number, model] : core().models) more = model->poll() || more;
  return more;
}
}
