// gerbil doctor: what this machine offers, and why a device is not used.
#include <iostream>
#include <memory>

#include "commands.hpp"
#include "gerbil/json.hpp"
#include "json.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

void print_text(const DeviceReport& device) {
  std::cout << device.backend << ": " << device.name << '\n';
  std::vector<std::pair<std::string, std::string>> rows{
      {"  --device auto", device.usable ? "may use it" : "does not use it: " + device.reason}};
  for (const auto& [name, value] : device.details) rows.emplace_back("  " + name, value);
  std::cout << table(rows) << '\n';
}

int execute(bool json) {
  const std::vector<DeviceReport> found = devices();
  if (json) {
    Json report{{"version", GERBIL_VERSION}, {"devices", Json::array()}};
    for (const DeviceReport& device : found) report["devices"].push_back(Json::parse(to_json(device)));
    print(report);
    return 0;
  }
  std::cout << "gerbil " GERBIL_VERSION "\n\n";
  for (const DeviceReport& device : found) print_text(device);
  return 0;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("doctor", "Show what this machine offers and why a device is not used");
  command->add_flag("--json", *json, "Print JSON");
  command->callback([json, &action] { action = [json] { return execute(*json); }; });
}

}  // namespace gerbil::cli
