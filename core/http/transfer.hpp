#pragma once

#include "http/body_reader.hpp"
#include "http/certificate_store.hpp"
#include "http/request.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "model/limits.hpp"
#include "model/log.hpp"

#include <curl/curl.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace limn {

struct CloseEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

// A header list that leaves no key in freed memory.
struct WipeHeaders {
  void operator()(curl_slist* list) const
  {
    for (auto* item = list; item; item = item->next) {
      explicit_bzero(item->data, std::strlen(item->data));
    }
    curl_slist_free_all(list);
  }
};

enum class AbortReason { none, header_limit, body_limit, receiver, address, no_http };

// One request on its way through libcurl. Its address is libcurl's context pointer: it must not
// move.
struct Transfer {
  Transport::TransferId id = 0;
  HttpRequest request;
  std::string host;
  ResponseReceiver* receiver = nullptr; // null once dropped
  Log* log = nullptr;
  const Limits* limits = nullptr;
  std::unique_ptr<BodyReader> body;
  std::unique_ptr<curl_slist, WipeHeaders> headers;
  std::unique_ptr<CURL, CloseEasy> easy;
  std::vector<char> error_text = std::vector<char>(CURL_ERROR_SIZE, '\0');

  int status = 0;
  bool has_head = false; // the receiver was told
  Pairs response_headers;
  std::size_t header_size = 0;
  std::uint64_t body_size = 0;
  AbortReason abort = AbortReason::none;

  // Makes the easy handle with every option. A failure if the request may not be sent at all.
  // `under_way`: how many other transfers there are.
  std::optional<TransferFailure> prepare(const CertificateStore& store,
                                         const std::string& user_agent, std::size_t under_way);

  // What became of it, once libcurl said `code`.
  std::optional<TransferFailure> failure(CURLcode code) const;

  std::uint64_t max_body_size() const;

private:
  void set_options(const Url& url, const CertificateStore& store, const std::string& user_agent);
  void add_headers();
};

} // namespace limn
