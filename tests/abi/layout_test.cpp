// The same layout in C++.
#include "layout_test.c"
