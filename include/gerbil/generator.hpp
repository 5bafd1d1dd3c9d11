// Text from a language model.
//
//   gerbil::Generator generator(gerbil::Model::load("path/to/Qwen3-0.6B"));
//   std::cout << generator.generate("Hello").text;
//   for (std::string_view piece : generator.stream("Write a haiku about rain")) std::cout << piece << std::flush;
//
// A Generator is a handle like the Model, and may be used by several threads; what they ask for at the same time is
// computed as one batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/cancellation.hpp"
#include "gerbil/grammar.hpp"
#include "gerbil/model.hpp"

namespace gerbil {

struct GenerateDiagnostics;  // gerbil/diagnostics.hpp
struct TokenReport;

// How the next token is chosen. The default is greedy.
struct SamplingOptions {
  float temperature = 0.0f;         // ≥ 0; 0 takes the most likely token
  std::int32_t top_k = 0;           // keep the k most likely; 0: all
  float top_p = 1.0f;               // keep the most likely that together reach this probability; (0, 1]
  float min_p = 0.0f;               // keep those at least this fraction as likely as the best; [0, 1]
  float repetition_penalty = 1.0f;  // > 1 makes tokens of the prompt and the answer less likely (Keskar et al. 2019)
  float presence_penalty = 0.0f;    // subtracted once from tokens of the answer
  float frequency_penalty = 0.0f;   // subtracted for each occurrence in the answer
  std::uint64_t seed = 0;           // equal seeds give equal answers
  std::map<std::int32_t, float> logit_bias;  // added to the logits of these token ids
};

struct GenerateOptions {
  std::int32_t max_tokens = 0;  // of the answer; 0: as many as the context has room for
  SamplingOptions sampling;
  std::vector<std::string> stop;          // the answer ends before the first of these; may spell a special token
  std::vector<std::int32_t> stop_tokens;  // in addition to the model's own end tokens
  Grammar grammar;                        // what the answer must be; it ends with it, and what is thought comes before
  int log_probabilities = -1;             // ≥ 0: report the chosen token's and this many alternatives'
  bool raw = false;                       // a text prompt is continued as it is, without the chat template
  TemplateOptions chat;                   // tools, thinking and whatever else the chat template reads
  std::int32_t priority = 0;              // among requests that wait or lack room, those of larger ones go first
  double timeout = 0;                     // seconds after which the request ends with Error{timeout}; 0: none
  Cancellation cancellation;              // ends the answer with FinishReason::cancelled
  // Called with each piece of the answer, in order. `reasoning` is true of what the model thinks.
  std::function<void(std::string_view piece, bool reasoning)> on_text;
  // Called with each token of the answer, in order, before the text that it completes: a piece of text and what is held
  // back behind it, because it may begin a tag or a stop sequence, are of the tokens since the piece before.
  std::function<void(const TokenReport& token)> on_token;
  // Called with each piece of the answer's calls of tools, in order, where chat.tools has some.
  std::function<void(const ToolCallPiece& piece)> on_tool_call;
};

// An end token, a stop sequence or the end of the grammar; max_tokens; Cancellation; the first again, after calls of
// tools, all of them whole.
enum class FinishReason { stop, length, cancelled, tool_calls };
// "stop", as it is spelled above.
std::string_view to_string(FinishReason reason);

struct TokenProbability {
  std::int32_t token = 0;
  // Natural logarithm, of the model's own distribution before sampling options; NaN where log_probabilities are not
  // asked for.
  float log_probability = 0.0f;
};

struct TokenReport {
  TokenProbability chosen;
  std::vector<TokenProbability> alternatives;  // most likely first
};

struct Timings {  // seconds
  double time_to_first_token = 0;
  double prefill = 0;
  double decode = 0;
  double prefill_tokens_per_second = 0;
  double decode_tokens_per_second = 0;
};

struct GenerateResult {
  std::string text;                  // the answer, without reasoning
  std::string reasoning;             // what the model thought: between think tags, or those that its chat template has
  std::vector<ToolCall> tool_calls;  // that are whole; their arguments are JSON, which a tool's schema need not accept
  std::string unfinished_tool_call;  // what the model wrote of a call that did not become whole, and all behind it
  FinishReason finish_reason = FinishReason::stop;
  std::string stop_sequence;  // of GenerateOptions::stop, that ended the answer; empty: none did
  std::int32_t prompt_tokens = 0;
  std::int32_t cached_tokens = 0;  // of the prompt, found in the cache of an earlier turn
  std::int32_t generated_tokens = 0;
  std::int32_t reasoning_tokens = 0;  // of these, what the model thought with, tags included
  std::vector<std::int32_t> tokens;   // the answer's ids, end token included
  std::vector<TokenReport> log_probabilities;
  Timings timings;
};

class Stream;

class Generator {
 public:
  // Throws Error{unsupported} for a model that cannot generate.
  explicit Generator(Model model);
  Generator(Model model, const GenerateDiagnostics& diagnostics);

