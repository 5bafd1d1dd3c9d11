# Writes OUTPUT: gerbil::server::page(), the text of PAGE and the hashes that its Content-Security-Policy names.
file(READ ${PAGE} html)
foreach(element style script)
  string(REGEX MATCH "<${element}[^>]*>(.*)</${element}>" found "${html}")
  if(NOT found)
    message(FATAL_ERROR "${PAGE} has no <${element}> element.")
  endif()
  string(SHA256 ${element} "${CMAKE_MATCH_1}")
endforeach()
string(SHA256 whole "${html}")
file(WRITE ${OUTPUT} "#include \"server/page.hpp\"

namespace gerbil::server {

const Page& page() {
  static constexpr Page page{R\"html(${html})html\", \"${whole}\", \"${style}\", \"${script}\"};
  return page;
}

}  // namespace gerbil::server
")
