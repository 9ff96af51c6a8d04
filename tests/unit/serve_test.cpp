#include "fresh_folder.hpp"
#include "serve/access.hpp"
#include "serve/error_reply.hpp"
#include "serve/images_request.hpp"
#include "serve/local_keys.hpp"
#include "serve/page_access.hpp"
#include "serve/page_job_text.hpp"
#include "serve/page_room.hpp"
#include "serve/page_sessions.hpp"
#include "serve/serve_options.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

using namespace limn;
using test::FreshFolder;
using Way = Client::Way;

namespace {

RequestHead head_of(HeaderList headers)
{
  RequestHead head;
  head.method = "POST";
  head.target = "/v1/images/generations";
  head.headers = std::move(headers);
  return head;
}

int status_of(const std::optional<ErrorReply>& error)
{
  return error ? error->status : 0;
}

} // namespace

TEST_CASE("serve: how an end without a picture is told")
{
  struct Row {
    FailureClass failure_class;
    bool may_have_been_charged;
    int status;
    std::string_view code;
    Repeat repeat;
  };
  using enum FailureClass;
  constexpr auto never = Repeat::never;
  constexpr auto later = Repeat::later;
  const Row rows[] = {
    {outcome_unknown, true, 424, "outcome_unknown", never},
    {outcome_unknown, false, 424, "outcome_unknown", never},
    {server, true, 424, "outcome_unknown", never}, // of any attempt
    {rate_limited, true, 424, "outcome_unknown", never},
    {auth, true, 424, "outcome_unknown", never},
    {cancelled, true, 424, "outcome_unknown", never},
    {billing, false, 402, "insufficient_quota", never},
    {auth, false, 403, "upstream_auth", never},
    {access, false, 403, "upstream_auth", never},
    {no_gateway, false, 404, "no_gateway", never},
    {model, false, 404, "model_not_found", never},
    {endpoint, false, 404, "model_not_found", never},
    {unsupported, false, 404, "model_not_found", never},
    {content, false, 400, "moderation_blocked", never},
    {content, true, 400, "moderation_blocked", never},
    {invalid_request, false, 400, "invalid_value", never},
    {size, false, 400, "invalid_value", never},
    {parameter, false, 400, "invalid_value", never},
    {unclear, false, 400, "invalid_value", never},
    {usage, false, 400, "invalid_value", never},
    {not_saved, true, 424, "paid_not_delivered", never},
    {no_image, true, 424, "paid_not_delivered", never},
    {bad_image, true, 424, "paid_not_delivered", never},
    {not_saved, false, 424, "not_drawn", never},
    {internal, false, 424, "not_drawn", never},
    {settings, false, 424, "not_drawn", never},
    {rate_limited, false, 429, "rate_limit_exceeded", later},
    {server, false, 503, "upstream_unreachable", later},
    {unreachable, false, 503, "upstream_unreachable", later},
    {tls, false, 503, "upstream_unreachable", later},
    {cancelled, false, 503, "overloaded", later},
  };
  for (const auto& row : rows) {
    CAPTURE(to_string(row.failure_class));
    CAPTURE(row.may_have_been_charged);
    const auto told = error_reply(ending_of(row.failure_class, row.may_have_been_charged), "");
    CHECK(told.status == row.status);
    CHECK(told.code == row.code);
    CHECK(told.repeat == row.repeat);
  }
  CHECK(error_reply(Ending::budget, "").status == 402);
  CHECK(error_reply(Ending::budget, "").code == "limn_budget_exceeded");
  CHECK(error_reply(Ending::rate_limited, "").retry_after);
  CHECK(error_reply(Ending::overloaded, "").retry_after);
}

