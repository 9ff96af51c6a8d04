#include "work/worker_starts.hpp"

#include "work/worker_process.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_most_said = 2000; // by a worker that could not begin

} // namespace

struct WorkerStarts::Started {
  std::function<void(const std::string&)> ended;
  Descriptor report;
  Watch watch;
  std::string said;
};

WorkerStarts::WorkerStarts(Loop& loop, GlobalOptions options)
  : m_loop(loop), m_options(std::move(options))
{
}

WorkerStarts::~WorkerStarts() = default;

Done WorkerStarts::start(const std::string& job, std::function<void(const std::string&)> ended)
{
  LIMN_TRY_ASSIGN(auto report, start_worker(m_options, job));
  auto& started = *(m_started[job] = std::make_unique<Started>());
  started.ended = std::move(ended);
  started.report = std::move(report);
  started.watch =
    m_loop.watch(started.report.number(), Events::readable, [this, job](Events) { read(job); });
  return {};
}

void WorkerStarts::read(const std::string& job)
{
  auto& started = *m_started.at(job);
  std::array<char, 512> buffer;
  ssize_t size = 0;
  while ((size = ::read(started.report.number(), buffer.data(), buffer.size())) > 0) {
    if (started.said.size() < k_most_said) {
      started.said.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }
  if (size < 0 && errno == EAGAIN) {
    return;
  }
  const auto over = m_started.extract(job);
  over.mapped()->ended(over.mapped()->said);
}

} // namespace limn
