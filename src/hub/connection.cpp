#include "hub/connection.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <format>
#include <string_view>
#include <utility>

#include "base/environment.hpp"
#include "gerbil/error.hpp"

namespace gerbil::hub {
namespace {

constexpr long connect_seconds = 15;

void initialize() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw Error(ErrorCode::internal, "libcurl cannot be used on this machine.");
}

// Where the certificates of authorities are: systems differ, and the program may have been built on another one.
std::string certificates() {
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"})
    if (std::string file = environment(name); !file.empty()) return file;
  for (const char* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    std::error_code error;
    if (std::filesystem::exists(file, error)) return file;
  }
  return {};
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// What is no use to try again.
bool is_lasting(CURLcode code) {
  constexpr std::array lasting{
      CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT,
      CURLE_COULDNT_RESOLVE_PROXY,    CURLE_SSL_ISSUER_ERROR,   CURLE_OUT_OF_MEMORY,        CURLE_TOO_LARGE};
  return std::ranges::contains(lasting, code);
}

}  // namespace

struct Connection::State {
  State() = default;
  ~State() { curl_easy_cleanup(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  CURL* handle = nullptr;
  Cancellation cancellation;
  Fields fields;
  const Body* body = nullptr;
  std::exception_ptr thrown;  // nothing may pass through libcurl
  std::array<char, CURL_ERROR_SIZE> reason{};

  template <typename T>
  void set(CURLoption option, T value) {
    if (curl_easy_setopt(handle, option, value) != CURLE_OK)
      throw Error(ErrorCode::internal, std::format("libcurl does not know its option {}.", static_cast<int>(option)));
  }

  static std::size_t on_field(char* text, std::size_t, std::size_t size, void* self) {
    auto* const state = static_cast<State*>(self);
    try {
      state->fields.add({text, size});
      return size;
    } catch (...) {
      state->thrown = std::current_exception();
      return CURL_WRITEFUNC_ERROR;
    }
  }
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self) {
    auto* const state = static_cast<State*>(self);
    try {
      (*state->body)(state->fields, {bytes, size});
      return size;
    } catch (...) {
      state->thrown = std::current_exception();
      return CURL_WRITEFUNC_ERROR;
    }
  }
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<State*>(self)->cancellation.cancelled() ? 1 : 0;
  }

  void prepare() {
    set(CURLOPT_ERRORBUFFER, reason.data());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, "gerbil/" GERBIL_VERSION);
    // Files are asked for as they are, and decoded where a server encodes them all the same.
    set(CURLOPT_ACCEPT_ENCODING, "identity");
    set(CURLOPT_CONNECTTIMEOUT, connect_seconds);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_BUFFERSIZE, 256L << 10);
    set(CURLOPT_HEADERFUNCTION, &State::on_field);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &State::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_XFERINFOFUNCTION, &State::on_progress);
    set(CURLOPT_XFERINFODATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    if (const std::string file = certificates(); !file.empty()) set(CURLOPT_CAINFO, file.c_str());
  }
};

Connection::Connection(Cancellation cancellation) : state_(std::make_unique<State>()) {
  initialize();
  state_->cancellation = std::move(cancellation);
  state_->handle = curl_easy_init();
  if (state_->handle == nullptr) throw Error(ErrorCode::internal, "libcurl has no room for a connection.");
  state_->prepare();
}

Connection::~Connection() = default;

Answer Connection::send(const Request& request, const Body& body) {
  State& state = *state_;
  std::unique_ptr<curl_slist, FreeList> headers;
  for (const std::string& header : request.headers) {
    curl_slist* const begin = headers.release();
    curl_slist* const longer = curl_slist_append(begin, header.c_str());
    headers.reset(longer != nullptr ? longer : begin);
    if (longer == nullptr) throw std::bad_alloc();
  }
  state.set(CURLOPT_URL, request.url.c_str());
  state.set(CURLOPT_HTTPHEADER, headers.get());
  if (request.content) {
    state.set(CURLOPT_POST, 1L);
    state.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.content->size()));
    state.set(CURLOPT_POSTFIELDS, request.content->data());
  } else {
    state.set(CURLOPT_HTTPGET, 1L);
  }
  state.set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall.count()));
  state.set(CURLOPT_TIMEOUT, static_cast<long>(request.longest.count()));
  state.fields = {};
  state.body = &body;
  state.thrown = nullptr;
  state.reason.front() = '\0';
  const CURLcode code = curl_easy_perform(state.handle);
  state.set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  if (state.thrown) std::rethrow_exception(state.thrown);
  if (code == CURLE_ABORTED_BY_CALLBACK)
    throw Error(ErrorCode::cancelled, "The download was stopped; it goes on where it was when it is begun again.");
  if (code != CURLE_OK) {
    const std::string why = state.reason.front() != '\0' ? state.reason.data() : curl_easy_strerror(code);
    const std::string sentence =
        std::format("{} did not answer: {}.", request.url.substr(0, request.url.find('?')), printable(why));
    if (is_lasting(code)) throw Error(ErrorCode::unavailable, sentence);
    throw Transient{.sentence = sentence};
  }
  curl_off_t wait = 0;
  curl_easy_getinfo(state.handle, CURLINFO_RETRY_AFTER, &wait);
  constexpr curl_off_t day = 86400;
  return {.fields = state.fields, .retry_after = std::chrono::seconds(std::clamp<curl_off_t>(wait, 0, day))};
}

}  // namespace gerbil::hub
