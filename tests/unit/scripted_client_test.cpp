#include "false_loop.hpp"
#include "http/transport.hpp"
#include "loop/epoll_loop.hpp"
#include "run_until.hpp"
#include "scripted_client.hpp"
#include "scripted_server.hpp"
#include "silence.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <vector>

// The client that answers by script tells its receivers what Transport tells them: each script runs
// through both, once against a real server.
namespace scripted_client_test {

using namespace limn;
using namespace limn::test;
using namespace std::chrono_literals;

namespace {

// What a receiver does while it hears of an answer.
enum class Conduct { listens, stops_at_body, drops_at_head, drops_at_body };

struct Question {
  std::string method = "POST";
  std::string body = "{}"; // empty: none
  Sending sending = Sending::may_repeat;
  Conduct conduct = Conduct::listens;
  BodyLimit limit = BodyLimit::max_body_size;
  Addresses addresses = Addresses::any;
  std::chrono::milliseconds timeout{5'000};
  std::string url; // empty: that of the server
};

struct Exchanged {
  std::string name;
  std::vector<Question> questions; // one after the other
  std::vector<Reply> replies;      // to the requests that arrive; the last one again and again
  Reception reception = Reception::reads;
};

// Everything that is told, as text.
class Listener : public ResponseReceiver
{
public:
  explicit Listener(Conduct conduct) : m_conduct(conduct) {}

  void head(int status, const Pairs& headers) override
  {
    m_heard += "head " + std::to_string(status);
    for (const auto& [name, value] : headers) {
      m_heard += " [" + name + ": " + value + "]";
    }
    m_heard += '\n';
    if (m_conduct == Conduct::drops_at_head) {
      drop();
    }
  }

  bool body(std::string_view piece) override
  {
    m_body += piece;
    if (m_conduct == Conduct::drops_at_body) {
      drop();
    }
    return m_conduct != Conduct::stops_at_body;
  }

  void finished(const std::optional<TransferFailure>& failure) override
  {
    constexpr const char* kinds[] = {"unreachable", "tls",     "timed out", "cut",
                                     "limit",       "refused", "cancelled"};
    m_heard += failure ? std::string(kinds[static_cast<int>(failure->kind)])
                           + (failure->request_was_sent ? ", sent" : ", not sent")
                       : "whole";
    is_over = true;
  }

  // What is told in pieces, whose size means nothing, stands there as one.
  std::string heard() const
  {
    const bool counts = m_conduct != Conduct::stops_at_body && m_conduct != Conduct::drops_at_body;
    return m_heard + (counts ? "\nbody: " + m_body : m_body.empty() ? "" : "\nsome body");
  }

  HttpClient* client = nullptr;
  HttpClient::TransferId transfer = 0;
  bool is_over = false;

private:
  void drop()
  {
    client->drop(transfer);
    m_heard += "dropped";
    is_over = true;
  }

