# One call a folder: folder = CMake target. Sources, tests, benchmarks and fuzz targets lie side by side and are found by
# their endings: x.cc, x_test.cc, x_bench.cc, x_fuzz.cc.
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

# pedalion_module(DEPS <pedalion targets> LIBS <libraries>): the library of this folder, with its tests.
function(pedalion_module)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" target ${path})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  set(benches ${sources})
  set(fuzzers ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")

  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
    target_link_libraries(${target} PUBLIC ${ARG_DEPS} ${ARG_LIBS} Threads::Threads)
    target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.h)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
    target_link_libraries(${target} INTERFACE ${ARG_DEPS} ${ARG_LIBS} Threads::Threads)
  endif()

  pedalion_install_module(${target} ${path})

  if(tests)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test ${target} GTest::gmock_main)
    add_test(NAME ${target} COMMAND ${target}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
  if(benches)
    add_executable(${target}_bench ${benches})
    target_link_libraries(${target}_bench ${target} benchmark::benchmark_main)
  endif()
  if(PEDALION_FUZZ)
    foreach(fuzzer IN LISTS fuzzers)
      get_filename_component(name ${fuzzer} NAME_WE)
      add_executable(${target}_${name} ${fuzzer})
      target_link_libraries(${target}_${name} ${target} -fsanitize=fuzzer)
      set_property(GLOBAL APPEND PROPERTY PEDALION_FUZZERS ${target}_${name})
    endforeach()
  endif()
endfunction()

# pedalion_grpc_api(NAME): library pedalion_..._api of this folder's NAME.proto, for modules that are loaded at run time.
function(pedalion_grpc_api name)
  find_program(PROTOC protoc REQUIRED)
  find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" target ${path}_api)
  set(root ${CMAKE_BINARY_DIR}/generated)
  set(base ${root}/${path}/${name})
  file(MAKE_DIRECTORY ${root}/${path})
  add_custom_command(
    OUTPUT ${base}.pb.cc ${base}.pb.h ${base}.grpc.pb.cc ${base}.grpc.pb.h
    COMMAND ${PROTOC} --proto_path=${CMAKE_SOURCE_DIR} --cpp_out=${root} --grpc_out=${root}
            --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} ${path}/${name}.proto
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    DEPENDS ${name}.proto
    VERBATIM)
  add_library(${target} STATIC ${base}.pb.cc ${base}.grpc.pb.cc)
  target_include_directories(${target} SYSTEM PUBLIC ${root})
  target_link_libraries(${target} PUBLIC grpc++ grpc gpr protobuf)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()
