// The two ways to a snapshot: from the hub, or from what is on this machine.
#pragma once

#include "gerbil/hub.hpp"
#include "hub/client.hpp"
#include "hub/selection.hpp"
#include "hub/store.hpp"

namespace gerbil::hub {

// What the cache has of the revision, without asking anybody. Throws Error{not_found} when that is not a whole model.
PullResult offline_snapshot(const Context& context, const Store& store, bool all_files);

// The files of a commit as the hub lists them. Throws as pull() does.
Listing list_files(Client& client, const std::string& commit);
// The commit that the revision is now.
std::string find_commit(Client& client);

}  // namespace gerbil::hub
