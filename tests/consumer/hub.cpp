#include <gerbil/hub.hpp>
#include <iostream>

int main() {
  try {
    gerbil::pull("no/such/name");
  } catch (const gerbil::Error& error) {
    std::cout << error.what() << '\n';
    return error.code() == gerbil::ErrorCode::invalid_argument ? 0 : 1;
  }
  return 1;
}
