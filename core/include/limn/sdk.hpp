// The plugin contract for C++20 authors: header-only, nothing but abi.h and the standard library.
//
// A provider whose way to an image is one request is one class:
//
//   class Acme {
//   public:
//     Acme(limn::sdk::Host, limn::sdk::Settings);              // or one of them, or none
//     limn::sdk::Request build(const limn::sdk::Job&, const limn::sdk::Gateway&);
//     limn::sdk::Answer read(const limn::sdk::Message&);
//     limn::sdk::Capabilities describe() const;                // may be left out: one image, from
//     limn::sdk::Terms terms(const limn::sdk::Gateway&) const; // may be left out: as OpenAI
//   };                                                         // words
//
// `read` is called for each message of a success: the JSON document, or one event of a stream. The
// SDK does the rest. It finds errors with the host's classifier, keeps an image that came before an
// error, and says at the end of an answer without an image why there is none: what was said in
// words, or that the stream was cut.
//
// A provider that needs more steps (submit, wait, fetch) opens a dialogue for each attempt:
//
//   struct Conversation {
//     limn::sdk::Step next();                                  // Send{...}, Wait{...}, Finish{}
//     void receive(const limn::sdk::Event&, limn::sdk::Results&);
//     std::optional<limn::sdk::Request> cancel();              // may be left out
//   };
//   struct Acme {
//     std::unique_ptr<Conversation> open(const limn::sdk::Job&, const limn::sdk::Gateway&);
//   };
//
// A config source has `void collect(limn::sdk::Gateways&)`. Then, once:
//
//   LIMN_PLUGIN("acme", "1.0.0", "Acme Ltd",
//               limn::sdk::provider<Acme>("acme", "Acme", "Images from Acme"))
//
// What goes wrong is thrown as limn::sdk::Failure; every exception is turned into a status before
// it could cross the boundary. An instance serves several attempts in turn: what belongs to one
// attempt is kept in its dialogue.
#pragma once

// __cplusplus is that of the drafts where a compiler takes -std=c++2a.
#if __cplusplus <= 201703L
#error "limn/sdk.hpp needs C++20 (-std=c++20); limn/abi.h is for C and for older C++"
#endif

#include <limn/sdk/boundary.hpp>
#include <limn/sdk/config_source.hpp>
#include <limn/sdk/host.hpp>
#include <limn/sdk/job.hpp>
#include <limn/sdk/message.hpp>
#include <limn/sdk/one_request.hpp>
#include <limn/sdk/plugin.hpp>
#include <limn/sdk/provider.hpp>
#include <limn/sdk/values.hpp>
