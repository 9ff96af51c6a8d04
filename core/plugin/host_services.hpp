#pragma once

#include "base/log.hpp"
#include "failure/failure_words.hpp"

#include <limn/abi.h>

#include <memory>
#include <string>
#include <vector>

namespace limn {

// What a plugin looked for in the environment or on the disk. Of what it found nothing is kept.
struct LookedAt {
  enum class Kind { variable, file };
  enum class Found { nothing, something, unreadable }; // the last of files only

  Kind kind = Kind::variable;
  std::string name; // of the variable, or the path as the plugin gave it
  Found found = Found::nothing;
};

// The services that plugins may ask for: log, environment, files, clock, classifier. Outlives every
// plugin instance.
class HostServices
{
public:
  // `log` is borrowed and outlives this. `words` extend the built-in ones for the classifier.
  HostServices(Log& log, FailureWords words);
  ~HostServices();
  HostServices(const HostServices&) = delete;
  HostServices& operator=(const HostServices&) = delete;

  const limn_host* host() const;

  // What plugins looked at since this was last asked, each once, in their order; at most 256.
  std::vector<LookedAt> take_looked_at();

private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
