// What the library gerbil::hub offers: its only visible function.
#include "hub/pull.hpp"
#include "base/boundary.hpp"
#include "gerbil/hub.hpp"

namespace gerbil {

PullResult pull(const std::string& model, const PullOptions& options) {
  return guarded([&] {
    PullOptions own = options;
    own.progress = callers(options.progress);
    return hub::pull_with(model, own, {});
  });
}

}  // namespace gerbil
