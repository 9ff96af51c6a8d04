#pragma once

#include "isolation/isolated_calls.hpp"

#include <limn/abi.h>

#include <string>
#include <string_view>

namespace limn {

// A provider of the contract whose functions are calls into the process of an isolated one. A
// process that fails is a call that fails with LIMN_INTERNAL and says how; what the plugin threw is
// thrown here.
class StandIn
{
public:
  struct Words {
    std::string id;
    std::string display_name;
    std::string summary;
    std::string who; // for messages: "provider acme (/path/acme.so)"
  };
  enum class Cancel { absent, offered };
  enum class Terms { absent, offered };

  // `calls` and `log` outlive this. `index` is that of the component in its plugin.
  StandIn(IsolatedCalls& calls, Log& log, std::uint32_t index, Words words, Cancel cancel,
          Terms terms);
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  const limn_component* component() const { return &m_component; }

  // What its `create` wants to be given: how it knows whose it is.
  const limn_host* host() const { return &m_host; }

private:
  struct Thunks;

  limn_status call(std::string_view function, MessageWriter message, const Ears& ears,
                   bool* has_made_something = nullptr) const;
  void call_last(std::string_view function, MessageWriter message) const;

  IsolatedCalls& m_calls;
  Log& m_log;
  std::uint32_t m_index;
  Words m_words;
  limn_provider_v1 m_functions{};
  limn_component m_component{};
  limn_host m_host{};
};

} // namespace limn