  Conduct m_conduct;
  std::string m_heard;
  std::string m_body;
};

Limits small_limits()
{
  Limits limits;
  limits.max_header_size = 600;
  limits.max_body_size = 3'000;
  limits.max_models_size = 200;
  limits.connect_timeout = 2'000ms;
  return limits;
}

// What is heard of all questions, and how many requests arrived.
std::string asked(HttpClient& client, const std::string& origin, const Exchanged& one)
{
  std::string told;
  for (const auto& question : one.questions) {
    HttpRequest request;
    request.method = question.method;
    request.url = question.url.empty() ? origin + "/v1/images" : question.url;
    if (request.url.starts_with("https:") && request.url.ends_with(":")) { // of the same server
      request.url += origin.substr(origin.rfind(':') + 1);
    }
    if (!question.body.empty()) {
      request.body.push_back({BodyPiece::Kind::text, question.body, {}});
    }
    request.sending = question.sending;
    request.addresses = question.addresses;
    request.timeout = question.timeout;
    request.body_limit = question.limit;
    Listener listener(question.conduct);
    listener.client = &client;
    listener.transfer = client.start(std::move(request), listener);
    run_until(client.loop(), [&] { return listener.is_over; });
    CHECK_FALSE(client.may_have_been_sent(listener.transfer));
    told += listener.heard() + '\n';
  }
  return told;
}

const Reply& reply_to(const Exchanged& one, int number)
{
  return one.replies[std::min(static_cast<std::size_t>(number), one.replies.size() - 1)];
}

std::string over_the_wire(const Exchanged& one)
{
  std::atomic<int> requests = 0;
  ScriptedServer server(
    [&](std::string_view, std::string_view) { return reply_to(one, requests++); }, one.reception);
  Silence log;
  const auto loop = std::move(*epoll_loop());
  TransportOptions options;
  options.limits = small_limits();
  const auto transport = std::make_unique<Transport>(*loop, std::move(options), log);
  auto told = asked(*transport, server.origin(), one);
  return told + std::to_string(requests) + " requests";
}

std::string by_script(const Exchanged& one)
{
  int requests = 0;
  FalseLoop loop;
  ScriptedClient::Script script;
  script.opening = [&](HttpClient::TransferId, const Url& url) {
    return Opening{url.port == "1"                        ? Opening::How::refused
                   : url.scheme == "https"                ? Opening::How::not_safe
                   : one.reception == Reception::hangs_up ? Opening::How::breaks
                                                          : Opening::How::made,
                   1ms};
  };
  script.reply = [&](const SeenRequest&) { return reply_to(one, requests++); };
  ScriptedClient client(loop, std::move(script), small_limits());
  auto told = asked(client, "http://127.0.0.1:8080", one);
  CHECK(client.transfers() == 0);
  return told + std::to_string(requests) + " requests";
}

Reply cut_behind(std::string bytes, std::size_t size, Reply::After after)
{
  bytes.resize(size);
  return {std::move(bytes), after};
}

Reply in_pieces(std::string bytes, std::size_t piece)
{
  Reply reply{std::move(bytes)};
  reply.piece = piece;
  reply.pause = 1ms;
  return reply;
}

Reply late(std::string bytes)
{
  Reply reply{std::move(bytes)};
  reply.delay = 20ms;
  return reply;
}

std::string chunked(const std::string& chunks)
{
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

constexpr auto k_close = Reply::After::close;
constexpr auto k_reset = Reply::After::reset;
constexpr auto k_silence = Reply::After::never_ends;

Question get()
{
  Question question;
  question.method = "GET";
  question.body.clear();
  return question;
}

Question with(Conduct conduct)
{
  Question question;
  question.conduct = conduct;
  return question;
}

// Of a question whose answer does not end.
Question impatient()
{
  Question question;
  question.timeout = 150ms;
  return question;
}

Question at(std::string url)
{
  Question question;
  question.url = std::move(url);
  return question;
}

Question of_models()
{
  auto question = get();
  question.limit = BodyLimit::max_models_size;
  return question;
}

std::vector<Exchanged> answers()
{
  const auto whole = response(200, R"({"data":[]})");
  const auto bare = std::string("HTTP/1.1 200 OK\r\nServer: a\r\n\r\nhalf of it");
  return {
    {"whole", {{}}, {{whole}}},
    {"in pieces", {{}}, {in_pieces(whole, 7)}},
    {"late", {{}}, {late(whole)}},
    {"of an older server", {{}}, {{"HTTP/1.0 200 OK\r\n\r\nold", k_close}}},
    {"with bare line feeds", {{}}, {{"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"}}},
    {"empty", {{}}, {{response(200, "")}}},
    {"204", {{}}, {{"HTTP/1.1 204 No Content\r\n\r\n"}}},
    {"304 with a length", {{}}, {{"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"}}},
    {"refusal", {{}}, {{response(402, "no")}}},
    {"redirect", {{}}, {{response(307, "", "text/html", "Location: /elsewhere\r\n")}}},
    {"until the end", {{}}, {{bare, k_close}}},
    {"until a reset", {{}}, {{bare, k_reset}}},
    {"until nothing comes", {impatient()}, {{bare, k_silence}}},
    {"chunked", {{}}, {{chunked("3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")}}},
    {"chunked, in pieces", {{}}, {in_pieces(chunked("3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"), 3)}},
    {"chunked, with a trailer", {{}}, {{chunked("3\r\nabc\r\n0\r\nA: b\r\n\r\n")}}},
    {"last chunk missing", {{}}, {{chunked("3\r\nabc\r\n"), k_close}}},
    {"within a chunk", {{}}, {{chunked("8\r\nabc"), k_close}}},
    {"no size of a chunk", {{}}, {{chunked("3\r\nabc\r\nzz\r\n"), k_close}}},
    {"body cut", {{}}, {cut_behind(whole, whole.size() - 4, k_close)}},
    {"body reset", {{}}, {cut_behind(whole, whole.size() - 4, k_reset)}},
    {"body unending", {impatient()}, {cut_behind(whole, whole.size() - 4, k_silence)}},
    {"5xx cut", {{}}, {cut_behind(response(500, "broken"), 80, k_close)}},
    {"nothing, then the end", {{}}, {{"", k_close}}},
    {"nothing, then a reset", {{}}, {{"", k_reset}}},
    {"silence", {impatient()}, {{"", k_silence}}},
    {"cut in its status", {{}}, {{"HTTP/1.1 20", k_close}}},
    {"cut in its first letters", {{}}, {{"HT", k_close}}},
    {"cut in its headers", {{}}, {cut_behind(whole, 30, k_close)}},
    {"reset in its headers", {{}}, {cut_behind(whole, 30, k_reset)}},
    {"unending headers", {impatient()}, {cut_behind(whole, 30, k_silence)}},
    {"no HTTP", {{}}, {{"SSH-2.0-server\r\n", k_close}}},
    {"status 000", {{}}, {{"HTTP/1.1 000 No\r\nContent-Length: 0\r\n\r\n"}}},
    {"status 600", {{}}, {{"HTTP/1.1 600 No\r\nContent-Length: 0\r\n\r\n"}}},
    {"status 999", {{}}, {{"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n"}}},
    {"hints first",
     {{}},
     {{"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + response(402, "no")}}},
    {"hints only", {{}}, {{"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n", k_close}}},
    {"a head within a head", {{}}, {{"HTTP/1.1 200 OK\r\nServer: a\r\n" + whole}}},
    {"two answers", {{}}, {{whole + response(402, "no")}}},
    {"headers over the limit",
     {{}},
     {{response(200, "{}", "a", std::string(60, 'X') + ": " + std::string(600, 'y') + "\r\n")}}},
    {"body over the limit", {{}}, {{response(200, std::string(3'001, 'a'))}}},
    {"body at the limit", {{}}, {{response(200, std::string(3'000, 'a'))}}},
    {"list of models over the limit", {of_models()}, {{response(200, std::string(201, 'a'))}}},
    {"said to be packed, and plain",
     {{}},
     {{response(200, R"({"not":"packed"})", "application/json", "Content-Encoding: gzip\r\n")}}},
    {"packed and cut", {{}}, {{response(200, std::string("\x1f\x8b\x08\0\0\0\0\0", 8))}}},
    {"receiver stops", {with(Conduct::stops_at_body)}, {{whole}}},
    {"receiver drops at the head", {with(Conduct::drops_at_head)}, {{whole}}},
    {"receiver drops at the body", {with(Conduct::drops_at_body)}, {{whole}}},
  };
}

std::vector<Exchanged> connections()
{
  const auto whole = response(200, "{}");
  auto once = get();
  once.sending = Sending::once;
  auto removal = get();
  removal.method = "DELETE";
  auto elsewhere = get();
  elsewhere.addresses = Addresses::public_only;
  auto known = get();
  known.addresses = Addresses::public_or_known;
  // Which comes first where a server closes behind an answer, that or the next request, is the
  // wire's luck: there is no row for it.
  return {
    {"one after the other", {{}, {}, get(), {}}, {{whole}}},
    {"a kept one dies under a question", {get(), get(), get()}, {{whole}, {"", k_close}, {whole}}},
    {"a kept one is reset under a question", {get(), get()}, {{whole}, {"", k_reset}, {whole}}},
    {"a kept one dies under a POST", {{}, {}, {}}, {{whole}, {"", k_close}, {whole}}},
    {"a kept one is reset under a POST", {{}, {}}, {{whole}, {"", k_reset}, {whole}}},
    {"a kept one dies under what is sent once", {get(), once}, {{whole}, {"", k_close}, {whole}}},
    {"a kept one dies under a removal", {get(), removal}, {{whole}, {"", k_close}, {whole}}},
    {"a kept one dies within a status",
     {get(), get()},
     {{whole}, {"HTTP/1.1 2", k_close}, {whole}}},
    {"a kept one dies behind a status",
     {get(), get()},
     {{whole}, {"HTTP/1.1 200 OK\r\n", k_close}}},
    {"a kept one dies within a status of a POST", {get(), {}}, {{whole}, {"HTTP/1.1 2", k_close}}},
    {"a new one dies under a question", {get(), get()}, {{"", k_close}, {whole}}},
    {"refused", {at("http://127.0.0.1:1/v1")}, {{whole}}},
    {"hangs up", {{}, get()}, {{whole}}, Reception::hangs_up},
    {"no TLS", {at("https://127.0.0.1:")}, {{whole}}, Reception::hangs_up},
    {"no URL", {at("127.0.0.1")}, {{whole}}},
    {"another scheme", {at("ftp://127.0.0.1/a")}, {{whole}}},
    {"plain http to elsewhere", {at("http://192.0.2.1/v1")}, {{whole}}},
    {"not a public address", {elsewhere}, {{whole}}},
    {"a known address", {get(), known}, {{whole}}},
  };
}

} // namespace

TEST_CASE("the client that answers by script tells of an answer what Transport tells")
{
  for (const auto& one : answers()) {
    CAPTURE(one.name);
    CHECK(by_script(one) == over_the_wire(one));
  }
}

TEST_CASE("the client that answers by script tells of a connection what Transport tells")
{
  for (const auto& one : connections()) {
    CAPTURE(one.name);
    CHECK(by_script(one) == over_the_wire(one));
  }
}

TEST_CASE("the script learns when all of an answer was heard, unless nobody was there to hear it")
{
  for (const auto conduct : {Conduct::listens, Conduct::drops_at_body}) {
    FalseLoop loop;
    int whole = 0;
    ScriptedClient client(
      loop, {[](HttpClient::TransferId, const Url&) { return Opening(); },
             [](const SeenRequest&) { return in_pieces(response(200, "{}"), 7); },
             {},
             [&](HttpClient::TransferId, bool is_over) { whole += is_over ? 1 : 0; }});
    Listener listener(conduct);
    listener.client = &client;
    HttpRequest request;
    request.url = "https://gateway.example.com/v1";
    listener.transfer = client.start(std::move(request), listener);
    loop.run_for(1s);
    CHECK(listener.is_over);
    CHECK(whole == (conduct == Conduct::listens ? 1 : 0));
  }
}

// Transport finds that only where the bytes are there in time: no real server shows it every time.
TEST_CASE("by script too, who speaks first on a connection gets no request")
{
  FalseLoop loop;
  ScriptedClient client(loop, {[](HttpClient::TransferId, const Url&) {
                                 return Opening{Opening::How::speaks_first, 0ms};
                               },
                               [](const SeenRequest&) {
                                 FAIL("it was sent");
                                 return Reply();
                               },
                               {},
                               {}});
  Listener listener(Conduct::listens);
  HttpRequest request;
  request.url = "https://gateway.example.com/v1";
  client.start(std::move(request), listener);
  loop.run_for(1ms);
  CHECK(listener.heard() == "unreachable, not sent\nbody: ");
}

TEST_CASE("a connection that is never made ends with its time, and nothing was sent until then")
{
  FalseLoop loop;
  ScriptedClient client(loop, {[](HttpClient::TransferId, const Url&) {
                                 return Opening{Opening::How::never_made, 0ms};
                               },
                               [](const SeenRequest&) { return Reply(); },
                               {},
                               {}});
  Listener listener(Conduct::listens);
  HttpRequest request;
  request.url = "https://gateway.example.com/v1";
  const auto transfer = client.start(std::move(request), listener);
  loop.run_for(9'999ms);
  CHECK_FALSE(listener.is_over);
  CHECK_FALSE(client.may_have_been_sent(transfer));
  loop.run_for(1ms);
  CHECK(listener.heard() == "unreachable, not sent\nbody: ");
}

} // namespace scripted_client_test
