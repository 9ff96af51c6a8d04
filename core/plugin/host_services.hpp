#pragma once

#include "base/log.hpp"
#include "failure/failure_words.hpp"

#include <limn/abi.h>

#include <memory>

namespace limn {

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

private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
