#include "server/response_cache.hpp"

#include <format>
#include <utility>

#include "gerbil/json.hpp"
#include "server/ascii.hpp"
#include "server/generation.hpp"

namespace gerbil::server {
namespace {

std::size_t bytes_of(const GenerateResult& result) {
  std::size_t bytes = sizeof result + result.text.size() + result.reasoning.size() +
                      result.unfinished_tool_call.size() + result.stop_sequence.size() +
                      result.tokens.size() * sizeof(std::int32_t);
  for (const ToolCall& call : result.tool_calls)
    bytes += sizeof call + call.id.size() + call.name.size() + call.arguments.size();
  for (const TokenReport& report : result.log_probabilities)
    bytes += sizeof report + report.alternatives.size() * sizeof(TokenProbability);
  return bytes;
}

std::string text_of_prompt(const Prompt& prompt) {
  if (const auto* messages = std::get_if<std::vector<Message>>(&prompt)) return gerbil::to_json(*messages);
  if (const auto* text = std::get_if<std::string>(&prompt)) return text_of(*text);
  return text_of(std::get<std::vector<std::int32_t>>(prompt));
}

}  // namespace

std::shared_ptr<const ResponseCache::Results> ResponseCache::find(const std::string& key, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  const bool usable = found != by_key_.end() && now - found->second->made <= limits_.age;
  ++(usable ? counts_.hits : counts_.misses);
  if (!usable) {
    if (found != by_key_.end()) erase(found->second);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->results;
}

void ResponseCache::keep(const std::string& key, Results results, Clock::time_point now) {
  constexpr std::size_t own = 256;  // of an entry, in the list and in the map
  std::size_t bytes = own + key.size();
  for (const GenerateResult& result : results) bytes += bytes_of(result);
  const std::lock_guard lock(mutex_);
  if (bytes > limits_.bytes) return;
  if (const auto found = by_key_.find(key); found != by_key_.end()) erase(found->second);
  entries_.push_front({key, std::make_shared<const Results>(std::move(results)), bytes, now});
  by_key_[entries_.front().key] = entries_.begin();
  counts_.bytes += bytes;
  while (counts_.bytes > limits_.bytes) erase(std::prev(entries_.end()));
}

void ResponseCache::erase(Place entry) {
  counts_.bytes -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

ResponseCache::Counts ResponseCache::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts = counts_;
  counts.entries = entries_.size();
  return counts;
}

std::string cache_key(const NamedModel& model, const Asked& asked) {
  GenerateOptions options = asked.options;
  // These decide when an answer comes, and greedy ones have no use for a seed.
  options.timeout = 0;
  options.priority = 0;
  if (options.sampling.temperature == 0) options.sampling.seed = 0;
  std::string key = std::format("{}\n{}\n{}\n{}\n{}\n", text_of(model.id), model.load, asked.count, asked.ignore_end,
                                to_json(options));
  for (const Prompt& prompt : asked.prompts) key += std::format("{}{}\n", prompt.index(), text_of_prompt(prompt));
  return key;
}

CacheWish cache_wish(std::string_view cache_control) {
  const std::string wish = lower(cache_control);
  if (wish.contains("no-store")) return {.read = false, .keep = false};
  return {.read = !wish.contains("no-cache"), .keep = true};
}

}  // namespace gerbil::server
