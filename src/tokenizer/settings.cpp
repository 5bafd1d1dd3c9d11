#include "tokenizer/settings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace gerbil::tokenizer {
namespace {

// Gives every component of a type its new members.
void change(Json& component, const Json& members) {
  if (component.is_object()) {
    if (const auto type = component.find("type"); type != component.end() && type->is_string()) {
      if (const auto found = members.find(type->get<std::string>()); found != members.end()) component.update(*found);
    }
  }
  for (Json& child : component) {
    if (child.is_structured()) change(child, members);
  }
}

bool is_lowercase(const Json& normalizer) {
  return normalizer.is_object() && json_value<std::string>(normalizer, "type", "") == "Lowercase";
}

// As sentence-transformers 6 does it for do_lower_case (base/modules/transformer.py).
void make_lower_case(Json& normalizer) {
  if (is_lowercase(normalizer)) return;
  Json sequence;
  sequence["type"] = "Sequence";
  sequence["normalizers"][0]["type"] = "Lowercase";
  if (!normalizer.is_null()) {
    if (normalizer.is_object() && std::ranges::any_of(normalizer.value("normalizers", Json()), is_lowercase)) return;
    sequence["normalizers"].push_back(std::move(normalizer));
  }
  normalizer = std::move(sequence);
}

bool flag(const Json& token, const char* name, bool otherwise) { return json_value(token, name, otherwise); }

bool same_flags(const Json& a, const Json& b) {
  const bool a_special = flag(a, "special", false), b_special = flag(b, "special", false);
  return a_special == b_special && flag(a, "normalized", !a_special) == flag(b, "normalized", !b_special) &&
         std::ranges::all_of(std::initializer_list<const char*>{"single_word", "lstrip", "rstrip"},
                             [&](const char* name) { return flag(a, name, false) == flag(b, name, false); });
}

void add_tokens(const Settings& settings, Json& root) {
  Json& list = root["added_tokens"];
  if (list.is_null()) list = Json::array();
  if (!list.is_array()) return;  // refused where it is read
  std::set<std::string> named;
  for (const Json& text : settings.special_tokens) named.insert(text.get<std::string>());
  std::map<std::string, Json> known;
  std::set<Json> ids;
  for (Json& token : list) {
    const auto content = json_required<std::string>(token, "content");
    if (settings.named_are_special && named.contains(content)) token["special"] = true;
    known[content] = token;
    if (token.contains("id")) ids.insert(token["id"]);
  }
  const auto add = [&](Json token) {
    const auto content = token["content"].get<std::string>();
    if (named.contains(content)) token["special"] = true;
    known[content] = token;
    token.erase("id");
    list.push_back(std::move(token));
  };
  for (const Json& token : settings.added_tokens) {
    if (token.contains("id") && ids.contains(token["id"])) continue;
    const auto same = known.find(token["content"].get<std::string>());
    if (same == known.end() || !same_flags(same->second, token)) add(token);
  }
  for (const Json& token : settings.missing_tokens) {
    if (!known.contains(token["content"].get<std::string>())) add(token);
  }
}

}  // namespace

void apply(const Settings& settings, Json& root) {
  add_tokens(settings, root);
  const auto model = root.find("model");
  const bool pieces = model != root.end() && json_value<std::string>(*model, "type", "") == "WordPiece";
  if (pieces && root["normalizer"].is_null()) root["normalizer"] = settings.normalizer;
  for (const char* name : {"normalizer", "pre_tokenizer", "model", "decoder"}) {
    if (const auto component = root.find(name); component != root.end()) change(*component, settings.components);
  }
  if (settings.lowercase) make_lower_case(root["normalizer"]);
}

}  // namespace gerbil::tokenizer
