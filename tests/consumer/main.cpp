// consumer MODEL: streams an answer, and shows the error for a model that does not exist.
#include <gerbil/gerbil.hpp>

#include <iostream>

int main(int, char** arguments) {
  const gerbil::Generator generator(gerbil::Model::load(arguments[1], {.device = gerbil::Device::cpu}));
  for (std::string_view piece : generator.stream("Tell me a story about a fox", {.max_tokens = 120}))
    std::cout << piece;
  std::cout << '\n';
  if (gerbil::from_json<gerbil::Message>(gerbil::to_json(gerbil::Message("user", "Hi"))).text() != "Hi") return 1;
  try {
    gerbil::inspect("/no/such/model");
  } catch (const gerbil::Error& error) {
    return error.code() == gerbil::ErrorCode::not_found ? 0 : 1;
  }
  return 1;
}
