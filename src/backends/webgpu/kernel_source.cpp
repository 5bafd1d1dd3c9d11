#include "backends/webgpu/kernel_source.hpp"

#include <format>
#include <ranges>
#include <span>
#include <vector>

#include "gerbil/error.hpp"
#include "kernels/wgsl/wgsl.hpp"

namespace gerbil::webgpu {
namespace {

class Expander {
 public:
  Expander(std::string_view file, const Constants& constants, std::string& out)
      : file_(file), constants_(constants), out_(out) {}

  void file(std::string_view name) const {
    const std::string_view text = wgsl_source(name);
    if (text.empty()) throw Error(ErrorCode::internal, std::format("There is no shader named {}.", name));
    std::vector<std::string> lines;
    for (const auto line : std::views::split(text, '\n')) lines.emplace_back(std::string_view(line));
    Expander(name, constants_, out_).lines(lines);
  }

  bool is_set(std::string_view name) const {
    const auto found = constants_.find(name);
    return found != constants_.end() && std::visit([](auto value) { return value != 0; }, found->second);
  }

 private:
  // The condition of an #if or #elif: a name, or ! and a name.
  bool holds(std::string_view condition) const {
    return condition.starts_with('!') ? !is_set(condition.substr(1)) : is_set(condition);
  }

  [[noreturn]] void fail(std::string_view line) const {
    throw Error(ErrorCode::internal, std::format("Shader {} has a directive that does not fit: \"{}\".", file_, line));
  }

  void lines(std::span<const std::string> lines) const {
    struct Condition {
      bool outer;    // what stands around it is active
      bool taken;    // one of its branches was
      bool enabled;  // the branch that is open is
    };
    std::vector<Condition> open;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::string_view line = lines[i];
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      const bool active = open.empty() || open.back().enabled;
      if (line.starts_with("#if ")) {
        const bool enabled = active && holds(line.substr(4));
        open.push_back({active, enabled, enabled});
      } else if ((line == "#else" || line.starts_with("#elif ")) && !open.empty()) {
        Condition& condition = open.back();
        condition.enabled = condition.outer && !condition.taken && (line == "#else" || holds(line.substr(6)));
        condition.taken = condition.taken || condition.enabled;
      } else if (line == "#endif" && !open.empty()) {
        open.pop_back();
      } else if (line.starts_with("#include ")) {
        if (active) file(line.substr(9));
      } else if (line.starts_with("#repeat ")) {
        const std::size_t end = matching_end(lines, i);
        if (active) repeat(line.substr(8), lines.subspan(i + 1, end - i - 1));
        i = end;
      } else if (line.starts_with('#')) {
        fail(line);
      } else if (active) {
        out_.append(lines[i]).push_back('\n');
      }
    }
    if (!open.empty()) fail("#if without #endif");
  }

  std::size_t matching_end(std::span<const std::string> lines, std::size_t begin) const {
    int depth = 0;
    for (std::size_t i = begin; i < lines.size(); ++i) {
      const std::string_view line =
          std::string_view(lines[i]).substr(std::min(lines[i].find_first_not_of(' '), lines[i].size()));
      if (line.starts_with("#repeat ")) ++depth;
      if (line == "#end" && --depth == 0) return i;
    }
    fail(lines[begin]);
  }

  void repeat(std::string_view argument, std::span<const std::string> body) const {
    const std::size_t space = argument.find(' ');
    if (space == std::string_view::npos) fail(argument);
    const std::string variable = std::format("${}", argument.substr(0, space));
    const auto count = constants_.find(argument.substr(space + 1));
    if (count == constants_.end() || !std::holds_alternative<std::int64_t>(count->second)) fail(argument);
    for (std::int64_t n = 0; n < std::get<std::int64_t>(count->second); ++n) {
      std::vector<std::string> copy(body.begin(), body.end());
      const std::string number = std::to_string(n);
      for (std::string& line : copy)
        for (std::size_t at = 0; (at = line.find(variable, at)) != std::string::npos;)
          line.replace(at, variable.size(), number);
      lines(copy);
    }
  }

  std::string_view file_;
  const Constants& constants_;
  std::string& out_;
};

}  // namespace

std::string kernel_source(std::string_view file, const Constants& constants) {
  std::string out;
  const Expander expander(file, constants, out);
  if (expander.is_set("F16")) out += "enable f16;\n";
  if (expander.is_set("SUBGROUPS")) out += "enable subgroups;\nrequires subgroup_id;\n";
  if (expander.is_set("MATRIX")) out += "enable chromium_experimental_subgroup_matrix;\n";
  for (const auto& [name, value] : constants) {
    if (const auto* integer = std::get_if<std::int64_t>(&value))
      out += std::format("const {} = {};\n", name, *integer);
    else
      out += std::format("const {} = {:.9e}f;\n", name, std::get<float>(value));
  }
  expander.file(file);
  return out;
}

}  // namespace gerbil::webgpu
