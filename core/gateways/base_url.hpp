#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace limn {

// A base URL in the one form that limn compares and joins: no slash at the end, a pasted endpoint
// (/images/generations, /responses, /chat/completions, /models, ...) cut back, a doubled /v1 made
// single, /v1 added where there is no path at all. FailureClass::settings if it is no URL, has a
// query, or carries a password.
Result<std::string> normalised_base_url(std::string_view text);

// The same for a provider that takes it as it stands (LIMN_TAKES_BARE_BASE_URL): nothing is cut off
// but slashes at the end, and nothing is added.
Result<std::string> bare_base_url(std::string_view text);

// Whether the last segment of its path, or the one before, is a version: /v1, /v1beta/openai.
// Nothing is added behind one.
bool has_version(std::string_view base_url);

// The host, for a name: "api.openai.com". Of what is no URL, all but what may be a secret.
std::string host_of(std::string_view base_url);

// What can be shown of a text that was to be a base URL and is none: not what stands before an '@',
// nor a query or fragment.
std::string without_credentials(std::string_view text);

} // namespace limn
