#pragma once

#include "codec/failure_words.hpp"
#include "codec/message_stream.hpp"
#include "fallback/download.hpp"
#include "http/transport.hpp"
#include "model/gateway.hpp"
#include "model/image.hpp"
#include "output/image_store.hpp"
#include "plugin/provider.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// What one attempt is about. Everything borrowed outlives the run.
struct AttemptOrder {
  const Gateway* gateway = nullptr;
  Provider* provider = nullptr;
  const ImageStore* store = nullptr;
  const FailureWords* words = nullptr;
  Job job; // count: the images still wanted; size: the one to send
  std::string model;
  std::vector<std::string> dropped; // parameters that the gateway refused
  std::chrono::milliseconds timeout{600'000};
  int first_number = 1; // of its first image within the job
};

struct AttemptResult {
  std::vector<SavedImage> images; // on disk under their final names, also where there is a failure
  std::optional<Failure> failure;
  int http_status = 0;
  std::string request_id;
  bool may_have_cost = false;
  Usage usage;
  Pairs notes;
};

// One dialogue of a provider with a gateway: sends what it describes, streams the answers through
// the lift to disk, and commits each image the moment it is whole.
class AttemptRun : private ResponseReceiver, private MessageSink, private ResultReceiver
{
public:
  // `done` is called once, from transport.run(), and may destroy this object.
  AttemptRun(Transport& transport, AttemptOrder order, std::function<void(AttemptResult)> done);
  ~AttemptRun() override;
  AttemptRun(const AttemptRun&) = delete;
  AttemptRun& operator=(const AttemptRun&) = delete;

  void start();

  // Ends it with FailureClass::cancelled, through `done`.
  void cancel();

private:
  struct Run { // of base64, lifted out of the message under way
    std::string token;
    std::optional<ImageFile> file;
  };

  void pump();
  void send(const ProviderRequest& request);
  void fail_with(Failure failure);
  void conclude();
  bool deliver(const ResponseEvent& event);
  bool has_all_images() const
  {
    return m_result.images.size() >= static_cast<std::size_t>(m_order.job.count);
  }
  void end_response_soon();
  void keep_what_arrived();
  void commit(ImageFile file, std::string revised_prompt);
  Failure failure_of(const TransferFailure& failure) const;

  // ResponseReceiver
  void head(int status, const Pairs& headers) override;
  bool body(std::string_view piece) override;
  void finished(const std::optional<TransferFailure>& failure) override;
  // MessageSink
  std::string begin_run() override;
  void bytes(std::span<const std::byte> piece) override;
  void end_run(bool whole) override;
  bool message(const Message& message) override;
  // ResultReceiver
  void image(std::string_view content, std::string_view revised_prompt) override;
  void partial(std::string_view content) override;
  void usage(const Usage& usage) override;
  void note(std::string_view key, std::string_view value) override;

  void download(std::string url, std::string revised_prompt);
  std::optional<ImageFile> take(std::string_view content);

  Transport& m_transport;
  AttemptOrder m_order;
  std::function<void(AttemptResult)> m_done;
  std::shared_ptr<char> m_alive =
    std::make_shared<char>(); // timers look here before they touch this object
  std::optional<Dialogue> m_dialogue;
  AttemptResult m_result;

  // The response under way.
  Transport::TransferId m_transfer = 0;
  Pairs m_headers;
  std::unique_ptr<MessageStream> m_stream;
  bool m_is_ending = false; // every image is here; the rest of the answer has a few seconds

  bool m_billable_was_sent = false;
  std::vector<Run> m_runs;
  int m_last_token = 0;
  std::optional<ImageFile> m_partial; // the last preview, or image that nobody claimed
  std::vector<std::unique_ptr<Download>> m_downloads;
  std::size_t m_open_downloads = 0;
  bool m_is_over = false; // the dialogue has no more to say
};

} // namespace limn
