// The executable is also that of the processes which its tests start.
#include "isolation/isolated_main.hpp"

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

int main(int argc, char** argv)
{
  if (const auto status = limn::isolated_main(argc, argv)) {
    return *status;
  }
  return doctest::Context(argc, argv).run();
}