TEST_CASE(
  "serve: what is final has no status that a client repeats, and what may have been charged "
  "is final")
{
  const std::set<int> repeated{408, 409, 425, 429};
  for (int number = 1; number <= static_cast<int>(FailureClass::unclear); ++number) {
    for (const bool may_have_been_charged : {false, true}) {
      CAPTURE(number);
      const auto told =
        error_reply(ending_of(static_cast<FailureClass>(number), may_have_been_charged), "");
      const bool is_repeated = told.status >= 500 || repeated.contains(told.status);
      CHECK(is_repeated == (told.repeat == Repeat::later));
      CHECK_FALSE((may_have_been_charged && is_repeated));
    }
  }
}

TEST_CASE("serve: an error has the four members that clients know, and limn's own beside them")
{
  KeptJob job;
  job.id = "job-1";
  job.state = JobState::unknown;
  job.report =
    R"({"ok":false,"error":{"class":"outcome_unknown","message":"cut"},"attempts":[)"
    R"({"gateway":"a","class":"outcome_unknown","http_status":504,"may_have_cost":true},)"
    R"({"gateway":"b","class":"unreachable","http_status":null,"may_have_cost":false}]})";
  const auto json = to_json(error_reply(job));
  CHECK(json.find(R"("type":"image_generation_error","param":null,"code":"outcome_unknown")")
        != std::string::npos);
  CHECK(json.find(R"("limn":{"job_id":"job-1","may_have_been_charged":true,"attempts":[)"
                  R"({"gateway":"a","class":"outcome_unknown","http_status":504,"sent":true},)"
                  R"({"gateway":"b","class":"unreachable","http_status":null,"sent":false}]})")
        != std::string::npos);

  job.state = JobState::done; // and its files are gone
  job.report.clear();
  CHECK(error_reply(job).code == "paid_not_delivered");
  job.state = JobState::unknown; // its process is gone
  CHECK(error_reply(job).code == "outcome_unknown");
  job.state = JobState::cancelled;
  CHECK(error_reply(job).status == 503);
  CHECK(unseen_reply("job-1", Failure(FailureClass::internal, "no")).status == 424);
}

TEST_CASE("serve: by which names it may be asked")
{
  struct Row {
    std::string_view address;
    std::string_view host;
    bool is_taken;
  };
  const Row rows[] = {
    {"127.0.0.1", "127.0.0.1:8484", true},
    {"127.0.0.1", "localhost:8484", true},
    {"127.0.0.1", "LocalHost:8484", true},
    {"127.0.0.1", "[::1]:8484", true},
    {"127.0.0.1", "named.example", true},
    {"127.0.0.1", "named.example:1", true},
    {"127.0.0.1", "exactly.example:99", true},
    {"127.0.0.1", "exactly.example", false},
    {"127.0.0.1", "127.0.0.1", false},
    {"127.0.0.1", "localhost:80", false},
    {"127.0.0.1", "evil.example:8484", false},
    {"127.0.0.1", "localhost.evil.example:8484", false},
    {"127.0.0.1", "127.0.0.1.evil.example:8484", false},
    {"127.0.0.1", "192.0.2.7:8484", false},
    {"127.0.0.1", "", false},
    {"127.0.0.1", "localhost:", false},
    {"127.0.0.1", "localhost:84840", false},
    {"127.0.0.1", "[::1:8484", false},
    {"0.0.0.0", "192.0.2.7:8484", true}, // no page has numbers stand for another address
    {"0.0.0.0", "evil.example:8484", false},
    {"::", "[2001:db8::1]:8484", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.address);
    CAPTURE(row.host);
    const AccessRules rules{
      {{std::string(row.address), 8484}}, {"named.example", "exactly.example:99"}, {}};
    CHECK(status_of(refusal_of(head_of({{"host", std::string(row.host)}}), rules, Way::tcp))
          == (row.is_taken ? 0 : 421));
  }
  const AccessRules rules{{{"127.0.0.1", 8484}}, {}, {}};
  CHECK(status_of(refusal_of(head_of({}), rules, Way::tcp)) == 421);
  const auto doubled = head_of({{"host", "localhost:8484"}, {"host", "evil.example"}});
  CHECK(status_of(refusal_of(doubled, rules, Way::tcp)) == 421);
}

