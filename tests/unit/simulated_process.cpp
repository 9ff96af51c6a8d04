#include "simulated_process.hpp"

#include "batch/manifest_line.hpp"

#include <algorithm>
#include <iterator>

namespace limn::test {

using std::chrono::milliseconds;

namespace {

constexpr int k_most_turns = 200'000;
constexpr std::size_t k_items_at_once = 2;
constexpr std::chrono::seconds k_grace{5};

Learnt learnt_of(const World& world, const UserWishes& wishes)
{
  std::string ignored;
  return Learnt::load(wishes.is_remembered ? world.state / "learnt.json" : std::filesystem::path(),
                      ignored);
}

template <typename T>
T must(Result<T> result)
{
  if (!result) {
    throw std::runtime_error(result.error().message);
  }
  return std::move(*result);
}

void must(const Done& done)
{
  if (!done) {
    throw std::runtime_error(done.error().message);
  }
}

GlobalOptions quiet_options()
{
  GlobalOptions options;
  options.format = ReportFormat::json;
  options.quiet = true;
  return options;
}

} // namespace

SimulatedProcess::SimulatedProcess(World& world, SimulatedDisk& disk, UserWishes& wishes,
                                   const CommonParts& parts)
  : m_world(world), m_disk(disk), m_wishes(wishes), m_parts(parts),
    m_global(quiet_options()), m_voice{parts.out, parts.terminal, m_global, {}},
    m_disk_thread(m_loop), m_servers(world), m_client(m_loop, m_servers, wishes.settings.limits),
    m_learnt(learnt_of(world, wishes)),
    m_engine(m_client, m_disk_thread, m_learnt, ground(), [this] { return rate_time(); }),
    m_leave(
      m_loop, m_engine, [this] { return is_at_rest(); }, [](const std::string&) {})
{
  m_world.story.goes_by(&m_loop);
}

SimulatedProcess::~SimulatedProcess()
{
  m_world.story.goes_by(nullptr);
  m_wishes.uptime += std::chrono::ceil<milliseconds>(m_loop.now().time_since_epoch());
}

// The same settings each time, in a place of their own: gone once nobody stands on them.
EngineGround SimulatedProcess::ground() const
{
  const auto settings = std::make_shared<const Settings>(m_wishes.settings);
  return {m_parts.registry, *settings, settings};
}

RateTime SimulatedProcess::rate_time() const
{
  const auto passed = std::chrono::floor<milliseconds>(m_loop.now().time_since_epoch());
  return {m_wishes.uptime + passed, m_wishes.uptime + passed + std::chrono::hours(400'000), "boot"};
}

bool SimulatedProcess::is_at_rest() const
{
  return std::ranges::all_of(m_begun, [](const Begun& one) { return one.door->is_over(); });
}

bool SimulatedProcess::run()
{
  const auto& fate = m_world.fate;
  plan();
  open_batch();
  begin_items();
  for (int turn = 0; !fate.is_dead(); ++turn) {
    m_world.fate.step();
    while (!m_deeds.empty() && m_deeds.back().turn <= turn && !fate.is_dead()) {
      const auto planned = m_deeds.back();
      m_deeds.pop_back();
      act(planned);
    }
    if (turn == k_most_turns) {
      m_world.complain("does not come to rest");
      break;
    }
    if (!fate.is_dead() && !m_loop.turn()) {
      if (m_deeds.empty()) {
        break;
      }
      m_deeds.back().turn = turn;
    }
  }
  if (!fate.is_dead()) {
    end();
  }
  return !fate.is_dead();
}

// What happens besides, after how many turns of the loop.
void SimulatedProcess::plan()
{
  const bool is_first = m_world.was_killed.empty();
  for (auto& job : m_world.jobs) {
    job.is_forbidden = false;
    if (!job.is_of_batch && is_first) {
      m_deeds.push_back({m_world.one_in(2) ? 0 : m_world.between(0, 40), Deed::start, job.number});
    }
  }
  if (m_world.one_in(3)) {
    for (int i = m_world.between(1, 3); i > 0; --i) {
      const auto deed = static_cast<Deed>(m_world.between(1, static_cast<int>(Deed::renew)));
      m_deeds.push_back({m_world.between(0, m_world.one_in(2) ? 20 : 150), deed});
    }
  }
  std::ranges::stable_sort(m_deeds, std::greater(), &Planned::turn);
}

// As a batch goes on with what an earlier run left.
void SimulatedProcess::open_batch()
{
  for (const auto& job : m_world.jobs) {
    if (job.is_of_batch) {
      m_items.push_back({std::to_string(job.number), job.number + 1, {}, "digest"});
    }
  }
  if (m_items.empty()) {
    return;
  }
  auto manifest = must(Manifest::open(m_world.manifest));
  auto known = manifest.content();
  const auto journal = must(read_journal(journal_of(m_world.manifest)));
  for (const auto& line : lines_of_unended(journal, known)) {
    m_world.fate.step();
    m_world.story.tell("the journal leaves {}", line.substr(0, line.find(R"(,"images")")));
    must(manifest.append(line));
    m_disk.synced();
    take_line(known, line, manifest.size());
  }
  m_world.fate.step();
  auto begun = must(Journal::begin(journal_of(m_world.manifest), manifest.size()));
  m_disk.synced();
  m_world.fate.step();
  m_record.emplace(m_parts.redactor, std::move(manifest), std::move(begun));
  Mistakes mistakes("batch");
  m_tasks = tasks_of(m_items, known, m_wishes.duplicate_charge, mistakes);
  judge_tasks();
}

// What may have been charged in vain is not asked for again.
void SimulatedProcess::judge_tasks() const
{
  for (const auto& task : m_tasks) {
    const int number = std::stoi(task.item->id);
    const bool may_be_lost = std::ranges::any_of(m_world.drawings, [&](const DrawingSeen& one) {
      return one.job == number && one.was_charged && !one.was_saved;
    });
    if (may_be_lost && task.to_do == ToDo::draw
        && m_wishes.duplicate_charge == DuplicateCharge::refused) {
      m_world.complain("item {}: may have been charged in an earlier run, and is to be drawn again",
                       number);
    }
  }
}

void SimulatedProcess::begin_items()
{
  while (!m_begins_no_more && m_next_task < m_tasks.size() && m_items_in_flight < k_items_at_once) {
    const auto& task = m_tasks[m_next_task++];
    if (task.to_do == ToDo::draw) {
      begin(m_world.jobs[static_cast<std::size_t>(std::stoi(task.item->id))], &task);
    }
  }
}

// `task`: of the batch that it belongs to.
void SimulatedProcess::begin(WantedJob& wanted, const Task* task)
{
  m_world.story.tell("job {}: {} wanted", wanted.number, wanted.count);
  const auto here = task != nullptr ? static_cast<int>(task->images.size()) : 0;
  JobOrder order;
  order.job.prompt = "fox " + std::to_string(wanted.number);
  order.job.size = "2048x1024";
  order.job.quality = "low";
  order.job.background = "opaque";
  order.job.count = std::max(1, wanted.count - here);
  if (wanted.has_input) {
    const auto bytes = std::filesystem::file_size(m_world.input);
    order.job.inputs.push_back({Input::Role::image, m_world.input, "image/png", bytes, {1, 1}});
  }
  for (const auto& gateway : m_wishes.gateways) {
    if (std::ranges::count(wanted.gateways, gateway.name) > 0) {
      order.gateways.push_back(gateway);
    }
  }
  order.options = m_wishes.options;
  order.options.duplicate_charge =
    wanted.may_cost_twice ? DuplicateCharge::allowed : DuplicateCharge::refused;
  order.first_number = here + 1;
  auto door = std::make_unique<SimulatedDoor>(
    m_world, m_loop, wanted, [this] { m_disk.synced(); },
    [this, task, &wanted](const JobOutcome& outcome) {
      if (task != nullptr) {
        item_ended(wanted, *task, outcome);
      }
    });
  if (task != nullptr) {
    ++m_items_in_flight;
    InFlight item;
    item.id = task->item->id;
    item.line = task->item->line;
    item.digest = task->item->digest;
    item.wanted = order.job.count + here;
    item.images = task->images;
    door->write_with(std::make_unique<ItemObserver>(
      m_voice, *m_record, std::move(item), [] {}, [](const JobOutcome&) {}));
  }
  SinkOptions options;
  options.name_template = "{slug}-{n}";
  options.recovered = m_world.recovered;
  auto sink =
    std::make_unique<FolderSink>(m_world.images, std::move(options),
                                 [door = door.get()](const SavedImage& image, std::uint64_t inode) {
                                   door->naming(image, inode);
                                 });
  order.sink = sink.get();
  order.gate = door.get();
  auto& listener = *door;
  m_begun.push_back({JobId(), std::move(door), std::move(sink)});
  m_begun.back().id = m_engine.start(std::move(order), listener);
}

// As BatchRun notes it.
void SimulatedProcess::item_ended(const WantedJob& job, const Task& task, const JobOutcome& outcome)
{
  ManifestLine line;
  line.id = task.item->id;
  line.line = task.item->line;
  line.digest = task.item->digest;
  line.state = !outcome.failure                ? ItemState::done
               : may_be_lost(outcome.attempts) ? ItemState::unknown
                                               : ItemState::failed;
  line.images = task.images;
  std::ranges::transform(outcome.images, std::back_inserter(line.images), noted);
  line.failure = outcome.failure;
  line.cost = outcome.cost;
  line.outcome = &outcome;
  const bool left_no_trace = line.state == ItemState::failed && outcome.images.empty()
                             && outcome.failure->failure_class == FailureClass::cancelled;
  if (!left_no_trace) {
    m_world.story.tell("item {}: {}", job.number, to_string(line.state));
    m_record->ended(line_of(line));
    m_disk.synced();
  }
  m_world.fate.step();
  --m_items_in_flight;
  begin_items();
}

void SimulatedProcess::act(const Planned& planned)
{
  switch (planned.deed) {
  case Deed::start:
    if (!m_begins_no_more) {
      begin(m_world.jobs[static_cast<std::size_t>(planned.job)], nullptr);
    }
    return;
  case Deed::cancel_all:
    cancel(JobsToCancel::all);
    return;
  case Deed::cancel_waiting:
    cancel(JobsToCancel::waiting);
    return;
  case Deed::cancel_uncharged:
    cancel(JobsToCancel::uncharged);
    return;
  case Deed::cancel_one:
    if (!m_begun.empty()) {
      const auto& one =
        m_begun[static_cast<std::size_t>(m_world.between(0, static_cast<int>(m_begun.size()) - 1))];
      auto& job = m_world.jobs[static_cast<std::size_t>(one.door->job().number)];
      m_world.story.tell("job {}: is cancelled", job.number);
      job.is_forbidden = true;
      m_engine.cancel(one.id);
    }
    return;
  case Deed::terminate:
    signal(StopSignal::terminate);
    return;
  case Deed::hang_up:
    signal(StopSignal::hang_up);
    return;
  case Deed::interrupt:
    signal(StopSignal::interrupt);
    return;
  case Deed::renew:
    m_engine.renew(ground());
    return;
  }
}

// As a batch takes them.
void SimulatedProcess::signal(StopSignal signal)
{
  m_world.story.tell("signal {}", static_cast<char>(signal));
  m_begins_no_more = true;
  if (signal != StopSignal::interrupt) {
    for (const auto& one : m_begun) {
      m_world.jobs[static_cast<std::size_t>(one.door->job().number)].is_forbidden = true;
    }
    m_leave.on(signal);
    return;
  }
  if (++m_interrupts > 1) {
    cancel(JobsToCancel::all);
    return;
  }
  cancel(JobsToCancel::waiting);
  m_grace = m_loop.after(k_grace, [this] { cancel(JobsToCancel::all); });
}

void SimulatedProcess::cancel(JobsToCancel which)
{
  m_world.story.tell("cancels {}", which == JobsToCancel::all       ? "all"
                                   : which == JobsToCancel::waiting ? "what waits"
                                                                    : "what is not charged");
  for (const auto& one : m_begun) {
    if (which != JobsToCancel::waiting || !one.door->has_attempt()) {
      m_world.jobs[static_cast<std::size_t>(one.door->job().number)].is_forbidden = true;
    }
  }
  m_engine.cancel(which);
}

void SimulatedProcess::end()
{
  for (const auto& one : m_begun) {
    if (!one.door->is_over()) {
      m_world.complain("job {}: never ends", one.door->job().number);
    }
  }
  if (m_client.transfers() > 0) {
    m_world.complain("{} transfers are left", m_client.transfers());
  }
  m_world.fate.step();
  if (m_wishes.is_remembered) {
    must(m_learnt.save());
  }
  m_world.fate.step();
  if (m_record && !m_world.fate.is_dead()) {
    m_record->close();
  }
  static_cast<void>(m_parts.out.flush()); // what it tells of is told
}

} // namespace limn::test
