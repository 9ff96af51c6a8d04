#include "base/descriptor.hpp"
#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "cli/desktop.hpp"
#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"
#include "http/http_libraries.hpp"
#include "http/url.hpp"
#include "job/interrupt.hpp"
#include "job/job_check.hpp"
#include "job/paths.hpp"
#include "serve/server.hpp"
#include "serve/service_manager.hpp"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

namespace {

struct ServeText {
  std::vector<std::string> addresses;
  std::optional<std::uint16_t> port;
  std::string socket_file;
  bool no_key = false;
  bool open = false;
  std::optional<std::string> max_cost_per_day;
  std::optional<std::string> max_cost;
  std::vector<std::string> hosts;
  std::vector<std::string> origins;
  bool is_strict = false;
  std::string public_url;
  std::string pass_through;
};

// The one that it was started in, if any. Whoever closes it sends SIGHUP as well, and means the
// end.
class OwnTerminal
{
public:
  bool was_closed() const
  {
    pollfd state{m_terminal.number(), 0, 0};
    return m_terminal && ::poll(&state, 1, 0) == 1;
  }

private:
  Descriptor m_terminal{::open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
};

void tell_address(const Invocation& invocation, const ImageServer& server, bool no_key)
{
  auto& out = invocation.out;
  const auto socket = server.socket_place();
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("base_url", server.base_url());
    if (!socket.empty()) {
      json.member("socket", socket.substr(socket.find(':') + 1));
    }
    if (server.has_addresses()) {
      json.member("page", server.page_url());
    }
    json.end_object();
    out.json(json);
  } else {
    if (server.has_addresses()) {
      out.line(server.base_url());
      invocation.terminal.say(LogLevel::info, fmt::format("for people: {}", server.page_url()));
    }
    if (!socket.empty()) {
      out.line(socket);
    }
    invocation.terminal.say(
      LogLevel::info, !server.has_addresses()
                        ? "programs of yours need no key there; stop with Ctrl-C"
                      : no_key ? "any key will do, and every program of this machine can draw "
                                 "at your cost; stop with Ctrl-C"
                               : "programs need a key of limn serve key new; stop with Ctrl-C");
  }
  out.flush(); // at once: a script reads the address from here
}

// A path of it is that of a proxy, which takes it away.
Result<std::string> read_public_url(std::string_view text)
{
  if (text.empty()) {
    return std::string();
  }
  const auto url = parse_url(text);
  if (!url || !url->query.empty()) {
    return fail(FailureClass::usage,
                fmt::format("--public-url: {} is no address of a server", text),
                "such as https://limn.example");
  }
  return std::string(text.substr(0, text.find_last_not_of('/') + 1));
}

// The browser gets a link that opens one session, and nobody else is told of it.
class PageOpening
{
public:
  // All are borrowed.
  PageOpening(const Invocation& invocation, Loop& loop, ImageServer& server)
    : m_terminal(invocation.terminal), m_page(server.page_url())
  {
    auto opening = begin_to_open(server.page_link());
    if (!opening) {
      failed(opening.error().message);
      return;
    }
    m_opening = std::move(*opening);
    m_ended = end_of(m_opening);
    m_watch = loop.watch(m_ended.number(), Events::readable, [this](Events) {
      m_watch.end();
      if (const auto done = wait_a_moment(m_opening); !done) {
        failed(done.error().message);
      }
    });
  }

private:
  void failed(std::string_view why)
  {
    m_terminal.say(
      LogLevel::warning,
      fmt::format("{}: open {} yourself; it asks for a key of limn serve key new", why, m_page));
  }

