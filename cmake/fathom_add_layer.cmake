# fathom_add_layer(NAME [SHARED] [SEPARATE] SOURCES file... [ALONE file...] [DEPENDS layer...] [LIBRARIES target...])
#
# One layer, one target. DEPENDS are the earlier layers it may include (tools/check_layers holds the order);
# LIBRARIES are third-party, and private: no public header of a layer shows one. ALONE are those of the sources whose
# private names others have too: under FATHOM_UNITY they are compiled by themselves, as all are in a layer that is SEPARATE.
function(fathom_add_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 LAYER "SHARED;SEPARATE" "" "SOURCES;ALONE;DEPENDS;LIBRARIES")
  if(LAYER_SHARED)
    add_library(fathom_${name} SHARED ${LAYER_SOURCES})
  else()
    add_library(fathom_${name} STATIC ${LAYER_SOURCES})
  endif()
  add_library(fathom::${name} ALIAS fathom_${name})
  target_include_directories(fathom_${name}
    PUBLIC ${PROJECT_SOURCE_DIR}/include
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  # Reproducible arithmetic: the compiler never fuses a multiply and an add unless the source says so.
  target_compile_options(fathom_${name} PRIVATE -ffp-contract=off)
  list(TRANSFORM LAYER_DEPENDS PREPEND fathom::)
  target_link_libraries(fathom_${name} PUBLIC ${LAYER_DEPENDS} PRIVATE fathom_warnings ${LAYER_LIBRARIES})
  set_target_properties(fathom_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(FATHOM_UNITY AND NOT LAYER_SEPARATE)
    set_target_properties(fathom_${name} PROPERTIES UNITY_BUILD ON)
    set_source_files_properties(${LAYER_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()
