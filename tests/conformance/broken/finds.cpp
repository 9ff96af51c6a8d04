// No fault: what the other sources are without theirs.
#include "finding.hpp"

FINDING_PLUGIN(Finding)
