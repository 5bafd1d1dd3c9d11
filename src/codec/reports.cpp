// What programs show of a model and a machine.
#include <string_view>

#include "base/boundary.hpp"
#include "codec/codec.hpp"

namespace gerbil {

using codec::text_of;

std::string to_json(const ModelInfo& info) {
  return guarded([&] {
    Json tasks = Json::array();
    for (const Task task : info.tasks) tasks.push_back(to_string(task));
    return text_of({{"name", info.name},
                    {"architecture", info.architecture},
                    {"quantization", info.quantization},
                    {"device", info.device},
                    {"tasks", tasks},
                    {"context_length", info.context_length},
                    {"vocabulary_size", info.vocabulary_size},
                    {"dimensions", info.dimensions},
                    {"classes", info.classes},
                    {"pipeline", info.pipeline},
                    {"parameters", info.parameters},
                    {"weight_bytes", info.weight_bytes},
                    {"bytes_per_token", info.bytes_per_token},
                    {"operations_per_token", info.operations_per_token},
                    {"operations_per_prompt_token", info.operations_per_prompt_token},
                    {"arena_bytes", info.arena_bytes},
                    {"cache_bytes", info.cache_bytes},
                    {"draft_bytes", info.draft_bytes},
                    {"dispatches_per_token", info.dispatches_per_token},
                    {"dispatches_per_batch", info.dispatches_per_batch},
                    {"readbacks_per_token", info.readbacks_per_token},
                    {"layers", info.layers},
                    {"notes", info.notes},
                    {"load_seconds", info.load_seconds}});
  });
}

std::string to_json(const Inspection& inspection) {
  return guarded([&] {
    Json json{{"architecture", inspection.architecture},
              {"quantization", inspection.quantization},
              {"parameters", inspection.parameters},
              {"context_length", inspection.context_length},
              {"vocabulary_size", inspection.vocabulary_size},
              {"pipeline", inspection.pipeline},
              {"dimensions", inspection.dimensions},
              {"classes", inspection.classes},
              {"arena_bytes_per_token", inspection.arena_bytes_per_token},
              {"cache_bytes_per_token", inspection.cache_bytes_per_token}};
    for (const TensorReport& tensor : inspection.tensors) {
      json["tensors"].push_back(
          {{"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"bytes", tensor.bytes}});
    }
    if (!inspection.graph.empty()) json["graph"] = inspection.graph;
    if (!inspection.optimized_graph.empty()) json["optimized_graph"] = inspection.optimized_graph;
    return text_of(json);
  });
}

std::string to_json(const DeviceReport& device) {
  return guarded([&] {
    Json details = Json::object();
    for (const auto& [name, value] : device.details) details[name] = value;
    return text_of({{"name", device.name},
                    {"backend", device.backend},
                    {"usable", device.usable},
                    {"reason", device.reason},
                    {"details", details}});
  });
}

std::string to_json(const ModelStatistics& statistics) {
  return guarded([&] {
    return text_of({{"waiting", statistics.waiting},
                    {"waiting_tokens", statistics.waiting_tokens},
                    {"running", statistics.running},
                    {"cache_tokens", statistics.cache_tokens},
                    {"cache_capacity", statistics.cache_capacity},
                    {"remembered_tokens", statistics.remembered_tokens},
                    {"steps", statistics.steps},
                    {"step_tokens", statistics.step_tokens},
                    {"step_requests", statistics.step_requests},
                    {"drafted_tokens", statistics.drafted_tokens},
                    {"accepted_tokens", statistics.accepted_tokens}});
  });
}

std::string to_json(const ToolCallPiece& piece) {
  return guarded([&] {
    return text_of({{"index", piece.index},
                    {"id", piece.id},
                    {"name", piece.name},
                    {"arguments", piece.arguments},
                    {"whole", piece.whole}});
  });
}

}  // namespace gerbil
