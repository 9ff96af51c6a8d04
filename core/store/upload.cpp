#include "store/upload.hpp"

#include "base/jitter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_first_pause{1'000};
constexpr milliseconds k_last_pause{60'000};
constexpr milliseconds k_upload_timeout = std::chrono::minutes(15);
constexpr int k_few_tries = 3;
constexpr std::size_t k_most_error = 16 * 1024;

std::string media_type_of(const std::string& key)
{
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> types{
    {{".png", "image/png"},
     {".jpg", "image/jpeg"},
     {".webp", "image/webp"},
     {".gif", "image/gif"},
     {".avif", "image/avif"},
     {".heic", "image/heic"},
     {".svg", "image/svg+xml"}}};
  for (const auto& [end, type] : types) {
    if (key.ends_with(end)) {
      return std::string(type);
    }
  }
  return "application/octet-stream";
}

} // namespace

Upload::Upload(HttpClient& client, std::shared_ptr<Stores> stores, Log& log, UploadNote note,
               Tries tries, std::function<void(Done)> done)
  : m_client(client), m_stores(std::move(stores)), m_log(log), m_note(std::move(note)),
    m_tries(tries), m_done(std::move(done))
{
  m_next = m_client.loop().after({}, [this] { send(); });
}

Upload::~Upload()
{
  m_client.drop(m_transfer);
}

void Upload::send()
{
  ++m_try;
  m_status = 0;
  m_headers.clear();
  m_body.clear();
  const auto address = parse_store_address(m_note.address);
  if (!address) {
    end(fail(address.error()));
    return;
  }
  m_address = *address;
  auto request = m_stores->request("PUT", m_address, m_note.sha256);
  if (!request) {
    end(fail(request.error()));
    return;
  }
  request->headers.emplace_back("Content-Type", media_type_of(m_address.key));
  request->headers.emplace_back("x-amz-meta-sha256", m_note.sha256);
  if (m_is_conditional) {
    request->headers.emplace_back("If-None-Match", "*");
  }
  request->timeout = k_upload_timeout;
  BodyPiece piece;
  piece.kind = BodyPiece::Kind::file;
  piece.file = m_note.file;
  request->body.push_back(std::move(piece));
  m_transfer = m_client.start(std::move(*request), *this);
}

void Upload::head(int status, const Pairs& headers)
{
  m_status = status;
  m_headers = headers;
}

bool Upload::body(std::string_view piece)
{
  m_body += piece.substr(0, k_most_error - std::min(m_body.size(), k_most_error));
  return true;
}

// An answer that is cut has told its status.
void Upload::finished(const std::optional<TransferFailure>& failure)
{
  m_transfer = 0;
  take(m_status != 0 ? verdict_of(m_status, m_headers, m_body) : verdict_of(*failure));
}

void Upload::take(StoreVerdict verdict)
{
  if (verdict.kind == StoreVerdict::Kind::unconditional && std::exchange(m_is_conditional, false)) {
    m_next = m_client.loop().after({}, [this] { send(); });
    return;
  }
  const bool is_last = m_tries == Tries::few && m_try >= k_few_tries;
  if (verdict.kind == StoreVerdict::Kind::there) {
    if (m_try > 1) {
      m_log.write(LogLevel::info, fmt::format("{} is there", m_note.address));
    }
    end({});
  } else if (verdict.kind == StoreVerdict::Kind::later && !is_last) {
    send_later(verdict);
  } else {
    Failure failure(FailureClass::not_saved,
                    fmt::format("the store did not take {}: {}", m_note.address, verdict.why),
                    verdict.hint);
    if (verdict.kind != StoreVerdict::Kind::later) {
      m_stores->note_refusal(m_address.bucket, failure);
    }
    end(fail(std::move(failure)));
  }
}

void Upload::send_later(const StoreVerdict& verdict)
{
  m_pause = std::clamp(m_pause * 2, k_first_pause, k_last_pause);
  const auto pause = with_jitter(std::max(m_pause, verdict.not_before.value_or(m_pause)));
  m_log.write(m_try == 1 ? LogLevel::warning : LogLevel::info,
              fmt::format("the store did not take {} yet: {}; it is sent again, and lies in {} "
                          "meanwhile",
                          m_note.address, verdict.why, m_note.file.string()));
  m_next = m_client.loop().after(pause, [this] { send(); });
}

void Upload::end(Done done)
{
  const auto told = std::exchange(m_done, nullptr);
  told(std::move(done)); // may destroy this object
}

} // namespace limn
