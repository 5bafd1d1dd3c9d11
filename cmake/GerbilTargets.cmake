# How a rung of the ladder becomes a target.

# GCC 16 sees uninitialised members in copies of std::function and std::map that it inlines; Clang builds have no such
# blind spot and run with the same warnings as errors in scripts/lint.
set(gerbil_warnings -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
    # Sizes are counted in 64 bits; that they fit in memory is checked where memory is asked for.
    $<$<BOOL:${EMSCRIPTEN}>:-Wno-shorten-64-to-32>)

# gerbil_rung(FOLDER USES TARGET...): the sources of src/FOLDER as the static library gerbil_FOLDER. Its headers are
# reachable through a link in the build folder that shows this rung only, so that a rung which includes another without
# using it does not build.
function(gerbil_rung folder)
  cmake_parse_arguments(PARSE_ARGV 1 rung "" "" "USES")
  string(REPLACE "/" "_" name ${folder})
  set(view ${CMAKE_BINARY_DIR}/rungs/${name})
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${folder} ${view}/${folder} SYMBOLIC)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  file(GLOB passes CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/passes/*.cpp)
  list(APPEND sources ${passes})
  if(sources)
    add_library(gerbil_${name} STATIC ${sources})
    target_compile_options(gerbil_${name} PRIVATE ${gerbil_warnings})
    set(scope PUBLIC)
  else()
    add_library(gerbil_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(gerbil_${name} ${scope} ${view} ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(gerbil_${name} ${scope} ${rung_USES} Threads::Threads)
  if(EMSCRIPTEN)
    # What the rung takes from the JavaScript around it, linked into every program.
    file(GLOB platform CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.js)
    foreach(library ${platform})
      target_link_options(gerbil_${name} INTERFACE "SHELL:--js-library ${library}")
      set_property(TARGET gerbil_${name} APPEND PROPERTY INTERFACE_LINK_DEPENDS ${library})
    endforeach()
  endif()
endfunction()

# gerbil_embed_wgsl(TARGET FOLDER): every src/FOLDER/*.wgsl as a string_view, looked up by file name; FOLDER/wgsl.hpp
# declares the lookup.
function(gerbil_embed_wgsl target folder)
  file(GLOB shaders CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.wgsl)
  set(output ${CMAKE_BINARY_DIR}/generated/${target}.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} "-DSHADERS=${shaders}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedText.cmake
    DEPENDS ${shaders} ${CMAKE_SOURCE_DIR}/cmake/EmbedText.cmake VERBATIM)
  add_library(${target} STATIC ${output})
  set(view ${CMAKE_BINARY_DIR}/rungs/${target})
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${folder} ${view}/${folder} SYMBOLIC)
  target_include_directories(${target} PUBLIC ${view})
endfunction()

# gerbil_embed_page(TARGET FILE): src/FILE becomes part of TARGET, as server/page.hpp declares it.
function(gerbil_embed_page target file)
  set(page ${CMAKE_SOURCE_DIR}/src/${file})
  set(output ${CMAKE_BINARY_DIR}/generated/${target}_page.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DPAGE=${page} -P ${CMAKE_SOURCE_DIR}/cmake/EmbedPage.cmake
    DEPENDS ${page} ${CMAKE_SOURCE_DIR}/cmake/EmbedPage.cmake VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
