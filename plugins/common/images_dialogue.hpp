#pragma once

#include "common/image_answer.hpp"
#include "common/images_request.hpp"
#include "common/job_pursuit.hpp"
#include "common/json.hpp"

#include <limn/sdk.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace limn::plugins {

// One attempt with the Images API: a request, and an answer that is one JSON document or a stream
// of events; or a job, which is then asked after until it is done.
class ImagesDialogue
{
public:
  // `request` is what images_request described, or that with another path.
  ImagesDialogue(sdk::Host host, const sdk::Job& job, const sdk::Gateway& gateway,
                 sdk::Request request);

  sdk::Step next();
  void receive(const sdk::Event& event, sdk::Results& results);

private:
  void read(const sdk::Event& event, sdk::Results& results);
  void end(const sdk::Event& event);
  int report_images(const Json& message, std::string_view type, sdk::Results& results);
  int report(const std::vector<FoundImage>& images, std::string_view type, sdk::Results& results);
  void report_usage(const Json& message, sdk::Results& results) const;
  bool remember_job(const Json& message, const sdk::Event& event);
  void remember_failure(const Json& message, const sdk::Event& event);
  bool pursue_next_job();
  void give_up_job(const sdk::Failure& failure);

  sdk::Host m_host;
  std::optional<sdk::Request> m_request; // until it is sent
  std::string m_base_url;
  FormOfEdit m_form;
  bool m_has_inputs;
  int m_wanted;
  bool m_may_be_cut = false; // what came so far does not say by itself that it is whole
  int m_image_count = 0;
  std::set<std::string, std::less<>> m_reported_addresses;
  std::optional<sdk::Failure> m_failure; // of one of several images
  Words m_words;
  std::vector<GatewayJob> m_jobs; // to be asked after yet
  std::optional<JobPursuit> m_pursuit;
  bool m_is_given_up = false; // the job that the answer under way is about
};

} // namespace limn::plugins
