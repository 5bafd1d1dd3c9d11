# gerbil::gerbil, the library that programs link: the engine with every rung inside, and how it is installed.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

file(GLOB engine_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/engine/*.cpp ${CMAKE_SOURCE_DIR}/src/codec/*.cpp)
if(engine_sources)
  if(EMSCRIPTEN)
    add_library(gerbil STATIC ${engine_sources})
  else()
    add_library(gerbil SHARED ${engine_sources})
    # Only the public API is visible: symbols of the rungs stay inside.
    target_link_options(gerbil PRIVATE -Wl,--exclude-libs,ALL)
  endif()
  add_library(gerbil::gerbil ALIAS gerbil)
  target_compile_options(gerbil PRIVATE ${gerbil_warnings})
  target_compile_features(gerbil INTERFACE cxx_std_20)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/rungs/engine)
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/engine ${CMAKE_BINARY_DIR}/rungs/engine/engine SYMBOLIC)
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/codec ${CMAKE_BINARY_DIR}/rungs/engine/codec SYMBOLIC)
  target_include_directories(gerbil PRIVATE ${CMAKE_BINARY_DIR}/rungs/engine
    PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(gerbil PRIVATE
    $<BUILD_INTERFACE:gerbil_runtime> $<BUILD_INTERFACE:gerbil_template> $<BUILD_INTERFACE:gerbil_grammar> $<BUILD_INTERFACE:gerbil_models> $<BUILD_INTERFACE:gerbil_backends_cpu> $<BUILD_INTERFACE:${webgpu}>)
  target_compile_definitions(gerbil PRIVATE $<$<BOOL:${GERBIL_WEBGPU}>:GERBIL_WEBGPU>)
  set_target_properties(gerbil PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})

  install(TARGETS gerbil EXPORT gerbilTargets)
  install(DIRECTORY include/gerbil DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT gerbilTargets NAMESPACE gerbil:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gerbil)
  configure_package_config_file(cmake/gerbilConfig.cmake.in gerbilConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gerbil)
  write_basic_package_version_file(gerbilConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gerbilConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/gerbilConfigVersion.cmake
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gerbil)
  configure_file(cmake/gerbil.pc.in gerbil.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gerbil.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
