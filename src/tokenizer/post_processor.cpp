#include "tokenizer/post_processor.hpp"

#include <algorithm>

#include "tokenizer/errors.hpp"
#include "tokenizer/file.hpp"
#include "tokenizer/pattern.hpp"

namespace gerbil::tokenizer {
namespace {

using Pieces = std::vector<std::optional<std::int32_t>>;

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

Pieces read_template(const Json& json) {
  Pieces pieces;
  bool has_text = false;
  for (const Json& piece : members_of(json, "single")) {
    if (piece.contains("SpecialToken")) {
      for (const std::int64_t id : ids_of_special(json, json_required<std::string>(piece["SpecialToken"], "id"))) {
        pieces.emplace_back(checked_id(id));
      }
    } else if (piece.contains("Sequence")) {
      if (json_required<std::string>(piece["Sequence"], "id") != "A") {
        corrupt("The template for a single text uses a sequence other than \"A\".");
      }
      pieces.emplace_back(std::nullopt);
      has_text = true;
    } else {
      corrupt("A piece of a template should be a SpecialToken or a Sequence.");
    }
  }
  if (!has_text) corrupt("The template for a single text leaves the text itself out.");
  return pieces;
}

void read_into(const Json& json, PostProcessor& processor, bool& has_template) {
  const auto type = json_required<std::string>(json, "type");
  if (type == "Sequence") {
    for (const Json& member : members_of(json, "processors")) read_into(member, processor, has_template);
  } else if (type == "TemplateProcessing") {
    if (has_template) unsupported("The post-processor has two templates; one is supported.");
    has_template = true;
    processor.pieces = read_template(json);
  } else if (type != "ByteLevel") {  // ByteLevel changes offsets only
    unsupported("The post-processor \"" + type +
                "\" is not supported; supported are TemplateProcessing, ByteLevel and Sequence.");
  }
}

}  // namespace

PostProcessor read_post_processor(const Json& json) {
  PostProcessor processor;
  bool has_template = false;
  if (!json.is_null()) read_into(json, processor, has_template);
  return processor;
}

std::vector<std::int32_t> post_process(const PostProcessor& processor, std::vector<std::int32_t> ids,
                                       bool add_special) {
  const auto texts = std::ranges::count(processor.pieces, std::optional<std::int32_t>());
  if (texts == 1 && (!add_special || processor.pieces.size() == 1)) return ids;
  std::vector<std::int32_t> result;
  result.reserve(ids.size() * texts + processor.pieces.size());
  for (const auto& piece : processor.pieces) {
    if (!piece) {
      result.insert(result.end(), ids.begin(), ids.end());
    } else if (add_special) {
      result.push_back(*piece);
    }
  }
  return result;
}

}  // namespace gerbil::tokenizer