  // One user message, or plain continuation with options.raw or when the model has no chat template. Throws
  // Error{invalid_argument} for options out of range, Error{context_full} for what does not fit, Error{overloaded|
  // timeout}, Error{invalid_argument|unsupported} for a grammar that is malformed, too costly or cannot be kept, and
  // what Model::render throws. Callbacks run on the calling thread.
  GenerateResult generate(std::string_view prompt, const GenerateOptions& options = {}) const;
  GenerateResult generate(const std::vector<Message>& messages, const GenerateOptions& options = {}) const;
  // Continues token ids as they are.
  GenerateResult generate(const std::vector<std::int32_t>& tokens, const GenerateOptions& options = {}) const;

  // JSON that satisfies the schema, as text; what the model thinks is left out. Throws as generate() does, and besides
  // Error{invalid_argument|unsupported} for a schema that cannot be kept, naming the keyword and its JSON pointer,
  // Error{context_full} when max_tokens or the context ends before the JSON does, and Error{cancelled}.
  std::string generate_object(const std::vector<Message>& messages, const JsonSchema& schema,
                              const GenerateOptions& options = {}) const;

  // The same, as a range of pieces of the answer's text (reasoning is left out; use on_text for it).
  Stream stream(std::string_view prompt, const GenerateOptions& options = {}) const;
  Stream stream(const std::vector<Message>& messages, const GenerateOptions& options = {}) const;

  // The same without waiting, for any number of answers at once: a thread of the model makes them all, calls
  // options.on_text with their pieces, and `done` with the result or else the error. They must not keep it waiting, and
  // only submit() more of this model. Throws as generate() does for what can never run; a request is ended with
  // options.cancellation, and with Error{cancelled} when the last handle of the model goes. Without threads, in
  // WebAssembly, Model::poll() does the work.
  using OnResult = std::function<void(GenerateResult result, std::exception_ptr error)>;
  void submit(std::string_view prompt, const GenerateOptions& options, OnResult done) const;
  void submit(const std::vector<Message>& messages, const GenerateOptions& options, OnResult done) const;
  void submit(const std::vector<std::int32_t>& tokens, const GenerateOptions& options, OnResult done) const;

  // The logits after each of `tokens`: tokens.size() rows of vocabulary_size, row-major. Not cached. Throws
  // Error{invalid_argument} for no tokens and for ids that the vocabulary does not have, Error{context_full}.
  std::vector<float> logits(const std::vector<std::int32_t>& tokens) const;
  using OnLogits = std::function<void(std::vector<float> rows, std::exception_ptr error)>;
  void submit_logits(const std::vector<std::int32_t>& tokens, OnLogits done) const;  // the same without waiting

  const Model& model() const noexcept { return model_; }

 private:
  Model model_;
  bool ignore_end_ = false;
};

// An input range of text pieces. Generation runs in the background, or where there are no threads while a piece is
// waited for; destroying the stream cancels it.
class Stream {
 public:
  class Iterator {
   public:
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;
    std::string_view operator*() const;
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& i, std::default_sentinel_t) { return i.at_end(); }

   private:
    friend class Stream;
    bool at_end() const;
    Stream* stream_ = nullptr;
  };
  Iterator begin();
  std::default_sentinel_t end() const { return {}; }
  // Waits for the end. Throws what generate() would have thrown.
  const GenerateResult& result();

  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

 private:
  friend class Generator;
  struct State;
  explicit Stream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gerbil
