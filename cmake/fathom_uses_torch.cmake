# fathom_uses_torch(TARGET [REUSE other])
#
# For targets whose sources include LibTorch's headers, which take most of the compiler's time: the headers are
# precompiled (or those of `other` taken), several sources share what they make of its templates, and what only calls
# LibTorch is not optimised further than it shows in a result.
function(fathom_uses_torch target)
  cmake_parse_arguments(PARSE_ARGV 1 USES "" "REUSE" "")
  if(USES_REUSE)
    target_precompile_headers(${target} REUSE_FROM ${USES_REUSE})
  else()
    target_precompile_headers(${target} PRIVATE <torch/torch.h>)
  endif()
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
endfunction()
