// The activations that files of sentence-transformers name by a class of PyTorch.
#pragma once

#include <string>
#include <vector>

#include "base/activation.hpp"

namespace gerbil {

// What "torch.nn.modules.activation.Tanh" computes. A class that is not PyTorch's own is `fallback` with a warning, as
// in the reference, which does not run code of a checkpoint. `where` names the key and the file in messages. Throws
// Error{unsupported} listing the classes that gerbil knows.
Activation torch_activation(const std::string& path, Activation fallback, const std::string& where,
                            std::vector<std::string>& warnings);

}  // namespace gerbil
