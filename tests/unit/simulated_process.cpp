#include "simulated_process.hpp"

#include <algorithm>

namespace limn::test {

using std::chrono::milliseconds;

namespace {

constexpr int k_most_turns = 200'000;
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

BatchOptions batch_options(const World& world)
{
  BatchOptions options;
  options.jobs = 2;
  options.manifest = world.manifest;
  options.grace = k_grace;
  return options;
}

} // namespace

SimulatedProcess::SimulatedProcess(World& world, SimulatedDisk& disk, UserWishes& wishes,
                                   const CommonParts& parts)
  : m_world(world), m_disk(disk), m_wishes(wishes), m_parts(parts), m_global(quiet_options()),
    m_batch_options(batch_options(world)), m_disk_thread(m_loop), m_servers(world),
    m_client(m_loop, m_servers, wishes.settings.limits), m_learnt(learnt_of(world, wishes)),
    m_engine(m_client, {m_disk_thread, m_disk_thread}, m_learnt, ground(),
             [this] { return rate_time(); }),
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
      m_items.push_back({std::to_string(job.number), false, job.number + 1, {}, "digest"});
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
  auto tasks = tasks_of(m_items, known, m_wishes.duplicate_charge, mistakes);
  judge(tasks);
  m_batch.emplace(
    BatchParts{
      m_engine, m_loop, *m_record, m_parts.out, m_parts.terminal, m_global, m_batch_options,
      known.spent,
      [this](const Task& task, Naming naming) { return prepare(task, std::move(naming)); },
      [this](JobOrder order, JobListener& listener) { begin_item(std::move(order), listener); }},
    std::move(tasks));
  m_batch->start();
}

// What may have been charged in vain is not asked for again.
void SimulatedProcess::judge(const std::vector<Task>& tasks) const
{
  for (const auto& task : tasks) {
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

SimulatedDoor& SimulatedProcess::open_door(WantedJob& job)
{
  m_world.story.tell("job {}: {} wanted", job.number, job.count);
  Begun begun;
  begun.door = std::make_unique<SimulatedDoor>(m_world, m_loop, job, [this] { m_disk.synced(); });
  m_begun.push_back(std::move(begun));
  return *m_begun.back().door;
}

PreparedItem SimulatedProcess::prepared(const WantedJob& wanted, Naming naming) const
{
  PreparedItem prepared;
  auto& order = prepared.order;
  order.job.prompt = "fox " + std::to_string(wanted.number);
  order.job.size = "2048x1024";
  order.job.quality = "low";
  order.job.background = "opaque";
  order.job.count = wanted.count;
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
  SinkOptions options;
  options.name_template = "{slug}-{n}";
  options.recovered = m_world.recovered;
  prepared.sink =
    std::make_unique<FolderSink>(m_world.images, std::move(options), std::move(naming));
  order.sink = prepared.sink.get();
  return prepared;
}

void SimulatedProcess::begin(WantedJob& job)
{
  auto& door = open_door(job);
  auto& begun = m_begun.back();
  auto [order, sink] = prepared(
    job, [&door](const SavedImage& image, std::uint64_t inode) { door.naming(image, inode, {}); });
  begun.sink = std::move(sink);
  order.gate = &door;
  begun.id = m_engine.start(std::move(order), door);
}

// The batch begins each item right after it was prepared.
PreparedItem SimulatedProcess::prepare(const Task& task, Naming naming)
{
  auto& job = m_world.jobs[static_cast<std::size_t>(std::stoi(task.item->id))];
  auto& door = open_door(job);
  return prepared(
    job, [&door, naming = std::move(naming)](const SavedImage& image, std::uint64_t inode) {
      door.naming(image, inode, naming);
    });
}

void SimulatedProcess::begin_item(JobOrder order, JobListener& listener)
{
  auto& begun = m_begun.back();
  begun.door->stands_before(listener, *order.gate);
  order.gate = begun.door.get();
  begun.id = m_engine.start(std::move(order), *begun.door);
}

void SimulatedProcess::act(const Planned& planned)
{
  switch (planned.deed) {
  case Deed::start:
    if (!m_begins_no_more) {
      begin(m_world.jobs[static_cast<std::size_t>(planned.job)]);
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

// As a batch takes them, which is asked if there is one.
void SimulatedProcess::signal(StopSignal signal)
{
  m_world.story.tell("signal {}", static_cast<char>(signal));
  m_begins_no_more = true;
  if (signal == StopSignal::interrupt) {
    cancel(++m_interrupts > 1 ? JobsToCancel::all : JobsToCancel::waiting);
    m_grace = m_loop.after(k_grace, [this] { cancel(JobsToCancel::all); });
  } else {
    for (const auto& one : m_begun) {
      m_world.jobs[static_cast<std::size_t>(one.door->job().number)].is_forbidden = true;
    }
  }
  if (m_batch) {
    m_batch->interrupted(signal);
  } else if (signal != StopSignal::interrupt) {
    m_leave.on(signal);
  }
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
    must(m_learnt.synchronize());
  }
  m_world.fate.step();
  if (m_record && !m_world.fate.is_dead()) {
    m_record->close();
  }
  static_cast<void>(m_parts.out.flush()); // what it tells of is told
}

} // namespace limn::test
