#include "config_sources/common/field_path.hpp"
#include "config_sources/common/references.hpp"
#include "config_sources/common/yaml_access.hpp"
#include "config_sources/config_yaml/config_yaml_source.hpp"
#include "plugin_doubles.hpp"

#include <doctest/doctest.h>

namespace config_yaml_source_test {

namespace {

using limn::host_files::FieldPath;
using limn::host_files::parse_env_file;
using limn::host_files::resolve;
using limn::test::Collected;
using limn::test::FakeHost;
using limn::test::Pairs;

constexpr auto k_source = limn::sdk::config_source<limn::config_yaml::ConfigYamlSource>(
  "config_yaml", "Configuration of AI hosts", "test");

constexpr const char* k_hermes = "~/.hermes/config.yaml";

// name | base URL | key | scope | problem
std::string lines_of(const Collected& collected)
{
  std::string text;
  for (const auto& gateway : collected.gateways) {
    text += gateway.name + " | " + gateway.base_url + " | " + gateway.api_key + " | "
            + gateway.origin + " | " + gateway.problem + "\n";
  }
  return text;
}

// Little-endian, of ASCII.
std::string utf16(std::string_view text)
{
  std::string result;
  for (const char c : text) {
    result += c;
    result += '\0';
  }
  return result;
}

Collected hermes(const std::string& yaml, const Pairs& variables = {})
{
  FakeHost host;
  host.files[k_hermes] = yaml;
  host.variables.insert(variables.begin(), variables.end());
  return limn::test::collect(k_source, host);
}

} // namespace

TEST_CASE("config_yaml: references resolve from variables, and what leads nowhere is named")
{
  const std::map<std::string, std::string, std::less<>> variables{
    {"KEY", "k"},  {"lower", "l"},       {"EMPTY", ""},
    {"A1_B", "x"}, {"NESTED", "${KEY}"}, {"LINE", " k\n"}};
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  struct Case {
    std::string value, text, unresolved;
  };
  const Case cases[] = {
    {"sk-plain", "sk-plain", ""},
    {"", "", ""},
    {"${KEY}", "k", ""},
    {"$KEY", "k", ""},
    {"$lower", "l", ""},
    {"${lower}", "l", ""},
    {"{env:KEY}", "k", ""},
    {"Bearer {env:KEY}!", "Bearer k!", ""},
    {"{env:KEY}{env:lower}", "kl", ""},
    {"${KEY:?must be set}", "k", ""},
    {"os.environ/KEY", "k", ""},
    {"env:KEY", "k", ""},
    {"env.KEY", "k", ""},
    {"${{ secrets.KEY }}", "k", ""},
    {"${KEY:-other}", "k", ""},
    {"${NONE:-other}", "other", ""},
    {"${EMPTY:-other}", "other", ""},
    {"${NONE:-}", "", ""},
    {"https://${A1_B}.example/$A1_B/v1", "https://x.example/x/v1", ""},
    {"Bearer ${KEY}", "Bearer k", ""},
    {"${LINE}", "k", ""},
    {"${NESTED}", "${KEY}", ""}, // what a variable holds is taken as it is
    {"${NONE}", "", "${NONE}"},
    {"${EMPTY}", "", "${EMPTY}"},
    {"$NONE", "", "$NONE"},
    {"$none", "", "$none"},
    {"{env:NONE}", "", "{env:NONE}"},
    {"a{env:NONE}b", "", "{env:NONE}"},
    {"{env:}", "", "{env:}"},
    {"{env:KEY", "", "{env:KEY"},
    {"{file:~/key}", "", "{file:~/key}"}, // where files are not reached
    {"{files}", "{files}", ""},
    {"${NONE:?must be set}", "", "${NONE:?must be set}"},
    {"os.environ/NONE", "", "os.environ/NONE"},
    {"env:NONE", "", "env:NONE"},
    {"${{ secrets.NONE }}", "", "${{ secrets.NONE }}"},
    {"${{ inputs.KEY }}", "", "${{ inputs.KEY }}"},
    {"${NONE:-$KEY}", "", "${NONE:-$KEY}"},
    {"a${KEY}b${NONE}c", "", "${NONE}"},
    {"${KEY", "", "${KEY"},
    {"${", "", "${"},
    {"${}", "", "${}"},
    {"${{", "", "${{"},
    {"${{}}", "", "${{}}"},
    {"${}}", "", "${}"},
    {"pa$$word$", "pa$$word$", ""},
    {"cost$5", "cost$5", ""},
    {"a$KEYb", "a$KEYb", ""},
    {"$", "$", ""},
    {"environment", "environment", ""},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.value);
    const auto resolved = resolve(expected.value, {lookup, {}});
    CHECK(resolved.text == expected.text);
    CHECK(resolved.unresolved == expected.unresolved);
    CHECK(!resolved.is_command);
  }
  for (const auto* command : {"$(pass show key)", "x$(id)", "`pass show key`"}) {
    CAPTURE(command);
    CHECK(resolve(command, {lookup, {}}).is_command);
    CHECK(resolve(command, {lookup, {}}).text.empty());
  }
}

