#pragma once

#include "gateway_answers.hpp"
#include "scripted_client.hpp"
#include "simulated_world.hpp"

#include <map>

namespace limn::test {

// The gateways of a script, as one process meets them: they answer at random, and note in the world
// what was asked of them and what of it may be charged. A client is made over them.
class SimulatedServers
{
public:
  explicit SimulatedServers(World& world) : m_world(world) {}

  ScriptedClient::Script script();

  // A client begins a transfer: what is asked for as a drawing gets its number, by which the rest
  // knows it. Complains of what must not be begun.
  void begins(HttpClient::TransferId transfer, const HttpRequest& request);

private:
  Opening opening();
  void broken(HttpClient::TransferId transfer);
  Reply reply(const SeenRequest& request);
  Reply drawing(DrawingSeen& seen, int number, const SeenRequest& request);
  Reply about_job(const SeenRequest& request);
  Reply by_address(const SeenRequest& request);
  void charge(DrawingSeen& seen, int images);
  Reply over_the_wire(Reply reply);
  void told(HttpClient::TransferId transfer);

  World& m_world;
  std::map<HttpClient::TransferId, int> m_drawings;           // by number, that are asked for
  std::map<HttpClient::TransferId, int> m_addresses_on_wire;  // likewise
  std::map<HttpClient::TransferId, int> m_images_on_wire;     // likewise
  std::map<HttpClient::TransferId, int> m_charged_when_whole; // the answer, for the client
};

// The client of a process.
class WatchedClient : public ScriptedClient
{
public:
  WatchedClient(Loop& loop, SimulatedServers& servers, const Limits& limits)
    : ScriptedClient(loop, servers.script(), limits), m_servers(servers)
  {
  }

  TransferId start(HttpRequest request, ResponseReceiver& receiver) override
  {
    m_servers.begins(next_id(), request);
    return ScriptedClient::start(std::move(request), receiver);
  }

private:
  SimulatedServers& m_servers;
};

} // namespace limn::test
