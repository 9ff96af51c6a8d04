#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>

namespace limn::test {

// What a server does with one request.
struct Reply {
  enum class After {
    keep,       // the connection stays open
    close,      // an orderly end
    reset,      // as of a server that was killed
    never_ends, // nothing more comes until the client has enough
  };

  std::string bytes; // status line, headers and body, as they go over the wire; may be empty
  After after = After::keep;
  std::chrono::milliseconds delay{0}; // before the first byte

  // Said on top when `before_more` returns; `after_more` is called when the other side has it.
  std::string more;
  std::function<void()> before_more;
  std::function<void()> after_more;
};

// An HTTP/1.1 server on loopback that says what a test tells it to say, byte for byte. A thread a
// connection.
class ScriptedServer
{
public:
  // Called from the connections' threads with the method and the target of the request line.
  using Script = std::function<Reply(std::string_view method, std::string_view target)>;

  explicit ScriptedServer(Script script);
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
  int m_listener = -1;
  int m_port = 0;
  std::atomic<bool> m_is_closing = false;
  std::atomic<int> m_connections = 0;
  std::mutex m_mutex; // of the next two
  std::unordered_set<int> m_open;
  std::condition_variable m_all_closed;
  std::thread m_acceptor;
};

// A whole response with that body.
std::string response(int status, std::string_view body,
                     std::string_view content_type = "application/json",
                     std::string_view more_headers = {});

} // namespace limn::test
