// The processor, for people.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gerbil::cpu {

// "AMD EPYC 9R14", or "CPU" where the system does not tell.
std::string processor_name();

// Instruction sets and cores, in order of interest.
std::vector<std::pair<std::string, std::string>> processor_details();

}  // namespace gerbil::cpu
