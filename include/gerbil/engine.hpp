// The public API: load a checkpoint, generate text, embed and rank texts.
//
//   auto engine = gerbil::Engine::load("path/to/Qwen3-0.6B");
//   for (std::string_view piece : engine.stream("Write a haiku about rain")) std::cout << piece << std::flush;
//
//   auto embedder = gerbil::Engine::load("path/to/all-MiniLM-L6-v2");
//   std::vector<std::vector<float>> vectors = embedder.embed({"A fox runs.", "Stocks fell."}).vectors;
//
// Every function may throw gerbil::Error. An Engine is a handle: copies share one loaded model, and all functions may
// be called from several threads at once; concurrent generations are batched together.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/error.hpp"
#include "gerbil/profile.hpp"

namespace gerbil {

enum class Device {
  automatic,  // the best real GPU that WebGPU offers, the CPU otherwise
  cpu,
  webgpu,  // WebGPU even on a software adapter
};

enum class Quantization { none, int4, int8 };

// What a language model is loaded for; encoders and classifiers have one use only. automatic: embeddings when the
// checkpoint has the files of sentence-transformers (modules.json), text otherwise.
enum class Purpose { automatic, generate, embed };

struct LoadOptions {
  static constexpr std::int32_t most_tokens = 1 << 29;  // of a context or a cache: twice as many can still be counted

