# Warnings stop the build for those who work on limn (a git checkout, CI), and never for those who only build it.
add_library(standard_warnings INTERFACE)
target_compile_options(standard_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wcast-align -Wunused -Wformat=2
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers>
  # g++ 12 sees overlaps in std::string that are not there (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

if(EXISTS ${PROJECT_SOURCE_DIR}/.git OR DEFINED ENV{CI})
  set(LIMN_DEV_MODE_DEFAULT ON)
else()
  set(LIMN_DEV_MODE_DEFAULT OFF)
endif()
option(LIMN_DEV_MODE "Warnings are errors" ${LIMN_DEV_MODE_DEFAULT})
if(LIMN_DEV_MODE)
  target_compile_options(standard_warnings INTERFACE -Werror)
endif()
