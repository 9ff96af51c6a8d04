#pragma once

#include "base/redaction.hpp"
#include "mcp/request_state.hpp"
#include "mcp/tools.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace limn {

struct McpRevision;
struct RpcDocument;
struct RpcMessage;
enum class RpcCode : int;
class RpcWriter;

// What came from a client as one, for who brings it: each message to the client belongs to one.
enum class McpTurn : std::uint64_t {};

// What is to be sent to a client: one line of JSON, without its end, and without keys.
struct McpMessage {
  enum class Kind { answer, notification, request };
  Kind kind = Kind::answer;
  std::string text;
  std::optional<int> error; // its code, where the answer is an error
  McpTurn turn{};           // that it belongs to
};

// Whether it says of itself what others agree on in a handshake, as messages of the modern era do.
bool is_modern_mcp(const RpcMessage& message);

// The revision that it says it is of, where it does; else empty.
std::string_view modern_version_of(const RpcMessage& message);

// A server of the Model Context Protocol for any number of clients, over whatever brings their
// messages. It keeps nothing of a client.
class McpServer
{
public:
  // Both are borrowed.
  McpServer(Tools& tools, const Redactor& redactor);

  Tools& tools() const { return m_tools; }
  const Redactor& redactor() const { return m_redactor; }
  RequestStates& states() { return m_states; }

private:
  Tools& m_tools;
  const Redactor& m_redactor;
  RequestStates m_states;
};

struct McpPeerOptions {
  bool is_remote = false;

  // A legacy revision: the handshake was elsewhere, and what the client can do is not known.
  const McpRevision* agreed = nullptr;

  // Whose calls these are, where not all are of one and the same (McpClient::owner).
  std::string owner;
  std::vector<CostLimit> limits; // these three as McpClient has them
  std::vector<std::string> models;
  std::optional<int> most_under_way;

  // All is said that is to be said of that turn. From within receive(), or later from the loop; the
  // peer outlives the call. May be empty.
  std::function<void(McpTurn)> ended = {};
};

// A connection with a client: what came over it and is not answered yet, and the terms of a legacy
// handshake. All from the loop.
class McpPeer
{
public:
  using Send = std::function<void(McpMessage)>;

  // What is under way at once; more is refused.
  static constexpr std::size_t k_most_pending = 256;
  static constexpr std::size_t k_most_in_batch = 100;

  // `server` is borrowed. `send` is called from within receive(), or later from the loop.
  McpPeer(McpServer& server, McpPeerOptions options, Send send);

  // Calls that are under way are cancelled, and nothing more is sent.
  ~McpPeer();
  McpPeer(const McpPeer&) = delete;
  McpPeer& operator=(const McpPeer&) = delete;

  // A message of the client, or what it thinks is one.
  void receive(std::string_view text, McpTurn turn = {});

  // The same, where it was read already. `hops`: McpClient::hops.
  void receive(const RpcDocument& document, McpTurn turn, int hops = 0);

  // One that was longer than `most` bytes, and was not kept.
  void refuse_long(std::size_t most);

  // What is said of that turn reaches nobody any more. What is under way goes on; a question to the
  // user is one that nothing was said to.
  void lose(McpTurn turn);

  // No answer can come any more to what is asked on that turn: its questions to the user, too, are
  // ones that nothing was said to.
  void stop_asking(McpTurn turn);

  std::size_t pending() const { return m_pending.size(); }
  bool has_agreed() const { return m_agreed != nullptr; } // by a handshake

private:
  struct Turn;
  struct Method;
  struct Place;
  struct Request;
  struct Pending;
  using Write = std::function<void(RpcWriter&)>;

  static std::span<const Method> methods();

  // Messages (protocol.cpp).
  void take(const RpcMessage& message, const std::shared_ptr<Turn>& turn);
  void take_batch(const RpcDocument& document, const std::shared_ptr<Turn>& turn);
  void take_request(const RpcMessage& message, const std::shared_ptr<Turn>& turn);
  void take_notification(const RpcMessage& message);
  bool read_terms(const RpcMessage& message, Request& request);
  bool read_modern_terms(Request& request);
  McpClient stranger() const;
  void initialize(const Request& request);
  void ping(const Request& request);
  void discover(const Request& request);
  void list_tools(const Request& request);

  // Calls (tool_calls.cpp).
  void call_tool(const Request& request);
  bool read_answer(const Request& request, ToolCall& call);
  void begin_call(Pending& pending, ToolCall call);
  void on_progress(Pending& pending, double done, std::optional<double> total,
                   const std::string& message);
  void on_reply(Pending& pending, const ToolReply& reply);
  void ask_user(Pending& pending, const ToolQuestion& question);
  void take_answer(const RpcMessage& message);
  void go_on(Pending& pending, ToolAnswer answer);
  void dismiss(Pending& pending);
  void withdraw(const std::string& question, const std::shared_ptr<Turn>& turn);
  void cancel(const RpcMessage& message);

  // Tasks (tool_tasks.cpp).
  void get_task(const Request& request);
  void update_task(const Request& request);
  void cancel_task(const Request& request);
  void find_task(const Request& request,
                 std::function<void(const Place&, const std::optional<ToolTask>&)> told);
  bool read_task_id(const Request& request, std::string& id);

  // What is under way, and answers (protocol_answers.cpp).
  Pending* begin(const Request& request);
  Pending* find(const std::string& id, std::uint64_t serial);
  Place end(Pending& pending);
  void answer(const Place& place, std::string_view result_type, const Write& write);
  void refuse(const Place& place, RpcCode code, std::string_view message, const Write& data = {});
  void refuse_capability(const Place& place, std::string_view capabilities);
  void notify(std::string_view method, const Write& params, const std::shared_ptr<Turn>& turn);
  void put(McpMessage message, const std::shared_ptr<Turn>& turn);
  void leave(const std::shared_ptr<Turn>& turn);

  McpServer& m_server;
  McpPeerOptions m_options;
  Send m_send;
  const McpRevision* m_agreed; // by a handshake; null: none
  McpClient m_client;          // as it was introduced there
  bool m_is_ready = false;     // it said that it is done with the handshake
  std::unordered_map<std::string, std::unique_ptr<Pending>> m_pending; // by id
  std::unordered_map<std::string, std::string> m_asked; // ids of ours, to those of calls
  std::uint64_t m_last_serial = 0;
  std::uint64_t m_last_question = 0;
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told late looks here first
};

} // namespace limn
