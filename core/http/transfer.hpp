#pragma once

#include "base/log.hpp"
#include "http/body_reader.hpp"
#include "http/body_stream.hpp"
#include "http/certificate_store.hpp"
#include "http/content_decoder.hpp"
#include "http/known_addresses.hpp"
#include "http/libcurl.hpp"
#include "http/ordered_connections.hpp"
#include "http/request.hpp"
#include "http/response_head.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "model/limits.hpp"

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

struct CloseEasy {
  void operator()(CURL* easy) const { libcurl().easy_cleanup(easy); }
};

// A header list that leaves no key in freed memory.
struct WipeHeaders {
  void operator()(curl_slist* list) const
  {
    for (auto* item = list; item; item = item->next) {
      explicit_bzero(item->data, std::strlen(item->data));
    }
    libcurl().slist_free_all(list);
  }
};

enum class AbortReason {
  none,
  header_limit,
  body_limit,
  receiver,
  address,
  no_http,
  no_status,      // a status that HTTP does not know
  second_request, // libcurl was about to send it again
  second_answer,
  speaks_first,     // before the request was sent
  stale_connection, // the same, on one that was used before: another one will do
  broken_coding,
};

// What the transfers of one Transport know of its connections.
struct Connections {
  OrderedConnections ordered;
  KnownAddresses known;
};

// One request on its way through libcurl. Its address is libcurl's context pointer: it must not
// move.
struct Transfer {
  Transport::TransferId id = 0;
  HttpRequest request;
  std::string host;
  bool is_tls = false;
  ResponseReceiver* receiver = nullptr; // null once dropped
  Log* log = nullptr;
  std::shared_ptr<const Limits> limits;
  Connections* connections = nullptr;
  std::unique_ptr<BodyReader> body;
  BodyStream* stream = nullptr; // in its place; borrowed
  bool is_paused = false;       // for its receiver
  std::unique_ptr<curl_slist, WipeHeaders> headers;
  std::unique_ptr<CURL, CloseEasy> easy;
  std::vector<char> error_text = std::vector<char>(CURL_ERROR_SIZE, '\0');

  Timer refusal; // tells that it may not be sent

  int requests_sent = 0;  // heads; libcurl may repeat one
  std::string connection; // as OrderedConnections names it
  ResponseHead head;
  std::size_t header_size = 0;
  std::optional<ContentDecoder> decoder; // once there is a body to expect
  std::uint64_t body_size = 0;           // as it came
  std::uint64_t plain_size = 0;          // as the receiver hears it
  AbortReason abort = AbortReason::none;

  // Makes the easy handle with every option. A failure if the request may not be sent at all.
  // `under_way`: how many other transfers there are.
  std::optional<TransferFailure> prepare(const CertificateStore& store,
                                         const std::string& user_agent, std::size_t under_way);

  // Whether it ended before it was sent, and can begin again with another connection.
  bool wants_another_connection() const { return abort == AbortReason::stale_connection; }
  void take_another_connection();

  bool has_body() const { return body || stream; }
  bool is_sent_once() const
  {
    return request.sending == Sending::once || has_body() || request.method != "GET";
  }

  // Lets libcurl go on with what may go on.
  void go_on() { libcurl().easy_pause(easy.get(), is_paused ? CURLPAUSE_RECV : CURLPAUSE_CONT); }

  // The head of the answer is whole.
  void begin_body();
  // Hands a piece of the body on. False ends the transfer.
  bool take_body(std::string_view piece);
  // The receiver hears what is still held of the body.
  void end_body();

  // Whether any part of the request may be on the wire.
  bool may_have_been_sent() const;

  // What became of it, once libcurl said `code`.
  std::optional<TransferFailure> failure(CURLcode code) const;
  std::optional<TransferFailure> failure_of_abort() const; // of what limn itself ended

  std::uint64_t max_body_size() const;

private:
  bool hand_on(std::string_view plain);
  void note(ContentDecoder::State state);
  void set_options(const Url& url, const CertificateStore& store, const std::string& user_agent);
  void set_request_options();
  void set_signature(const StoreSignature& signature);
  void add_headers();
};

} // namespace limn
