// The fields of an HTTP answer that the hub's protocol uses. Names are compared without case; of a field that comes
// twice the last one counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gerbil::hub {

struct Fields {
  int status = 0;
  std::string location;
  std::string etag;
  std::string content_range;
  std::string content_encoding;
  std::string link;
  std::string commit;         // X-Repo-Commit
  std::string error_code;     // X-Error-Code
  std::string error_message;  // X-Error-Message

  // Takes a line with or without its end. The first line of another answer (after 100 Continue, or a proxy's) forgets
  // what there was.
  void add(std::string_view line);

  bool success() const { return status >= 200 && status < 300; }
  // Of an answer that says where to go.
  bool redirect() const { return status >= 300 && status < 400 && status != 304 && !location.empty(); }
};

// "bytes 5-9/10"; the size is -1 when it is "*".
struct ContentRange {
  std::int64_t first = 0, last = 0, size = -1;
};
std::optional<ContentRange> parse_content_range(std::string_view text);

// The address of the next page in a Link field: <…>; rel="next". Empty when there is none. Reference: RFC 8288.
std::string next_page(std::string_view link);

// An entity tag that If-Range may carry (RFC 9110, 13.1.5): strong, printable, of moderate length.
bool is_strong_etag(std::string_view etag);

// What a stranger wrote, for a message: printable ASCII, at most 200 characters.
std::string printable(std::string_view text);

}  // namespace gerbil::hub
