// semantic_search MODEL FILE [--top N]: the lines of a text file that are closest in meaning to what is asked.
//
// Every line that is not blank becomes a vector of length 1 when the program starts, and every query becomes one when
// it is typed. The dot product of two such vectors is the cosine of the angle between them, so the best lines are found
// by computing it with all of them: a million lines of 384 numbers take some tenths of a second.
#include <unistd.h>
#include <gerbil/embedder.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <format>
#include <fstream>
#include <iostream>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Line {
  std::size_t number = 0;  // from 1
  std::string text;
};

struct Index {
  std::vector<Line> lines;
  std::vector<std::vector<float>> vectors;  // one a line
};

// The lines that are not blank.
std::vector<Line> read_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw gerbil::Error(gerbil::ErrorCode::not_found, std::format("The file '{}' cannot be read.", path));
  }
  std::vector<Line> lines;
  std::string text;
  for (std::size_t number = 1; std::getline(file, text); ++number) {
    if (text.ends_with('\r')) text.pop_back();
    if (text.find_first_not_of(" \t") != std::string::npos) lines.push_back({number, text});
  }
  return lines;
}

Index make_index(const gerbil::Embedder& embedder, std::vector<Line> lines) {
  const bool person = isatty(STDERR_FILENO) != 0;
  gerbil::EmbedOptions options{.task = "document", .normalize = true, .truncate = true};
  options.progress = [&](std::int64_t done, std::int64_t total) {
    if (person) std::cerr << std::format("\rindexing {} of {} lines", done, total) << std::flush;
  };
  std::vector<std::string> texts;
  texts.reserve(lines.size());
  for (const Line& line : lines) texts.push_back(line.text);
  gerbil::EmbedResult result = embedder.embed(texts, options);
  if (person) std::cerr << "\r\x1b[K";
  std::cerr << std::format("indexed {} lines, {} tokens, in {:.2f} s on {}\n", lines.size(), result.tokens,
                           result.seconds, embedder.model().info().device);
  return {std::move(lines), std::move(result.vectors)};
}

float dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0f);
}

// A line for each of the best: cosine, line number, text.
void answer(const gerbil::Embedder& embedder, const Index& index, const std::string& query, std::size_t top) {
  const std::vector<std::string> texts{query};
  const auto vector = embedder.embed(texts, {.task = "query", .normalize = true, .truncate = true}).vectors.front();
  std::vector<float> scores;
  scores.reserve(index.vectors.size());
  for (const std::vector<float>& line : index.vectors) scores.push_back(dot(vector, line));
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto count = static_cast<std::ptrdiff_t>(std::min(top, order.size()));
  const auto better = [&](std::size_t a, std::size_t b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  };
  std::partial_sort(order.begin(), order.begin() + count, order.end(), better);
  order.resize(static_cast<std::size_t>(count));
  for (const std::size_t i : order) {
    std::cout << std::format("{:6.3f}  {:>5}  {}\n", scores[i], index.lines[i].number, index.lines[i].text);
  }
  std::cout << std::endl;
}

struct Arguments {
  std::string model, file;
  std::size_t top = 3;
};

// False for a command line that cannot be understood.
bool parse(std::span<char* const> words, Arguments& arguments) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word != "--top") {
      names.push_back(word);
      continue;
    }
    if (++i == words.size()) return false;
    const std::string_view number = words[i];
    const char* begin = number.data();
    const char* end = begin + number.size();
    const auto [stopped, error] = std::from_chars(begin, end, arguments.top);
    if (error != std::errc{} || stopped != end || arguments.top == 0) return false;
  }
  if (names.size() != 2) return false;
  arguments.model = names[0];
  arguments.file = names[1];
  return true;
}

void search(const Arguments& arguments) {
  std::vector<Line> lines = read_lines(arguments.file);
  // A language model that was not published as an embedding model makes vectors, too.
  const gerbil::Embedder embedder(gerbil::Model::load(arguments.model, {.task = gerbil::Task::embed}));
  const Index index = make_index(embedder, std::move(lines));
  const bool person = isatty(STDIN_FILENO) != 0;
  for (std::string query; std::cout << (person ? "search> " : "") << std::flush, std::getline(std::cin, query);) {
    if (query.find_first_not_of(" \t\r") != std::string::npos) answer(embedder, index, query, arguments.top);
  }
  if (person) std::cout << '\n';
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!parse(std::span(words + 1, static_cast<std::size_t>(std::max(count, 1) - 1)), arguments)) {
    std::cerr << "semantic_search MODEL FILE [--top N]: queries are read from stdin, a line each\n";
    return 2;
  }
  try {
    search(arguments);
    return 0;
  } catch (const gerbil::Error& error) {
    std::cerr << "semantic_search: " << error.what() << '\n';
    return 1;
  }
}
