// A loaded model: what it is and can do, its tokenizer and its chat template. What it does is in a class for each task:
// Generator, Embedder, Ranker, Classifier.
//
//   gerbil::Model model = gerbil::Model::load("path/to/Qwen3-0.6B");
//   if (model.can(gerbil::Task::generate)) std::cout << gerbil::Generator(model).generate("Hello").text;
//
// A Model is a handle: copies share one loaded model, and all functions may be called from several threads at once.
// Every function may throw gerbil::Error.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/device.hpp"
#include "gerbil/error.hpp"
#include "gerbil/message.hpp"

namespace gerbil {

struct LoadDiagnostics;  // gerbil/diagnostics.hpp
struct Profile;          // gerbil/profile.hpp
struct LoadedModel;

enum class Task {
  generate,  // continue a text or a conversation: Generator
  embed,     // texts to vectors: Embedder
  rank,      // how well documents answer a query: Ranker
  classify,  // the logits of a text's classes: Classifier
};
// "generate", as it is spelled above.
std::string_view to_string(Task task);

enum class Quantization { none, int4, int8 };

struct LoadOptions {
  static constexpr std::int32_t most_tokens = 1 << 29;  // of a context or a cache: twice as many can still be counted

  Device device = Device::automatic;
  // What the model is to do. Only a language model has a choice: loaded to generate it ranks and makes embeddings, too;
  // loaded to embed it does nothing else, and has no cache of conversations. Unset: embeddings when the checkpoint has
  // the files of sentence-transformers (modules.json), text otherwise. A task that the checkpoint is not for is
  // Error{unsupported}.
  std::optional<Task> task;
  int threads = 0;                  // CPU threads; 0: one for every core this process may use
  std::int32_t context_length = 0;  // tokens of a conversation or a text; 0: the model's own, at most 4096 for
                                    // a conversation and 8192 for a text
  std::int32_t cache_tokens = 0;    // KV cache over all conversations; 0: twice context_length
  // Quantise dense weights while loading. int4 keeps embeddings and the head in 8 bits: docs/quantization.md.
  Quantization quantize = Quantization::none;
  int group_size = 0;  // for `quantize`: weights that share a scale, 32, 64 or 128; 0: 32
  // Guess how an answer goes on, by what the text has said before and by layers of the checkpoint that draft tokens
  // (Multi-Token Prediction), and verify several guesses in one step. The answer is the same, token by token.
  bool speculate = true;
  // A smaller model with the same vocabulary, a directory or an id, that guesses where the text does not repeat itself;
  // empty: none. It is loaded with these options. One that does not fit is Error{invalid_argument}.
  std::string draft;
  bool check = true;  // look for broken weights while loading; findings are in Model::warnings()
  // Requests that may wait for their first step; more are Error{overloaded}. 0: any number.
  std::int32_t max_waiting = 0;
  // Called while weights are read: bytes done, bytes in all.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
};

// What was loaded, for programs that show or measure it.
struct ModelInfo {
  std::string name;          // of the directory, or the id of a model in a hub cache
  std::string architecture;  // "Qwen3ForCausalLM"
  std::string quantization;  // "none", "mlx affine 4-bit group 64", …
  std::string device;        // "CPU, AVX-512 VNNI, 2 threads", or adapter and driver
  std::vector<Task> tasks;   // that it can do
  std::int32_t context_length = 0;
  std::int32_t vocabulary_size = 0;
  std::int32_t dimensions = 0;  // of an embedding; 0 where none is made
  std::int32_t classes = 0;     // of a classifier; 0 of any other model
  std::string pipeline;         // how a text becomes a row: "mean of the tokens, normalised; prompts: query, document"
  std::int64_t parameters = 0;
  std::int64_t weight_bytes = 0;                 // as packed for the device
  std::int64_t bytes_per_token = 0;              // of weights, that a decoded token reads
  std::int64_t operations_per_token = 0;         // 2 · multiply-adds in projections, of a decoded token
  std::int64_t operations_per_prompt_token = 0;  // without those that only wanted logits need
  std::int64_t arena_bytes = 0;                  // activations
  std::int64_t cache_bytes = 0;                  // keys and values
  std::int64_t draft_bytes = 0;                  // all of these of what guesses: a draft, or layers
  int dispatches_per_token = 0;                  // GPU
  int dispatches_per_batch = 0;                  // GPU; a step of many tokens
  int readbacks_per_token = 0;                   // GPU
  int layers = 0;                                // with attention
  std::vector<std::string> notes;                // fast paths that are not taken, and why
  double load_seconds = 0;
};

// What a model is at, and what it has done since it was loaded, for programs that watch it.
struct ModelStatistics {
  std::int64_t waiting = 0;         // requests that wait for room or for their first step
  std::int64_t waiting_tokens = 0;  // of their prompts and texts
  std::int64_t running = 0;         // requests that share steps
  std::int64_t cache_tokens = 0;    // of conversations that run, in the KV cache; what could be evicted is not counted
  std::int64_t cache_capacity = 0;  // tokens that the KV cache has room for; 0 where there is none
  std::int64_t remembered_tokens = 0;  // in the KV cache from earlier turns, until their room is needed
  std::int64_t steps = 0;
  std::int64_t step_tokens = 0;      // of all steps
  std::int64_t step_requests = 0;    // their shares in all steps: divided by steps, the mean size of a batch
  std::int64_t drafted_tokens = 0;   // guesses that were verified
  std::int64_t accepted_tokens = 0;  // of these, that were right
};

// A text that is tokenised already, for models that read whole texts.
struct TokenizedText {
  std::vector<std::int32_t> ids;    // special tokens included
  std::vector<std::int32_t> types;  // one an id, or empty: all 0
  std::int32_t prompt = 0;          // the first tokens that are of the prompt: some models leave them out of the mean
};

class Model {
 public:
  // `model` is a directory that holds config.json, tokenizer.json and safetensors files, or the id of a model in the
  // Hugging Face hub cache ("Qwen/Qwen3-0.6B"). Throws Error{not_found|corrupt|unsupported|…}.
  static Model load(const std::string& model, const LoadOptions& options = {});
  static Model load(const std::string& model, const LoadOptions& options, const LoadDiagnostics& diagnostics);

