// One request while it runs.
#pragma once

#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "runtime/draft_length.hpp"
#include "runtime/prefix_tree.hpp"
#include "runtime/prompt_lookup.hpp"
#include "runtime/request.hpp"

namespace gerbil::runtime {

// The adjustments of a sequence's next token: those of its request, with its penalties applied to the tokens so far.
// Each token changes those of that token alone.
class Penalties {
 public:
  Penalties() = default;
  Penalties(const Generate& request, std::span<const std::int32_t> prompt);

  void count(const Generate& request, std::int32_t token);  // of the answer
  const std::vector<LogitAdjustment>& adjustments() const { return adjustments_; }

 private:
  LogitAdjustment& of(std::int32_t token);

  std::vector<LogitAdjustment> adjustments_;
  std::map<std::int32_t, std::size_t> places_;  // in adjustments_, by token
  std::set<std::int32_t> answered_;             // tokens of the answer
};

struct Sequence {
  RequestId id = 0;
  Request request;
  std::int32_t limit = 0;    // of the answer, resolved
  std::int32_t variant = 0;  // which sequences may share pages with it, see PrefixTree::root()
  bool long_rope = false;    // see graph::RopeTable
  // Those of the request, and the answer. The last may be one that a step in flight chooses: then it is named as in
  // Batch::tokens until it is known.
  std::vector<std::int32_t> tokens;
  Penalties penalties;

  // Its pages, by group. The first of them are in the tree, at the nodes after the root of `path`, the others are its
  // own. Those before `first` no layer of the group looks back to any more: they are -1.
  std::vector<std::vector<std::int32_t>> blocks;
  std::vector<std::int32_t> first;
  std::vector<PrefixTree::Node*> path;
  // Leading tokens whose keys and values are, or were, in the pages, or will be when the steps in flight have run. All
  // of them are known.
  std::int32_t computed = 0;
  // Of a model with recurrent states.
  std::int32_t slot = -1;
  std::int32_t reusable = 0;  // tokens of the request before the first that is wanted: others may go on from there
  std::int32_t branch = 0;    // tokens after which others went on otherwise; 0: nobody did
  std::int32_t snapshot = 0;  // tokens of its latest snapshot that goes with the next; 0: there is none
  bool awaited = false;       // others wait for what the step in hand computes
  bool preempted = false;     // and has to find room for all that it may become

  bool paused = false;

  // What it is guessed to go on with.
  PromptLookup lookup;
  DraftLength draft_length;
  std::vector<std::int32_t> guesses;  // of a Drafter, for the next step
  bool verifies = false;              // a step in flight has some
  std::vector<float> handed;          // rows for the Drafter that it has not read
  std::int32_t handed_end = 0;        // the token after the last of them

  Outcome outcome;
  Clock::time_point arrived;
  Clock::time_point started;  // of its first step
  Clock::time_point first_token;

  const Generate* generates() const { return std::get_if<Generate>(&request.task); }
  const Score* scores() const { return std::get_if<Score>(&request.task); }
  const Encode* encodes() const { return std::get_if<Encode>(&request.task); }
  PrefixTree::Node* node() const { return path.back(); }
  std::int32_t shared() const { return static_cast<std::int32_t>(path.size()) - 1; }
  std::int32_t length() const { return static_cast<std::int32_t>(tokens.size()); }
  std::int32_t generated() const { return length() - outcome.prompt_tokens; }
  // The first token whose row is wanted: of an answer and of a text the last.
  std::int32_t first_wanted() const { return scores() ? scores()->first : length() - 1; }
  // Whether its next step is one token of the answer.
  bool decodes() const { return generated() > 0 && computed + 1 == length(); }
  bool awaits_token() const { return tokens.back() < 0; }
  bool ends_with_token() const { return awaits_token() && generated() >= limit; }
  // Whether its next step hangs on the token that it awaits otherwise than by its value.
  bool must_see_token() const {
    return awaits_token() && !paused && (verifies || (!ends_with_token() && generates()->looks_back()));
  }
  // Of its next token.
  Sampling sampling() const {
    Sampling result = generates()->sampling;
    result.step += static_cast<std::uint32_t>(generated());
    result.adjustments = penalties.adjustments();
    return result;
  }
  // Most urgent first, in order of arrival among equals.
  using Order = std::pair<std::int64_t, RequestId>;
  Order order() const { return {-std::int64_t{request.priority}, id}; }
};

}  // namespace gerbil::runtime
