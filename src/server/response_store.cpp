#include "server/response_store.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "server/access.hpp"
#include "server/errors.hpp"
#include "server/json.hpp"

namespace gerbil::server {

std::size_t StoredResponse::bytes() const {
  constexpr std::size_t own = 512;  // the entry, its place in the list and in the map
  return own + 2 * id.size() + owner.size() + previous.size() + response.size() + items->size() + asked->size() +
         answered->size();
}

void ResponseStore::keep(StoredResponse response, Clock::time_point now) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const Place place = entry++;
    if (now - place->made > limits_.age) erase(place);
  }
  if (response.bytes() > limits_.bytes) return;
  bytes_ += response.bytes();
  entries_.push_front({std::move(response), now});
  by_id_[entries_.front().response.id] = entries_.begin();
  while (bytes_ > limits_.bytes || entries_.size() > limits_.count) erase(std::prev(entries_.end()));
}

void ResponseStore::erase(Place entry) {
  bytes_ -= entry->response.bytes();
  by_id_.erase(entry->response.id);
  entries_.erase(entry);
}

// The end where there is none.
ResponseStore::Place ResponseStore::place_of(std::string_view id, std::string_view owner, Clock::time_point now) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return entries_.end();
  const Place place = found->second;
  if (now - place->made > limits_.age) {
    erase(place);
    return entries_.end();
  }
  if (!equal_in_constant_time(place->response.owner, owner)) return entries_.end();
  entries_.splice(entries_.begin(), entries_, place);
  return place;
}

const StoredResponse& ResponseStore::find(std::string_view id, std::string_view owner, Clock::time_point now) {
  const Place place = place_of(id, owner, now);
  if (place != entries_.end()) return place->response;
  throw ApiError(404, "invalid_request_error", "not_found",
                 std::format("There is no response {}: the server keeps the latest ones, for a day.", text_of(id)),
                 "id");
}

void ResponseStore::forget(std::string_view id, std::string_view owner, Clock::time_point now) {
  find(id, owner, now);
  erase(place_of(id, owner, now));
}

std::vector<SharedText> ResponseStore::conversation(std::string_view id, std::string_view owner,
                                                    Clock::time_point now) {
  std::vector<SharedText> turns;
  for (std::string_view next = id; !next.empty();) {
    const Place place = place_of(next, owner, now);
    if (place == entries_.end())
      throw ApiError(
          400, "invalid_request_error", "previous_response_not_found",
          std::format("There is no response {}, {}: the server keeps the latest ones, for a day.", text_of(next),
                      next == id ? "the previous one" : "which the previous one goes on from"),
          "previous_response_id");
    turns.insert(turns.end(), {place->response.answered, place->response.asked});
    next = place->response.previous;
  }
  std::ranges::reverse(turns);
  return turns;
}

}  // namespace gerbil::server