  Device device = Device::automatic;
  Purpose purpose = Purpose::automatic;
  int threads = 0;                  // CPU threads; 0: one for every core this process may use
  std::int32_t context_length = 0;  // tokens of a conversation or a text; 0: the model's own, at most 4096 for
                                    // a conversation and 8192 for a text
  std::int32_t cache_tokens = 0;    // KV cache over all conversations; 0: twice context_length
  // Quantise dense weights while loading. int4 keeps embeddings and the head in 8 bits: docs/quantization.md.
  Quantization quantize = Quantization::none;
  int group_size = 0;  // for `quantize`: weights that share a scale, 32, 64 or 128; 0: 32
  bool exact = false;  // keep activations, keys and values in f32: slower, for comparisons
  bool check = true;   // look for broken weights while loading; findings are in Engine::warnings()
  std::int32_t max_waiting =
      0;  // requests that may wait for their first step; more are Error{overloaded}. 0: any number
  // Measure every operation, for Engine::take_profile(): slower. On a GPU whose adapter has no timestamps load() throws
  // Error{unsupported}.
  bool profile = false;
  bool optimize = true;  // false runs the graph as the model wrote it, for tests
  // Called while weights are read: bytes done, bytes in all.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
};

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

// Cancels a generation from another thread. Copies share one flag.
class Cancellation {
 public:
  Cancellation() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
  void cancel() const noexcept { flag_->store(true); }
  bool cancelled() const noexcept { return flag_->load() || (parent_ && parent_->cancelled()); }
  // One that is cancelled with this one, or alone.
  Cancellation child() const {
    Cancellation result;
    result.parent_ = std::make_shared<const Cancellation>(*this);
    return result;
  }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
  std::shared_ptr<const Cancellation> parent_;
};

struct Options {
  std::int32_t max_tokens = 0;  // of the answer; 0: as many as the context has room for
  SamplingOptions sampling;
  std::vector<std::string> stop;          // the answer ends before the first of these; may spell a special token
  std::vector<std::int32_t> stop_tokens;  // in addition to the model's own end tokens
  bool ignore_end = false;                // go on after the model's end tokens, for measurements
  int log_probabilities = -1;             // ≥ 0: report the chosen token's and this many alternatives'
  bool raw = false;                       // a text prompt is continued as it is, without the chat template
  std::optional<bool> enable_thinking;    // passed to the chat template when set
  std::string tools;                      // a JSON array of tool descriptions, passed to the chat template
  std::map<std::string, std::string> template_variables;  // further variables of the chat template: name to JSON value
  std::int32_t priority = 0;  // among requests that wait or lack room, those of larger ones go first
  double timeout = 0;         // seconds after which the request ends with Error{timeout}; 0: none
  Cancellation cancellation;
  // Called with each piece of the answer, in order, on the calling thread. `reasoning` is true between think tags.
  std::function<void(std::string_view piece, bool reasoning)> on_text;
};

struct Message {
  std::string role;  // "system", "user", "assistant", "tool"
  std::string content;
};

enum class FinishReason { stop, length, cancelled };  // an end token or stop sequence; max_tokens; Cancellation
std::string_view to_string(FinishReason reason);

struct TokenProbability {
  std::int32_t token = 0;
  float log_probability = 0.0f;  // natural logarithm, of the model's own distribution before sampling options
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

struct Result {
  std::string text;       // the answer, without reasoning
  std::string reasoning;  // what stood between think tags
  FinishReason finish_reason = FinishReason::stop;
  std::int32_t prompt_tokens = 0;
  std::int32_t cached_tokens = 0;  // of the prompt, found in the cache of an earlier turn
  std::int32_t generated_tokens = 0;
  std::vector<std::int32_t> tokens;  // the answer's ids, end token included
  std::vector<TokenReport> log_probabilities;
  Timings timings;
};

// How texts become embeddings.
struct EmbedOptions {
  // The use of the embedding: "query", "document", or another name of the checkpoint's prompts; its text goes before
  // each of the texts. Empty: the checkpoint's default, mostly none.
  std::string task;
  std::int32_t dimensions = 0;    // keep the first (Matryoshka, Kusupati et al. 2022); 0: as the files say, mostly all
  std::optional<bool> normalize;  // to length 1; default: as the checkpoint's files say
  bool truncate = false;          // cut texts that are too long instead of failing
  Cancellation cancellation;      // ends the call with Error{cancelled}
  std::function<void(std::int64_t done, std::int64_t total)> progress;  // texts, on the calling thread
};

struct Embeddings {
  std::vector<std::vector<float>> vectors;  // one a text, in order
  std::int32_t dimensions = 0;
  std::int64_t tokens = 0;  // of all texts, special tokens included
  double seconds = 0;
};

struct RerankOptions {
  bool truncate = false;  // cut pairs that are too long instead of failing
  // What a language model is asked to judge by (Qwen3-Reranker); cross-encoders have no use for it.
  std::string instruction = "Given a web search query, retrieve relevant passages that answer the query";
  Cancellation cancellation;
  std::function<void(std::int64_t done, std::int64_t total)> progress;  // documents
};

// A text that is tokenised already.
struct TokenizedText {
  std::vector<std::int32_t> ids;    // special tokens included
  std::vector<std::int32_t> types;  // one an id, or empty: all 0
  std::int32_t prompt = 0;          // the first tokens that are of the prompt: some models leave them out of the mean
};

// What was loaded, for programs that show or measure it.
struct ModelInfo {
  std::string name;          // of the directory, or the id of a model in a hub cache
  std::string architecture;  // "Qwen3ForCausalLM"
  std::string quantization;  // "none", "mlx affine 4-bit group 64", …
  std::string device;        // "CPU, AVX-512 VNNI, 2 threads", or adapter and driver
  std::int32_t context_length = 0;
  std::int32_t vocabulary_size = 0;
  std::int32_t dimensions = 0;  // of an embedding, or classes of a classifier; 0: a language model
  std::string pipeline;         // "mean of the tokens, normalised; prompts: query, document"; empty: a language model
  std::int64_t parameters = 0;
  std::int64_t weight_bytes = 0;                 // as packed for the device
  std::int64_t bytes_per_token = 0;              // of weights, that a decoded token reads
  std::int64_t operations_per_token = 0;         // 2 · multiply-adds in projections, of a decoded token
  std::int64_t operations_per_prompt_token = 0;  // without those that only wanted logits need
  std::int64_t arena_bytes = 0;                  // activations
  std::int64_t cache_bytes = 0;                  // keys and values
  int dispatches_per_token = 0;                  // GPU
  int dispatches_per_batch = 0;                  // GPU; a step of many tokens
  int readbacks_per_token = 0;                   // GPU
  int layers = 0;                                // with attention
  std::vector<std::string> notes;                // fast paths that are not taken, and why
  double load_seconds = 0;
};

class Stream;

class Engine {
 public:
  // `model` is a directory that holds config.json, tokenizer.json and safetensors files, or the id of a model in the
  // Hugging Face hub cache ("Qwen/Qwen3-0.6B"). Throws Error{not_found|corrupt|unsupported|…}.
  static Engine load(const std::string& model, const LoadOptions& options = {});

  // One user message, or plain continuation with options.raw or when the model has no chat template.
  Result generate(std::string_view prompt, const Options& options = {}) const;
  Result generate(const std::vector<Message>& messages, const Options& options = {}) const;
  // Continues token ids as they are.
  Result generate(const std::vector<std::int32_t>& tokens, const Options& options = {}) const;

  // The same without waiting, for any number of answers at once: a thread of the model makes them all, calls
  // options.on_text with their pieces, and `done` with the result or else the error. They must not keep it waiting, and
  // only submit() more of this model. Throws as generate() does for what can never run; a request is ended with
  // options.cancellation, and with Error{cancelled} when the last handle of the engine goes. Without threads, in
  // WebAssembly, poll() does the work.
  using OnResult = std::function<void(Result result, std::exception_ptr error)>;
  void submit(std::string_view prompt, const Options& options, OnResult done) const;
  void submit(const std::vector<Message>& messages, const Options& options, OnResult done) const;
  void submit(const std::vector<std::int32_t>& tokens, const Options& options, OnResult done) const;
  // Runs one step of what was asked for; false when there is nothing to do, or a thread does it.
  bool poll() const;

