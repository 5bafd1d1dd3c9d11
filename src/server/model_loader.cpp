#include "server/model_loader.hpp"

#include <utility>

namespace gerbil::server {

ModelLoader::~ModelLoader() {
  *closing_ = true;
  if (thread_.joinable()) thread_.join();
}

void ModelLoader::sweep() {
  if (!rubbish_.empty()) tasks_.on_worker([rubbish = std::exchange(rubbish_, {})]() mutable { rubbish.clear(); });
}

void ModelLoader::load(const std::string& name, Done done) {
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([this, name, done = std::move(done), rubbish = std::exchange(rubbish_, {})]() mutable {
    rubbish.clear();
    std::optional<Model> model;
    std::exception_ptr error;
    try {
      model = load_(name, [closing = closing_] {
        if (*closing) throw Error(ErrorCode::cancelled, "The server ends.");
      });
    } catch (...) {
      error = std::current_exception();
    }
    tasks_.on_front([this, closing = closing_, done = std::move(done), model = std::move(model), error]() mutable {
      if (*closing) return;
      busy_ = false;
      done(std::move(model), error);
    });
  });
  busy_ = true;  // not where there was no thread to be had
}

}  // namespace gerbil::server
