#include "queue/postgres/line.hpp"

#include "queue/postgres/libpq.hpp"
#include "queue/postgres/results.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::seconds k_line_patience{20};
constexpr std::chrono::milliseconds k_shortest_line_pause{250};
constexpr std::chrono::milliseconds k_longest_line_pause{4'000};

} // namespace

// The watch ends before the connection does, which closes its socket.
struct PgLine::Connected {
  PgConnection connection;
  PgResult result; // of what is under way, as far as it is there

  PGconn* get() const { return connection.get(); }
};

Result<std::unique_ptr<PgLine>> PgLine::open(Loop& loop, Secret url)
{
  LIMN_TRY_ASSIGN(auto pq, Libpq::load());
  return std::unique_ptr<PgLine>(new PgLine(loop, std::move(pq), std::move(url)));
}

PgLine::PgLine(Loop& loop, std::shared_ptr<const Libpq> pq, Secret url)
  : m_loop(loop), m_pq(std::move(pq)), m_url(std::move(url))
{
}

PgLine::~PgLine()
{
  m_watch.end();
}

void PgLine::run(PgStatement statement, Told told)
{
  m_asked.push_back({std::move(statement), std::move(told), m_loop.now() + k_line_patience});
  if (m_asked.size() == 1) {
    look_at_patience();
  }
  go_on();
}

void PgLine::go_on()
{
  if (!m_connected && !m_is_pausing) {
    connect();
  } else if (m_is_ready && !m_is_asking) {
    send_next();
  }
}

void PgLine::connect()
{
  std::string address(m_url.reveal());
  const auto parameters = pg_parameters(address.c_str());
  m_connected = std::make_unique<Connected>(
    Connected{{m_pq->PQconnectStartParams(parameters.names.data(), parameters.values.data(), 1),
               m_pq->PQfinish},
              {nullptr, m_pq->PQclear}});
  wipe(address);
  if (m_connected->get() == nullptr || m_pq->PQstatus(m_connected->get()) == CONNECTION_BAD) {
    broke();
    return;
  }
  drop_notices(*m_pq, m_connected->get());
  watch(Events::writable);
}

// Each step may be on another socket.
void PgLine::watch(Events events)
{
  m_watch.end();
  m_watch = m_loop.watch(m_pq->PQsocket(m_connected->get()), events, [this](Events /*ready*/) {
    if (m_is_ready) {
      read();
    } else {
      go_on_connecting();
    }
  });
}

void PgLine::go_on_connecting()
{
  switch (m_pq->PQconnectPoll(m_connected->get())) {
  case PGRES_POLLING_READING:
    watch(Events::readable);
    return;
  case PGRES_POLLING_WRITING:
    watch(Events::writable);
    return;
  case PGRES_POLLING_OK:
    m_is_ready = true;
    m_pause = {};
    m_pq->PQsetnonblocking(m_connected->get(), 1);
    watch(Events::readable);
    greet();
    return;
  default:
    broke();
  }
}

void PgLine::greet()
{
  auto waiting = std::exchange(m_asked, {});
  if (m_greeting) {
    m_greeting();
  }
  std::ranges::move(waiting, std::back_inserter(m_asked));
  look_at_patience();
  if (m_is_ready && !m_is_asking) {
    send_next();
  }
}

void PgLine::send_next()
{
  if (m_asked.empty()) {
    return;
  }
  const auto& statement = m_asked.front().statement;
  const auto values = pg_values(statement);
  if (m_pq->PQsendQueryParams(m_connected->get(), statement.sql.c_str(),
                              static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                              nullptr, 0)
      != 1) {
    broke();
    return;
  }
  m_is_asking = true;
  flush();
}

void PgLine::flush()
{
  const auto left = m_pq->PQflush(m_connected->get());
  if (left < 0) {
    broke();
  } else {
    m_watch.change(left > 0 ? Events::both : Events::readable);
  }
}

void PgLine::read()
{
  if (m_pq->PQconsumeInput(m_connected->get()) != 1) {
    broke();
    return;
  }
  while (m_is_asking && m_pq->PQisBusy(m_connected->get()) == 0) {
    PgResult result(m_pq->PQgetResult(m_connected->get()), m_pq->PQclear);
    if (!result) { // that was all of it
      m_is_asking = false;
      const PgResult last = std::exchange(m_connected->result, {nullptr, m_pq->PQclear});
      end_first(pg_rows(*m_pq, m_connected->get(), last.get()));
      return; // this may be gone
    }
    m_connected->result = std::move(result);
  }
  if (m_pq->PQstatus(m_connected->get()) != CONNECTION_OK) {
    broke();
  } else if (m_is_asking) {
    flush();
  }
}

// What was on its way may have been done, or not; the others wait for the next connection.
void PgLine::broke()
{
  const auto why = pg_connection_failure(*m_pq, m_connected->get());
  m_watch.end();
  m_connected.reset();
  m_is_ready = false;
  m_pause = std::clamp(m_pause * 2, k_shortest_line_pause, k_longest_line_pause);
  m_is_pausing = true;
  m_again = m_loop.after(m_pause, [this] {
    m_is_pausing = false;
    if (!m_asked.empty() || m_greeting) {
      go_on();
    }
  });
  if (std::exchange(m_is_asking, false)) {
    end_first(fail(why));
  }
}

void PgLine::end_first(Result<PgRows> result)
{
  const auto told = std::move(m_asked.front().told);
  m_asked.pop_front();
  look_at_patience();
  if (m_is_ready && !m_is_asking) {
    send_next();
  }
  told(std::move(result)); // which may end this
}

void PgLine::look_at_patience()
{
  if (m_asked.empty()) {
    m_patience.cancel();
    return;
  }
  m_patience = m_loop.after(m_asked.front().give_up - m_loop.now(), [this] {
    const bool was_asked = m_is_asking;
    if (m_connected) {
      broke(); // it may be to a machine that is gone; ends what was on its way
    }
    if (!was_asked) {
      end_first(fail(FailureClass::unreachable, "the queue's database does not answer"));
    }
  });
}

} // namespace limn
