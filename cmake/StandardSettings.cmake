# How first-party code is compiled. Linked PRIVATE by first-party targets only, so that nothing leaks to users of the SDK.
add_library(standard_settings INTERFACE)
target_compile_features(standard_settings INTERFACE cxx_std_20 c_std_11)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

target_compile_definitions(standard_settings INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

# A start pays for every page of the command that it touches. Small code is a third of -O2's; where each byte of an image passes
# is -O2 all the same (limn_optimise). What nothing calls stays out.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(standard_settings INTERFACE
    $<IF:$<BOOL:$<TARGET_PROPERTY:LIMN_OPTIMISED>>,-O2,-Os> -ffunction-sections -fdata-sections)
  target_link_options(standard_settings INTERFACE LINKER:--gc-sections)
endif()

set(LIMN_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
if(LIMN_SANITIZE)
  # Whole tree, not only first-party targets: a plugin and the host must agree.
  add_compile_options(-fsanitize=${LIMN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LIMN_SANITIZE})
  if(LIMN_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Asio has a fence that g++'s thread sanitizer cannot see; nothing of ours relies on it.
    add_compile_options(-Wno-tsan)
  endif()
  if(LIMN_SANITIZE MATCHES undefined AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # RapidJSON's stack adds an offset to a null pointer.
    add_compile_options(-fno-sanitize=pointer-overflow)
  endif()
endif()

function(limn_optimise target)
  set_target_properties(${target} PROPERTIES LIMN_OPTIMISED ON) # of two options the last one counts: there is only one
  if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND LIMN_SANITIZE)
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()

# Files that are compiled as one read their headers once: two fifths of the time. Each file alone is what the preset `debug`
# builds, and what scripts/tidy looks at.
option(LIMN_UNITY "Compile the files of a folder together" ON)

function(limn_build_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${LIMN_UNITY} UNITY_BUILD_BATCH_SIZE 10)
endfunction()
