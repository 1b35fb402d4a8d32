# Compile options and the two functions that every folder uses.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()

option(STATEROOM_SANITIZE "Build with the address and undefined behaviour sanitizers" OFF)
option(STATEROOM_FUZZ "Build the fuzz targets of tests/fuzz, with clang's libFuzzer and both sanitizers" OFF)

# How our own files are compiled. Linked as $<BUILD_INTERFACE:…>: whoever uses the installed library chooses their own warnings.
add_library(stateroom_options INTERFACE)
target_compile_options(stateroom_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(STATEROOM_FUZZ)
  # clang warns of other things than g++, whose warnings are errors; here it only compiles.
  target_compile_options(stateroom_options INTERFACE -w -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(stateroom_options INTERFACE -fsanitize=address,undefined)
else()
  target_compile_options(stateroom_options INTERFACE -Wno-restrict -Werror)
endif()
if(STATEROOM_SANITIZE)
  # g++ 12 sees uninitialised variables where the sanitizers' own code stands between a write and a read.
  target_compile_options(stateroom_options INTERFACE -Wno-maybe-uninitialized)
  target_compile_options(stateroom_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(stateroom_options INTERFACE -fsanitize=address,undefined)
endif()
add_library(stateroom::options ALIAS stateroom_options)  # of our own build only: it is linked as $<BUILD_INTERFACE:…>, never installed

# stateroom_library(<name> SOURCES … HEADERS … [DEPENDS …] [PRIVATE …]): static library stateroom::<name> of one folder.
function(stateroom_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;DEPENDS;PRIVATE" ${ARGN})
  add_library(stateroom_${name} STATIC)
  add_library(stateroom::${name} ALIAS stateroom_${name})
  set_target_properties(stateroom_${name} PROPERTIES EXPORT_NAME ${name})
  target_sources(stateroom_${name} PRIVATE ${ARG_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  target_compile_features(stateroom_${name} PUBLIC cxx_std_23)
  target_link_libraries(stateroom_${name} PUBLIC ${ARG_DEPENDS} PRIVATE $<BUILD_INTERFACE:stateroom_options> ${ARG_PRIVATE})
  install(TARGETS stateroom_${name} EXPORT stateroom-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/stateroom)
endfunction()

# stateroom_test(<name> SOURCES … [DEPENDS …]): a GoogleTest program, each of its tests known to ctest.
function(stateroom_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main stateroom_options)
  target_compile_definitions(${name} PRIVATE STATEROOM_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  include(GoogleTest)
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit)
endfunction()

# stateroom_embed_texts(<name> NAMESPACE … FILES …): compiles the bytes of files into the library stateroom::<name>, as the function
#   std::span<const std::pair<std::string_view, std::string_view>> NAMESPACE::embedded_texts()
# that gives each file's path below the folder and its bytes, sorted by path. The folder's own header declares it.
function(stateroom_embed_texts name)
  cmake_parse_arguments(ARG "" "NAMESPACE" "FILES" ${ARGN})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_texts.cpp)
  list(TRANSFORM ARG_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE paths)
  list(JOIN ARG_FILES "|" files)
  add_custom_command(OUTPUT ${output} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DNAMESPACE=${ARG_NAMESPACE} -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR} "-DFILES=${files}"
      -P ${PROJECT_SOURCE_DIR}/cmake/embed_texts.cmake
    DEPENDS ${paths} ${PROJECT_SOURCE_DIR}/cmake/embed_texts.cmake)
  target_sources(stateroom_${name} PRIVATE ${output})
endfunction()

# stateroom_bench(<name> SOURCES … [DEPENDS …]): a Google Benchmark program; `make bench` runs them one after the other.
function(stateroom_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} benchmark::benchmark_main stateroom_options)
  target_compile_definitions(${name} PRIVATE STATEROOM_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_custom_target(run_${name} COMMAND ${name} USES_TERMINAL COMMENT "${name}")
  add_dependencies(run_bench run_${name})
endfunction()
