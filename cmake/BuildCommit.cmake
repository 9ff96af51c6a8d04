# cmake -DSOURCE=FOLDER -DCOMMIT_CPP=FILE -P BuildCommit.cmake: writes the commit that FOLDER stands at into FILE, for host/cli/build_commit.hpp. A file that
# says it already is left alone: nothing is compiled and linked for it.
set(ENV{GIT_OPTIONAL_LOCKS} 0)
set(commit unknown)
execute_process(COMMAND git -C ${SOURCE} rev-parse --show-prefix HEAD OUTPUT_VARIABLE told RESULT_VARIABLE failed ERROR_QUIET)
# Before the commit stands where FOLDER is in its repository: in another one's it is no commit of limn's.
if(NOT failed AND told MATCHES "^\n([0-9a-f]+)\n$")
  set(commit ${CMAKE_MATCH_1})
  execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes RESULT_VARIABLE failed ERROR_QUIET)
  if(failed OR changes)
    string(APPEND commit -dirty)
  endif()
endif()
file(CONFIGURE OUTPUT ${COMMIT_CPP} CONTENT [[
// Made by cmake/BuildCommit.cmake.
#include "cli/build_commit.hpp"

namespace limn {

std::string_view commit_of_build()
{
  return "@commit@";
}

} // namespace limn
]] @ONLY)