TEST_CASE("serve: by a unix socket any name does, and a page of elsewhere does not")
{
  const AccessRules rules{{}, {}, {}};
  for (const auto* host : {"localhost", "evil.example:1", ""}) {
    CHECK(status_of(refusal_of(head_of({{"host", host}}), rules, Way::unix_socket)) == 0);
  }
  CHECK(status_of(refusal_of(head_of({}), rules, Way::unix_socket)) == 0);
  const auto of_page = head_of({{"host", "localhost"}, {"origin", "https://evil.example"}});
  CHECK(status_of(refusal_of(of_page, rules, Way::unix_socket)) == 403);
}

TEST_CASE("serve: each of several addresses is known by its own port")
{
  const auto places = tcp_places({"127.0.0.1:8484", "[::1]:8485", "unix:/run/1", "unix:8486"});
  CHECK(places == std::vector<ListeningAt>{{"127.0.0.1", 8484}, {"::1", 8485}});
  const AccessRules rules{places, {}, {}};
  for (const auto* host : {"localhost:8484", "localhost:8485", "[::1]:8485"}) {
    CHECK(status_of(refusal_of(head_of({{"host", host}}), rules, Way::tcp)) == 0);
  }
  CHECK(status_of(refusal_of(head_of({{"host", "localhost:8486"}}), rules, Way::tcp)) == 421);
  CHECK(is_own("http://localhost:8485/v1", rules));
  CHECK_FALSE(is_own("http://localhost:8486/v1", rules));
}

TEST_CASE("serve: where it listens, by what was said")
{
  const auto places = [](const ServeOptions& options) {
    auto http = http_options_of(options);
    std::vector<std::string> all = http.addresses;
    all.insert(all.end(), http.addresses_if_there.begin(), http.addresses_if_there.end());
    all.push_back(http.socket_file.string());
    all.push_back(std::to_string(http.port));
    return all;
  };
  using Places = std::vector<std::string>;
  ServeOptions options;
  CHECK(places(options) == Places{"127.0.0.1", "::1", "", "8484"});
  options.port = 1;
  CHECK(places(options) == Places{"127.0.0.1", "::1", "", "1"});
  options.socket_file = "/s";
  CHECK(places(options) == Places{"127.0.0.1", "::1", "/s", "1"});
  options.port.reset();
  CHECK(places(options) == Places{"/s", "8484"});
  options.addresses = {"0.0.0.0"};
  CHECK(places(options) == Places{"0.0.0.0", "/s", "8484"});
  options.addresses = {"localhost"};
  CHECK(places(options) == Places{"127.0.0.1", "::1", "/s", "8484"});
  options = {};
  options.descriptors = {3};
  CHECK(places(options) == Places{"", "8484"});
  CHECK(check_keyless({"127.0.0.1", "::1"}));
  CHECK_FALSE(check_keyless({"127.0.0.1", "::"}));
}

TEST_CASE("serve: pages of elsewhere may not ask, whatever they call themselves")
{
  const AccessRules rules{{{"127.0.0.1", 8484}}, {}, {"https://app.example"}};
  const auto asked_by = [&](const char* origin) {
    const auto head = head_of({{"host", "localhost:8484"}, {"origin", origin}});
    return status_of(refusal_of(head, rules, Way::tcp));
  };
  for (const auto* origin : {"https://app.example", "http://localhost:8484"}) {
    CHECK(asked_by(origin) == 0);
  }
  for (const auto* origin :
       {"null", "", "https://app.example.evil", "http://app.example", "http://localhost",
        "http://127.0.0.1:8484", "https://app.example, https://evil.example", "file://"}) {
    CAPTURE(origin);
    CHECK(asked_by(origin) == 403);
  }
}

