#pragma once

#include <string_view>

namespace limn {

// Whether a header, a query's parameter or a free setting of that name holds a credential by the
// look of it: "access_key.id" and "apiKey" do, "max_tokens" does not.
bool names_credential(std::string_view name);

} // namespace limn
