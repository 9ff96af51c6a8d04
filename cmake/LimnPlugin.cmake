# limn_add_plugin(NAME SOURCES file...)
#
# Makes the shared library NAME.so with one exported symbol, limn_entry_v1. The same function serves plugins inside and
# outside of limn's own tree.
set(LIMN_PLUGIN_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

function(limn_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE limn::plugin_sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    LINK_DEPENDS ${LIMN_PLUGIN_CMAKE_DIR}/limn_plugin.map)
  target_link_options(${name} PRIVATE LINKER:--version-script=${LIMN_PLUGIN_CMAKE_DIR}/limn_plugin.map)
  # A missing symbol is found when linking, not when a user runs it. Sanitizers leave symbols to the executable.
  if(NOT LIMN_SANITIZE)
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
endfunction()