TEST_CASE("config_yaml: .env files give their lines, without quotes and comments")
{
  const auto variables =
    parse_env_file("# comment\nA=1\n export B = two words # why\r\nC=\"q # u\" # x\nD='s'\n"
                   "E=\n=x\nnoequals\nF=a=b#c\nA=2\nG=\"open\nbad-name=1\nH=last");
  const std::map<std::string, std::string, std::less<>> expected{
    {"A", "2"}, {"B", "two words"}, {"C", "q # u"},  {"D", "s"},
    {"E", ""},  {"F", "a=b#c"},     {"G", "\"open"}, {"H", "last"}};
  CHECK(variables == expected);
  CHECK(parse_env_file("").empty());
}

TEST_CASE("config_yaml: .env files of editors that write marks, other line ends or UTF-16")
{
  using namespace std::string_literals;
  const std::map<std::string, std::string, std::less<>> expected{{"KEY", "k"}, {"B", "two"}};
  const std::string files[] = {
    "KEY=k\nB=two\n",
    "\xef\xbb\xbfKEY=k\nB=two\n",
    "\xef\xbb\xbf export\tKEY='k'\r\nB=\"two\"\r\n",
    "KEY=k\rB=two\r",
    "KEY = k\t# why\nB=two",
    "\xff\xfeK\0E\0Y\0=\0k\0\r\0\n\0B\0=\0t\0w\0o\0"s,
    "\xfe\xff\0K\0E\0Y\0=\0k\0\n\0B\0=\0t\0w\0o"s,
  };
  for (const auto& file : files) {
    CAPTURE(file);
    CHECK(parse_env_file(file) == expected);
  }
  CHECK(parse_env_file("\xff\xfe").empty());
  CHECK(parse_env_file("\xff\xfeK").empty());
}

TEST_CASE("config_yaml: field paths find names, elements, and every element")
{
  const auto root =
    YAML::Load("{a: {b: 1}, l: [{u: x}, {u: y}, {v: z}], p: {one: {u: 1}, two: {u: 2}}, "
               "n: [[{u: d}]], s: text}");
  struct Case {
    std::string path, fields;
  };
  const Case cases[] = {
    {"a.b", "a.b=1 "},
    {"l[1].u", "l[1].u=y "},
    {"l[].u", "l[0].u=x l[1].u=y "},
    {"l[*].u", "l[0].u=x l[1].u=y "},
    {"l.*.u", "l[0].u=x l[1].u=y "},
    {"p.*.u", "p.one.u=1 p.two.u=2 "},
    {"p[].u", "p.one.u=1 p.two.u=2 "},
    {"n[][].u", "n[0][0].u=d "},
    {"s", "s=text "},
    {"a.none", ""},
    {"l.u", ""},
    {"l[9].u", ""},
    {"s.u", ""},
    {"p[0].u", ""},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.path);
    const auto path = FieldPath::parse(expected.path);
    REQUIRE(path);
    std::string fields;
    for (const auto& match : path->find_all(root)) {
      fields += match.field + "=" + limn::host_files::text_of(match.node) + " ";
    }
    CHECK(fields == expected.fields);
  }
  for (const auto* bad :
       {"", ".", "a.", ".a", "a..b", "a[", "a[x]", "a]", "a[0]b", "a.[0]", "a[-1]"}) {
    CAPTURE(bad);
    CHECK(!FieldPath::parse(bad));
  }
  const auto list = FieldPath::parse("[].u");
  REQUIRE(list);
  CHECK(list->find_all(YAML::Load("[{u: x}]")).size() == 1);
}