  const ModelInfo& info() const noexcept;
  const std::vector<std::string>& warnings() const noexcept;  // what was odd, and what LoadOptions::check found
  bool can(Task task) const noexcept;

  // The ids of a text; `add_special` adds what the model expects around it (a beginning-of-text token, …). Throws
  // Error{unsupported} when the model came without a tokenizer, as the next two do.
  std::vector<std::int32_t> tokenize(std::string_view text, bool add_special = true) const;
  // Throws Error{invalid_argument} for an id that the vocabulary does not have.
  std::string detokenize(const std::vector<std::int32_t>& tokens, bool skip_special = true) const;
  std::string token(std::int32_t id) const;  // its spelling in the vocabulary

  bool has_chat_template() const noexcept;
  // The prompt for the assistant's next message, as the model's chat template renders it. Throws Error{unsupported}
  // without a template, Error{corrupt} for tools, variables or arguments of a call that are not JSON, and
  // Error{invalid_argument} for an empty conversation, one that the template refuses, and arguments that are no object.
  std::string render(const std::vector<Message>& messages, const TemplateOptions& options = {}) const;
  // Whether the template that the options choose looks at the variable `name` ("tools", "enable_thinking").
  bool template_mentions(std::string_view name, const TemplateOptions& options = {}) const;

  // Of everything that is asked of this model; embeddings that a language model makes beside texts are not counted.
  ModelStatistics statistics() const;

  // Runs one step of what was submitted to any class of this model; false when there is nothing to do, or a thread does
  // it. Only WebAssembly without threads needs it.
  bool poll() const;

  // What the operations of the steps since the last call, or since loading, took. Throws Error{invalid_argument} when
  // the model was loaded without LoadDiagnostics::profile.
  Profile take_profile() const;

 private:
  friend struct LoadedModel;
  explicit Model(std::shared_ptr<LoadedModel> loaded) : loaded_(std::move(loaded)) {}
  std::shared_ptr<LoadedModel> loaded_;
};

}  // namespace gerbil
