# What a plugin's CMakeLists.txt calls. The same functions serve plugins inside and outside of limn's own tree.
set(LIMN_PLUGIN_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

# limn_add_plugin(NAME SOURCES file...)
#
# Makes the target NAME: the shared library NAME.so, with one exported symbol, limn_entry_v1. C11 and C++20 are the least;
# a target may ask for more (target_compile_features).
function(limn_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "limn_add_plugin: '${name}' is no name: small letters, digits and underscores, a letter first, "
      "such as acme_images")
  endif()
  string(LENGTH ${name} length)
  if(length GREATER 64)
    message(FATAL_ERROR "limn_add_plugin: the name '${name}' has ${length} characters; 64 are allowed")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "limn_add_plugin(${name}): '${arg_UNPARSED_ARGUMENTS}' is not understood; write "
      "limn_add_plugin(${name} SOURCES ${name}.cpp)")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "limn_add_plugin(${name}): there are no SOURCES; write limn_add_plugin(${name} SOURCES ${name}.cpp)")
  endif()

  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE limn::plugin_sdk)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CXX" IN_LIST languages)
    target_compile_features(${name} PRIVATE cxx_std_20)
  endif()
  if("C" IN_LIST languages)
    target_compile_features(${name} PRIVATE c_std_11)
  endif()
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    SUFFIX .so
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    LINK_DEPENDS ${LIMN_PLUGIN_CMAKE_DIR}/limn_plugin.map)
  # libstdc++ stays shared: two copies of it in a plugin that links another C++ library break each other's exceptions, and
  # its ABI has been kept since 2015. A plugin must only not be built with a newer compiler than the machine that runs it
  # has a libstdc++ for; limn then says which version is missing. An author who has to can link with -static-libstdc++
  # -static-libgcc: the version script keeps such a copy to itself.
  target_link_options(${name} PRIVATE LINKER:--version-script=${LIMN_PLUGIN_CMAKE_DIR}/limn_plugin.map)
  # A missing symbol is found when linking, not when a user runs it. Sanitizers leave symbols to the executable.
  if(NOT LIMN_SANITIZE AND NOT "${CMAKE_CXX_FLAGS} ${CMAKE_C_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS}" MATCHES "-fsanitize=")
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
endfunction()

# limn_add_conformance_test(TARGET [ARGUMENT...])
#
# The test conformance_TARGET: `limn plugins check` on the plugin, with further arguments of it if there are any. Needs
# enable_testing() before it. The user's own settings and plugins play no part.
function(limn_add_conformance_test target)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "limn_add_conformance_test: '${target}' is no target; call limn_add_plugin(${target} ...) first")
  endif()
  set(patience "")
  if(LIMN_SANITIZE)
    set(patience --time-limit 100) # everything takes ten times as long
  endif()
  add_test(NAME conformance_${target}
    COMMAND $<TARGET_FILE:limn::limn> plugins check ${patience} ${ARGN} $<TARGET_FILE:${target}>)
  limn_isolate_test(conformance_${target})
endfunction()

# limn_isolate_test(TEST): a home of its own for a test that runs limn.
function(limn_isolate_test test)
  set(home ${CMAKE_CURRENT_BINARY_DIR}/limn_home)
  set_tests_properties(${test} PROPERTIES
    ENVIRONMENT "HOME=${home}"
    ENVIRONMENT_MODIFICATION "XDG_CONFIG_HOME=unset:;XDG_DATA_HOME=unset:;XDG_STATE_HOME=unset:;XDG_CACHE_HOME=unset:;LIMN_PLUGIN_PATH=unset:")
endfunction()
