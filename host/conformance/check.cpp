#include "conformance/check.hpp"

#include "conformance/child_process.hpp"
#include "conformance/planted_home.hpp"
#include "conformance/suite.hpp"
#include "plugin/loader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <regex>
#include <sstream>
#include <thread>

namespace limn::conformance {

namespace {

// No test's: asks the child for the components of the file.
constexpr std::string_view k_list_components = "(components)";

struct ListedComponent {
  std::string kind; // "provider", "config-source", or "-"
  std::string state;
  std::string id;
};

struct Planned {
  Test test;
  std::size_t index = 0;
  std::string component;
};

// In a child: what the parent reads with `read_list`.
Verdict list_components(const std::vector<CheckedComponent>& components)
{
  std::string list;
  for (const auto& one : components) {
    const bool is_known =
      one.record.kind == k_provider_kind || one.record.kind == k_config_source_kind;
    list +=
      fmt::format("{} {} {}\n", is_known ? one.record.kind : "-",
                  one.component ? "ready" : "failed", one.record.id.empty() ? "-" : one.record.id);
  }
  return {Status::success, list};
}

std::vector<ListedComponent> read_list(const Verdict& verdict)
{
  std::vector<ListedComponent> all;
  if (verdict.status != Status::success) {
    return all;
  }
  std::istringstream lines(verdict.message);
  ListedComponent one;
  while (lines >> one.kind >> one.state >> one.id) {
    all.push_back(one);
  }
  return all;
}

bool is_for(const Test& test, const ListedComponent& component)
{
  if (test.id == "component.described") {
    return true;
  }
  if (component.state != "ready") {
    return false;
  }
  switch (test.scope) {
  case Scope::file:
    return false;
  case Scope::component:
    return true;
  case Scope::provider:
    return component.kind == k_provider_kind;
  case Scope::source:
    return component.kind == k_config_source_kind;
  }
  return false;
}

std::vector<Planned> plan(const std::vector<ListedComponent>& components, const std::regex& only)
{
  std::vector<Planned> planned;
  for (const auto& test : all_tests()) {
    if (!std::regex_search(std::string(test.id), only)) {
      continue;
    }
    const bool can_run = loads_itself(test) || !components.empty();
    if (test.scope == Scope::file && can_run) {
      planned.push_back({test, 0, {}});
    }
    for (std::size_t i = 0; i < components.size(); ++i) {
      if (is_for(test, components[i])) {
        planned.push_back(
          {test, i, components[i].id == "-" ? fmt::format("#{}", i) : components[i].id});
      }
    }
  }
  return planned;
}

// Loads the plugin where the test does not, and runs the test.
Verdict run_here(const std::filesystem::path& file, const std::vector<SampleAnswer>& samples,
                 std::string_view id, std::size_t index, Notebook& notebook, bool has_own_process)
{
  Subject subject{file, nullptr, {}, index, notebook, samples, has_own_process};
  const auto all = all_tests();
  const auto test = std::ranges::find(all, id, &Test::id);
  if (test == all.end() || !loads_itself(*test)) {
    notebook.enter("a constructor, while it was loaded");
    const auto entry = load_plugin(file);
    notebook.enter("component_at");
    auto components = entry ? check_components(**entry, file) : fail(entry.error());
    notebook.leave();
    if (!components) {
      return skipped(components.error().message);
    }
    subject.entry = *entry;
    subject.components = std::move(*components);
  }
  if (test == all.end()) {
    return list_components(subject.components);
  }
  return test->run(subject);
}

Verdict run_shielded(const std::filesystem::path& file, const std::vector<SampleAnswer>& samples,
                     std::string_view id, std::size_t index, Notebook& notebook,
                     bool has_own_process)
{
  try {
    return run_here(file, samples, id, index, notebook, has_own_process);
  } catch (const std::exception& error) {
    const auto function = notebook.inside();
    return failure(fmt::format("the test ended with an exception{}: {}",
                               function.empty() ? "" : " in " + function, error.what()));
  } catch (...) {
    return failure("the test ended with an exception");
  }
}

class Runner
{
public:
  Runner(const CheckOrder& order, const std::vector<SampleAnswer>& samples)
    : m_order(order), m_samples(samples), m_environment(m_home.environment())
  {
  }

  Verdict run(std::string_view id, std::size_t index) const
  {
    try {
      if (m_order.processes == Processes::shared) {
        Notebook notebook;
        return run_shielded(m_order.file, m_samples, id, index, notebook, false);
      }
      return run_in_child(m_order.file, m_order.answers, std::string(id), index, m_environment,
                          m_order.time_limit);
    } catch (const std::exception& error) {
      return failure(fmt::format("the test could not be run: {}", error.what()));
    }
  }

private:
  const CheckOrder& m_order;
  const std::vector<SampleAnswer>& m_samples;
  PlantedHome m_home;
  std::vector<std::string> m_environment;
};

CheckedTest run_planned(const Runner& runner, const Planned& planned)
{
  const auto start = std::chrono::steady_clock::now();
  auto verdict = runner.run(planned.test.id, planned.index);
  const auto time = std::chrono::steady_clock::now() - start;
  return {std::string(planned.test.id), planned.component, std::move(verdict),
          std::chrono::duration_cast<std::chrono::milliseconds>(time)};
}

} // namespace

Result<std::vector<CheckedTest>> check(const CheckOrder& order)
{
  std::regex only;
  try {
    only.assign(order.only);
  } catch (const std::regex_error&) {
    return fail(FailureClass::usage, fmt::format("'{}' is no regular expression", order.only),
                "limn plugins check --list shows the ids");
  }
  LIMN_TRY_ASSIGN(const auto samples, read_sample_answers(order.answers));
  const Runner runner(order, samples);
  const auto planned = plan(read_list(runner.run(k_list_components, 0)), only);
  std::vector<CheckedTest> tests(planned.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < planned.size(); i = next++) {
      tests[i] = run_planned(runner, planned[i]);
    }
  };
  const auto count =
    order.processes == Processes::shared ? 1u : std::thread::hardware_concurrency();
  std::vector<std::thread> workers;
  for (unsigned i = 1; i < count; ++i) {
    workers.emplace_back(work);
  }
  work();
  for (auto& worker : workers) {
    worker.join();
  }
  return tests;
}

void run_as_child(const std::filesystem::path& file,
                  const std::vector<std::filesystem::path>& answers, const std::string& what)
{
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::istringstream words(what);
  std::size_t index = 0;
  int descriptor = -1;
  std::string id;
  words >> index >> descriptor >> id;
  Notebook notebook(descriptor);
  const auto samples = read_sample_answers(answers);
  notebook.conclude(samples ? run_shielded(file, *samples, id, index, notebook, true)
                            : failure(samples.error().message)); // changed meanwhile
  ::_exit(0); // nothing of the plugin's own end is asked for
}

} // namespace limn::conformance