TEST_CASE("config_yaml: Hermes' gateways come in its order, each key with the URL of its own scope")
{
  struct Case {
    const char* what;
    std::string yaml;
    std::string lines;
  };
  const Case cases[] = {
    {"no file content", "", ""},
    {"all places, whatever their order in the file",
     R"(
custom_providers:
  - {name: local, base_url: http://127.0.0.1:1/v1, api_key: k5}
  - {base_url: https://e/v1, api_key: k6}
providers:
  p1: {base_url: https://c/v1, api_key: k3}
  p2: {api: https://d/v1, key_env: P2_KEY}
  p3: {url: https://f/v1, api_key: k4}
auxiliary:
  vision: {base_url: https://b/v1, api_key: k2}
model: {base_url: https://a/v1, api_key: k1, default: gpt-5})",
     "hermes | https://a/v1 | k1 | ~/.hermes/config.yaml#model | \n"
     "hermes-vision | https://b/v1 | k2 | ~/.hermes/config.yaml#auxiliary.vision | \n"
     "p1 | https://c/v1 | k3 | ~/.hermes/config.yaml#providers.p1 | \n"
     "p2 | https://d/v1 | from-p2-key | ~/.hermes/config.yaml#providers.p2 | \n"
     "p3 | https://f/v1 | k4 | ~/.hermes/config.yaml#providers.p3 | \n"
     "local | http://127.0.0.1:1/v1 | k5 | ~/.hermes/config.yaml#custom_providers[0] | \n"
     " | https://e/v1 | k6 | ~/.hermes/config.yaml#custom_providers[1] | \n"},
    {"without a base URL there is no gateway, so that no key goes elsewhere",
     R"(
model: gpt-5
auxiliary: {vision: {provider: openrouter, api_key: k2}}
providers: {p1: {api_key: k3, base_url: ""}, p2: {base_url: ~}, p3: null}
custom_providers: {base_url: x})",
     ""},
    {"a base URL without a key borrows none", "auxiliary: {vision: {base_url: https://b/v1}}",
     "hermes-vision | https://b/v1 |  | ~/.hermes/config.yaml#auxiliary.vision | no key beside "
     "auxiliary.vision.base_url\n"},
    {"an unresolved key is absent", "model: {base_url: https://a/v1, api_key: '${NO_SUCH}'}",
     "hermes | https://a/v1 |  | ~/.hermes/config.yaml#model | unresolved ${NO_SUCH}\n"},
    {"an unresolved key gives way to a variable that is set",
     "model: {base_url: https://a/v1, api_key: '${NO_SUCH}', key_env: P2_KEY}",
     "hermes | https://a/v1 | from-p2-key | ~/.hermes/config.yaml#model | \n"},
    {"an unset key variable is named",
     "providers: {p: {base_url: https://a/v1, api_key_env: NO_SUCH}}",
     "p | https://a/v1 |  | ~/.hermes/config.yaml#providers.p | unresolved ${NO_SUCH}\n"},
    {"a URL that leads nowhere takes its key along",
     "model: {base_url: 'https://${NO_SUCH}/v1', api_key: k1}",
     "hermes | https://${NO_SUCH} |  | ~/.hermes/config.yaml#model | unresolved ${NO_SUCH}\n"},
    {"a default that is empty is no key",
     "model: {base_url: https://a/v1, api_key: '${NO_SUCH:-}'}",
     "hermes | https://a/v1 |  | ~/.hermes/config.yaml#model | no key beside model.base_url\n"},
    {"a default that is empty is no URL", "model: {base_url: '${NO_SUCH:-}', api_key: k}", ""},
    {"commands are not run",
     R"(
model: {base_url: https://a/v1, api_key: $(pass show a)}
providers: {p: {base_url: https://b/v1, key_cmd: pass show b}, q: {base_url: https://c/v1, key_cmd: x, api_key: k}})",
     "hermes | https://a/v1 |  | ~/.hermes/config.yaml#model | its key comes from a command, which "
     "limn does not run; put the key into the file or a variable instead\n"
     "p | https://b/v1 |  | ~/.hermes/config.yaml#providers.p | its key comes from a command, "
     "which limn does not run; put the key into the file or a variable instead\n"
     "q | https://c/v1 | k | ~/.hermes/config.yaml#providers.q | \n"},
    {"another protocol is skipped",
     "providers: {p: {base_url: https://a, api_key: k, api_mode: anthropic_messages}, "
     "q: {base_url: https://b, api_key: k, api_mode: codex_responses}}",
     "q | https://b | k | ~/.hermes/config.yaml#providers.q | \n"},
    {"anchors and merge keys",
     R"(
shared: &shared {base_url: https://a/v1, api_key: k1}
more: &more {api_key: never, key_env: P2_KEY}
model: *shared
providers:
  p: {<<: *shared, base_url: https://b/v1}
  q: {<<: [*shared, *more]})",
     "hermes | https://a/v1 | k1 | ~/.hermes/config.yaml#model | \n"
     "p | https://b/v1 | k1 | ~/.hermes/config.yaml#providers.p | \n"
     "q | https://a/v1 | k1 | ~/.hermes/config.yaml#providers.q | \n"},
    {"of a key that is there twice the last one counts, also of merged ones",
     R"(
one: &one {base_url: https://old/v1, base_url: https://one/v1, api_key: k1}
two: &two {api_key: k2}
model: {base_url: https://never/v1, api_key: never}
model: {api_key: never, base_url: https://a/v1, api_key: k0}
providers:
  p: {<<: *one, <<: *two})",
     "hermes | https://a/v1 | k0 | ~/.hermes/config.yaml#model | \n"
     "p | https://one/v1 | k2 | ~/.hermes/config.yaml#providers.p | \n"},
    {"names in other spellings",
     R"(
model: {baseUrl: https://a/v1, apiKey: k1}
auxiliary: {vision: {baseURL: https://b/v1, api-key: k2}}
providers:
  p: {base-url: https://c/v1, keyEnv: P2_KEY}
  q: {BASE_URL: https://d/v1, API_KEY: k4}
  r: {baseUrl: https://never/v1, base_url: https://e/v1, apiKey: never, api_key: k5}
  s: {baseUrl: https://f, apiKey: k6, apiMode: anthropic_messages}
  t: {baseUrl: https://g/v1, apiKeyEnv: P2_KEY}
customProviders: [{name: n, baseUrl: https://h/v1, apiKey: k7}])",
     "hermes | https://a/v1 | k1 | ~/.hermes/config.yaml#model | \n"
     "hermes-vision | https://b/v1 | k2 | ~/.hermes/config.yaml#auxiliary.vision | \n"
     "p | https://c/v1 | from-p2-key | ~/.hermes/config.yaml#providers.p | \n"
     "q | https://d/v1 | k4 | ~/.hermes/config.yaml#providers.q | \n"
     "r | https://e/v1 | k5 | ~/.hermes/config.yaml#providers.r | \n"
     "t | https://g/v1 | from-p2-key | ~/.hermes/config.yaml#providers.t | \n"
     "n | https://h/v1 | k7 | ~/.hermes/config.yaml#custom_providers[0] | \n"},
    {"sections as one text of JSON",
     R"(
custom_providers: '[{"name": "nine", "base_url": "https://a/v1", "api_key": "k1"}]'
providers: '{"p": {"baseUrl": "https://b/v1", "apiKey": "${P2_KEY}"}}'
auxiliary: '{"vision": {"base_url": "https://c/v1", "api_key": "k3"}}'
model: '{"base_url": "https://d/v1", "api_key": "k4"}')",
     "hermes | https://d/v1 | k4 | ~/.hermes/config.yaml#model | \n"
     "hermes-vision | https://c/v1 | k3 | ~/.hermes/config.yaml#auxiliary.vision | \n"
     "p | https://b/v1 | from-p2-key | ~/.hermes/config.yaml#providers.p | \n"
     "nine | https://a/v1 | k1 | ~/.hermes/config.yaml#custom_providers[0] | \n"},
    {"a byte order mark and line ends of Windows",
     "\xef\xbb\xbfmodel:\r\n  base_url: https://a/v1\r\n  api_key: k1\r\n",
     "hermes | https://a/v1 | k1 | ~/.hermes/config.yaml#model | \n"},
    {"UTF-16", std::string("\xff\xfe") + utf16("model: {base_url: https://a/v1, api_key: k1}\n"),
     "hermes | https://a/v1 | k1 | ~/.hermes/config.yaml#model | \n"},
    {"a merge key that merges itself ends",
     "model: &m {<<: *m, base_url: https://a/v1, api_key: k}",
     "hermes | https://a/v1 | k | ~/.hermes/config.yaml#model | \n"},
    {"an alias that leads to what it is in ends",
     "providers: &p {q: *p, r: {base_url: https://a/v1, api_key: k}}",
     "r | https://a/v1 | k | ~/.hermes/config.yaml#providers.r | \n"},
    {"a list instead of a mapping", "[1, 2]", ""},
    {"a text instead of a mapping", "just text", ""},
    {"lists where texts belong", "model: {base_url: [https://a], api_key: {a: b}}", ""},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    const auto collected =
      hermes(expected.yaml, {{"P2_KEY", "from-p2-key"}, {"OPENAI_API_KEY", "never"}});
    CHECK(lines_of(collected) == expected.lines);
    CHECK(collected.complaint.message == "");
  }
}

TEST_CASE(
  "config_yaml: what aliases make very large is refused in no time, what a file is itself is not")
{
  std::string wide = "x: &x {";
  for (int i = 0; i < 30'000; ++i) {
    wide += "k" + std::to_string(i) + ": 1, ";
  }
  wide += "base_url: https://a/v1, api_key: k}\n";
  std::string lines, merged, circle = "providers: &p\n";
  for (int i = 0; i < 20'000; ++i) {
    lines += "  p" + std::to_string(i) + ": *x\n";
    merged += "  p" + std::to_string(i) + ": {<<: [*x, *x]}\n";
    circle += "  p" + std::to_string(i) + ": *p\n";
  }
  for (const auto& yaml : {wide + "providers:\n" + lines, wide + "providers:\n" + merged, circle}) {
    const auto collected = hermes(yaml);
    CHECK(collected.gateways.empty());
    CHECK(collected.complaint.message
          == "~/.hermes/config.yaml: its aliases make it too large to be a settings file");
  }
  // One alias of it, and a mapping that merges itself, are no more than what is written.
  CHECK(hermes(wide + "model: *x\n").gateways.size() == 1);
  CHECK(hermes("model: &m {<<: *m, " + wide.substr(wide.find('{') + 1)).gateways.size() == 1);
}

TEST_CASE("config_yaml: what a path would have to go through is bounded, and told")
{
  FakeHost host;
  std::string circle = "p: &p\n";
  for (int i = 0; i < 200; ++i) {
    circle += "  p" + std::to_string(i) + ": *p\n";
  }
  host.files["~/a.yaml"] = circle;
  const auto all = limn::test::collect(
    k_source, host, {{"files.0.path", "~/a.yaml"}, {"files.0.fields.0.base_url", "*.*.*.*.*.url"}});
  CHECK(all.gateways.empty());
  CHECK(
    host.log
    == std::vector<std::string>{"~/a.yaml: more than the 0 first of *.*.*.*.*.url are left out"});
}

TEST_CASE(
  "config_yaml: keys that are there twice are told where they are read, and text that is no JSON")
{
  struct Case {
    std::string yaml;
    std::vector<std::string> lines;
  };
  const Case cases[] = {
    {"model: {}\ndisplay: 1\ndisplay: 2\nauxiliary: {chat: {a: 1, a: 2}}\n", {}},
    {"custom_providers:\n- base_url: https://a\nmodel: x\ncustom_providers:\n- base_url: "
     "https://b\n",
     {"~/.hermes/config.yaml:4: custom_providers was there before (line 1); the last one counts"}},
    {"model: {}\nmodel: {}\nmodel:\n  api_key: a\n  base_url: x\n  api_key: b\n",
     {"~/.hermes/config.yaml:2: model was there before (line 1); the last one counts",
      "~/.hermes/config.yaml:3: model was there before (line 2); the last one counts",
      "~/.hermes/config.yaml:6: model.api_key was there before (line 4); the last one counts"}},
    {"x: &x\n  base_url: a\n  base_url: b\nproviders:\n  p: *x\n  q: *x\n",
     {"~/.hermes/config.yaml:3: providers.p.base_url was there before (line 2); the last one "
      "counts"}},
    {"custom_providers: '[{\"base_url\": '\n",
     {"~/.hermes/config.yaml: custom_providers is a text that holds no whole JSON: it is left "
      "out"}},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.yaml);
    FakeHost host;
    host.files[k_hermes] = expected.yaml;
    CHECK(limn::test::collect(k_source, host).complaint.message == "");
    CHECK(host.log == expected.lines);
  }
}

TEST_CASE("config_yaml: Hermes' secrets lie in its .env, before the process environment, and for "
          "its file only")
{
  FakeHost host;
  host.files["/srv/hermes/config.yaml"] =
    "model: {base_url: https://a/v1, api_key: '${ONE}'}\nproviders: {p: {base_url: https://b/v1, "
    "api_key: '${TWO}'}}";
  host.files["/srv/hermes/.env"] = "ONE='from file'\nTWO=\n";
  host.files["/srv/other.yaml"] = "{u: https://c/v1, k: '${ONE}'}";
  host.variables = {
    {"HERMES_HOME", "/srv/hermes/"}, {"ONE", "from process"}, {"TWO", "two"}, {"HOME", "/srv"}};
  const auto collected = limn::test::collect(k_source, host,
                                             {{"files.0.path", "/srv/other.yaml"},
                                              {"files.0.fields.0.base_url", "u"},
                                              {"files.0.fields.0.api_key", "k"}});
  CHECK(lines_of(collected)
        == "hermes | https://a/v1 | from file | ~/hermes/config.yaml#model | \n"
           "p | https://b/v1 | two | ~/hermes/config.yaml#providers.p | \n"
           " | https://c/v1 | from process | ~/other.yaml#u | \n");

  host.variables["HERMES_HOME"] = "relative";
  CHECK(limn::test::collect(k_source, host).gateways.empty());
  CHECK(host.log.size() == 1);
}

TEST_CASE("config_yaml: extra headers go along, resolved, but never an authorization")
{
  const std::string yaml = "providers: {p: {base_url: https://a/v1, api_key: k, extra_headers: "
                           "{X-Team: '${TEAM}', Authorization: Bearer x}}}";
  const auto good = hermes(yaml, {{"TEAM", "red"}});
  REQUIRE(good.gateways.size() == 1);
  CHECK(good.gateways[0].headers == Pairs{{"X-Team", "red"}});
  const auto bad = hermes(yaml);
  REQUIRE(bad.gateways.size() == 1);
  CHECK(bad.gateways[0].problem == "unresolved ${TEAM}");
  CHECK(bad.gateways[0].api_key.empty());
}

TEST_CASE("config_yaml: any field pair of any file that the settings name")
{
  struct Case {
    const char* what;
    std::string content;
    Pairs fields;
    std::string lines;
  };
  const Case cases[] = {
    {"plain paths",
     "a: {b: {url: https://a/v1}, key: k}",
     {{"fields.0.base_url", "a.b.url"}, {"fields.0.api_key", "a.key"}},
     "app | https://a/v1 | k | ~/app.yaml#a.b | \n"},
    {"every element of a list, key and URL of the same element",
     "clients: [{api_base: https://a, api_key: k1}, {api_base: https://b}, {api_key: k3}, "
     "{api_base: https://d, api_key: k4}]",
     {{"fields.0.base_url", "clients[].api_base"}, {"fields.0.api_key", "clients[].api_key"}},
     "app | https://a | k1 | ~/app.yaml#clients[0] | \n"
     "app | https://b |  | ~/app.yaml#clients[1] | no key beside clients[1].api_base\n"
     "app | https://d | k4 | ~/app.yaml#clients[3] | \n"},
    {"every member of a mapping, in JSON",
     R"({"providers": {"x": {"options": {"baseURL": "https://x", "apiKey": "{env:X_KEY}"}}, "y": {"options": {"baseURL": "https://y", "apiKey": "{env:NONE}"}}}})",
     {{"fields.0.base_url", "providers.*.options.baseURL"},
      {"fields.0.api_key", "providers.*.options.apiKey"}},
     "app | https://x | xk | ~/app.yaml#providers.x.options | \n"
     "app | https://y |  | ~/app.yaml#providers.y.options | unresolved {env:NONE}\n"},
    {"a field that holds the name of a variable",
     "apis: {o: {base-url: https://a, key-name: X_KEY}}",
     {{"fields.0.base_url", "apis.*.base-url"}, {"fields.0.api_key_env_field", "apis.*.key-name"}},
     "app | https://a | xk | ~/app.yaml#apis.o | \n"},
    {"without a path, the key is looked for beside the URL",
     "p: [{u: https://a, envKey: X_KEY}, {u: https://b, api-key-env: X_KEY}, {u: https://c, "
     "apiKey: k}, {u: https://d, api-key-cmd: x}]",
     {{"fields.0.base_url", "p[].u"}},
     "app | https://a | xk | ~/app.yaml#p[0] | \n"
     "app | https://b | xk | ~/app.yaml#p[1] | \n"
     "app | https://c | k | ~/app.yaml#p[2] | \n"
     "app | https://d |  | ~/app.yaml#p[3] | its key comes from a command, which limn does not "
     "run; put the key into the file or a variable instead\n"},
    {"several pairs, in the order of the settings",
     "{a: https://a, k: k1, b: https://b, l: k2}",
     {{"fields.0.base_url", "b"},
      {"fields.0.api_key", "l"},
      {"fields.1.base_url", "a"},
      {"fields.1.api_key", "k"}},
     "app | https://b | k2 | ~/app.yaml#b | \n"
     "app | https://a | k1 | ~/app.yaml#a | \n"},
    {"LiteLLM's reference",
     "model_list: [{litellm_params: {api_base: https://a, api_key: os.environ/X_KEY}}]",
     {{"fields.0.base_url", "model_list[].litellm_params.api_base"},
      {"fields.0.api_key", "model_list[].litellm_params.api_key"}},
     "app | https://a | xk | ~/app.yaml#model_list[0].litellm_params | \n"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    FakeHost host;
    host.files["~/app.yaml"] = expected.content;
    host.variables = {{"X_KEY", "xk"}, {"OPENAI_API_KEY", "never"}};
    Pairs settings{{"files.0.path", "~/app.yaml"}, {"files.0.name", "app"}};
    for (const auto& [key, value] : expected.fields) {
      settings.emplace_back("files.0." + key, value);
    }
    const auto collected = limn::test::collect(k_source, host, settings);
    CHECK(lines_of(collected) == expected.lines);
    CHECK(collected.complaint.message == "");
  }
}

TEST_CASE(
  "config_yaml: a broken file is named by line and column after the others gave what they have")
{
  FakeHost host;
  host.files[k_hermes] = "model:\n  base_url: [https://a\n";
  host.files["~/good.yaml"] = "{u: https://b/v1, k: k}";
  host.unreadable["/x/bad.yaml"] = "/x/bad.yaml can be written by others";
  const auto collected = limn::test::collect(k_source, host,
                                             {{"files.0.path", "/x/bad.yaml"},
                                              {"files.0.fields.0.base_url", "u"},
                                              {"files.1.path", "~/good.yaml"},
                                              {"files.1.fields.0.base_url", "u"},
                                              {"files.1.fields.0.api_key", "k"},
                                              {"files.2.path", "~/absent.yaml"},
                                              {"files.2.fields.0.base_url", "u"}});
  CHECK(lines_of(collected) == " | https://b/v1 | k | ~/good.yaml#u | \n");
  CHECK(collected.complaint.count == 1);
  CHECK(collected.complaint.status == LIMN_SETTINGS);
  CAPTURE(collected.complaint.message);
  CHECK(collected.complaint.message.starts_with("~/.hermes/config.yaml:3:"));
  REQUIRE(host.log.size() == 1);
  CHECK(host.log[0] == "/x/bad.yaml can be written by others");
}

TEST_CASE(
  "config_yaml: files past the limit and texts that nest too deep are failures, not crashes")
{
  FakeHost host;
  host.files[k_hermes] = std::string(1024 * 1024 + 1, ' ');
  CHECK(limn::test::collect(k_source, host).complaint.message
        == "~/.hermes/config.yaml is too large");
  host.files[k_hermes] = std::string(100000, '[');
  CHECK(limn::test::collect(k_source, host).complaint.status == LIMN_SETTINGS);
}

TEST_CASE("config_yaml: settings that make no sense are refused with the key's name")
{
  struct Case {
    Pairs settings;
    std::string message_part;
  };
  const Case cases[] = {
    {{{"file", "x"}}, "'file'"},
    {{{"files.0.pth", "/x"}}, "files.0.path"},
    {{{"files.0.path", "relative.yaml"}, {"files.0.fields.0.base_url", "u"}}, "files.0.path"},
    {{{"files.0.path", "/x"}}, "files.0.fields"},
    {{{"files.0.path", "/x"}, {"files.0.fields.0.api_key", "k"}}, "files.0.fields.0.base_url"},
    {{{"files.0.path", "/x"}, {"files.0.fields.0.base_url", "a..b"}}, "'a..b'"},
    {{{"files.0.path", "/x"}, {"files.0.fields.0.base_url", "u"}, {"files.0.fields.0.key", "k"}},
     "'files.0.fields.0.key'"},
    {{{"files.0.path", "/x"},
      {"files.0.fields.0.base_url", "a.u"},
      {"files.0.fields.0.api_key", "b[].k"}},
     "more [] or *"},
  };
  for (const auto& expected : cases) {
    const FakeHost host;
    const auto collected = limn::test::collect(k_source, host, expected.settings);
    CAPTURE(collected.complaint.message);
    CHECK(collected.complaint.status == LIMN_SETTINGS);
    CHECK(collected.complaint.message.find(expected.message_part) != std::string::npos);
  }
}

TEST_CASE("config_yaml: stops when the host wants no more, and finds nothing without services")
{
  FakeHost host;
  host.files[k_hermes] =
    "providers: {p: {base_url: https://a, api_key: k}, q: {base_url: https://b, api_key: k}}";
  CHECK(limn::test::collect(k_source, host, {}, 1).gateways.size() == 1);
  host.offers_services = false;
  const auto collected = limn::test::collect(k_source, host);
  CHECK(collected.gateways.empty());
  CHECK(collected.complaint.count == 0);
}

} // namespace config_yaml_source_test