  Terminal& m_terminal;
  std::string m_page;
  DesktopOpening m_opening;
  Descriptor m_ended;
  Watch m_watch; // ends before it
};

Result<int> serve_programs(const Invocation& invocation, const ServeText& text)
{
  ServeOptions options;
  const auto manager = ServiceManager::take(); // before there is a thread
  options.descriptors = manager.sockets();
  LIMN_TRY(load_http_libraries());
  LIMN_TRY_ASSIGN(const auto session, open_session(invocation));
  LIMN_TRY_ASSIGN(options.max_cost_per_day,
                  read_usd_option("max-cost-per-day", text.max_cost_per_day));
  LIMN_TRY_ASSIGN(options.max_cost, read_usd_option("max-cost", text.max_cost));
  options.addresses = text.addresses;
  options.port = text.port;
  if (!text.socket_file.empty()) {
    options.socket_file = from_here(text.socket_file);
  }
  options.keys = text.no_key ? KeyUse::none : text.open ? KeyUse::or_link : KeyUse::required;
  options.hosts = text.hosts;
  options.origins = text.origins;
  options.is_strict = text.is_strict;
  LIMN_TRY_ASSIGN(options.public_url, read_public_url(text.public_url));
  options.pass_through = text.pass_through;
  auto& loop = session->loop();
  const InterruptPipe interrupt(Leaving::at_once_and_hang_up_is_told);
  const OwnTerminal own_terminal;
  LIMN_TRY_ASSIGN(const auto server, ImageServer::start(*session, std::move(options)));
  if (text.open && !server->has_addresses()) {
    return fail(FailureClass::usage,
                "--open: a browser needs an address, and there is only a socket",
                "add --port 8484");
  }
  tell_address(invocation, *server, text.no_key);
  std::optional<PageOpening> opening;
  if (text.open) {
    opening.emplace(invocation, loop, *server);
  }
  manager.tell("READY=1");
  const auto signals = interrupt.watch(loop, [&](StopSignal signal) {
    if (signal == StopSignal::hang_up && !own_terminal.was_closed()) {
      server->reload();
      return;
    }
    manager.tell("STOPPING=1");
    server->close([&loop] { loop.stop(); });
    invocation.terminal.say(LogLevel::info, "takes nothing new, and ends once all is answered; "
                                            "once more ends it now, and what is being drawn goes "
                                            "on by itself");
  });
  loop.run();
  session->host().remember();
  return 0;
}

} // namespace

Command serve_command()
{
  const auto text = std::make_shared<ServeText>();
  Command command{"serve", "draw in the browser, and let programs draw: serve a page and OpenAI's "
                           "API for pictures on this machine"};
  command.examples = {"limn serve --open", "limn serve key new my-program", "limn serve",
                      "limn serve --port 0 --no-key --json", "limn serve --socket ~/limn.sock"};
  command.words = {serve_key_command()};
  command.add_options = [text](CLI::App& app) {
    app.add_option("--port", text->port, "to listen at [8484]; 0: any free one")->type_name("N");
    app
      .add_option("--listen", text->addresses,
                  "an address to listen at, in numbers [127.0.0.1, and ::1]; others than those of "
                  "this machine are open to whoever has a key; may be repeated")
      ->type_name("ADDRESS")
      ->allow_extra_args(false)
      ->check(k_not_empty);
    app
      .add_option("--socket", text->socket_file,
                  "a unix socket to listen at, for programs of yours, which need no key there; "
                  "alone, there is no address")
      ->type_name("PATH")
      ->check(k_not_empty);
    app.add_flag("--no-key", text->no_key,
                 "programs of this machine need no key; whoever is on it draws at your cost");
    app.add_flag("--open", text->open, "open its page in the browser, signed in");
    app
      .add_option("--max-cost-per-day", text->max_cost_per_day,
                  "US dollars that all of a day may cost, from midnight UTC (default: "
                  "serve.max_cost_per_day of limn.yaml, none)")
      ->type_name("USD");
    app
      .add_option("--max-cost", text->max_cost,
                  "US dollars that all that is ever asked for may cost (default: serve.max_cost, "
                  "none)")
      ->type_name("USD");
    app
      .add_option("--allow-host", text->hosts,
                  "another name that the server is asked by, such as that of a proxy; may be "
                  "repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
    app
      .add_option("--allow-origin", text->origins,
                  "pages of this origin may draw, https://app.example; may be repeated")
      ->type_name("ORIGIN")
      ->allow_extra_args(false);
    app
      .add_option("--public-url", text->public_url,
                  "where programs find this server, such as that of a proxy: addresses of pictures "
                  "begin with it")
      ->type_name("URL");
    app.add_flag("--strict", text->is_strict,
                 "refuse parameters that change nothing, instead of leaving them out");
    app
      .add_option("--pass-through", text->pass_through,
                  "the gateway that gets what asks for no picture: chats, completions, embeddings, "
                  "audio, moderations (default: none)")
      ->type_name("GATEWAY")
      ->check(takes(ValueKind::gateways));
  };
  command.run = [text](const Invocation& invocation) { return serve_programs(invocation, *text); };
  return command;
}

} // namespace limn
