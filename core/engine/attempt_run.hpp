#pragma once

#include "answer/message_stream.hpp"
#include "base/redaction.hpp"
#include "engine/answer_text.hpp"
#include "engine/charge.hpp"
#include "engine/farewell.hpp"
#include "engine/image_intake.hpp"
#include "failure/failure_words.hpp"
#include "http/http_client.hpp"
#include "model/gateway.hpp"
#include "model/image.hpp"
#include "model/limits.hpp"
#include "output/image_sink.hpp"
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
  ImageSink* sink = nullptr;
  const FailureWords* words = nullptr;
  Job job; // count: the images still wanted; size: the one to send; count is 1 with previews
  std::string model;
  std::vector<std::string> dropped;            // parameters that the gateway refused
  std::chrono::milliseconds timeout{600'000};  // for all of it
  std::chrono::milliseconds late_error{2'000}; // as Charge has it
  Limits limits;
  int first_number = 1; // of its first image within the job

  // All may be empty. Whether a request that may cost money may go out, as MoneyGate has it; the
  // headers of the answer to it are here; so many bytes of it are; a preview is, as JobListener has
  // it; an image has its final name, as ImageIntake has these two.
  std::function<void(std::function<void(Done)> answer)> may_spend;
  std::function<void(const Pairs& headers)> on_headers;
  std::function<void(std::uint64_t bytes)> on_bytes;
  std::function<void(int index, const ByteSource& picture)> on_preview;
  NoteImage note_image;
  std::function<void(const SavedImage&)> on_image;
};

struct AttemptResult {
  std::vector<SavedImage> images; // at their places, also where there is a failure
  std::optional<Failure> failure;
  int http_status = 0;
  std::string request_id;
  bool may_have_cost = false;
  bool failed_parameter_was_sent = false; // failure->param: to leave it out changes something
  Usage usage;
  int previews = 0;       // that came
  Pairs notes;            // what the provider told besides, e.g. the quality that was drawn
  std::string afterwards; // what went wrong once all images were there; empty if nothing did
};

// One dialogue of a provider with a gateway: sends what it describes, streams the answers through
// the lift to disk, and commits each image once it is whole and on the disk.
class AttemptRun : private ResponseReceiver, private MessageSink, private ResultReceiver
{
public:
  // `done` is called once, from the loop, and may destroy this object.
  AttemptRun(HttpClient& transport, DiskThread& disk, AttemptOrder order,
             std::function<void(AttemptResult)> done);
  ~AttemptRun() override;
  AttemptRun(const AttemptRun&) = delete;
  AttemptRun& operator=(const AttemptRun&) = delete;

  void start();

  // Ends it with FailureClass::cancelled, through `done`: at once, or when the gateway was told to
  // stop, which has two seconds, and what is whole is on the disk. Once is enough. Not from within
  // a call of the order's functions.
  void cancel();

  // True if it has something under way that may have been charged: that is let end, and no other
  // request that may be is sent after it. False if there is nothing of the kind: cancel() costs
  // nothing then.
  bool finishes_what_may_be_charged();

private:
  using Clock = Loop::Clock;

  void pump();
  void send(const ProviderRequest& request);
  void ask_to_spend(const ProviderRequest& request, HttpRequest wire);
  void put_on_wire(const ProviderRequest& request, HttpRequest wire);
  void wait(std::chrono::milliseconds time);
  void end_response(const std::optional<TransferFailure>& failure);
  void end_messages(MessageStream::Ending ending);
  void end_response_soon();
  void end_when_silent();
  void look_for_silence(HttpClient::TransferId transfer);
  bool send_again(const TransferFailure& failure);
  bool tell_head();
  void tell(const Message& message);
  bool hold_back(const Message& message);
  void tell_held_back();
  bool deliver(const ResponseEvent& event);
  Done hand_over(const ResponseEvent& event);
  void fail_with(Failure failure);
  bool tells_gateway_to_stop();
  void conclude();

  std::chrono::milliseconds time_left() const;
  bool has_failed() const { return m_failure || m_intake.failure(); }
  bool has_all_images() const
  {
    return m_intake.count() >= static_cast<std::size_t>(m_order.job.count);
  }
  bool wants_more() const;
  bool check(MessageStream::State state);
  Failure failure_of(const TransferFailure& failure) const;
  Failure timed_out() const;
  bool was_sent(std::string_view parameter) const;
  void take_unclaimed();
  std::optional<Failure> told_of_missing() const;
  std::string_view quality() const;
  std::optional<Failure> final_failure();
  void keep_what_arrived(Failure& failure);
  std::string kept_text();

  // ResponseReceiver
  void head(int status, const Pairs& headers) override;
  bool body(std::string_view piece) override;
  void finished(const std::optional<TransferFailure>& failure) override { end_response(failure); }
  // MessageSink
  std::string begin_run() override { return m_intake.begin_run(); }
  void bytes(std::span<const std::byte> piece) override;
  // Whether an image is whole is told by its own end marker when it is committed: gateways drop
  // padding, and the last line.
  void end_run(bool) override {}
  bool message(const Message& message) override;
  void cut_off(const Message& message) override;
  // ResultReceiver
  void image(std::string_view content, std::string_view revised_prompt) override
  {
    m_intake.image(content, revised_prompt);
  }
  void partial(std::string_view content, std::optional<int> index) override;
  void usage(const Usage& usage) override;
  void note(std::string_view key, std::string_view value) override;

  HttpClient& m_transport;
  AttemptOrder m_order;
  std::function<void(AttemptResult)> m_done;
  ImageIntake m_intake;
  std::optional<Dialogue> m_dialogue;
  std::optional<Redactor> m_redactor; // for a provider that is not to learn the key
  AttemptResult m_result;
  int m_told_previews = 0;
  int m_last_preview = -1;          // its index
  std::optional<Failure> m_failure; // of the dialogue or the transfer
  Charge m_charge;
  Clock::time_point m_deadline;

  // A request and its answer: each has one of its own, the last one is kept.
  struct Exchange {
    // An error in the answer, which the dialogue hears of at its end.
    struct HeldBack {
      Message::Format format = Message::Format::json;
      std::string content;
      std::string event_name;
      Failure refusal;
      bool says_so = false; // by itself, and not by the status alone
      Clock::time_point time;
      bool was_told = false;
    };

    bool is_billable = false;
    HttpClient::TransferId transfer = 0; // 0: it is over
    std::uint64_t bytes = 0;             // of the answer
    Pairs headers;                       // of the answer
    std::unique_ptr<MessageStream> stream;
    bool was_told = false;  // the dialogue knows something of it
    bool is_ending = false; // every image is here; the rest of the answer has a few seconds
    Timer last_words;       // until then
    std::optional<HeldBack> held_back;
    bool is_waiting_for_silence = false;
    Clock::time_point last_heard;   // while it waits for silence
    Clock::time_point last_picture; // likewise: a byte of one
    Timer silence;                  // until a stream behind an error is listened to no more
  };
  Exchange m_exchange;
  int m_billable_requests = 0;
  Clock::time_point m_billable_begin; // of the last one
  bool m_sends_no_more = false;       // that may be charged
  AnswerText m_answer;                // once something may have been charged

  std::optional<ProviderRequest> m_free_request; // under way; may be sent again
  std::chrono::milliseconds m_pause{0};          // before it is
  struct Asking {
    ProviderRequest request;
    HttpRequest wire;
  };
  std::shared_ptr<Asking> m_asking; // whether it may go out; an answer looks here first

  Timer m_pump;        // after a pause of the dialogue, or before a question is asked again
  std::string m_state; // what the gateway last said of its job, or the connection of itself
  std::unique_ptr<Farewell> m_farewell; // none: nobody told the gateway to stop

  std::vector<std::string> m_sent_texts; // of the last billable request, without the input files
  bool m_has_ended = false;              // the dialogue said so itself, or failed
  bool m_is_over = false;                // the dialogue has no more to say
  bool m_is_cancelled = false;
  bool m_has_taken_unclaimed = false;
};

} // namespace limn
