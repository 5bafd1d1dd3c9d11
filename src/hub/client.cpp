#include "hub/client.hpp"

#include <format>

#include "gerbil/error.hpp"
#include "hub/refusal.hpp"
#include "hub/url.hpp"

namespace gerbil::hub {
namespace {

constexpr int most_redirects = 8;
constexpr std::size_t most_ignored = 1 << 20;  // bytes that come with a redirect or an error
constexpr std::chrono::seconds longest_text{300};

void check_commit(const Fields& fields, const std::string& commit, const std::string& url) {
  if (fields.commit == commit) return;
  throw Error(ErrorCode::corrupt,
              std::format("{} says that its file is of the commit '{}' where {} was asked for, so it is no hub: check "
                          "HF_ENDPOINT, and the proxy where there is one.",
                          printable(url), printable(fields.commit), commit));
}

}  // namespace

Answer Client::get(const std::string& url, const std::vector<std::string>& headers, const std::string& commit,
                   const Body& body) {
  const Settings& settings = context_.settings;
  const std::string hub = origin(settings.endpoint);
  Request request{.url = url, .stall = settings.stall};
  if (commit.empty()) request.longest = longest_text;
  for (int redirects = 0; redirects <= most_redirects; ++redirects) {
    const bool on_hub = origin(request.url) == hub;
    request.headers = headers;
    if (on_hub && !settings.token.empty()) request.headers.push_back("Authorization: Bearer " + settings.token);
    std::size_t ignored = 0;
    const Answer answer = connection_.send(request, [&](const Fields& fields, std::span<const char> bytes) {
      if (!fields.success()) {
        ignored += bytes.size();
        if (ignored <= most_ignored) return;
        throw Error(ErrorCode::corrupt, std::format("{} answered with status {} and more than {} bytes.",
                                                    printable(url), fields.status, most_ignored));
      }
      if (on_hub && !commit.empty()) check_commit(fields, commit, request.url);
      body(fields, bytes);
    });
    const Fields& fields = answer.fields;
    if (!fields.redirect()) {
      if (fields.success() || fields.status == 416) return answer;
      refuse(answer, request.url, context_.name, settings);
    }
    std::string next = resolved(request.url, fields.location);
    if (next.empty())
      throw Error(ErrorCode::corrupt, std::format("{} leads to '{}', which is no address that is followed from there.",
                                                  printable(request.url), printable(fields.location)));
    if (on_hub && !commit.empty() && origin(next) != hub) check_commit(fields, commit, request.url);
    request.url = std::move(next);
  }
  throw Error(ErrorCode::corrupt,
              std::format("{} leads from one address to the next more than {} times.", printable(url), most_redirects));
}

Client::Text Client::text(const std::string& url, std::size_t most, const std::string& commit) {
  return persistently(context_.patience, context_.cancellation, [&](int&) {
    Text result;
    result.fields = get(url, {}, commit, [&](const Fields&, std::span<const char> bytes) {
                      if (bytes.size() > most - result.text.size())
                        throw Error(ErrorCode::corrupt, std::format("{} answered with more than {} bytes.",
                                                                    printable(url.substr(0, url.find('?'))), most));
                      result.text.append(bytes.data(), bytes.size());
                    }).fields;
    if (!result.fields.success()) throw Transient{.sentence = printable(url) + " answered with a part of it."};
    return result;
  });
}

}  // namespace gerbil::hub
