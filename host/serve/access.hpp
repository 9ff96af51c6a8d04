#pragma once

#include "http_server/client.hpp"
#include "http_server/request_head.hpp"
#include "serve/error_reply.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// An address that a server listens at, in numbers.
struct ListeningAt {
  std::string address;
  std::uint16_t port = 0;

  bool operator==(const ListeningAt&) const = default;
};

// Of HttpServer::places() those of TCP.
std::vector<ListeningAt> tcp_places(const std::vector<std::string>& places);

struct AccessRules;

// Of the first of its places; 0: it has none.
std::uint16_t first_port(const AccessRules& rules);

// Who may ask this server anything, as far as the head of a request tells.
struct AccessRules {
  std::vector<ListeningAt> places; // of TCP
  std::vector<std::string>
    hosts; // other names that it is known by: NAME, at any port, or NAME:PORT
  std::vector<std::string> origins; // of pages that may use it: "https://app.example"
};

// Whether only this machine reaches that address.
bool is_loopback(std::string_view address);

// Why it is refused, before any of its body is read: a name that is not ours (a page may have
// turned a name of its own into our address), a page of elsewhere, too many limns in a ring. By a
// unix socket, which no page reaches, any name does. Nothing: go on.
std::optional<ErrorReply> refusal_of(const RequestHead& head, const AccessRules& rules,
                                     Client::Way way);

// Whether it comes from this machine, as far as can be seen: a proxy says that it is one.
bool is_from_here(const RequestHead& head, const Client& client);

// Why the body of a request that is to bring JSON is refused: pages of elsewhere may send all other
// types without asking first.
std::optional<ErrorReply> refusal_of_body(const RequestHead& head, std::uint64_t most);

// The same of one that may bring a form instead: an Origin was looked at before.
std::optional<ErrorReply> refusal_of_form(const RequestHead& head, std::uint64_t most);

// Whether it brings one.
bool has_form(const RequestHead& head);

// What lets the page that asks read the answer; nothing where no page does.
HeaderList sharing_headers(const RequestHead& head, const AccessRules& rules);

// The answer to the question that a browser asks first.
HeaderList preflight_headers(const RequestHead& head, const AccessRules& rules);

// Behind "Bearer "; empty if there is none.
std::string_view bearer_of(const RequestHead& head);

// How many limns the request went through; nothing: what stands there is no number.
std::optional<int> hops_of(const RequestHead& head);

// Its own id where it brings one, else a new one.
std::string request_id_of(const RequestHead& head);

// Whether it says that it was sent before, as the official clients do.
bool says_that_it_repeats(const RequestHead& head);

// Whether a gateway of that base URL is this server itself.
bool is_own(std::string_view base_url, const AccessRules& rules);

} // namespace limn
