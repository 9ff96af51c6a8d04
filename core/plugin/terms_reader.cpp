#include "plugin/terms_reader.hpp"

#include "base/ascii.hpp"
#include "base/credential_name.hpp"
#include "plugin/header_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace limn {

namespace {

constexpr std::size_t k_longest_key_header = 64;
constexpr std::size_t k_longest_key_scheme = 32;
constexpr std::size_t k_longest_models_path = 1024;
constexpr std::size_t k_longest_member = 256;
constexpr std::chrono::milliseconds k_longest_attempt = std::chrono::hours(24);

// Their names end as a credential's does, and they are none of a gateway's.
constexpr std::array<std::string_view, 3> k_no_key_headers{"cookie", "set-cookie",
                                                           "idempotency-key"};

bool may_carry_key(std::string_view header)
{
  const auto name = ascii_lower(header);
  return is_token(header) && names_credential(header) && !name.starts_with("proxy-")
         && !name.starts_with("sec-")
         && std::ranges::find(k_no_key_headers, name) == k_no_key_headers.end();
}

Read<KeyForm> read_key_form(const limn_terms& terms)
{
  LIMN_TRY_ASSIGN(const auto header,
                  read_text(terms.key_header, k_longest_key_header, "a key's header"));
  LIMN_TRY_ASSIGN(const auto scheme,
                  read_text(terms.key_scheme, k_longest_key_scheme, "a key's scheme"));
  if (header.empty()) {
    return KeyForm();
  }
  if (!may_carry_key(header)) {
    return fail(Fault{0, fmt::format("wants the key in the header \"{}\", which carries none: its "
                                     "name has to say what it carries, as api-key does",
                                     header)});
  }
  if (!scheme.empty() && !is_token(scheme)) {
    return fail(Fault{0, fmt::format("wants \"{}\" before the key: that is no scheme", scheme)});
  }
  return KeyForm{std::string(header), std::string(scheme)};
}

} // namespace

Read<GatewayTerms> read_terms(const limn_terms* terms)
{
  if (!terms || !LIMN_HAS(terms, limn_terms, longest_attempt_ms)) {
    return fail(Fault{1, "told terms that are smaller than limn_terms of contract 1.1"});
  }
  GatewayTerms read;
  LIMN_TRY_ASSIGN(read.key, read_key_form(*terms));
  LIMN_TRY_ASSIGN(const auto path,
                  read_text(terms->models_path, k_longest_models_path, "a path of models"));
  if (!path.empty()) {
    if (!is_request_path(path)) {
      return fail(Fault{0, fmt::format("wants models asked for at \"{}\": a path begins with '/' "
                                       "and is percent-encoded",
                                       path)});
    }
    read.models_path = path;
  }
  LIMN_TRY_ASSIGN(read.models_list, read_text(terms->models_list, k_longest_member, "a list"));
  LIMN_TRY_ASSIGN(read.models_id, read_text(terms->models_id, k_longest_member, "an id's name"));
  read.longest_attempt = std::chrono::milliseconds(terms->longest_attempt_ms);
  if (read.longest_attempt < read.longest_attempt.zero()
      || read.longest_attempt > k_longest_attempt) {
    return fail(Fault{0, fmt::format("wants {} ms for an attempt: that is more than a day, or less "
                                     "than nothing",
                                     terms->longest_attempt_ms)});
  }
  if ((terms->flags & LIMN_TERMS_NO_LIST) != 0) {
    read.models = GatewayTerms::Models::no_list;
  } else if ((terms->flags & LIMN_TERMS_KEY_CHECK) != 0) {
    read.models = GatewayTerms::Models::key_check;
  }
  return read;
}

} // namespace limn
