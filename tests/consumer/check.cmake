# Installs gerbil to FOLDER/prefix and builds tests/consumer against it in both ways that the package offers, then runs
# it, the installed program, and an example that is built by itself. Needs BUILD, SOURCE, EXAMPLE and FOLDER.
function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_story)
  if(NOT output MATCHES "fox")
    message(FATAL_ERROR "no story about a fox: ${output}")
  endif()
endfunction()

set(prefix ${FOLDER}/prefix)
file(REMOVE_RECURSE ${FOLDER})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
set(model ${prefix}/share/gerbil/models/nano)

run(${CMAKE_COMMAND} -G Ninja -S ${SOURCE} -B ${FOLDER}/build -DCMAKE_PREFIX_PATH=${prefix})
run(${CMAKE_COMMAND} --build ${FOLDER}/build)
run(${FOLDER}/build/consumer ${model})
expect_story()
run(${FOLDER}/build/consumer_hub)

file(GLOB_RECURSE description ${prefix}/*/gerbil.pc)
cmake_path(GET description PARENT_PATH folder)
set(ENV{PKG_CONFIG_PATH} ${folder})
run(pkg-config --define-variable=prefix=${prefix} --cflags --libs gerbil)
separate_arguments(flags UNIX_COMMAND "${output}")
cmake_path(GET folder PARENT_PATH libraries)
run(c++ ${SOURCE}/main.cpp -o ${FOLDER}/by_pkg_config ${flags} -Wl,-rpath,${libraries})
run(${FOLDER}/by_pkg_config ${model})
expect_story()

run(pkg-config --define-variable=prefix=${prefix} --cflags --libs gerbil-hub)
separate_arguments(flags UNIX_COMMAND "${output}")
run(c++ ${SOURCE}/hub.cpp -o ${FOLDER}/hub_by_pkg_config ${flags} -Wl,-rpath,${libraries})
run(${FOLDER}/hub_by_pkg_config)

run(${prefix}/bin/gerbil run "Tell me a story about a fox" -n 120)
expect_story()

run(${CMAKE_COMMAND} -G Ninja -S ${EXAMPLE} -B ${FOLDER}/example -DCMAKE_PREFIX_PATH=${prefix})
run(${CMAKE_COMMAND} --build ${FOLDER}/example)
run(${CMAKE_COMMAND} -DPROGRAM=${FOLDER}/example/semantic_search -DMODEL=${prefix}/share/gerbil/models/nano-embed
    -DFOLDER=${FOLDER}/check -P ${EXAMPLE}/check.cmake)
message(STATUS "find_package, pkg-config and the installed program work")
