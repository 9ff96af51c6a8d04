#pragma once

#include <chrono>
#include <string>

namespace limn {

// How a key is presented: "Authorization: Bearer KEY".
struct KeyForm {
  std::string header = "Authorization";
  std::string scheme = "Bearer"; // empty: nothing stands before the key

  bool operator==(const KeyForm&) const = default;
};

// How a gateway is asked, as its provider has it: the contract's limn_terms. What is here is as
// with OpenAI.
struct GatewayTerms {
  enum class Models {
    listed,    // what is not in the list is not there
    key_check, // what is listed is something else: an answer says that URL and key are good
    no_list,   // it has none, and is not asked for one
  };

  KeyForm key;
  Models models = Models::listed;
  std::string models_path = "/models"; // behind the base URL
  std::string models_list; // names of members, '/' between them; empty: where lists are known to be
  std::string models_id;   // likewise, of an item
  std::chrono::milliseconds longest_attempt{0}; // 0: as long as any

  bool operator==(const GatewayTerms&) const = default;
};

} // namespace limn
