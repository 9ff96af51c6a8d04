#pragma once

#include "common/json.hpp"
#include "submit_poll/dialect.hpp"

#include <limn/sdk.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace limn::submit_poll {

// How long to wait before a job is asked after again: longer each time.
struct Pace {
  std::chrono::milliseconds shortest{500};
  std::chrono::milliseconds longest{5'000};
};

// One attempt: a job is handed in, asked after until it is done, and told to stop if nobody wants
// it any more. Only handing it in can cost money.
class JobDialogue
{
public:
  JobDialogue(sdk::Host host, std::unique_ptr<Dialect> dialect, Pace pace);

  sdk::Step next();
  void receive(const sdk::Event& event, sdk::Results& results);
  std::optional<sdk::Request> cancel();

private:
  void read(const sdk::Event& event, sdk::Results& results);
  void end_answer(const sdk::Event& event, sdk::Results& results);
  void accept(const JobState& state);
  bool is_passing_trouble(const sdk::Event& event) const;
  void note_trouble(const sdk::Event& event, sdk::Results& results);
  void throw_if_gone(const sdk::Event& event) const;

  sdk::Host m_host;
  std::unique_ptr<Dialect> m_dialect;
  Pace m_pace;
  std::chrono::milliseconds m_wait;          // before the next question
  std::chrono::milliseconds m_asked_wait{0}; // that the gateway asked for
  bool m_was_submitted = false;
  bool m_has_waited = false;
  bool m_is_pending = false; // says the answer under way
  bool m_is_over = false;
  bool m_has_trouble = false; // the answer under way says nothing of the job
  std::string m_id;           // as it stands in a path; empty until the gateway has told it
};

// Gateways that take a job and draw it while nobody holds the line.
class SubmitPoll
{
public:
  // Settings: `protocol`, "responses" (the Responses API in background mode) or "sdcpp"
  // (stable-diffusion.cpp's sd-server); `host_model`, the chat model of the first; `poll_shortest`
  // and `poll_longest`, in seconds. A gateway's own settings of the same names win.
  SubmitPoll(sdk::Host host, const sdk::Settings& settings);

  sdk::Capabilities describe() const;
  sdk::Terms terms(const sdk::Gateway& gateway) const;
  std::unique_ptr<JobDialogue> open(const sdk::Job& job, const sdk::Gateway& gateway);

private:
  sdk::Host m_host;
  sdk::Settings m_settings;
};

} // namespace limn::submit_poll
