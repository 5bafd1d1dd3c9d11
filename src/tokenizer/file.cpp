#include "tokenizer/file.hpp"

#include <cmath>
#include <optional>

#include "tokenizer/errors.hpp"
#include "tokenizer/score.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr std::size_t max_depth = 128;     // far from the end of the stack when the tree is destroyed
constexpr std::size_t max_members = 4096;  // of an object other than the vocabulary; looked up one after the other
constexpr std::size_t most_warnings = 100;

std::pair<std::string, std::string> split_merge(const std::string& line) {
  const std::size_t space = line.find(' ');
  if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos || space == 0 ||
      space + 1 == line.size()) {
    corrupt("The merge \"" + line + "\" should be two tokens with one space between them.");
  }
  return {line.substr(0, space), line.substr(space + 1)};
}

// The handler that nlohmann's SAX parser drives; the names of its members are given by that library.
class Reader {
 public:
  explicit Reader(TokenizerFile& file) : file_(file) {}

  bool null() { return value(nullptr); }
  bool boolean(bool v) { return value(v); }
  bool number_integer(std::int64_t v) {
    if (in_ == Table::piece) return score(static_cast<double>(v));
    return in_ == Table::vocabulary ? token(v) : value(v);
  }
  bool number_unsigned(std::uint64_t v) {
    if (in_ == Table::piece) return score(static_cast<double>(v));
    if (in_ != Table::vocabulary) return value(v);
    return token(v > static_cast<std::uint64_t>(max_token_id) ? max_token_id + 1 : static_cast<std::int64_t>(v));
  }
  bool number_float(double v, const std::string& text) {
    return in_ == Table::piece ? score(reference_value(text)) : value(v);
  }
  bool binary(std::vector<std::uint8_t>&) { return false; }  // JSON text has none
  bool string(std::string& v) {
    if (in_ == Table::merges) {
      // Files made from merges.txt may still carry its first line.
      if (!v.starts_with("#version")) file_.merges.push_back(split_merge(v));
      return true;
    }
    if (in_ == Table::merge_pair) {
      pair_.push_back(std::move(v));
      return true;
    }
    if (in_ == Table::piece) {
      if (piece_text_ || piece_score_) bad_piece();
      piece_text_ = std::move(v);
      return true;
    }
    return value(std::move(v));
  }
  bool key(std::string& v) {
    key_ = std::move(v);
    if (in_ == Table::vocabulary) return true;
    Json& object = *open_.back();
    if (object.size() >= max_members) fail("an object has more than " + std::to_string(max_members) + " members");
    if (object.contains(key_)) repeat();
    return true;
  }
  bool start_object(std::size_t) {
    if (in_ == Table::none && is_model_member("vocab")) return open_vocabulary(Table::vocabulary);
    return open(Json::object());
  }
  bool end_object() {
    if (in_ == Table::vocabulary) {
      in_ = Table::none;
    } else {
      close();
    }
    return true;
  }
  bool start_array(std::size_t) {
    if (in_ == Table::none && is_model_member("merges")) {
      in_ = Table::merges;
      if (file_.has_merges) repeat();
      file_.has_merges = true;
      file_.merges.clear();
      return true;
    }
    if (in_ == Table::merges) {
      in_ = Table::merge_pair;
      pair_.clear();
      return true;
    }
    if (in_ == Table::none && is_model_member("vocab")) return open_vocabulary(Table::pieces);
    if (in_ == Table::pieces) {
      in_ = Table::piece;
      piece_text_.reset();
      piece_score_.reset();
      return true;
    }
    return open(Json::array());
  }
  bool end_array() {
    if (in_ == Table::merge_pair) {
      if (pair_.size() != 2)
        corrupt("Merge " + std::to_string(file_.merges.size()) + " has " + std::to_string(pair_.size()) +
                " parts, but should have two.");
      file_.merges.emplace_back(std::move(pair_[0]), std::move(pair_[1]));
      in_ = Table::merges;
    } else if (in_ == Table::piece) {
      if (!piece_score_) bad_piece();
      if (file_.pieces.size() > static_cast<std::size_t>(max_token_id)) {
        fail("model.vocab holds more than " + std::to_string(max_token_id + 1) + " pieces");
      }
      file_.pieces.emplace_back(std::move(*piece_text_), *piece_score_);
      in_ = Table::pieces;
    } else if (in_ == Table::merges || in_ == Table::pieces) {
      in_ = Table::none;
    } else {
      close();
    }
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
    fail("parsing failed at byte " + std::to_string(position));
  }

