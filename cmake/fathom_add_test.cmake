include(GoogleTest)

# fathom_add_test(NAME [WHOLE] SOURCES file... LAYERS layer... [LIBRARIES target...] [LABELS label...] [FIXTURES fixture...])
#
# One GoogleTest program; every TEST in it is a ctest, or all of them are one (WHOLE), where starting the program takes
# longer than most of its tests. Tests run with FATHOM_SHARED naming the folder of real
# data; where it is absent the tests that need it skip and say so.
function(fathom_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 TEST "WHOLE" "" "SOURCES;LAYERS;LIBRARIES;LABELS;FIXTURES")
  add_executable(${name} ${TEST_SOURCES})
  list(TRANSFORM TEST_LAYERS PREPEND fathom::)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_compile_options(${name} PRIVATE -ffp-contract=off)
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
