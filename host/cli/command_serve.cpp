#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "cli/desktop.hpp"
#include "job/interrupt.hpp"
#include "serve/server.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

namespace {

constexpr std::uint16_t k_serve_port = 8484;

struct ServeText {
  std::string address = "127.0.0.1";
  std::uint16_t port = k_serve_port;
  bool no_key = false;
  bool open = false;
  std::vector<std::string> hosts;
  std::vector<std::string> origins;
};

void tell_address(const Invocation& invocation, const ImageServer& server, bool no_key)
{
  auto& out = invocation.out;
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("base_url", server.base_url());
    json.member("page", server.page_url());
    json.end_object();
    out.json(json);
  } else {
    out.line(server.base_url());
    invocation.terminal.say(LogLevel::info, fmt::format("for people: {}", server.page_url()));
    invocation.terminal.say(LogLevel::info,
                            no_key ? "any key will do, and every program of this machine can draw "
                                     "at your cost; stop with Ctrl-C"
                                   : "programs need a key of limn serve key new; stop with Ctrl-C");
  }
  out.flush(); // at once: a script reads the address from here
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
  LIMN_TRY_ASSIGN(const auto session, open_session(invocation));
  ServeOptions options;
  options.address = text.address == "localhost" ? "127.0.0.1" : text.address;
  options.port = text.port;
  options.keys = text.no_key ? KeyUse::none : text.open ? KeyUse::or_link : KeyUse::required;
  options.hosts = text.hosts;
  options.origins = text.origins;
  auto& loop = session->loop();
  const InterruptPipe interrupt;
  LIMN_TRY_ASSIGN(const auto server, ImageServer::start(*session, std::move(options)));
  tell_address(invocation, *server, text.no_key);
  std::optional<PageOpening> opening;
  if (text.open) {
    opening.emplace(invocation, loop, *server);
  }
  const auto signals = interrupt.watch(loop, [&](StopSignal) {
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
                      "limn serve --port 0 --no-key --json"};
  command.words = {serve_key_command()};
  command.add_options = [text](CLI::App& app) {
    app.add_option("--port", text->port, "to listen at; 0: any free one")
      ->type_name("N")
      ->capture_default_str();
    app
      .add_option("--listen", text->address,
                  "the address to listen at, in numbers; others than those of this machine are "
                  "open to whoever has a key")
      ->type_name("ADDRESS")
      ->capture_default_str();
    app.add_flag("--no-key", text->no_key,
                 "programs of this machine need no key; whoever is on it draws at your cost");
    app.add_flag("--open", text->open, "open its page in the browser, signed in");
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
  };
  command.run = [text](const Invocation& invocation) { return serve_programs(invocation, *text); };
  return command;
}

} // namespace limn
