#include "engine_bench.hpp"
#include "run_until.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

// How little a way into limn is: it turns a wish into an order, lets it spend or not, and tells
// what it hears.
namespace limn {

namespace {

class Door : public MoneyGate
{
public:
  struct Call : test::KeptOutcome {
    int previews = 0;
    void preview(int, int, const ByteSource&) override { ++previews; }
  };

  Door(test::EngineBench& bench, int most) : m_bench(bench), m_most(most) {}

  Call& draw(const std::string& name, const char* behaviour)
  {
    auto order = m_bench.order_for({m_bench.sandbox->base_url(behaviour)});
    order.job.partial_images = 2;
    order.gate = this;
    auto& call = m_calls[name];
    m_ids[name] = m_bench.engine.start(std::move(order), call);
    return call;
  }

  void cancel(const std::string& name) { m_bench.engine.cancel(m_ids.at(name)); }

  // It has to ask somebody first.
  void may_spend(const Attempt& attempt, std::function<void(Done)> answer) override
  {
    const bool may = m_spent.size() < m_most && m_spent.insert(attempt.id).second;
    m_bench.loop->post([may, answer = std::move(answer)] {
      answer(may ? Done() : fail(FailureClass::usage, "nothing is left to spend"));
    });
  }
  void settled(const Attempt& attempt) override { m_settled += attempt.may_have_cost ? 1 : 0; }
  int settled_with_a_cost() const { return m_settled; }

private:
  test::EngineBench& m_bench;
  std::size_t m_most;
  std::map<std::string, Call> m_calls;
  std::map<std::string, JobId> m_ids;
  std::set<AttemptId> m_spent;
  int m_settled = 0;
};

} // namespace

TEST_CASE("a door is small: two jobs, one of them cancelled, previews, and money refused once")
{
  test::EngineBench bench;
  Door door(bench, 2);
  auto& fox = door.draw("fox", "ok");
  auto& owl = door.draw("owl", "slow-200");
  test::run_until(*bench.loop, [&] { return fox.outcome.has_value(); });
  CHECK(fox.previews == 2);
  CHECK(fox.outcome->images.size() == 1);
  door.cancel("owl");
  auto& elk = door.draw("elk", "ok");
  test::run_until(*bench.loop, [&] { return owl.outcome && elk.outcome; });
  CHECK(owl.outcome->failure->failure_class == FailureClass::cancelled);
  CHECK(elk.outcome->failure->message == "nothing is left to spend");
  CHECK(elk.outcome->images.empty());
  CHECK(door.settled_with_a_cost() == 2);
}

} // namespace limn
