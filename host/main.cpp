#include "run.hpp"

int main(int argc, char** argv)
{
  return limn::run(argc, argv);
}
