// The thread that loads models and takes them down, one after the other: both take long.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gerbil/model.hpp"
#include "server/tasks.hpp"

namespace gerbil::server {

// Loads the model of this name; calls `check` now and then, which throws when it is to stop.
using LoadModel = std::function<Model(const std::string& name, std::function<void()> check)>;

// On the thread of the front only.
class ModelLoader {
 public:
  ModelLoader(LoadModel load, Tasks& tasks) : load_(std::move(load)), tasks_(tasks) {}
  ~ModelLoader();

  bool busy() const { return busy_; }
  // What is to be taken down goes before the next is loaded, and with sweep() at the latest.
  void discard(Model model) { rubbish_.push_back(std::move(model)); }
  void sweep();
  // It must not be busy. Throws std::system_error where the system gives no thread. `done` is called with the model or
  // an error, unless the loader has gone by then; it must not outlive whom it tells.
  using Done = std::function<void(std::optional<Model> model, std::exception_ptr error)>;
  void load(const std::string& name, Done done);

 private:
  LoadModel load_;
  Tasks& tasks_;
  bool busy_ = false;
  std::vector<Model> rubbish_;
  std::shared_ptr<std::atomic<bool>> closing_ = std::make_shared<std::atomic<bool>>(false);
  std::thread thread_;
};

}  // namespace gerbil::server
