#pragma once

#include "base/log.hpp"

namespace limn::test {

class Silence : public Log
{
public:
  bool wants(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view) override {}
};

} // namespace limn::test
