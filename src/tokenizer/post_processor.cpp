#include "tokenizer/post_processor.hpp"

#include <algorithm>
#include <format>
#include <limits>

#include "tokenizer/errors.hpp"
#include "tokenizer/file.hpp"
#include "tokenizer/pattern.hpp"

namespace gerbil::tokenizer {
namespace {

using Kind = TemplatePiece::Kind;

std::int32_t checked_id(std::int64_t id) {
  if (id < 0 || id > max_token_id) {
    corrupt("The post-processor adds the id " + std::to_string(id) + ", which is outside 0 to " +
            std::to_string(max_token_id) + ".");
  }
  return static_cast<std::int32_t>(id);
}

std::vector<std::int64_t> ids_of_special(const Json& json, const std::string& name) {
  const auto table = json.find("special_tokens");
  if (table != json.end() && table->is_object()) {
    if (const auto token = table->find(name); token != table->end()) {
      return json_required<std::vector<std::int64_t>>(*token, "ids");
    }
  }
  corrupt("The template uses the special token \"" + name + "\", which its special_tokens do not define.");
}

std::int32_t read_type_id(const Json& piece) {
  const auto id = json_value<std::int64_t>(piece, "type_id", 0);
  if (id < 0 || id > std::numeric_limits<std::int32_t>::max()) {
    corrupt("A piece of a template has the type_id " + std::to_string(id) + ", which is not a type of token.");
  }
  return static_cast<std::int32_t>(id);
}

// The template `name`, "single" or "pair".
Template read_template(const Json& json, const std::string& name) {
  Template pieces;
  for (const Json& piece : members_of(json, name)) {
    if (piece.contains("SpecialToken")) {
      const Json& special = piece["SpecialToken"];
      const std::int32_t type_id = read_type_id(special);
      for (const std::int64_t id : ids_of_special(json, json_required<std::string>(special, "id"))) {
        pieces.push_back({Kind::special, checked_id(id), type_id});
      }
    } else if (piece.contains("Sequence")) {
      const auto sequence = json_required<std::string>(piece["Sequence"], "id");
      if (sequence != "A" && (sequence != "B" || name == "single")) {
        corrupt(std::format("The template \"{}\" uses the sequence \"{}\".", name, sequence));
      }
      pieces.push_back({sequence == "A" ? Kind::first : Kind::second, 0, read_type_id(piece["Sequence"])});
    } else {
      corrupt("A piece of a template should be a SpecialToken or a Sequence.");
    }
  }
  if (std::ranges::none_of(pieces, [](const TemplatePiece& piece) { return piece.kind == Kind::first; })) {
    corrupt("The template \"" + name + "\" leaves the text itself out.");
  }
  return pieces;
}

// The id of a token that the file gives as [text, id].
std::int32_t read_token(const Json& json, const char* key) {
  const auto token = json.find(key);
  if (token == json.end() || !token->is_array() || token->size() != 2 || !(*token)[1].is_number_integer()) {
    corrupt("The post-processor needs \"" + std::string(key) + "\" as an array of a token and its id.");
  }
  return checked_id((*token)[1].get<std::int64_t>());
}

// BERT gives the second text and what follows it the type 1; RoBERTa knows one type, and separates by two tokens.
PostProcessor read_bert_or_roberta(const Json& json, bool roberta) {
  const std::int32_t cls = read_token(json, "cls"), sep = read_token(json, "sep");
  const std::int32_t second = roberta ? 0 : 1;
  PostProcessor processor;
  processor.single = {{Kind::special, cls, 0}, {Kind::first, 0, 0}, {Kind::special, sep, 0}};
  processor.pair = processor.single;
  if (roberta) processor.pair.push_back({Kind::special, sep, 0});
  processor.pair.push_back({Kind::second, 0, second});
  processor.pair.push_back({Kind::special, sep, second});
  return processor;
}

void read_into(const Json& json, PostProcessor& processor, bool& has_template) {
  const auto type = json_required<std::string>(json, "type");
  if (type == "Sequence") {
    for (const Json& member : members_of(json, "processors")) read_into(member, processor, has_template);
    return;
  }
  if (type == "ByteLevel") return;  // changes offsets only
  if (has_template) unsupported("The post-processor has two templates; one is supported.");
  has_template = true;
  if (type == "TemplateProcessing") {
    processor.single = read_template(json, "single");
    if (json.contains("pair")) processor.pair = read_template(json, "pair");
  } else if (type == "BertProcessing" || type == "RobertaProcessing") {
    processor = read_bert_or_roberta(json, type == "RobertaProcessing");
  } else {
    unsupported(
        "The post-processor \"" + type +
        "\" is not supported; supported are TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel and "
        "Sequence.");
  }
}

}  // namespace

PostProcessor read_post_processor(const Json& json) {
  PostProcessor processor;
  bool has_template = false;
  if (!json.is_null()) read_into(json, processor, has_template);
  return processor;
}

std::size_t special_count(const Template& pieces) {
  return static_cast<std::size_t>(std::ranges::count(pieces, Kind::special, &TemplatePiece::kind));
}

std::vector<std::int32_t> assemble_ids(const Template& pieces, std::span<const std::int32_t> first,
                                       std::span<const std::int32_t> second, bool add_special) {
  std::vector<std::int32_t> ids;
  ids.reserve(first.size() + second.size() + pieces.size());
  for (const TemplatePiece& piece : pieces) {
    if (piece.kind != Kind::special) {
      const auto text = piece.kind == Kind::first ? first : second;
      ids.insert(ids.end(), text.begin(), text.end());
    } else if (add_special) {
      ids.push_back(piece.id);
    }
  }
  return ids;
}

std::vector<std::int32_t> assemble_type_ids(const Template& pieces, std::size_t first_size, std::size_t second_size,
                                            bool add_special) {
  std::vector<std::int32_t> types;
  types.reserve(first_size + second_size + pieces.size());
  for (const TemplatePiece& piece : pieces) {
    const std::size_t count = piece.kind == Kind::special ? (add_special ? 1 : 0)
                              : piece.kind == Kind::first ? first_size
                                                          : second_size;
    types.insert(types.end(), count, piece.type_id);
  }
  return types;
}

}  // namespace gerbil::tokenizer
