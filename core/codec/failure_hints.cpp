#include "codec/classify.hpp"

namespace limn {

// One sentence for each class, about what the reader can do now.
std::string_view default_hint(FailureClass failure_class)
{
  switch (failure_class) {
  case FailureClass::content:
    return "The prompt or an input image was refused for what it would show: change it. "
           "limn does not take a refusal to another gateway.";
  case FailureClass::billing:
    return "This is about the account and not about the interface: add credit or raise its limit, "
           "or use another gateway.";
  case FailureClass::auth:
    return "Check that the variable with the key is exported, and that URL and key come from the "
           "same place.";
  case FailureClass::access:
    return "The key is valid but may not do this: verify the organisation, let the key use the "
           "model, or check "
           "the country or address that it is used from.";
  case FailureClass::model:
    return "This gateway does not serve the model: see what it lists with `limn verify`, and list "
           "and generate with the same "
           "gateway.";
  case FailureClass::endpoint:
    return "Check the base URL: most gateways want it to end in /v1, and some do not offer this "
           "way to generate images.";
  case FailureClass::size:
    return "Choose another size, 1024x1024 is understood nearly everywhere; `-s auto` lets the "
           "model choose.";
  case FailureClass::parameter:
    return "The gateway does not know this parameter or this use of it: leave it out.";
  case FailureClass::invalid_request:
    return "The gateway does not accept the request as it is: change what the message names; "
           "trying again does not help.";
  case FailureClass::rate_limited:
    return "Too many requests at once: wait a little, or use another gateway meanwhile.";
  case FailureClass::server:
    return "The fault is on the gateway's side: try again later, or use another gateway.";
  case FailureClass::unreachable:
    return "Check the host name of the base URL, the network and the proxy settings.";
  case FailureClass::tls:
    return "Check the date of this machine and its certificates; if the gateway uses a private "
           "authority, name its "
           "certificate with --cacert.";
  case FailureClass::outcome_unknown:
    return "The image may have been drawn and charged: look at the gateway's usage page before you "
           "try again, and raise "
           "--timeout if it was too short.";
  case FailureClass::no_image:
    return "The model answered without drawing: ask for a picture in plainer words, or use another "
           "model or provider.";
  case FailureClass::bad_image:
    return "The image arrived damaged: what came is kept, and the gateway has probably charged for "
           "it.";
  case FailureClass::cancelled:
    return "It was stopped from this side; a request that had been sent already may still be "
           "charged.";
  case FailureClass::not_saved:
    return "Check that the folder exists, can be written to and has room, or choose another one "
           "with -d.";
  case FailureClass::internal:
    return "This is a fault of limn or of a plugin: run it again with -v and report what it "
           "prints.";
  case FailureClass::settings:
    return "See which value counts and where it comes from with `limn config list`.";
  case FailureClass::not_found:
    return "Check the path and its spelling.";
  case FailureClass::unsupported:
    return "Leave out the option that the message names, or choose another provider with "
           "--provider.";
  case FailureClass::usage:
    return "See `limn --help`.";
  case FailureClass::no_gateway:
    return "Set OPENAI_BASE_URL and OPENAI_API_KEY, or add a gateway to limn.yaml; `limn discover` "
           "shows where limn looks.";
  }
  return {};
}

} // namespace limn
