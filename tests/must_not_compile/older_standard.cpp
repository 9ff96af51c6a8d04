// Expected: limn/sdk.hpp needs C++20 (-std=c++20)
// Standard: c++17
#include <limn/sdk.hpp>
