# The compiler, its warnings, and the sanitizers a preset asks for (PEDALION_SANITIZE=address;undefined | thread).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines silently: use clang 19 (./dev build "
                      "installs it) or g++ 14 or later.")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} lacks std::expected on libstdc++: clang 19 is needed.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(PEDALION_FUZZ "Build the libFuzzer targets" OFF)
set(PEDALION_SANITIZE "" CACHE STRING "Sanitizers, as a list: address;undefined or thread")

add_compile_options(-Wall -Wextra -Werror -Wno-missing-field-initializers -fno-omit-frame-pointer)
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Lets ccache serve precompiled headers and what is built with them.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()
# What nobody calls is left out.
add_link_options(-Wl,--gc-sections -Wl,--as-needed)
foreach(sanitizer IN LISTS PEDALION_SANITIZE)
  add_compile_options(-fsanitize=${sanitizer})
  add_link_options(-fsanitize=${sanitizer})
endforeach()
if("undefined" IN_LIST PEDALION_SANITIZE)
  add_compile_options(-fno-sanitize-recover=undefined)
endif()
if(PEDALION_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
