// What config.json leaves open, or says otherwise than the tensors show, settled before the family reads it.
#pragma once

#include "engine/source.hpp"

namespace gerbil {

// Of a model of several parts the configuration of the one that gerbil runs, and a warning that names the others.
void take_own_part(ModelSource& source);

// Whether there are layers that draft tokens, all of them; a warning where there are some that are not used.
bool find_draft_layers(ModelSource& source);

// Completes the configuration from the tensors, and warns of what is read otherwise than it says.
void settle_config(ModelSource& source);

}  // namespace gerbil
