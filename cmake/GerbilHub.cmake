# gerbil::hub, the library that downloads models: apart from gerbil::gerbil, whose users need no HTTP client.
include(GNUInstallDirs)

target_compile_definitions(gerbil_hub PRIVATE GERBIL_VERSION="${PROJECT_VERSION}")
file(GLOB hub_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/hub/library/*.cpp)
add_library(gerbil_hub_library SHARED ${hub_sources})
add_library(gerbil::hub ALIAS gerbil_hub_library)
target_compile_options(gerbil_hub_library PRIVATE ${gerbil_warnings})
target_compile_features(gerbil_hub_library INTERFACE cxx_std_20)
target_include_directories(gerbil_hub_library
  INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(gerbil_hub_library PRIVATE $<BUILD_INTERFACE:gerbil_hub>)
target_link_options(gerbil_hub_library PRIVATE -Wl,--exclude-libs,ALL)
set_target_properties(gerbil_hub_library PROPERTIES
  OUTPUT_NAME gerbil-hub EXPORT_NAME hub VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
install(TARGETS gerbil_hub_library EXPORT gerbilTargets)
configure_file(cmake/gerbil-hub.pc.in gerbil-hub.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gerbil-hub.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
