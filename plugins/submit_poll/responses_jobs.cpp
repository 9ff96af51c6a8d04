#include "common/responses_answer.hpp"
#include "common/responses_request.hpp"
#include "submit_poll/dialect.hpp"

namespace limn::submit_poll {

using plugins::Json;
using plugins::member;
using plugins::text_of;

namespace {

class ResponsesJobs : public Dialect
{
public:
  ResponsesJobs(sdk::Host host, sdk::Request submit)
    : m_host(host), m_submit(std::move(submit)), m_answer(host)
  {
  }

  sdk::Request submit() const override { return m_submit; }
  std::string job_path(std::string_view id) const override
  {
    return "/responses/" + std::string(id);
  }

  JobState state_of(const Json& message) const override
  {
    const auto* carried = member(&message, "response"); // of an event
    const auto* response = carried && carried->IsObject() ? carried : &message;
    const auto status = text_of(member(response, "status"));
    const bool is_over = status.empty() || status == "completed" || status == "failed"
                         || status == "cancelled" || status == "incomplete";
    return {std::string(text_of(member(response, "id"))), !is_over, std::string(status)};
  }

  void read(const sdk::Event& event, const Json&, sdk::Results& results) override
  {
    m_answer.read(event, results);
  }
  bool has_image() const override { return m_answer.has_image(); }
  void judge_end(const sdk::Event& event) const override { m_answer.judge_end(event); }
  void begin_answer() override { m_answer = plugins::ResponsesAnswer(m_host); }

private:
  sdk::Host m_host;
  sdk::Request m_submit;
  plugins::ResponsesAnswer m_answer;
};

} // namespace

std::unique_ptr<Dialect> responses_jobs(sdk::Host host, const sdk::Job& job,
                                        const sdk::Gateway& gateway, std::string host_model)
{
  return std::make_unique<ResponsesJobs>(
    host, plugins::responses_request(job, gateway,
                                     {std::move(host_model), plugins::Delivery::background}));
}

} // namespace limn::submit_poll
