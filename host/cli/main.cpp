#include "cli/run.hpp"
#include "isolation/isolated_main.hpp"

#include <unistd.h>

int main(int argc, char** argv)
{
  if (const auto status = limn::isolated_main(argc, argv)) {
    return *status;
  }
  const int status = limn::run(argc, argv);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // Everything is written and closed. What some forty libraries would do now is to give back memory
  // that goes with the process: 3 % of a short command's time.
  ::_exit(status);
#endif
  return status;
}