TEST_CASE("serve: which gateways are this server itself")
{
  const AccessRules rules{{{"127.0.0.1", 8484}}, {"limn.example"}, {}};
  for (const auto* url :
       {"http://127.0.0.1:8484/v1", "http://localhost:8484", "http://LOCALHOST:8484/v1",
        "http://[::1]:8484/v1", "http://me:word@localhost:8484/v1", "http://0.0.0.0:8484/v1",
        "https://limn.example/v1"}) {
    CAPTURE(url);
    CHECK(is_own(url, rules));
  }
  for (const auto* url : {"http://127.0.0.1:8485/v1", "http://localhost/v1",
                          "https://api.example/v1?http://localhost:8484",
                          "http://192.0.2.1:8484/v1", "localhost:8484"}) {
    CAPTURE(url);
    CHECK_FALSE(is_own(url, rules));
  }
}

TEST_CASE("serve: models that clients name by default, and nobody has, mean the configured one")
{
  struct Row {
    std::string_view asked;
    std::string_view meant;
  };
  const Row rows[] = {{"", ""},
                      {"dall-e-2", ""},
                      {"dall-e-3", ""},
                      {"gpt-image-1", ""},
                      {"gpt-image-1-mini", ""},
                      {"gpt-image-1.5", ""},
                      {"gpt-image-2", "gpt-image-2"},
                      {"gpt-image-10", "gpt-image-10"},
                      {"flux", "flux"}};
  for (const auto& row : rows) {
    CAPTURE(row.asked);
    CHECK(model_meant(row.asked, {"gpt-image-2"}) == row.meant);
  }
  CHECK(model_meant("dall-e-3", {"gpt-image-2", "dall-e-3"}) == "dall-e-3");
}

TEST_CASE("serve: a request for pictures")
{
  const auto whole = read_images_request(
    R"({"prompt":"a fox","model":"flux","n":2.0,"size":"auto","quality":"low","background":null,)"
    R"("output_format":"webp","output_compression":50,"moderation":"low","user":"me",)"
    R"("response_format":"b64_json","stream":false,"input_fidelity":"high"})");
  REQUIRE(whole);
  CHECK(whole->job.prompt == "a fox");
  CHECK(whole->job.models == std::vector<std::string>{"flux"});
  CHECK(whole->job.count == 2);
  CHECK(whole->job.format == "webp");
  CHECK(whole->job.compression == 50);
  CHECK(whole->job.background.empty());
  CHECK(whole->dropped == std::vector<std::string>{"user", "input_fidelity"});

  CHECK(whole->delivery == Delivery::whole);
  CHECK(whole->text == PictureText::base64);

  const auto stream = read_images_request(R"({"prompt":"a","partial_images":2,"stream":true})");
  REQUIRE(stream);
  CHECK(stream->delivery == Delivery::stream);
  CHECK(stream->previews == 2);
  const auto address = read_images_request(R"({"prompt":"a","response_format":"url"})");
  REQUIRE(address);
  CHECK(address->text == PictureText::address);

  struct Row {
    std::string_view json;
    std::string_view param;
    std::string_view code;
  };
  const Row rows[] = {
    {R"({})", "prompt", "missing_required_parameter"},
    {R"({"prompt":null})", "prompt", "missing_required_parameter"},
    {R"({"prompt":["a"]})", "prompt", "invalid_type"},
    {R"({"prompt":"a","n":1.5})", "n", "invalid_type"},
    {R"({"prompt":"a","n":true})", "n", "invalid_type"},
    {R"({"prompt":"a","stream":true,"partial_images":4})", "partial_images", "invalid_value"},
    {R"({"prompt":"a","stream":true,"partial_images":"2"})", "partial_images", "invalid_type"},
    {R"({"prompt":"a","stream":true,"response_format":"url"})", "response_format",
     "unsupported_parameter"},
    {R"({"prompt":"a","stream":"no"})", "stream", "invalid_type"},
    {R"({"prompt":"a","partial_images":2})", "partial_images", "unsupported_parameter"},
    {R"({"prompt":"a","response_format":"xml"})", "response_format", "invalid_value"},
    {R"({"prompt":"a","model":"a,b"})", "model", "model_not_found"},
    {R"({"prompt":"a","image":"x"})", "image", "unknown_parameter"},
    {R"([])", "", "invalid_json"},
    {R"({"prompt":)", "", "invalid_json"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    const auto wrong = read_images_request(row.json);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().failure_class == FailureClass::usage);
    CHECK(wrong.error().param == row.param);
    CHECK(wrong.error().code == row.code);
  }
}

