#include "mcp/image_tools.hpp"

#include "job/job_check.hpp"
#include "job/paths.hpp"
#include "mcp/agent_places.hpp"
#include "mcp/image_call.hpp"
#include "mcp/job_answer.hpp"
#include "mcp/tool_descriptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

// What is agreed to where a price is.
std::string terms_of(Cost estimate)
{
  return estimate.is_known() ? std::to_string(estimate.amount) : "unknown";
}

// The smaller of two limits.
std::optional<NanoUsd> tighter(std::optional<NanoUsd> one, std::optional<NanoUsd> other)
{
  return one && other ? std::min(*one, *other) : one ? one : other;
}

} // namespace

// A picture that is wanted, looked at as far as it can be before anybody is asked.
struct ImageTools::Wanted {
  ImageArguments arguments;
  WorkOrder order;
  JobText meant;
  GenerateOptions options;
  std::vector<Gateway> gateways;
  Cost estimate;
};

ImageTools::ImageTools(Session& session, AgentLimits limits, GatewayChoice choice,
                       JobsListener listener)
  : m_session(session), m_limits(limits), m_choice(std::move(choice)),
    m_listener(std::move(listener)), m_descriptions(image_tool_descriptions()),
    m_desk(session.loop(), session.options(), state_folder()), m_settings(session)
{
  if (!m_choice) {
    m_choice = [this](const std::vector<std::string>& wanted, std::vector<std::string>&) {
      return m_session.host().gateways(wanted);
    };
  }
}

ImageTools::~ImageTools() = default;

std::string_view ImageTools::instructions() const
{
  return k_image_instructions;
}

ImageTools::Call* ImageTools::find(ToolCallId id)
{
  const auto found = m_calls.find(id);
  return found == m_calls.end() ? nullptr : found->second.get();
}

ToolCallId ImageTools::call(ToolCall call, Progress progress,
                            std::function<void(ToolReply)> replied)
{
  const auto id = static_cast<ToolCallId>(++m_last_id);
  auto one = std::make_unique<Call>();
  one->call = std::move(call);
  one->progress = std::move(progress);
  one->replied = std::move(replied);
  one->begin = m_session.loop().now();
  m_calls.emplace(id, std::move(one));
  m_session.loop().post([this, id, alive = std::weak_ptr(m_alive)] {
    if (!alive.expired() && find(id) != nullptr) {
      begin(id);
    }
  });
  return id;
}

void ImageTools::begin(ToolCallId id)
{
  const auto& tool = find(id)->call.tool;
  if (tool == k_generate_tool) {
    generate(id);
  } else if (tool == k_job_tool) {
    job(id);
  } else if (tool == k_gateways_tool) {
    gateways(id);
  } else {
    cost(id);
  }
}

void ImageTools::reply(ToolCallId id, ToolReply reply)
{
  const auto call = m_calls.extract(id);
  if (!call.empty()) {
    call.mapped()->replied(std::move(reply));
  }
}

// --- What is wanted ---

Result<ImageTools::Wanted> ImageTools::read_wanted(const ToolCall& call)
{
  m_settings.look();
  auto& host = m_session.host();
  Wanted wanted;
  LIMN_TRY_ASSIGN(wanted.arguments, read_image_arguments(call.arguments));
  const auto& arguments = wanted.arguments;
  auto& order = wanted.order;
  order.places = agent_places(host.settings(), call.client);
  LIMN_TRY_ASSIGN(auto placed, placed_job(arguments, call.client, order.places));
  order.job = std::move(placed.job);
  LIMN_TRY(hold_to_models(call.client, host, order.job));
  wanted.meant = without_usual(std::move(placed.meant), host.settings());
  std::vector<Failure> mistakes;
  auto& options = wanted.options = read_job(order.job, mistakes);
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  std::vector<std::string> names;
  LIMN_TRY_ASSIGN(wanted.gateways, m_choice(options.gateways, names));
  LIMN_TRY(suit_to_gateways(host, options, wanted.gateways));
  if (!names.empty()) {
    order.job.gateways = std::move(names);
  }
  if (call.client.is_remote) {
    order.hops = call.client.hops + 1;
  }
  wanted.estimate = host.engine().estimate(options.job, wanted.gateways, options.engine);
  return wanted;
}

void ImageTools::generate(ToolCallId id)
{
  auto& call = *find(id);
  auto wanted = read_wanted(call.call);
  if (!wanted) {
    reply(id, answer_of(wanted.error()));
    return;
  }
  call.is_preview_wanted = wanted->arguments.preview;
  call.wait = wanted->arguments.wait;
  set_deadline(id);
  const auto& settings = m_session.settings().mcp;
  const auto most = tighter(m_limits.max_cost, settings.max_cost);
  if (most) {
    if (const auto fits = fits_limit(wanted->estimate, *most); !fits) {
      reply(id, answer_of(fits.error()));
      return;
    }
  }
  const auto most_per_day = tighter(m_limits.max_cost_per_day, settings.max_cost_per_day);
  const bool is_limited =
    most || most_per_day || settings.ask_above || !call.call.client.limits.empty();
  if (wanted->estimate.is_known() && is_limited) {
    // What was looked at here is what may be spent, whatever the settings say by then.
    wanted->order.job.max_cost = usd_decimal(wanted->estimate.amount);
  }
  auto request = job_request(wanted->arguments, call.call.client, wanted->order, wanted->meant,
                             m_session.redactor());
  if (!request) {
    reply(id, answer_of(request.error()));
    return;
  }
  request->estimate = wanted->estimate;
  request->images = wanted->options.job.count;
  if (most_per_day) {
    request->limits.push_back({CostLimit::Of::door, CostLimit::Since::midnight, *most_per_day});
  }
  const auto& estimate = wanted->estimate;
  const bool is_dear =
    settings.ask_above && (!estimate.is_known() || estimate.amount > *settings.ask_above);
  const bool is_agreed =
    call.call.answer == ToolAnswer::accepted && call.call.terms == terms_of(estimate);
  if (is_dear && !is_agreed) {
    ask_first(id, std::move(*request));
  } else {
    put(id, std::move(*request));
  }
}

