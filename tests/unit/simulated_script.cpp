#include "simulated_script.hpp"

#include "gateway_answers.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>

namespace limn::test {

using std::chrono::milliseconds;

namespace {

constexpr int k_most_processes = 4;

void want_jobs(World& world)
{
  const bool batch_may_cost_twice = world.one_in(10);
  const int count = world.one_in(2) ? 1 : world.between(2, 4);
  for (int number = 0; number < count; ++number) {
    WantedJob job;
    job.number = number;
    job.count = world.one_in(3) ? world.between(2, 4) : 1;
    job.is_of_batch = world.one_in(2);
    job.has_input = world.one_in(10);
    job.may_cost_twice = job.is_of_batch ? batch_may_cost_twice : world.one_in(10);
    for (int gateway = world.between(1, 3); gateway > 0; --gateway) {
      job.gateways.push_back(fmt::format("g{}", gateway));
    }
    world.jobs.push_back(std::move(job));
  }
}

// What a user could write, as limn.yaml would let through.
Settings any_settings(World& world)
{
  Settings settings;
  constexpr std::array timeouts{400, 1'200, 5'000, 60'000, 600'000};
  settings.timeout =
    milliseconds(timeouts[static_cast<std::size_t>(world.between(0, timeouts.size() - 1))]);
  settings.origins["timeout"] = "limn.yaml:1"; // a provider knows no better then
  settings.late_error = k_late_error;
  settings.wait_budget = milliseconds(world.one_in(2) ? 600 : 120'000);
  const std::vector<std::vector<std::string>> orders{
    {"openai_images", "responses_api"},
    {"responses_api", "openai_images"},
    {"chat_completions", "openai_images"},
    {"submit_poll", "openai_images"},
    {"chat_completions", "submit_poll", "responses_api"}};
  settings.providers = orders[static_cast<std::size_t>(world.between(0, 4))];
  settings.strategy = world.one_in(3) ? Strategy::spread : Strategy::order;
  if (world.one_in(6)) {
    settings.max_in_flight = world.between(1, 2);
  }
  if (world.one_in(12)) {
    settings.images_per_minute = world.between(1, 4);
  }
  if (world.one_in(4)) {
    settings.limits.connect_timeout = milliseconds(1'500);
  }
  constexpr std::array steps{NextStep::next_size, NextStep::next_provider, NextStep::next_gateway,
                             NextStep::retry, NextStep::stop};
  for (int i = world.one_in(2) ? world.between(1, 6) : 0; i > 0; --i) {
    const auto failure_class = static_cast<FailureClass>(world.between(1, 19));
    settings.fallback[failure_class] = steps[static_cast<std::size_t>(world.between(0, 4))];
  }
  return settings;
}

UserWishes any_wishes(World& world)
{
  UserWishes wishes;
  wishes.settings = any_settings(world);
  wishes.options.verify = world.one_in(3)   ? VerifyMode::always
                          : world.one_in(3) ? VerifyMode::automatic
                                            : VerifyMode::never;
  const auto of_batch = std::ranges::find(world.jobs, true, &WantedJob::is_of_batch);
  if (of_batch != world.jobs.end() && of_batch->may_cost_twice) {
    wishes.duplicate_charge = DuplicateCharge::allowed;
  }
  wishes.is_remembered = world.one_in(6);
  wishes.uptime = std::chrono::hours(100);
  for (int number = 1; number <= 3; ++number) {
    Gateway gateway;
    gateway.name = fmt::format("g{}", number);
    gateway.base_url = fmt::format("https://{}.example.com/v1", gateway.name);
    gateway.key = Secret("a-key-of-the-test");
    gateway.origins = {"limn.yaml"};
    gateway.id = gateway_id(gateway);
    wishes.gateways.push_back(std::move(gateway));
  }
  return wishes;
}

// After how many steps a process is killed; 0: never.
int any_fate(World& world)
{
  return world.one_in(3) ? world.between(1, 1 << world.between(2, 8)) : 0;
}

void run_processes(World& world, const CommonParts& parts)
{
  SimulatedDisk disk(world);
  auto wishes = any_wishes(world);
  for (bool was_killed = true; was_killed;) {
    const auto process = world.was_killed.size();
    world.story.tell("process {}", process + 1);
    world.fate.begin(process + 1 < k_most_processes ? any_fate(world) : 0, [&] {
      world.story.tell("it is killed");
      disk.remember();
    });
    disk.synced();
    {
      SimulatedProcess run(world, disk, wishes, parts);
      was_killed = !run.run();
    }
    if (was_killed) {
      const bool power_cut = world.one_in(3);
      world.had_power_cut = world.had_power_cut || power_cut;
      world.story.tell("{}", power_cut ? "by a power cut" : "by a signal");
      disk.restore(power_cut ? SimulatedDisk::PowerCut::yes : SimulatedDisk::PowerCut::no,
                   world.random);
    }
    world.was_killed.push_back(was_killed);
  }
}

using FilesOfDrawings = std::map<int, std::filesystem::path>;

FilesOfDrawings drawings_on_disk(const World& world)
{
  FilesOfDrawings found;
  for (const auto& folder : {world.recovered, world.images}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (const auto mark = drawing_in(entry.path())) {
        found[*mark] = entry.path();
      }
    }
  }
  return found;
}

// An image that was paid for is delivered or kept.
void judge_images(World& world, const FilesOfDrawings& found)
{
  for (std::size_t i = 0; i < world.drawings.size(); ++i) {
    const auto& drawing = world.drawings[i];
    const bool is_due =
      drawing.was_saved
      || (drawing.has_arrived && !world.was_killed[static_cast<std::size_t>(drawing.process)]);
    if (is_due && !found.contains(static_cast<int>(i))) {
      world.complain("job {}: drawing {} ({}) arrived, and is nowhere", drawing.job, i,
                     drawing.answer);
    }
  }
}

bool has(const ManifestEntry& entry, const std::filesystem::path& file)
{
  return std::ranges::any_of(entry.images,
                             [&file](const NotedImage& image) { return image.path == file; });
}

// What the manifest says of an item is so. `entry`: null if it says nothing.
void judge_item(World& world, const WantedJob& job, const ManifestEntry* entry,
                const FilesOfDrawings& found)
{
  bool may_be_lost = false;
  for (std::size_t i = 0; i < world.drawings.size(); ++i) {
    const auto& drawing = world.drawings[i];
    const auto file = found.find(static_cast<int>(i));
    if (drawing.job != job.number) {
      continue;
    }
    may_be_lost = may_be_lost || (drawing.was_charged && file == found.end());
    const bool is_delivered =
      file != found.end() && file->second.parent_path() == world.images && !world.had_power_cut;
    if (is_delivered && (entry == nullptr || !has(*entry, file->second))) {
      world.complain("item {}: {} is its image, and the manifest does not know it", job.number,
                     file->second.filename().string());
    }
  }
  const auto state = entry == nullptr ? std::nullopt : std::optional(entry->state);
  if (may_be_lost && !job.may_cost_twice && state != ItemState::done
      && state != ItemState::unknown) {
    world.complain("item {}: may have been charged in vain, and is not told to be", job.number);
  }
  if (state != ItemState::done) {
    return;
  }
  const auto is_there = [](const NotedImage& image) { return std::filesystem::exists(image.path); };
  if (std::ranges::count_if(entry->images, is_there) < job.count) {
    world.complain("item {}: is done, and not all of its images are there", job.number);
  }
}

void judge_batch(World& world, const FilesOfDrawings& found)
{
  if (std::ranges::none_of(world.jobs, &WantedJob::is_of_batch)) {
    return;
  }
  const auto manifest = read_manifest(world.manifest);
  if (!manifest) {
    world.complain("the manifest cannot be read: {}", manifest.error().message);
    return;
  }
  for (const auto& job : world.jobs) {
    const auto entry = manifest->entries.find(std::to_string(job.number));
    if (job.is_of_batch) {
      judge_item(world, job, entry == manifest->entries.end() ? nullptr : &entry->second, found);
    }
  }
}

ScriptResult result_of(World& world)
{
  ScriptResult result;
  result.jobs = static_cast<int>(world.jobs.size());
  result.drawings = static_cast<int>(world.drawings.size());
  for (const auto& drawing : world.drawings) {
    result.charged += drawing.was_charged ? 1 : 0;
    result.arrived += drawing.has_arrived ? 1 : 0;
    result.saved += drawing.was_saved ? 1 : 0;
  }
  result.kills = static_cast<int>(world.was_killed.size()) - 1;
  result.polls = world.polls;
  result.farewells = world.farewells;
  result.was_charged_twice =
    std::ranges::any_of(world.jobs, [](const WantedJob& job) { return job.spent > job.count; });
  result.complaints = std::move(world.complaints);
  result.story = world.story.lines();
  return result;
}

} // namespace

ScriptResult run_script(unsigned seed, Telling telling, const std::filesystem::path& folder,
                        const CommonParts& parts)
{
  World world(seed, telling == Telling::yes, folder);
  want_jobs(world);
  if (world.one_in(8)) {
    world.write_foreign(world.images / "fox-0-1.png");
  }
  run_processes(world, parts);
  const auto found = drawings_on_disk(world);
  judge_images(world, found);
  judge_batch(world, found);
  if (!world.has_kept_foreign()) {
    world.complain("a file of another hand was written over");
  }
  SimulatedDisk(world).clear();
  return result_of(world);
}

void prepare_folder(const std::filesystem::path& folder)
{
  std::filesystem::create_directories(folder / "images");
  std::filesystem::create_directories(folder / "recovered");
  std::ofstream(folder / "input.png", std::ios::binary)
    << bytes_of_picture(marked_pictures(0).small);
}

} // namespace limn::test
