#include "hub/fetch.hpp"

#include <format>
#include <vector>

#include "gerbil/error.hpp"
#include "hub/file_lock.hpp"
#include "hub/partial_file.hpp"
#include "hub/url.hpp"

namespace gerbil::hub {
namespace {

constexpr int most_damaged = 3;
constexpr int most_restarts = 20;

// What an answer's first bytes say about where they belong.
bool goes_on(const Fields& fields, const PartialFile& partial, const RemoteFile& file) {
  const auto range = parse_content_range(fields.content_range);
  const bool plain = fields.content_encoding.empty() || fields.content_encoding == "identity";
  return plain && range && range->first == partial.size() && (range->size < 0 || range->size == file.size);
}

class Download {
 public:
  Download(Client& client, std::string url, const std::string& commit, const RemoteFile& file, PartialFile& partial,
           const Reached& reached)
      : client_(client), url_(std::move(url)), commit_(commit), file_(file), partial_(partial), reached_(reached) {}

  // One request for what is missing. Throws Transient when it is still not all there.
  void attempt(int& failures) {
    if (!partial_.complete()) {
      bool begun = false;
      const Answer answer =
          client_.get(url_, headers(), commit_, [&](const Fields& fields, std::span<const char> bytes) {
            if (!begun) begin(fields);
            begun = true;
            add(bytes, failures);
          });
      if (answer.fields.status == 416) {
        restart({});
        throw Transient{.sentence = printable(url_) + " does not have the part that is missing."};
      }
    }
    if (!partial_.complete())
      throw Transient{.sentence =
                          std::format("{} ended after {} of {} bytes.", printable(url_), partial_.size(), file_.size)};
    if (!partial_.publish()) damaged("has not the hash that the hub lists for it");
  }

  std::int64_t downloaded() const { return downloaded_; }

 private:
  std::vector<std::string> headers() const {
    if (partial_.size() == 0) return {};
    std::vector<std::string> headers{std::format("Range: bytes={}-", partial_.size())};
    if (const std::string etag = partial_.etag(); !etag.empty()) headers.push_back("If-Range: " + etag);
    return headers;
  }

  void begin(const Fields& fields) {
    if (fields.status == 206 && goes_on(fields, partial_, file_)) return;
    const bool part = fields.status == 206;
    restart(part ? std::string() : fields.etag);
    if (part) throw Transient{.sentence = printable(url_) + " gave another part than it was asked for."};
  }

  void add(std::span<const char> bytes, int& failures) {
    if (!partial_.append(bytes)) damaged("is longer than the hub says");
    failures = 0;
    downloaded_ += static_cast<std::int64_t>(bytes.size());
    reached_(partial_.size());
  }

  void restart(const std::string& etag) {
    if (partial_.size() > 0 && ++restarts_ > most_restarts)
      throw Error(ErrorCode::unavailable,
                  std::format("{} breaks off again and again, and does not go on where it was: try again later.",
                              printable(url_)));
    partial_.restart(etag);
    reached_(0);
  }

  // Once may be an accident on the way.
  [[noreturn]] void damaged(const char* how) {
    const std::string sentence = std::format("{} {}.", printable(url_), how);
    restart({});
    if (++damaged_ >= most_damaged)
      throw Error(ErrorCode::corrupt,
                  std::format("{} It was downloaded {} times and is not kept: a proxy on the way, or the server, "
                              "changes it.",
                              sentence, most_damaged));
    throw Transient{.sentence = sentence};
  }

  Client& client_;
  std::string url_;
  const std::string& commit_;
  const RemoteFile& file_;
  PartialFile& partial_;
  const Reached& reached_;
  std::int64_t downloaded_ = 0;
  int damaged_ = 0;
  int restarts_ = 0;
};

}  // namespace

std::string file_url(const Context& context, const std::string& commit, const std::string& path) {
  return std::format("{}/{}/resolve/{}/{}", context.settings.endpoint, context.name.id, commit, escaped(path, true));
}

std::int64_t fetch(Client& client, const Store& store, const std::string& commit, const std::string& path,
                   const RemoteFile& file, bool replace, const Reached& reached) {
  const Context& context = client.context();
  const FileLock lock(store.lock(file), context.cancellation);
  if (!replace && store.has_blob(file)) {  // another process was first
    reached(file.size);
    return 0;
  }
  PartialFile partial(store.blob(file), file);
  reached(partial.size());
  Download download(client, file_url(context, commit, path), commit, file, partial, reached);
  persistently(context.patience, context.cancellation, [&](int& failures) { download.attempt(failures); });
  return download.downloaded();
}

}  // namespace gerbil::hub
