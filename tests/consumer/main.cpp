// consumer MODEL: streams an answer, and shows the error for a model that does not exist.
#include <gerbil/engine.hpp>
#include <gerbil/inspect.hpp>
#include <gerbil/tokenizer.hpp>

#include <iostream>

int main(int, char** arguments) {
  const auto engine = gerbil::Engine::load(arguments[1], {.device = gerbil::Device::cpu});
  for (std::string_view piece : engine.stream("Tell me a story about a fox", {.max_tokens = 120})) std::cout << piece;
  std::cout << '\n';
  try {
    gerbil::inspect("/no/such/model");
  } catch (const gerbil::Error& error) {
    return error.code() == gerbil::ErrorCode::not_found ? 0 : 1;
  }
  return 1;
}
