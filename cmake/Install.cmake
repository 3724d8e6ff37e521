# What is installed and packaged: the program (component runtime), and the libraries with their headers (component
# development) for find_package(pedalion) and pkg-config. What the client library needs is a set of its own, so that its
# users need nothing of the server's.
set(CMAKE_INSTALL_LIBDIR lib)
set(PEDALION_CLIENT_FOLDERS "^pedalion/(base|http|apimachinery|client|controllers)(/|$)")

# Called for each module.
function(pedalion_install_module target path)
  if(path MATCHES "/testing$|^tests/|^bench|/storage/kms$|/etcd3(/module)?$")
    return()
  endif()
  set(part server)
  if(path MATCHES "${PEDALION_CLIENT_FOLDERS}")
    set(part client)
  endif()
  string(REGEX REPLACE "^pedalion_" "" name ${target})
  set_property(TARGET ${target} PROPERTY EXPORT_NAME ${name})
  add_library(pedalion::${name} ALIAS ${target})
  install(TARGETS ${target} EXPORT pedalion-${part} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/pedalion
          COMPONENT development)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    set_property(GLOBAL APPEND_STRING PROPERTY PEDALION_PC_${part} " -l${target}")
  endif()
endfunction()

# Called last.
function(pedalion_finish_install)
  add_library(pedalion_client INTERFACE)
  target_link_libraries(pedalion_client INTERFACE pedalion_client_config pedalion_client_informer pedalion_client_tools
                        pedalion_client_streaming)
  set_property(TARGET pedalion_client PROPERTY EXPORT_NAME client)
  add_library(pedalion::client ALIAS pedalion_client)
  install(TARGETS pedalion_client EXPORT pedalion-client COMPONENT development)

  install(TARGETS pedalion RUNTIME DESTINATION bin COMPONENT runtime)
  # Where the program looks for it: beside bin/.
  install(TARGETS pedalion_etcd3 LIBRARY DESTINATION lib COMPONENT runtime)
  install(DIRECTORY pedalion/ DESTINATION include/pedalion COMPONENT development FILES_MATCHING PATTERN "*.h"
          PATTERN "testing" EXCLUDE PATTERN "*_internal.h" EXCLUDE PATTERN "test_*.h" EXCLUDE
          PATTERN "*_for_tests.h" EXCLUDE)

  set(cmake_directory ${CMAKE_INSTALL_LIBDIR}/cmake/pedalion)
  foreach(part client server)
    install(EXPORT pedalion-${part} NAMESPACE pedalion:: DESTINATION ${cmake_directory} COMPONENT development)
  endforeach()
  include(CMakePackageConfigHelpers)
  configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/pedalionConfig.cmake.in pedalionConfig.cmake
                                INSTALL_DESTINATION ${cmake_directory})
  write_basic_package_version_file(pedalionConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_BINARY_DIR}/pedalionConfig.cmake ${CMAKE_BINARY_DIR}/pedalionConfigVersion.cmake
          DESTINATION ${cmake_directory} COMPONENT development)

  get_property(PEDALION_CLIENT_LIBRARIES GLOBAL PROPERTY PEDALION_PC_client)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/pedalion-client.pc.in pedalion-client.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/pedalion-client.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
          COMPONENT development)
endfunction()

# cpack -G DEB: pedalion (the program) and libpedalion-dev.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME pedalion)
set(CPACK_PACKAGE_VENDOR "The Pedalion authors")
set(CPACK_PACKAGE_CONTACT "The Pedalion authors <pedalion@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Kubernetes REST API server")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME pedalion)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libpedalion-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "Kubernetes client library and API server machinery in C++ (development files)")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libboost-dev, libssl-dev, libnghttp2-dev, libfmt-dev, libspdlog-dev, libyaml-dev, libsimdjson-dev, zlib1g-dev")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
include(CPack)
