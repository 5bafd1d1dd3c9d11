#include "tokenizer/tokenizer.hpp"

#include <algorithm>

#include "base/mapped_file.hpp"
#include "tokenizer/byte_level.hpp"
#include "tokenizer/errors.hpp"
#include "tokenizer/pattern.hpp"
#include "tokenizer/pipeline.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

void check_model(const TokenizerFile& file) {
  const Json& model = component_of(file.root, "model");
  if (!model.is_object()) corrupt("The file has no \"model\".");
  // Files from before there was a type hold a BPE model.
  const auto type = json_value<std::string>(model, "type", file.merges.empty() ? "missing" : "BPE");
  if (type != "BPE") unsupported("The model type \"" + type + "\" is not supported; supported is BPE.");
}

void encode_cached(const Bpe& bpe, bool byte_level, std::string_view word, WordCache& cache,
                   std::vector<TokenId>& ids) {
  if (const auto known = cache.find(word); !known.empty()) {
    ids.insert(ids.end(), known.begin(), known.end());
    return;
  }
  const std::size_t before = ids.size();
  if (byte_level) {
    encode_word(bpe, bytes_to_characters(word), ids);
  } else {
    encode_word(bpe, word, ids);
  }
  cache.insert(word, std::span(ids).subspan(before));
}

}  // namespace

const std::string* Tokenizer::Pipeline::token(TokenId id) const {
  if (const auto token = added.by_id.find(id); token != added.by_id.end()) return &token->second.content;
  if (id < 0 || static_cast<std::size_t>(id) >= model.tokens.size() || model.tokens[id].empty()) return nullptr;
  return &model.tokens[id];
}

Tokenizer Tokenizer::from_json(std::string_view text, std::string_view where) {
  try {
    const TokenizerFile file = parse_tokenizer_file(text);
    check_model(file);
    auto pipeline = std::make_shared<Pipeline>();
    pipeline->normalizer = read_normalizer(component_of(file.root, "normalizer"));
    pipeline->pre_tokenizer = read_pre_tokenizer(component_of(file.root, "pre_tokenizer"));
    pipeline->model = read_bpe(file);
    pipeline->added = read_added_tokens(file.root, pipeline->model, pipeline->normalizer);
    pipeline->post_processor = read_post_processor(component_of(file.root, "post_processor"));
    pipeline->decoder = read_decoder(component_of(file.root, "decoder"));
    pipeline->vocabulary_size = pipeline->model.tokens.size();
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

Tokenizer Tokenizer::from_file(const std::filesystem::path& path) {
  return from_json(read_text_file(path), path.string());
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, bool add_special) const {
  const Pipeline& pipeline = *pipeline_;
  std::string repaired;
  text = well_formed_utf8(text, repaired);
  auto workspace = pipeline.workspaces.take();
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 4 + 8);
  const std::function<void(std::string_view)> encode_one = [&](std::string_view word) {
    while (!word.empty()) {
      const bool byte_level = pipeline.pre_tokenizer.byte_level;
      const std::string_view part = byte_level ? word : word.substr(0, next_part(pipeline.model, word));
      encode_cached(pipeline.model, byte_level, part, workspace->cache, ids);
      word.remove_prefix(part.size());
    }
  };

  pipeline.added.exact.split(text, workspace->exact);
  for (const Section& section : workspace->exact) {
    if (section.id) {
      ids.push_back(*section.id);
      continue;
    }
    const std::string normalized =
        pipeline.normalizer.steps.empty() ? std::string() : pipeline.normalizer.apply(section.text);
    const std::string_view plain = pipeline.normalizer.steps.empty() ? section.text : std::string_view(normalized);
    pipeline.added.normalized.split(plain, workspace->normalized);
    for (const Section& part : workspace->normalized) {
      if (part.id) {
        ids.push_back(*part.id);
      } else {
        const bool at_start = section.text.data() == text.data() && part.text.data() == plain.data() &&
                              pipeline.normalizer.keeps_start(section.text);
        pre_tokenize(pipeline.pre_tokenizer, part.text, at_start, workspace->scratch, encode_one);
      }
    }
  }
  pipeline.workspaces.give_back(std::move(workspace));
  return post_process(pipeline.post_processor, std::move(ids), add_special);
}

std::string Tokenizer::decode(const std::vector<TokenId>& ids, bool skip_special) const {
  Detokenizer detokenizer(*this, skip_special);
  std::string text;
  for (const TokenId id : ids) text += detokenizer.push(id);
  return text + detokenizer.finish();
}

std::size_t Tokenizer::vocabulary_size() const { return pipeline_->vocabulary_size; }

std::optional<TokenId> Tokenizer::id(std::string_view token) const {
  for (const Vocabulary* ids : {&pipeline_->added.ids, &pipeline_->model.ids}) {
    if (const auto found = ids->find(token); found != ids->end()) return found->second;
  }
  return std::nullopt;
}

std::string Tokenizer::token(TokenId id) const {
  const std::string* token = pipeline_->token(id);
  return token ? *token : std::string();
}

bool Tokenizer::is_special(TokenId id) const {
  const std::string* token = pipeline_->token(id);
  return token && pipeline_->added.special.contains(*token);
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
