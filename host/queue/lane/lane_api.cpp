#include "queue/lane/lane_api.hpp"

#include "engine/wire_request.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_largest_lane_answer = 8 * 1024 * 1024;
constexpr std::chrono::minutes k_question_time{2};
constexpr std::chrono::hours k_file_time{2};

ProviderRequest lane_question(std::string path)
{
  ProviderRequest request;
  request.method = "GET";
  request.path = std::move(path);
  return request;
}

} // namespace

void LaneApi::upload(const LaneFile& file, Answered answered)
{
  ProviderRequest request;
  request.method = "POST";
  request.path = "/files";
  request.multipart = true;
  request.parts.push_back({LIMN_PART_TEXT, "batch", 0, "purpose", {}, {}});
  request.parts.push_back(
    {LIMN_PART_INPUT_BYTES, {}, 0, "file", "limn.jsonl", "application/jsonl"});
  Input input;
  input.file = file.path();
  ask(request, {std::move(input)}, k_file_time, std::move(answered));
}

void LaneApi::create(std::string order, std::chrono::milliseconds within, Answered answered)
{
  ProviderRequest request;
  request.method = "POST";
  request.path = "/batches";
  request.billable = true;
  request.headers.emplace_back("Content-Type", "application/json");
  request.parts.push_back({LIMN_PART_TEXT, std::move(order), 0, {}, {}, {}});
  ask(request, {}, within, std::move(answered));
}

void LaneApi::look(const std::string& batch, Answered answered)
{
  ask(lane_question("/batches/" + batch), {}, k_question_time, std::move(answered));
}

void LaneApi::list(const std::string& after, Answered answered)
{
  ask(lane_question("/batches?limit=100" + (after.empty() ? "" : "&after=" + after)), {},
      k_question_time, std::move(answered));
}

void LaneApi::download(const std::string& file, LaneFile& into, Answered answered)
{
  m_into = &into;
  ask(lane_question(fmt::format("/files/{}/content", file)), {}, k_file_time, std::move(answered));
}

void LaneApi::ask(const ProviderRequest& request, const std::vector<Input>& inputs,
                  std::chrono::milliseconds timeout, Answered answered)
{
  m_reply = {};
  m_own_failure.reset();
  m_answered = std::move(answered);
  auto wire = wire_request(request, m_gateway, inputs, timeout);
  if (!wire) {
    finished(
      TransferFailure{TransferFailure::Kind::refused, wire.error().message, wire.error().hint});
    return;
  }
  m_transfer = m_client.start(std::move(*wire), *this);
}

void LaneApi::head(int status, const Pairs& headers)
{
  m_reply.status = status;
  m_reply.headers = headers;
}

bool LaneApi::body(std::string_view piece)
{
  if (m_into != nullptr && m_reply.status / 100 == 2) {
    if (const auto done = m_into->append(piece); !done) {
      m_own_failure = {TransferFailure::Kind::limit, done.error().message, {}, true};
      return false;
    }
    return true;
  }
  m_reply.body += piece;
  if (m_reply.body.size() > k_largest_lane_answer) {
    m_own_failure = {TransferFailure::Kind::limit, "the answer is too large", {}, true};
    return false;
  }
  return true;
}

void LaneApi::finished(const std::optional<TransferFailure>& failure)
{
  m_transfer = 0;
  m_into = nullptr;
  m_reply.failure = m_own_failure ? m_own_failure : failure;
  const auto answered = std::exchange(m_answered, nullptr);
  answered(std::exchange(m_reply, {})); // may destroy this object
}

} // namespace limn
