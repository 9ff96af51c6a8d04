#include "fresh_folder.hpp"
#include "plugin/host_services.hpp"
#include "silence.hpp"
#include "simulated_script.hpp"

#include <doctest/doctest.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>

// The rules of money as a simulation: random scripts of jobs, gates, gateways, wires,
// cancellations, signals and kills, over the real engine, plugins, journal and manifest, with a
// clock and a wire that cost no time. What may have been charged is judged by what the gateways
// did. A script that breaks a rule is told as it happened; LIMN_SIMULATED_SEED repeats it alone.
namespace limn::test {

namespace {

// Thousands of fsyncs prove nothing here and may take minutes on a busy disk.
std::filesystem::path in_memory_if_possible()
{
  const char* memory = "/dev/shm";
  return ::access(memory, W_OK | X_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

std::optional<unsigned> number_in_environment(const char* name)
{
  const char* text = std::getenv(name);
  return text != nullptr ? std::optional(static_cast<unsigned>(std::strtoul(text, nullptr, 10)))
                         : std::nullopt;
}

struct Stage {
  FreshFolder folder{in_memory_if_possible()};
  Silence silence;
  HostServices services{silence, {}};
  Registry registry{search(), services.host(), settings(), silence};
  Redactor redactor;
  Terminal terminal{redactor};
  Out out{redactor, terminal};
  CommonParts parts{registry, redactor, terminal, out};

  Stage()
  {
    terminal.set_verbosity(Verbosity::quiet);
    prepare_folder(folder.path());
    // What one script gives back the next one takes.
    constexpr int k_kept = 64 << 20;
    ::mallopt(M_TRIM_THRESHOLD, k_kept);
    ::mallopt(M_MMAP_THRESHOLD, k_kept);
  }

  static PluginSearch search()
  {
    PluginSearch search;
    search.files = {LIMN_OPENAI_IMAGES, LIMN_RESPONSES_API, LIMN_CHAT_COMPLETIONS,
                    LIMN_SUBMIT_POLL};
    return search;
  }
  static std::map<std::string, Pairs> settings()
  {
    return {{"submit_poll", {{"protocol", "sdcpp"}}}};
  }

  ScriptResult run(unsigned seed, Telling telling)
  {
    return run_script(seed, telling, folder.path(), parts);
  }
};

std::string lines(const std::vector<std::string>& all)
{
  std::string text;
  for (const auto& line : all) {
    text += line + '\n';
  }
  return text;
}

// Its story, by the seed alone.
void tell(Stage& stage, unsigned seed, const ScriptResult& broken)
{
  const auto told = stage.run(seed, Telling::yes);
  INFO("LIMN_SIMULATED_SEED=" << seed << "\n" << lines(told.story));
  FAIL_CHECK(lines(broken.complaints));
  CHECK_MESSAGE(told.complaints == broken.complaints, "the script is not repeated by its seed");
}

} // namespace

TEST_CASE("a script happens again by its seed alone")
{
  Stage stage;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    const auto once = stage.run(seed, Telling::yes);
    CHECK(lines(once.story) == lines(stage.run(seed, Telling::yes).story));
    CHECK_FALSE(once.story.empty());
  }
}

TEST_CASE("whatever happens, no image is paid for twice, and none that was paid for is lost")
{
  Stage stage;
  if (const auto seed = number_in_environment("LIMN_SIMULATED_SEED")) {
    const auto told = stage.run(*seed, Telling::yes);
    std::printf("%s", lines(told.story).c_str());
    CHECK_MESSAGE(told.complaints.empty(), lines(told.complaints));
    return;
  }
  constexpr unsigned k_usual_scripts = 20'000;
  constexpr int k_most_told = 3;
  const auto wanted = number_in_environment("LIMN_SIMULATED_SCRIPTS").value_or(k_usual_scripts);
  const auto first = std::random_device{}();
  int broken = 0;
  ScriptResult all;
  int twice_where_allowed = 0;
  unsigned run = 0;
  for (; run < wanted && broken < k_most_told; ++run) {
    const auto seed = first + run;
    const auto result = stage.run(seed, Telling::no);
    all.jobs += result.jobs;
    all.drawings += result.drawings;
    all.charged += result.charged;
    all.arrived += result.arrived;
    all.saved += result.saved;
    all.kills += result.kills;
    all.polls += result.polls;
    all.farewells += result.farewells;
    twice_where_allowed += result.was_charged_twice ? 1 : 0;
    if (!result.complaints.empty()) {
      ++broken;
      tell(stage, seed, result);
    }
  }
  std::printf(
    "simulation: seeds from %u, %u scripts, %d jobs, %d requests for images, %d that could "
    "have been charged, %d polls, %d told to stop, %d images, %d kills; more than one "
    "charge in %d scripts that allow it\n",
    first, run, all.jobs, all.drawings, all.charged, all.polls, all.farewells, all.saved, all.kills,
    twice_where_allowed);
  // The scripts are hard enough to tell a wrong policy from a right one.
  const auto per_hundred = [&](int count) { return 100.0 * count / wanted; };
  if (wanted >= 1000 && broken == 0) {
    CHECK(per_hundred(all.arrived) > 20);
    CHECK(per_hundred(all.saved) > 20);
    CHECK(per_hundred(all.charged) > 50);
    CHECK(per_hundred(all.kills) > 10);
    CHECK(per_hundred(all.polls) > 10);
    CHECK(per_hundred(all.farewells) > 0.1);
    CHECK(per_hundred(twice_where_allowed) > 0.2);
  }
}

} // namespace limn::test
