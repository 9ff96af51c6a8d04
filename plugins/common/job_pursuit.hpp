#pragma once

#include "common/gateway_job.hpp"

#include <limn/sdk.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn::plugins {

// Follows a job, with which a gateway answered where an image was expected, to its end: asks where
// the gateway said, and else where the relays that are known for such ids have their jobs, until
// one of the places knows it. Asks only, and only the gateway's own origin. The rest of a dialogue:
// `next` and `receive` are those of its owner from then on.
class JobPursuit
{
public:
  // Reports the images that a message holds, and returns how many there were.
  using ReportImages = std::function<int(const Json& message, sdk::Results& results)>;

  JobPursuit(sdk::Host host, std::string_view base_url, GatewayJob job, ReportImages report_images);

  sdk::Step next();
  void receive(const sdk::Event& event, sdk::Results& results);

private:
  // A way to ask after the job.
  struct Place {
    std::string path;   // behind the base URL
    std::string target; // or on the origin
  };

  void add_told(const std::string& address);
  void add_known(const std::string& encoded_id);
  void add(Place place);
  void read(const sdk::Event& event, sdk::Results& results);
  void end(const sdk::Event& event);
  std::optional<sdk::Failure> refusal_for(const sdk::Event& event, std::string_view reason) const;
  bool is_about_job(const sdk::Event& event, const GatewayJob& told) const;
  [[noreturn]] void throw_gone(const sdk::Event& event) const;
  void try_next_place();
  bool go_to_result();
  void note_state(std::string_view words, sdk::Results& results) const;
  std::string name() const;
  sdk::Failure named(sdk::Failure failure) const;

  sdk::Host m_host;
  std::string m_origin;    // "https://gw.example"
  std::string m_base_path; // "/v1"
  GatewayJob m_job;
  ReportImages m_report_images;

  std::vector<Place> m_places;
  std::size_t m_told_places = 0; // the first so many are the gateway's own words
  std::size_t m_place = 0;
  bool m_is_settled = false;  // the place knows the job
  bool m_has_trouble = false; // a place could not say; of this round
  int m_round = 0;

  std::chrono::milliseconds m_wait{1'000}; // before the next question
  std::chrono::milliseconds m_asked_wait{0};
  bool m_must_wait = true;
  bool m_is_over = false;

  // Of the answer under way.
  enum class Said { nothing, not_here, trouble, pending, done };
  Said m_said = Said::nothing;
  std::vector<std::string> m_seen_results; // addresses of results that were asked already
};

} // namespace limn::plugins
