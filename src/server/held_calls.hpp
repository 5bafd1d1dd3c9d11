// The beginnings of calls in a stream. The first piece of a call has its name and often nothing else, and the model may
// end there: a client that was told of it would wait for arguments that never come.
#pragma once

#include <optional>
#include <utility>

#include "server/generation.hpp"

namespace gerbil::server {

class HeldCalls {
 public:
  // What is to be said now that this piece has come: nothing until the call has arguments, or is whole.
  std::optional<CallPiece> push(CallPiece piece) {
    if (held_) {
      held_->arguments += piece.arguments;
      held_->whole = piece.whole;
    } else if (piece.name.empty()) {
      return piece;  // of a call that was told of
    } else {
      held_ = std::move(piece);
    }
    if (held_->arguments.empty() && !held_->whole) return std::nullopt;
    return std::exchange(held_, std::nullopt);
  }

 private:
  std::optional<CallPiece> held_;
};

}  // namespace gerbil::server
