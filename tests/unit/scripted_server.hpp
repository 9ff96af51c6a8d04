#pragma once

#include "reply.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>

namespace limn::test {

// What a server does with a connection.
enum class Reception {
  reads,    // requests
  hangs_up, // at the first byte of one, as a server that was killed
};

// An HTTP/1.1 server on loopback that says what a test tells it to say, byte for byte. A thread a
// connection.
class ScriptedServer
{
public:
  // Called from the connections' threads with the method and the target of the request line.
  using Script = std::function<Reply(std::string_view method, std::string_view target)>;

  explicit ScriptedServer(Script script, Reception reception = Reception::reads);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(m_port); }

  // How many were accepted.
  int connections() const { return m_connections; }

private:
  void accept_all();
  void serve(int fd);

  Script m_script;
  Reception m_reception;
  int m_listener = -1;
  int m_port = 0;
  std::atomic<bool> m_is_closing = false;
  std::atomic<int> m_connections = 0;
  std::mutex m_mutex; // of the next two
  std::unordered_set<int> m_open;
  std::condition_variable m_all_closed;
  std::thread m_acceptor;
};

} // namespace limn::test
