// The output of a response while it is made: items, one behind the other, and the events that tell of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "server/generation.hpp"
#include "server/held_calls.hpp"
#include "server/json.hpp"

namespace gerbil::server {

class ResponseOutput {
 public:
  // Told of an event and its members, apart from type and sequence number.
  using OnEvent = std::function<void(std::string_view type, Json members)>;
  // `suffix`: what tells the ids of its items from those of other responses.
  ResponseOutput(std::string suffix, OnEvent on_event) : suffix_(std::move(suffix)), on_event_(std::move(on_event)) {}

  void add_text(const std::string& text, Json log_probabilities);
  void add_reasoning(const std::string& text);
  void add_call(const CallPiece& piece);
  // Nothing more comes. What is open is `whole`, or was cut off.
  void finish(bool whole);

  // Those of the response. A call that was cut off is none of them, though events have told of it as incomplete: who
  // calls what stands here calls nothing that is not whole.
  Json items() const;

 private:
  enum class Kind : std::uint8_t { none, reasoning, message, call };
  // The open item, which is of this kind from now on.
  void open(Kind kind, Json item);
  void open_text(Kind kind);
  void close(bool whole);
  void close_text(std::string_view done, bool whole);
  void say(std::string_view type, Json members);
  Json& item() { return items_.back(); }

  std::string suffix_;
  OnEvent on_event_;
  Json items_ = Json::array();
  Kind kind_ = Kind::none;
  bool call_is_whole_ = false;
  HeldCalls held_;
};

}  // namespace gerbil::server
