#include "viewer/viewer.hpp"

#include <unistd.h>

int main(int argc, char** argv)
{
  const int status = limn::viewer::view(argc, argv);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  ::_exit(status); // all is written
#endif
  return status;
}