TEST_CASE("serve: an Idempotency-Key is the same with and without its quotes")
{
  CHECK(read_idempotency_key("\"one\"") == "one");
  CHECK(read_idempotency_key("one") == "one");
  CHECK(read_idempotency_key(std::string(255, 'x')));
  for (const auto& wrong :
       {std::string("\"\""), std::string(256, 'x'), std::string("a\tb"), std::string("\xc3\xa4")}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_idempotency_key(wrong));
  }
}

TEST_CASE("serve: keys of programs are kept as digests, and found by what was given out")
{
  const FreshFolder folder;
  const auto file = folder.path() / "limn" / "serve-keys.json";
  CHECK(read_local_keys(file)->empty());
  WatchedKeys watched(file);
  CHECK(watched.all().empty());
  const auto one = make_local_key(file, {"one"});
  const auto two = make_local_key(file, {"two"});
  REQUIRE(one);
  REQUIRE(two);
  CHECK_FALSE(*one == *two);
  CHECK_FALSE(make_local_key(file, {"one"}));
  CHECK_FALSE(make_local_key(file, {"no name"}));
  const auto& keys = watched.all();
  REQUIRE(keys.size() == 2);
  REQUIRE(find_local_key(keys, two->reveal()) != nullptr);
  CHECK(find_local_key(keys, two->reveal())->name == "two");
  CHECK(find_local_key(keys, "") == nullptr);
  CHECK(find_local_key(keys, keys.front().sha256) == nullptr);
  CHECK(find_local_key({}, two->reveal()) == nullptr);
  REQUIRE(revoke_local_key(file, "two"));
  CHECK_FALSE(revoke_local_key(file, "two"));
  CHECK(find_local_key(watched.all(), two->reveal()) == nullptr);
  CHECK(find_local_key(watched.all(), one->reveal()) != nullptr);
  struct stat status {
  };
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
}

TEST_CASE("serve: only the page itself asks for what is the page's, or no page at all")
{
  const std::pair<std::string, std::string> host{"host", "127.0.0.1:8484"};
  const auto status = [&](HeaderList more) {
    more.push_back(host);
    return status_of(refusal_of_page(head_of(std::move(more))));
  };
  CHECK(status({}) == 0);
  CHECK(status({{"origin", "http://127.0.0.1:8484"}}) == 0);
  CHECK(status({{"origin", "HTTP://127.0.0.1:8484"}, {"sec-fetch-site", "same-origin"}}) == 0);
  CHECK(status({{"origin", "https://127.0.0.1:8484"}}) == 0); // a proxy
  CHECK(status({{"sec-fetch-site", "none"}}) == 0);           // its address was typed
  CHECK(status({{"origin", "http://127.0.0.1:8485"}}) == 403);
  CHECK(status({{"origin", "http://localhost:8484"}}) == 403);
  CHECK(status({{"origin", "null"}}) == 403);
  CHECK(status({{"sec-fetch-site", "same-site"}}) == 403); // another port
  CHECK(status({{"sec-fetch-site", "cross-site"}}) == 403);
}

