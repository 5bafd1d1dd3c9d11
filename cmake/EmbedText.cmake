# Writes OUTPUT: gerbil::wgsl_source(name), the text of each file of SHADERS by its name without extension.
set(text "#include <string_view>\n\nnamespace gerbil {\n\nstd::string_view wgsl_source(std::string_view name) {\n")
foreach(shader ${SHADERS})
  cmake_path(GET shader STEM name)
  file(READ ${shader} content)
  string(APPEND text "  if (name == \"${name}\") return R\"wgsl(${content})wgsl\";\n")
endforeach()
string(APPEND text "  return {};\n}\n\n}  // namespace gerbil\n")
file(WRITE ${OUTPUT} "${text}")
