include(GoogleTest)

# fathom_add_test(NAME [WHOLE] [OPTIMIZED] SOURCES file... LAYERS layer... [LIBRARIES target...] [LABELS label...] [FIXTURES fixture...])
#
# One GoogleTest program; every TEST in it is a ctest, or all of them are one (WHOLE), where starting the program takes
# longer than most of its tests. Most tests compile longer than they run, and are optimised lightly; OPTIMIZED are those
# that compute at length themselves. Tests run with FATHOM_SHARED naming the folder of real
# data; where it is absent the tests that need it skip and say so.
function(fathom_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 TEST "WHOLE;OPTIMIZED" "" "SOURCES;LAYERS;LIBRARIES;LABELS;FIXTURES")
  add_executable(${name} ${TEST_SOURCES})
  list(TRANSFORM TEST_LAYERS PREPEND fathom::)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_compile_options(${name} PRIVATE -ffp-contract=off)
  if(NOT TEST_OPTIMIZED)
    target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
    # Those of networks have LibTorch's instead.
    if(NOT "fathom::learn" IN_LIST TEST_LAYERS)
      target_precompile_headers(${name} REUSE_FROM fathom_test_headers)
    endif()
  endif()
  target_link_libraries(${name} PRIVATE fathom_warnings ${TEST_LAYERS} ${TEST_LIBRARIES} GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  set(properties TIMEOUT 600 ENVIRONMENT "FATHOM_SHARED=${FATHOM_SHARED}")
  if(TEST_LABELS)
    list(APPEND properties LABELS "${TEST_LABELS}")
  endif()
  if(TEST_FIXTURES)
    list(APPEND properties FIXTURES_REQUIRED "${TEST_FIXTURES}")
  endif()
  if(TEST_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES ${properties})
  else()
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
  endif()
endfunction()
