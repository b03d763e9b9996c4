# fusebox_folder(NAME [USES folder...] [LIBRARIES target...])
#   The library of fusebox/NAME, from all its sources. USES names the folders it may include.
# fusebox_tests(NAME [LIBRARIES target...])
#   test_NAME from tests/NAME/*_test.cpp, and test_NAME_slow (label "slow") from *_slow_test.cpp.

function(fusebox_folder name)
  cmake_parse_arguments(arg "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/fusebox/${name}/*.cpp)
  list(TRANSFORM arg_USES PREPEND fusebox_)
  if(sources)
    add_library(fusebox_${name} STATIC ${sources})
    target_link_libraries(fusebox_${name} PUBLIC fusebox_settings ${arg_USES} ${arg_LIBRARIES})
    fusebox_precompile(fusebox_${name} LIBRARY)
    if(FUSEBOX_FUZZ)
      target_compile_options(fusebox_${name} PRIVATE -fsanitize=fuzzer-no-link)  # fuzzers see the branches taken
    endif()
  else()
    add_library(fusebox_${name} INTERFACE)
    target_link_libraries(fusebox_${name} INTERFACE fusebox_settings ${arg_USES} ${arg_LIBRARIES})
  endif()
endfunction()

function(fusebox_tests name)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  file(GLOB all CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${name}/*_test.cpp)
  set(slow ${all})
  set(fast ${all})
  list(FILTER slow INCLUDE REGEX "_slow_test.cpp$")
  list(FILTER fast EXCLUDE REGEX "_slow_test.cpp$")
  if(fast)
    fusebox_test_program(test_${name} "fast" "${fast}" "${arg_LIBRARIES}")
  endif()
  if(slow)
    fusebox_test_program(test_${name}_slow "slow" "${slow}" "${arg_LIBRARIES}")
  endif()
endfunction()

function(fusebox_test_program target label sources libraries)
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE ${libraries} fusebox_settings GTest::gtest_main)
  fusebox_precompile(${target} TEST)
  # Tests are compiled more often than they run: what is tested is optimised, not they.
  fusebox_optimise_less(${target})
  target_compile_definitions(${target} PRIVATE
    FUSEBOX_SOURCE_DIR="${PROJECT_SOURCE_DIR}" FUSEBOX_ASSETS_DIR="${PROJECT_SOURCE_DIR}/build/assets"
    FUSEBOX_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${target} COMMAND ${target})
  # The longest begin first. A cache for each: some tests damage entries, others run at the same time.
  string(COMPARE EQUAL ${label} "slow" first)
  set_tests_properties(${target} PROPERTIES LABELS ${label} TIMEOUT 900 COST $<IF:${first},100,1>
                       ENVIRONMENT FUSEBOX_CACHE=${PROJECT_BINARY_DIR}/test-cache/${target})
endfunction()

# The tests of a program once more, on our own plugin: tests/test_plugin.h.
function(fusebox_test_on_ours target)
  if(NOT TARGET fusebox_cpu_compiler)
    return()
  endif()
  add_test(NAME ${target}.ours COMMAND ${target})
  get_test_property(${target} LABELS label)
  set_tests_properties(${target}.ours PROPERTIES LABELS ${label} TIMEOUT 900
    ENVIRONMENT "FUSEBOX_CACHE=${PROJECT_BINARY_DIR}/test-cache/${target}.ours;FUSEBOX_TEST_PLUGIN=$<TARGET_FILE:pjrt_fusebox_cpu>")
  if(NOT FUSEBOX_SANITIZE)  # with sanitizers, only who builds everything runs these
    add_dependencies(${target} pjrt_fusebox_cpu fusebox_cpu_compiler)
  endif()
endfunction()
