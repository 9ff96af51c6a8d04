#include "job/exit_status.hpp"

#include <csignal>

namespace limn {

int exit_status(FailureClass failure_class)
{
  switch (failure_class) {
  case FailureClass::internal:
  case FailureClass::not_found:
    return 1;
  case FailureClass::usage:
  case FailureClass::settings:
    return 2;
  case FailureClass::no_gateway:
    return 3;
  case FailureClass::auth:
  case FailureClass::access:
    return 4;
  case FailureClass::billing:
    return 5;
  case FailureClass::model:
  case FailureClass::endpoint:
  case FailureClass::unsupported:
    return 6;
  case FailureClass::content:
    return 7;
  case FailureClass::server:
  case FailureClass::unreachable:
  case FailureClass::tls:
    return 8;
  case FailureClass::outcome_unknown:
    return 9;
  case FailureClass::not_saved:
    return 10;
  case FailureClass::no_image:
  case FailureClass::bad_image:
    return 11;
  case FailureClass::rate_limited:
    return 12;
  case FailureClass::size:
  case FailureClass::parameter:
  case FailureClass::invalid_request:
  case FailureClass::unclear:
    return 13;
  case FailureClass::cancelled:
    return exit_status(StopSignal::interrupt);
  }
  return 1;
}

int exit_status(StopSignal signal)
{
  constexpr int by_signal = 128;
  switch (signal) {
  case StopSignal::interrupt:
    return by_signal + SIGINT;
  case StopSignal::terminate:
    return by_signal + SIGTERM;
  case StopSignal::hang_up:
    return by_signal + SIGHUP;
  }
  return 1;
}

} // namespace limn