// What was asked for already costs nothing now, and needs no answer.
void ImageTools::ask_first(ToolCallId id, JobRequest request)
{
  m_desk.equal(request, [this, id, request](Result<std::optional<PutJob>> equal) mutable {
    auto* const call = find(id);
    if (call == nullptr) {
      return;
    }
    if (!equal) {
      reply(id, answer_of(equal.error()));
      return;
    }
    if (*equal) {
      put(id, std::move(request));
      return;
    }
    const auto price = cost_text(request.estimate);
    const auto& answer = call->call.answer;
    if (answer && answer != ToolAnswer::accepted) {
      reply(id, answer_of(Failure(FailureClass::cancelled,
                                  fmt::format("the user {} {}",
                                              answer == ToolAnswer::declined
                                                ? "did not agree to"
                                                : "was asked, and said nothing, about",
                                              price),
                                  "nothing was asked for; ask again only if the user says so"),
                          "never"));
    } else if (call->call.client.answers_forms) { // also where it became dearer meanwhile
      reply(id, ToolQuestion{fmt::format("This picture costs {}. Draw it?", price),
                             terms_of(request.estimate)});
    } else {
      reply(id, answer_of(Failure(
                  FailureClass::usage,
                  fmt::format("this costs {}, above mcp.ask_above of limn.yaml, and this host "
                              "cannot ask the user",
                              price),
                  "nothing was asked for. Ask for a lower quality, a smaller size or fewer images, "
                  "or let the user raise mcp.ask_above")));
    }
  });
}

void ImageTools::put(ToolCallId id, JobRequest request)
{
  m_desk.put(std::move(request), [this, id](Result<PutJob> put) {
    auto* const call = find(id);
    if (call == nullptr) {
      if (put) { // whoever asked has gone
        m_desk.end(put->job.id, [](const Result<KeptJob>&) {});
      }
      return;
    }
    if (!put) {
      reply(id, answer_of(put.error()));
      return;
    }
    call->as = put->as;
    call->job_id = put->job.id;
    wait_for(id, put->job.id);
    if (put->as == PutAs::begun && m_listener.begun) {
      listen(put->job.id);
    }
  });
}

void ImageTools::listen(const std::string& job)
{
  m_listener.begun(job);
  m_listened_to[job] = m_desk.wait(job, [this, job](const Result<KeptJob>& kept) {
    if (!kept || is_final(kept->state)) {
      m_listened_to.erase(job);
      m_listener.over(job, kept);
    }
  });
}

// --- The other tools ---

void ImageTools::cost(ToolCallId id)
{
  auto wanted = read_wanted(find(id)->call);
  if (!wanted) {
    reply(id, answer_of(wanted.error()));
    return;
  }
  const auto& settings = m_session.settings().mcp;
  const auto plan =
    m_session.host().engine().plan(wanted->options.job, wanted->gateways, wanted->options.engine);
  reply(id, cost_answer(plan, wanted->options.job.count, wanted->estimate,
                        {tighter(m_limits.max_cost, settings.max_cost),
                         tighter(m_limits.max_cost_per_day, settings.max_cost_per_day)}));
}

void ImageTools::gateways(ToolCallId id)
{
  const auto arguments = read_gateway_arguments(find(id)->call.arguments);
  if (!arguments) {
    reply(id, answer_of(arguments.error()));
    return;
  }
  m_settings.look();
  const auto& settings = m_session.settings().mcp;
  const AgentLimits limits{tighter(m_limits.max_cost, settings.max_cost),
                           tighter(m_limits.max_cost_per_day, settings.max_cost_per_day)};
  if (!arguments->refresh) {
    reply(id, gateways_answer(m_session.host(), find(id)->call.client, usable_gateways(), nullptr,
                              limits));
    return;
  }
  if (const auto read = m_session.host().reload(); !read) {
    reply(id, answer_of(read.error()));
    return;
  }
  const auto usable = usable_gateways();
  if (!usable) {
    reply(id, gateways_answer(m_session.host(), find(id)->call.client, usable, nullptr, limits));
    return;
  }
  m_session.host().engine().verify(
    *usable, {},
    [this, id, limits, alive = std::weak_ptr(m_alive)](const std::vector<VerifiedGateway>& all) {
      if (const auto* call = alive.expired() ? nullptr : find(id)) {
        reply(id, gateways_answer(m_session.host(), call->call.client, usable_gateways(), &all,
                                  limits));
      }
    });
}

Result<std::vector<Gateway>> ImageTools::usable_gateways()
{
  std::vector<std::string> names;
  return m_choice({}, names);
}

void ImageTools::cancel_task(const McpClient& client, const std::string& id,
                             std::function<void(bool)> told)
{
  m_desk.look(id, [this, client, id, told = std::move(told)](const Result<KeptJob>& job) {
    if (!job || !is_told_of(client, *job)) {
      told(false);
      return;
    }
    m_desk.end(id, [told](const Result<KeptJob>& ended) { told(ended.has_value()); });
  });
}

} // namespace limn
