#include "base/failure_texts.hpp"

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
  {billing, "The account behind the gateway is out of credit, or at its spending limit.",
   "Add credit or raise the limit on the gateway's own pages, or use another gateway: another "
   "request would be refused as well."},
  {auth, "The gateway does not accept the key.",
   "Check that the key is whole and has not expired, and that it belongs to this base URL: `limn "
   "discover` shows where both come from."},
  {access, "The key is good, but may not do this.",
   "On the gateway's own pages, verify the organisation or let the key use the model; the gateway "
   "may also refuse the country or address that you ask from."},
  {model, "The gateway does not serve the model.",
   "Name another model with -m (`limn verify -m MODEL` tells whether the gateway lists it), or use "
   "another gateway."},
  {endpoint, "The gateway has no such endpoint at this address.",
   "Check the base URL (that of an API mostly ends in /v1, that of its web site does not), or "
   "choose another provider with --provider (`limn plugins` lists them)."},
  {size, "The gateway does not draw this size.",
   "Choose another size: one that the message names, or `-s auto`, which lets the model choose."},
  {parameter, "The gateway does not know an option, or does not take this value of it.",
   "Leave out the option that the message names, or give it another value."},
  {invalid_request, "The gateway does not accept the request as it is.",
   "Change what the message names: the same request would be refused again."},
  {rate_limited, "The gateway is asked too often at the moment.",
   "Wait a little, let limn wait longer with --wait, or use another gateway meanwhile."},
  {server, "The gateway failed before it drew anything.",
   "The fault is on its side: try again later, or use another gateway."},
  {unreachable, "The gateway could not be reached.",
   "Check host and port of the base URL, whether the gateway is up, the network, and the proxy "
   "variables (HTTPS_PROXY, NO_PROXY)."},
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
   "It has probably been charged: `limn recover` lists what arrived, if it could be kept."},
  {cancelled, "limn was told to stop.",
   "A request that had been sent already may still be charged."},
  {not_saved, "The image could not be saved where it was to go.",
   "Check that the folder exists, can be written to and has room, or choose another one with -d."},
  {internal, "limn or one of its plugins is at fault.",
   "Report it, with what limn prints with -v: a second run may be charged again."},
  {settings, "A setting stands in the way.",
   "See which value counts and where it comes from with `limn config list`."},
  {not_found, "A file that was named is not there.", "Check the path and its spelling."},
  {unsupported, "The provider cannot do what was asked for.",
   "Leave out the option that the message names, or choose another provider with --provider "
   "(`limn plugins` lists them)."},
  {usage, "limn does not understand the command line.", "See `limn --help`."},
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
