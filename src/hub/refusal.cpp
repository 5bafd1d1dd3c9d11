#include "hub/refusal.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <string>

#include "hub/url.hpp"

namespace gerbil::hub {
namespace {

constexpr std::array momentary{408, 429, 500, 502, 503, 504};

// " (what the hub says)", or nothing.
std::string remark(const Fields& fields) {
  return fields.error_message.empty() ? "" : std::format(" ({})", printable(fields.error_message));
}

std::string tokens_page(const Settings& settings) { return settings.endpoint + "/settings/tokens"; }

[[noreturn]] void refuse_gated(const Fields& fields, const HubName& name, const Settings& settings) {
  const std::string terms = std::format("accept its terms at {}/{}", settings.endpoint, name.id);
  throw Error(
      ErrorCode::denied,
      settings.token.empty()
          ? std::format("The model '{}' is gated{}: {}, and set HF_TOKEN to a token from {} of that account.", name.id,
                        remark(fields), terms, tokens_page(settings))
          : std::format("The model '{}' is gated{}, and the account of the token in {} may not read it yet: {}.",
                        name.id, remark(fields), settings.token_origin, terms));
}

[[noreturn]] void refuse_unknown(const HubName& name, const Settings& settings) {
  const std::string begin = std::format("{} has no model '{}', or it is private", settings.endpoint, name.id);
  throw Error(ErrorCode::not_found,
              settings.token.empty()
                  ? std::format("{}: check the name, or set HF_TOKEN to a token from {} that may read it.", begin,
                                tokens_page(settings))
                  : std::format("{} and the token in {} may not read it: check the name, or the token at {}.", begin,
                                settings.token_origin, tokens_page(settings)));
}

}  // namespace

void refuse(const Answer& answer, const std::string& url, const HubName& name, const Settings& settings) {
  const Fields& fields = answer.fields;
  const std::string where = printable(url.substr(0, url.find('?')));
  if (std::ranges::contains(momentary, fields.status))
    throw Transient{.sentence = std::format("{} answered with status {}{}.", where, fields.status, remark(fields)),
                    .wait = answer.retry_after,
                    .overloaded = fields.status == 429};
  // The hub alone knows models and tokens; a server that it sends us to knows files.
  if (origin(url) == origin(settings.endpoint)) {
    if (fields.error_code == "GatedRepo") refuse_gated(fields, name, settings);
    if (fields.error_code == "RevisionNotFound")
      throw Error(ErrorCode::not_found,
                  std::format("The model '{}' has no revision '{}'; {}/{}/tree/main lists its branches and tags.",
                              name.id, name.revision, settings.endpoint, name.id));
    if (fields.status == 401 && !settings.token.empty() && fields.error_message.starts_with("Invalid credentials"))
      throw Error(ErrorCode::denied, std::format("{} does not accept the token in {}: make another one at {}.",
                                                 settings.endpoint, settings.token_origin, tokens_page(settings)));
    const bool file = fields.error_code == "EntryNotFound";
    if (fields.status == 401 || fields.error_code == "RepoNotFound" || (fields.status == 404 && !file))
      refuse_unknown(name, settings);
    if (fields.status == 403)
      throw Error(ErrorCode::denied, std::format("{} does not let {} read the model '{}'{}.", settings.endpoint,
                                                 settings.token.empty() ? "those without a token" : "this token",
                                                 name.id, remark(fields)));
  }
  throw Error(ErrorCode::unavailable, std::format("{} answered with status {}{}, which is not expected of a hub.",
                                                  where, fields.status, remark(fields)));
}

}  // namespace gerbil::hub