  // The same, as a range of pieces of the answer's text (reasoning is left out; use on_text for it).
  Stream stream(std::string_view prompt, const Options& options = {}) const;
  Stream stream(const std::vector<Message>& messages, const Options& options = {}) const;

  // The prompt that generate(messages) would continue, as the model's chat template renders it.
  std::string render(const std::vector<Message>& messages, const Options& options = {}) const;
  bool has_chat_template() const;
  // Whether the template that the options choose looks at the variable `name` ("tools", "enable_thinking").
  bool template_mentions(std::string_view name, const Options& options = {}) const;

  std::vector<std::int32_t> tokenize(std::string_view text, bool add_special = true) const;
  std::string detokenize(const std::vector<std::int32_t>& tokens, bool skip_special = true) const;
  std::string token(std::int32_t id) const;  // its spelling in the vocabulary

  // An embedding of each text, whatever their lengths: there is no padding, and the result for a text does not depend
  // on the others. Throws Error{unsupported} when the model makes none, Error{invalid_argument} naming the number and
  // length of a text that is longer than context_length (see truncate), or the tasks that are known. Semantics:
  // sentence-transformers, SentenceTransformer.encode.
  Embeddings embed(const std::vector<std::string>& texts, const EmbedOptions& options = {}) const;
  // The same for a list in braces, which would be any kind of vector otherwise.
  Embeddings embed(std::initializer_list<std::string_view> texts, const EmbedOptions& options = {}) const;
  // The same for texts that are tokenised already: no prompt is added, and nothing is cut. Of a sequence classifier:
  // the logits of its classes.
  Embeddings embed(const std::vector<TokenizedText>& texts, const EmbedOptions& options = {}) const;

  // How well each document answers the query, in the order of the documents; larger is better. A cross-encoder
  // (…ForSequenceClassification with one class) gives its score through the activation that its files name, a sigmoid
  // otherwise; a language model gives the probability of "yes" in the form of Qwen3-Reranker.
  std::vector<float> rerank(std::string_view query, const std::vector<std::string>& documents,
                            const RerankOptions& options = {}) const;

  // The logits after each of `tokens`: tokens.size() rows of vocabulary_size, row-major. Not cached.
  std::vector<float> logits(const std::vector<std::int32_t>& tokens) const;

  // What the operations of the steps since the last call, or since loading, took. Throws Error{invalid_argument} when
  // the model was loaded without LoadOptions::profile.
  Profile take_profile() const;

  const ModelInfo& info() const;
  const std::vector<std::string>& warnings() const;  // what LoadOptions::check found

 private:
  friend class Stream;
  struct State;
  explicit Engine(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// A conversation: remembers the messages, so that each turn only computes what is new.
class Chat {
 public:
  explicit Chat(Engine engine, std::string system = {});
  // Adds the user's message, generates the answer and adds it. On an Error the conversation is unchanged.
  Result send(std::string_view message, const Options& options = {});
  const std::vector<Message>& messages() const { return messages_; }
  void clear();  // forgets everything but the system message

 private:
  Engine engine_;
  std::vector<Message> messages_;
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
  const Result& result();

  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

 private:
  friend class Engine;
  struct State;
  explicit Stream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What `gerbil doctor` shows.
struct DeviceReport {
  std::string name;     // "NVIDIA H200", "llvmpipe (LLVM 21.1.8, 256 bits)", "AMD EPYC …"
  std::string backend;  // "cpu" or "webgpu"
  bool usable = false;  // for Device::automatic
  std::string reason;   // why not, in a sentence; empty when usable
  std::vector<std::pair<std::string, std::string>> details;  // features and limits, in order
};
std::vector<DeviceReport> devices();

// Ceilings of a device, for the benchmark's shares. Multiply and add count as two operations.
struct MachineCeilings {
  double read_bytes_per_second = 0;  // from memory
  double operations_per_second = 0;
  std::string arithmetic;                  // of the operations: "int8 dot products", "f16 subgroup matrices", "f32"
  double float_operations_per_second = 0;  // of f32 multiply-adds, for unquantised weights; CPU only
};
// Measures for about a second, with `threads` threads on the CPU (0: one a core). Device::webgpu is the best adapter;
// Device::automatic chooses as Engine::load does.
MachineCeilings measure_machine(Device device, int threads = 0);

}  // namespace gerbil
