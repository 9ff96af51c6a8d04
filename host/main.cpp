#include "plugin/isolation/isolated_main.hpp"
#include "run.hpp"

int main(int argc, char** argv)
{
  if (const auto status = limn::isolated_main(argc, argv)) {
    return *status;
  }
  return limn::run(argc, argv);
}
