#include "tokenizer/tokenizer.hpp"

#include <algorithm>
#include <limits>

#include "base/mapped_file.hpp"
#include "tokenizer/class_template.hpp"
#include "tokenizer/errors.hpp"
#include "tokenizer/pattern.hpp"
#include "tokenizer/pipeline.hpp"
#include "tokenizer/rebuilt_class.hpp"
#include "tokenizer/truncation.hpp"
#include "tokenizer/untyped.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

// How many tokens of the texts may stay, beside the special tokens of the template.
std::size_t room_of(const Template& pieces, const EncodeOptions& options) {
  if (!options.max_tokens) return no_limit;
  const std::size_t special = options.add_special ? special_count(pieces) : 0;
  if (*options.max_tokens < special) {
    throw Error(ErrorCode::invalid_argument, "[tokenizer] max_tokens is " + std::to_string(*options.max_tokens) +
                                                 ", but the special tokens alone are " + std::to_string(special) + ".");
  }
  return *options.max_tokens - special;
}

void cut(std::vector<TokenId>& ids, std::size_t size, bool front) {
  if (ids.size() <= size) return;
  if (front) ids.erase(ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(size));
  ids.resize(size);
}

// "truncation" of tokenizer.json, whose length is not applied.
bool says_left(const Json& root) {
  const auto truncation = root.find("truncation");
  return truncation != root.end() && truncation->is_object() && truncation->value("direction", Json()) == "Left";
}

Encoding assemble(const Template& pieces, const std::vector<TokenId>& first, const std::vector<TokenId>& second,
                  bool add_special) {
  return {assemble_ids(pieces, first, second, add_special),
          assemble_type_ids(pieces, first.size(), second.size(), add_special)};
}

}  // namespace

Tokenizer Tokenizer::from_json(std::string_view text, std::string_view where, const Settings& settings) {
  try {
    TokenizerFile file = parse_tokenizer_file(text);
    add_types(file);
    apply(settings, file.root);
    auto pipeline = std::make_shared<Pipeline>();
    pipeline->normalizer = read_normalizer(component_of(file.root, "normalizer"));
    pipeline->pre_tokenizer = read_pre_tokenizer(component_of(file.root, "pre_tokenizer"));
    pipeline->model = read_model(file);
    const TokenTable& table = table_of(pipeline->model);
    pipeline->added = read_added_tokens(file.root, table.ids, model_size(pipeline->model), pipeline->normalizer,
                                        settings.split_special_tokens);
    pipeline->post_processor =
        settings.post_processor
            ? make_post_processor(*settings.post_processor, [&](std::string_view token) { return pipeline->id(token); })
            : read_post_processor(component_of(file.root, "post_processor"));
    pipeline->decoder = read_decoder(component_of(file.root, "decoder"));
    pipeline->warnings = std::move(file.warnings);
    pipeline->warnings.insert(pipeline->warnings.end(), table.warnings.begin(), table.warnings.end());
    if (auto difference = rebuilt_difference(settings.class_name, file.root)) {
      pipeline->warnings.push_back(*std::move(difference));
    }
    pipeline->vocabulary_size = table.tokens.size();
    pipeline->cut_front = settings.cut_front.value_or(says_left(file.root));
    for (const auto& [id, token] : pipeline->added.by_id) {
      pipeline->vocabulary_size = std::max(pipeline->vocabulary_size, static_cast<std::size_t>(id) + 1);
    }
    Tokenizer tokenizer;
    tokenizer.pipeline_ = std::move(pipeline);
    return tokenizer;
  } catch (const Error& error) {
    throw Error(error.code(), std::string(where) + ": " + error.what());
  }
}

Tokenizer Tokenizer::from_file(const std::filesystem::path& path, const Settings& settings) {
  return from_json(read_text_file(path), path.string(), settings);
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, bool add_special) const {
  const Template& pieces = pipeline_->post_processor.single;
  std::vector<TokenId> ids = pipeline_->encode(text, no_limit);
  if (pieces.size() == 1) return ids;
  return assemble_ids(pieces, ids, {}, add_special);
}

Encoding Tokenizer::encode_single(std::string_view text, const EncodeOptions& options) const {
  const Template& pieces = pipeline_->post_processor.single;
  const std::size_t room = room_of(pieces, options);
  std::vector<TokenId> ids = pipeline_->encode(text, pipeline_->cut_front ? no_limit : room);
  cut(ids, room, pipeline_->cut_front);
  return assemble(pieces, ids, {}, options.add_special);
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options) const {
  const Template& pieces = pipeline_->post_processor.pair;
  const std::size_t room = room_of(pieces, options);
  // The reference divides the room by the lengths of texts that it has stopped encoding at max_tokens.
  const bool front = pipeline_->cut_front;
  const std::size_t limit = front ? no_limit : options.max_tokens.value_or(no_limit);
  std::vector<TokenId> a = pipeline_->encode(first, limit), b = pipeline_->encode(second, limit);
  const auto [a_size, b_size] = pair_sizes(a.size(), b.size(), room, options.truncation);
  cut(a, a_size, front);
  cut(b, b_size, front);
  return assemble(pieces, a, b, options.add_special);
}

std::string Tokenizer::decode(const std::vector<TokenId>& ids, bool skip_special) const {
  Detokenizer detokenizer(*this, skip_special);
  std::string text;
  for (const TokenId id : ids) text += detokenizer.push(id);
  return text + detokenizer.finish();
}

std::size_t Tokenizer::vocabulary_size() const { return pipeline_->vocabulary_size; }

std::optional<TokenId> Tokenizer::id(std::string_view token) const { return pipeline_->id(token); }

std::string Tokenizer::token(TokenId id) const {
  const std::string* token = pipeline_->token(id);
  return token ? *token : std::string();
}

std::optional<TokenId> Tokenizer::unknown_id() const {
  return std::visit([](const auto& model) -> std::optional<TokenId> { return model.unknown; }, pipeline_->model);
}

const std::vector<std::string>& Tokenizer::warnings() const { return pipeline_->warnings; }

bool Tokenizer::is_special(TokenId id) const {
  const std::string* token = pipeline_->token(id);
  return token && pipeline_->added.special.contains(*token);
}

std::string Tokenizer::bytes(TokenId id) const {
  const std::string* token = pipeline_->token(id);
  if (!token) return "";
  const auto added = pipeline_->added.by_id.find(id);
  return bytes_in_a_text(pipeline_->decoder, added == pipeline_->added.by_id.end() ? *token : added->second.decoded);
}

Detokenizer::Detokenizer(Tokenizer tokenizer, bool skip_special)
    : tokenizer_(std::move(tokenizer)), skip_special_(skip_special) {}

std::string Detokenizer::push(TokenId id) {
  const auto& pipeline = *tokenizer_.pipeline_;
  const std::string* token = pipeline.token(id);
  if (!token) {
    throw Error(ErrorCode::invalid_argument, "[tokenizer] The id " + std::to_string(id) +
                                                 " is not in the vocabulary, whose ids are below " +
                                                 std::to_string(pipeline.vocabulary_size) + ".");
  }
  if (const auto added = pipeline.added.by_id.find(id); added != pipeline.added.by_id.end()) {
    token = &added->second.decoded;
  }
  if (skip_special_ && pipeline.added.special.contains(*token)) return "";
  return decode_push(pipeline.decoder, state_, *token);
}

std::string Detokenizer::finish() { return decode_finish(tokenizer_.pipeline_->decoder, state_); }

}  // namespace gerbil::tokenizer