TEST_CASE("serve: a cookie and a member of a query are found by their whole names")
{
  const auto head = head_of({{"cookie", "xs=0; s=1;s2=2"}, {"cookie", " t = 3; u=4 "}});
  CHECK(cookie_of(head, "s") == "1");
  CHECK(cookie_of(head, "s2") == "2");
  CHECK(cookie_of(head, "u") == "4");
  CHECK(cookie_of(head, "v").empty());
  CHECK(cookie_of(head_of({{"cookie", "s"}}), "s").empty());
  RequestHead asked;
  asked.target = "/api/history?xsearch=no&search=a+b%20c%2B%e9%9b%aa%zz%4&limit=";
  CHECK(query_member(asked, "search") == "a b c+雪%zz%4");
  CHECK(query_member(asked, "limit").empty());
  CHECK(query_member(asked, "none").empty());
  CHECK(path_behind(asked, "/api/history").empty());
  asked.target = "/api/history/abc?x=/y";
  CHECK(path_behind(asked, "/api/history") == "abc");
}

TEST_CASE("serve: a link opens one session, soon; a session lasts for days")
{
  PageSessions sessions;
  const PageSessions::Time now{};
  const auto link = sessions.make_link(now);
  CHECK(link.size() == 64);
  CHECK(!sessions.take_link("", now));
  CHECK(!sessions.take_link(link.substr(1), now));
  CHECK(sessions.take_link(link, now));
  CHECK(!sessions.take_link(link, now));
  const auto late = sessions.make_link(now);
  CHECK(!sessions.take_link(late, now + PageSessions::k_link_lasts));
  const auto cookie = sessions.begin("key", now);
  const auto another = sessions.begin("", now);
  CHECK(sessions.key_of(cookie, now) == "key");
  CHECK(sessions.key_of(another, now) == "");
  CHECK(!sessions.key_of("", now));
  CHECK(!sessions.key_of(cookie, now + PageSessions::k_lasts));
  sessions.end(cookie);
  CHECK(!sessions.key_of(cookie, now));
  for (std::size_t i = 0; i < PageSessions::k_most; ++i) {
    static_cast<void>(sessions.begin("", now + std::chrono::seconds(i + 1)));
  }
  CHECK(!sessions.key_of(another, now)); // the oldest
}

TEST_CASE("serve: a page asks for a picture, and names no file of this machine")
{
  const auto job = read_page_job(
    R"({"prompt":"a fox","n":2,"input":["history:abcdefghij","upload:x.png"],"mask":null})");
  REQUIRE(job);
  CHECK(job->prompt == "a fox");
  CHECK(job->count == 2);
  CHECK(job->inputs.size() == 2);
  for (const auto* body :
       {"", "[]", R"({"prompt":7})", R"({"output":"/x.png"})", R"({"directory":"/"})",
        R"({"verify":"never"})", R"({"timeout":1})", R"({"provider":"x"})", R"({"input":["/x"]})",
        R"({"input":["history:a","last"]})", R"({"mask":"x.png"})"}) {
    CAPTURE(body);
    const auto refused = read_page_job(body);
    REQUIRE(!refused);
    CHECK(refused.error().failure_class == FailureClass::usage);
  }
}

TEST_CASE("serve: of copies the old ones go, and the oldest where they are too many")
{
  const FreshFolder folder;
  const auto now = std::filesystem::file_time_type::clock::now();
  const auto put = [&](std::string name, std::chrono::hours age) {
    std::ofstream(folder.path() / name) << std::string(100, 'x');
    std::filesystem::last_write_time(folder.path() / name, now - age);
  };
  const auto has = [&](const char* name) { return std::filesystem::exists(folder.path() / name); };
  using std::chrono::hours;
  put("ancient", hours(50));
  put("old", hours(9));
  put("newer", hours(5));
  put("new", hours(1));
  make_room(folder.path(), {300, hours(24)});
  CHECK(!has("ancient"));
  CHECK(has("old"));
  make_room(folder.path(), {250, hours(24)});
  CHECK(!has("old"));
  CHECK(!has("newer"));
  CHECK(has("new"));
  make_room(folder.path() / "none", {1, hours(1)});
}
