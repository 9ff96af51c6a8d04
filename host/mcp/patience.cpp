#include "mcp/patience.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace limn {

namespace {

enum class Hears { anyone, with_progress }; // whom the longer time is for

// Read in the hosts' own sources and issue threads (the first words of clientInfo.name).
struct Known {
  std::string_view name;
  std::chrono::seconds local;
  std::chrono::seconds remote;
  Hears hears;
};

constexpr std::chrono::seconds k_usual{45};
constexpr std::chrono::seconds k_long{240};
constexpr std::chrono::seconds k_short{25};

constexpr std::array k_known{
  Known{"claude-code", k_long, k_usual, Hears::anyone},       // stdio: hours; HTTP: 60 s unless set
  Known{"codex", k_long, k_long, Hears::anyone},              // 300 s
  Known{"hermes", k_long, k_long, Hears::anyone},             // 300 s
  Known{"visual studio code", k_long, k_long, Hears::anyone}, // no limit
  Known{"vscode", k_long, k_long, Hears::anyone},
  Known{"opencode", k_long, k_long, Hears::with_progress},    // 60 s, which progress begins anew
  Known{"copilot-intellij", k_short, k_short, Hears::anyone}, // about 30 s
  Known{"github-copilot-intellij", k_short, k_short, Hears::anyone},
  Known{"jetbrains", k_short, k_short, Hears::anyone},
};

} // namespace

std::chrono::seconds patience_with(const McpClient& client, bool wants_progress,
                                   std::optional<std::chrono::seconds> setting)
{
  if (setting) {
    return *setting;
  }
  const auto name = ascii_lower(client.name);
  const auto* const known =
    std::ranges::find_if(k_known, [&](const Known& one) { return name.starts_with(one.name); });
  if (known == k_known.end() || (known->hears == Hears::with_progress && !wants_progress)) {
    return k_usual;
  }
  return client.is_remote ? known->remote : known->local;
}

} // namespace limn
