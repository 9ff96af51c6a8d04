#pragma once

#include "http/http_client.hpp"
#include "model/gateway.hpp"
#include "plugin/provider.hpp"
#include "queue/lane/lane_file.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// What came of a request about files and batches.
struct LaneReply {
  int status = 0;
  Pairs headers;
  std::string body;                       // not of a download
  std::optional<TransferFailure> failure; // below HTTP

  bool is_good() const { return !failure && status / 100 == 2; }
};

// Files and batches of a gateway, one request at a time. On the loop.
class LaneApi : private ResponseReceiver
{
public:
  using Answered = std::function<void(LaneReply)>; // may begin the next

  // The client is borrowed.
  LaneApi(HttpClient& client, Gateway gateway) : m_client(client), m_gateway(std::move(gateway)) {}
  ~LaneApi() override { m_client.drop(m_transfer); }
  LaneApi(const LaneApi&) = delete;
  LaneApi& operator=(const LaneApi&) = delete;

  const Gateway& gateway() const { return m_gateway; }

  void upload(const LaneFile& file, Answered answered); // borrowed meanwhile
  // Only this one is charged for. It is put on the wire once, and not after `within`.
  void create(std::string order, std::chrono::milliseconds within, Answered answered);
  void look(const std::string& batch, Answered answered);
  void list(const std::string& after, Answered answered); // empty: from the newest on
  void download(const std::string& file, LaneFile& into, Answered answered); // borrowed

private:
  void ask(const ProviderRequest& request, const std::vector<Input>& inputs,
           std::chrono::milliseconds timeout, Answered answered);

  void head(int status, const Pairs& headers) override;
  bool body(std::string_view piece) override;
  void finished(const std::optional<TransferFailure>& failure) override;

  HttpClient& m_client;
  Gateway m_gateway;
  HttpClient::TransferId m_transfer = 0;
  LaneFile* m_into = nullptr;
  std::optional<TransferFailure> m_own_failure; // why limn ended it
  LaneReply m_reply;
  Answered m_answered;
};

} // namespace limn
