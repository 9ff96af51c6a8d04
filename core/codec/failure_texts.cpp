#include "codec/failure_texts.hpp"

#include <array>

namespace limn {

namespace {

struct FailureText {
  FailureClass failure_class;
  std::string_view what_happened;
  std::string_view what_to_do;
};

using enum FailureClass;

constexpr std::array<FailureText, 25> k_texts{{
  {content, "The request was refused for what it would show.",
   "Change the prompt or the input image: a refusal is never taken to another gateway."},
  {billing, "The account behind the gateway is out of credit.",
   "This is about the account and not about the interface: add credit or raise its limit, or use "
   "another gateway."},
  {auth, "The gateway does not accept the key.",
   "Check that the variable with the key is really exported, and that URL and key come from the "
   "same place: `limn discover` shows both."},
  {access, "The key is good, but may not do this.",
   "Verify the organisation, let the key use the model, or check the country or address that it is "
   "used from."},
  {model, "The gateway does not serve the model.",
   "See what it lists with `limn verify`, and list and generate with the same gateway."},
  {endpoint, "The gateway offers no such way to an image at this address.",
   "Check the base URL (that of an API mostly ends in /v1, that of its web site does not), or try "
   "another way with --provider."},
  {size, "The gateway does not draw this size.",
   "Choose another size: one that the message names, or `-s auto`, which lets the model choose."},
  {parameter, "The gateway does not know a parameter, or not this use of it.",
   "Leave out the option that the message names."},
  {invalid_request, "The gateway does not accept the request as it is.",
   "Change what the message names: the same request would be refused again."},
  {rate_limited, "The gateway is asked too often at the moment.",
   "Wait a little, let limn wait longer with --wait, or use another gateway meanwhile."},
  {server, "The gateway failed, and said so at once.",
   "The fault is on its side: try again later, or use another gateway."},
  {unreachable, "The gateway could not be reached.",
   "Check the host name of the base URL, the network, and the proxy variables (HTTPS_PROXY, "
   "NO_PROXY)."},
  {tls, "No safe connection to the gateway could be made, and no key was sent.",
   "Check this machine's date and certificate store (package ca-certificates), and whether a proxy "
   "on the way shows a certificate of its own: one that you trust goes in with --cacert FILE; the "
   "check itself is never skipped."},
  {outcome_unknown, "The request was sent, and what became of it is not known.",
   "The image may have been drawn and charged: look at the gateway's usage page before you ask "
   "again."},
  {no_image, "The gateway answered without an image.",
   "Ask for a picture in plainer words, or use another model or provider: this answer may have "
   "been charged."},
  {bad_image, "The image arrived damaged.",
   "It has probably been charged: `limn recover` lists what came of it, if that could be kept."},
  {cancelled, "It was stopped from this side.",
   "A request that had been sent already may still be charged."},
  {not_saved, "The image could not be saved where it was to go.",
   "Check that the folder exists, can be written to and has room, or choose another one with -d."},
  {internal, "limn or one of its plugins is at fault.",
   "Run it again with -v, and report what it prints."},
  {settings, "A setting stands in the way.",
   "See which value counts and where it comes from with `limn config list`."},
  {not_found, "A file is not there.", "Check the path and its spelling."},
  {unsupported, "The provider cannot do what was asked for.",
   "Leave out the option that the message names, or choose another way with --provider."},
  {usage, "The command line makes no sense.", "See `limn --help`."},
  {no_gateway, "There is no gateway to ask.",
   "Set OPENAI_BASE_URL and OPENAI_API_KEY, or add a gateway to limn.yaml: `limn discover` shows "
   "where limn looks."},
  {unclear, "The gateway refused the request, and limn does not understand why.",
   "See what the message says: nothing was drawn, and another gateway may take the same request."},
}};

const FailureText& text_of(FailureClass failure_class)
{
  for (const auto& text : k_texts) {
    if (text.failure_class == failure_class) {
      return text;
    }
  }
  return text_of(internal); // a number that a plugin made up
}

} // namespace

std::string_view what_happened(FailureClass failure_class)
{
  return text_of(failure_class).what_happened;
}

std::string_view default_hint(FailureClass failure_class)
{
  return text_of(failure_class).what_to_do;
}

} // namespace limn