 private:
  enum class Table { none, vocabulary, pieces, piece, merges, merge_pair };

  [[noreturn]] void fail(const std::string& reason) const {
    corrupt("The file is not a valid tokenizer.json: " + reason + ".");
  }

  bool is_model_member(std::string_view name) const { return open_.size() == 2 && path_ == "model" && key_ == name; }

  bool open_vocabulary(Table kind) {
    if (has_vocabulary_) repeat();
    has_vocabulary_ = true;
    file_.vocabulary.clear();
    file_.pieces.clear();
    file_.vocabulary_is_array = kind == Table::pieces;
    in_ = kind;
    return true;
  }

  // Of what the file says twice the last counts; the tables are not in the tree, where that comes by itself.
  void repeat() {
    if (open_.size() == 1 && key_ == "model") {
      has_vocabulary_ = file_.vocabulary_is_array = file_.has_merges = false;
      file_.vocabulary.clear();
      file_.pieces.clear();
      file_.merges.clear();
    }
    if (file_.warnings.size() < most_warnings) {
      file_.warnings.push_back("The key " + json_shown(key_) + " occurs twice in one object; the last value counts.");
    }
  }

  bool token(std::int64_t id) {
    if (id < 0 || id > max_token_id) {
      fail("the token \"" + key_ + "\" has an id outside 0 to " + std::to_string(max_token_id));
    }
    file_.vocabulary.emplace_back(std::move(key_), static_cast<std::int32_t>(id));
    return true;
  }

  bool score(double v) {
    if (!piece_text_ || piece_score_ || !std::isfinite(v)) bad_piece();
    piece_score_ = v;
    return true;
  }

  [[noreturn]] void bad_piece() const {
    fail("piece " + std::to_string(file_.pieces.size()) +
         " of model.vocab should be a text and its score, a finite number");
  }

  template <typename T>
  bool value(T&& v) {
    if (in_ == Table::pieces || in_ == Table::piece) bad_piece();
    if (in_ == Table::vocabulary) fail("the id of the token \"" + key_ + "\" is not a whole number");
    if (in_ != Table::none) fail("model.merges holds something that is not a merge");
    place(Json(std::forward<T>(v)));
    return true;
  }

  Json& place(Json&& v) {
    if (open_.empty()) return file_.root = std::move(v);
    Json& parent = *open_.back();
    if (parent.is_array()) return parent.emplace_back(std::move(v));
    return parent[key_] = std::move(v);
  }

  bool open(Json&& container) {
    if (in_ != Table::none) fail("model.vocab or model.merges holds an object or array in place of a token or merge");
    if (open_.size() == max_depth) fail("it nests deeper than " + std::to_string(max_depth) + " levels");
    if (open_.size() == 1) path_ = key_;
    open_.push_back(&place(std::move(container)));
    return true;
  }
  void close() { open_.pop_back(); }

  TokenizerFile& file_;
  Table in_ = Table::none;
  std::vector<Json*> open_;  // the containers around the current place; a parent does not grow while a child is open
  std::string path_;         // the key of the root's member that is being read
  std::string key_;
  std::vector<std::string> pair_;
  bool has_vocabulary_ = false;
  std::optional<std::string> piece_text_;
  std::optional<double> piece_score_;
};

}  // namespace

TokenizerFile parse_tokenizer_file(std::string_view text) {
  TokenizerFile file;
  Reader reader(file);
  Json::sax_parse(text.begin(), text.end(), &reader);
  if (!file.root.is_object()) corrupt("The file is not a valid tokenizer.json: it is not an object.");
  return file;
}

}  // namespace gerbil::tokenizer
