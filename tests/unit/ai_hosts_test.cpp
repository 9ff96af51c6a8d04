#include "config_sources/ai_hosts/ai_hosts_source.hpp"
#include "config_sources/ai_hosts/host_rows.hpp"
#include "config_sources/ai_hosts/json5.hpp"
#include "config_sources/ai_hosts/row_reader.hpp"
#include "config_sources/common/field_path.hpp"
#include "config_sources/common/references.hpp"
#include "config_sources/common/yaml_access.hpp"
#include "plugin_doubles.hpp"

#include <doctest/doctest.h>

#include <set>

namespace ai_hosts_test {

namespace {

using namespace limn::ai_hosts;
using limn::host_files::ParseFault;
using limn::test::Collected;
using limn::test::FakeHost;
using limn::test::Pairs;

constexpr auto k_source = limn::sdk::config_source<AiHostsSource>("ai_hosts", "AI hosts", "test");

// name | base URL | key | origin | problem
std::string lines_of(const Collected& collected)
{
  std::string text;
  for (const auto& gateway : collected.gateways) {
    text += gateway.name + " | " + gateway.base_url + " | " + gateway.api_key + " | "
            + gateway.origin + " | " + gateway.problem + "\n";
  }
  return text;
}

Collected collected(const FakeHost& host, std::string_view part = "*", const Pairs& settings = {})
{
  return limn::test::collect(k_source, host, settings, 1000, part);
}

// Of files and variables; a complaint is a line of its own.
std::string found(const std::map<std::string, std::string>& files, const Pairs& variables = {},
                  std::string_view part = "*")
{
  FakeHost host;
  host.files.insert(files.begin(), files.end());
  host.variables.insert(variables.begin(), variables.end());
  const auto all = collected(host, part);
  auto text = lines_of(all);
  return all.complaint.count == 0 ? text : text + "! " + all.complaint.message + "\n";
}

// The texts of a tree, by their paths.
std::string texts(const YAML::Node& node, const std::string& path = "")
{
  if (node.IsMap()) {
    std::string all;
    for (const auto& [name, value] : limn::host_files::members(node)) {
      all += texts(value, path + "/" + name);
    }
    return all;
  }
  if (node.IsSequence()) {
    std::string all;
    for (std::size_t i = 0; i < node.size(); ++i) {
      all += texts(node[i], path + "/" + std::to_string(i));
    }
    return all;
  }
  return path + "=" + (node.IsScalar() ? node.Scalar() : "") + "\n";
}

std::string parsed(Format format, const std::string& content)
{
  try {
    return texts(parse(format, content));
  } catch (const ParseFault& fault) {
    return std::to_string(fault.line) + ":" + std::to_string(fault.column) + ": " + fault.reason;
  }
}

} // namespace

TEST_CASE("ai_hosts: each format is read as the programs that write it do")
{
  struct Case {
    const char* what;
    Format format;
    std::string content, texts;
  };
  const Case cases[] = {
    {"JSON", Format::json, R"({"a": {"b": [1, -2.50e3, true, null, "x\u0041"]}})",
     "/a/b/0=1\n/a/b/1=-2.50e3\n/a/b/2=true\n/a/b/3=\n/a/b/4=xA\n"},
    {"comments and commas too many", Format::json, "// c\n{\"a\": [1, /* d */ 2,],}",
     "/a/0=1\n/a/1=2\n"},
    {"a byte order mark", Format::json, "\xef\xbb\xbf{\"a\": 1}", "/a=1\n"},
    {"of a doubled name the last counts", Format::json, R"({"a": 1, "b": 2, "a": 3})",
     "/a=3\n/b=2\n"},
    {"an empty file", Format::json, "", "=\n"},
    {"a file of comments", Format::json, "// nothing", "=\n"},
    {"broken JSON has a place", Format::json, "{\n  \"a\": sk-secret\n}", "2:8: Invalid value."},
    {"deep JSON is refused", Format::json, std::string(1000, '['),
     "1:65: it is too deep, or too large, to be a settings file"},
    {"JSON5", Format::json5,
     "{a: 'it\\'s \"x\"', \"b\": .5, $c: +0x1F, d: 'two \\\nlines', e: true, 'f': null, true: 1,}",
     "/a=it's \"x\"\n/b=.5\n/$c=+0x1F\n/d=two lines\n/e=true\n/f=\n/true=1\n"},
    {"JSON5 with a byte order mark", Format::json5, "\xef\xbb\xbf{a: 1}", "/a=1\n"},
    {"JSON5 of nothing but one", Format::json5, "\xef\xbb\xbf", "=\n"},
    {"JSON5: escapes", Format::json5, R"(['\x41\v\0\q', "\u0042\n"])",
     std::string("/0=A\x0b\0q\n/1=B\n\n", 14)},
    {"JSON5: comments stay comments", Format::json5, "{/* 'a': */ b: 1 // c: 2\n}", "/b=1\n"},
    {"JSON5: no end", Format::json5, "{a: 'x", "1:0: Missing a closing quotation mark in string."},
    {"TOML", Format::toml,
     "z = 1\na = \"x\"\n[t.u]\nb = true\nf = 1.5\nd = 2026-01-01\n[[l]]\nn = 'y'\n",
     "/z=1\n/a=x\n/t/u/b=true\n/t/u/f=\n/t/u/d=\n/l/0/n=y\n"},
    {"TOML with a byte order mark and line ends of Windows", Format::toml,
     "\xef\xbb\xbf"
     "a = 1\r\nb = 2\r\n",
     "/a=1\n/b=2\n"},
    {"TOML that is none tells no text of it", Format::toml, "a = 1\nkey = sk-secret\n",
     "2:7: it is no TOML that can be read"},
    {"TOML: a table whose name begins with what begins no name", Format::toml, "[=]\n",
     "0:0: it is no TOML that can be read"},
    {"TOML: a doubled name", Format::toml, "a = 1\na = 2\n", "2:5: it is no TOML that can be read"},
    {".env", Format::env, "# c\nexport A='x # y'\nB=z # c\r\nA=last\n", "/A=last\n/B=z\n"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    CHECK(parsed(expected.format, expected.content) == expected.texts);
  }
}

TEST_CASE("ai_hosts: TOML that is deep or large is refused, however it is written")
{
  const auto times = [](std::size_t count, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
      all += text;
    }
    return all;
  };
  const std::string refused = "it is too deep, or too large, to be a settings file";
  CHECK(parsed(Format::toml, "[" + times(30'000, "a.") + "a]\n") == "1:0: " + refused);
  CHECK(parsed(Format::toml, "# 'x\nb = 'a.b'\n" + times(30'000, "a . ") + "a = 1\n")
        == "3:0: " + refused);
  CHECK(parsed(Format::toml, "'a'" + times(30'000, ".\"a\\\"\"") + " = 1\n") == "1:0: " + refused);
  CHECK(parsed(Format::toml, times(30, "a.b.c = {") + "d = 1" + times(30, "}"))
        == "1:0: " + refused);
  CHECK(parsed(Format::toml, "[a" + times(40, ".a") + "]\na" + times(40, ".a") + " = 1\n")
        == "2:0: " + refused);
  CHECK(parsed(Format::toml, "a = [" + times(100'001, "1,") + "]\n") == "1:0: " + refused);
  // Texts, comments and numbers have as many dots as they like.
  const auto dots = times(100, "1.5, ");
  CHECK(parsed(Format::toml, "a = \"\"\"" + times(100, ".\n") + "\"\"\"[0]\n").find(refused)
        == std::string::npos);
  CHECK(parsed(Format::toml, "a = [\n" + dots + "]\nb = '" + times(100, ".") + "' # "
                               + times(100, ".") + "\nc = [" + times(70, "[], ") + "]\n")
          .starts_with("/a/0=\n"));
  CHECK(parsed(Format::toml, "[x.y.z]\nk = 1\n") == "/x/y/z/k=1\n");
}

TEST_CASE("ai_hosts: the rows make sense")
{
  std::set<std::string_view> ids;
  for (const auto& host : hosts()) {
    CAPTURE(std::string(host.id));
    CHECK(ids.insert(host.id).second);
    CHECK(host_named(host.id) == &host);
    CHECK((!host.files.empty() || host.reader == Host::Reader::hermes));
    for (const auto& file : host.files) {
      CHECK(!file.scopes.empty());
      for (const auto& scope : file.scopes) {
        CHECK((scope.in.empty() || limn::host_files::FieldPath::parse(scope.in).has_value()));
        CHECK(!scope.url.empty());
      }
    }
  }
  CHECK(host_named("nobody") == nullptr);
}

TEST_CASE("ai_hosts: a key goes with the URL of its own scope, or with none")
{
  struct Case {
    const char* what;
    std::map<std::string, std::string> files;
    Pairs variables;
    std::string lines;
  };
  const std::string codex = "~/.codex/config.toml";
  const std::string auth = "~/.codex/auth.json";
  const Case cases[] = {
    {"a URL without a key borrows none, whatever the environment has",
     {{"~/.config/mods/mods.yml", "apis: {a: {base-url: https://a/v1}}"},
      {"~/.config/goose/config.yaml", "OPENAI_HOST: https://b"},
      {"~/.aider.conf.yml", "openai-api-base: https://c/v1"},
      {"~/.config/zed/settings.json",
       R"({"language_models": {"openai_compatible": {"OpenAI": {"api_url": "https://d/v1"}}}})"}},
     {{"OPENAI_API_KEY", "never"}, {"OPEN_AI_API_KEY", "named"}},
     "goose | https://b |  | ~/.config/goose/config.yaml#OPENAI_HOST | no key beside OPENAI_HOST\n"
     "a | https://a/v1 |  | ~/.config/mods/mods.yml#apis.a | no key beside apis.a.base-url\n"
     "aider | https://c/v1 |  | ~/.aider.conf.yml#openai-api-base | no key beside "
     "openai-api-base\n"
     "OpenAI | https://d/v1 | named | "
     "~/.config/zed/settings.json#language_models.openai_compatible.OpenAI | \n"},
    {"a variable's name made of a gateway's may be OPENAI_API_KEY: it stays with OpenAI",
     {{"~/.config/gptme/config.toml",
       "providers = [{name = 'openai', base_url = 'https://a/v1'}, {name = 'openai', base_url = "
       "'https://api.openai.com/v1'}]"}},
     {{"OPENAI_API_KEY", "mine"}},
     "openai | https://a/v1 |  | ~/.config/gptme/config.toml#providers[0] | no key beside "
     "providers[0].base_url\n"
     "openai | https://api.openai.com/v1 | mine | ~/.config/gptme/config.toml#providers[1] | \n"},
    {"a key alone is one for OpenAI's own URL",
     {{auth, R"({"OPENAI_API_KEY": "k"})"}, {codex, "model = 'x'"}},
     {},
     "codex | https://api.openai.com/v1 | k | ~/.codex/config.toml#OPENAI_API_KEY | \n"},
    {"and with another URL in the same file for that",
     {{auth, R"({"OPENAI_API_KEY": "k"})"}, {codex, "openai_base_url = 'https://a/v1'"}},
     {},
     "codex | https://a/v1 | k | ~/.codex/config.toml#openai_base_url | \n"},
    {"an OAuth token is no key",
     {{auth, R"({"OPENAI_API_KEY": null, "tokens": {"access_token": "oauth"}})"},
      {codex, "openai_base_url = 'https://a/v1'"},
      {"~/.local/share/opencode/auth.json",
       R"({"p": {"type": "oauth", "access": "o", "key": "o"}})"},
      {"~/.config/opencode/opencode.json",
       R"({"provider": {"p": {"options": {"baseURL": "https://b/v1"}}}})"},
      {"~/.config/crush/crush.json",
       R"({"providers": {"q": {"base_url": "https://c/v1", "api_key": "o", "oauth": {"a": 1}}}})"}},
     {},
     "codex | https://a/v1 |  | ~/.codex/config.toml#openai_base_url | no key beside "
     "openai_base_url\n"
     "p | https://b/v1 |  | ~/.config/opencode/opencode.json#provider.p | no key beside "
     "provider.p.options.baseURL\n"
     "q | https://c/v1 |  | ~/.config/crush/crush.json#providers.q | its key is an OAuth token, "
     "which is the host's alone\n"},
    {"a name that could be about anything is no key of a whole file",
     {{"~/.env", "OPENAI_API_BASE=https://a/v1\nAPI_KEY=never\nKEY_ENV=HOME\n"}},
     {{"HOME", "never"}},
     "aider | https://a/v1 |  | ~/.env#OPENAI_API_BASE | no key beside OPENAI_API_BASE\n"},
    {"commands are not run and told",
     {{"~/.config/mods/mods.yml", "apis: {a: {base-url: https://a/v1, api-key-cmd: x}}"},
      {codex, "[model_providers.b]\nbase_url = 'https://b/v1'\nauth = {command = 'x'}"},
      {"~/.config/crush/crush.json",
       R"x({"providers": {"c": {"base_url": "https://c/v1", "api_key": "$(x)"}}})x"},
      {"~/.openclaw/openclaw.json",
       "{models: {providers: {d: {baseUrl: 'https://d/v1', apiKey: {source: 'exec'}}}}}"}},
     {},
     [] {
       const std::string why = " | its key comes from a command, which limn does not run; put the "
                               "key into the file or a variable instead\n";
       return "d | https://d/v1 |  | ~/.openclaw/openclaw.json#models.providers.d" + why
              + "b | https://b/v1 |  | ~/.codex/config.toml#model_providers.b" + why
              + "c | https://c/v1 |  | ~/.config/crush/crush.json#providers.c" + why
              + "a | https://a/v1 |  | ~/.config/mods/mods.yml#apis.a" + why;
     }()},
    {"what cannot be read is told, and the rest is found",
     {{codex, "= broken"},
      {"~/.config/mods/mods.yml", "apis: {a: {base-url: https://a/v1, api-key: k}}"}},
     {},
     "a | https://a/v1 | k | ~/.config/mods/mods.yml#apis.a | \n"
     "! ~/.codex/config.toml:1:1: it is no TOML that can be read\n"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    CHECK(found(expected.files, expected.variables) == expected.lines);
  }
}

TEST_CASE("ai_hosts: a key without a URL is OpenAI's only where nothing of its host says another")
{
  struct Case {
    const char* what;
    std::map<std::string, std::string> files;
    Pairs variables;
    std::string lines;
  };
  const std::string codex = "~/.codex/config.toml";
  const std::pair<const std::string, std::string> auth{"~/.codex/auth.json",
                                                       R"({"OPENAI_API_KEY": "relay-key"})"};
  const std::string lone = "codex | https://api.openai.com/v1 |  | " + codex + "#OPENAI_API_KEY | ";
  const std::string relay = "[model_providers.relay]\nbase_url = 'https://relay/v1'\n";
  const std::string doubt = "its key stands without a URL and may belong to that of ";
  const Case cases[] = {
    {"it belongs to the entry that says so",
     {auth, {codex, "model_provider = 'relay'\n" + relay + "requires_openai_auth = true"}},
     {},
     "relay | https://relay/v1 | relay-key | " + codex + "#model_providers.relay | \n" + lone
       + "its file names another provider, which its key may belong to\n"},
    {"of several that say so to the one in use",
     {auth,
      {codex, "model_provider = 'b'\n[model_providers]\na = {base_url = 'https://a/v1', "
              "requires_openai_auth = true}\nb = {base_url = 'https://b/v1', "
              "requires_openai_auth = true}"}},
     {},
     "a | https://a/v1 |  | " + codex
       + "#model_providers.a | several entries want the one key that is stored, and "
         "model_provider does not name this one\nb | https://b/v1 | relay-key | "
       + codex + "#model_providers.b | \n" + lone
       + "its file names another provider, which its key may belong to\n"},
    {"an entry without a key may be whose it is, though it gets none",
     {auth, {codex, relay}},
     {},
     "relay | https://relay/v1 |  | " + codex
       + "#model_providers.relay | no key beside model_providers.relay.base_url\n" + lone + doubt
       + codex + "#model_providers.relay\n"},
    {"a profile names another",
     {auth, {codex, "[profiles.x]\nmodel_provider = 'azure'"}},
     {},
     lone + "its file names another provider, which its key may belong to\n"},
    {"an entry with a key of its own takes none",
     {auth, {codex, "model_provider = 'openai'\n" + relay + "env_key = 'K'"}},
     {{"K", "k"}},
     "relay | https://relay/v1 | k | " + codex
       + "#model_providers.relay | \ncodex | https://api.openai.com/v1 | relay-key | " + codex
       + "#OPENAI_API_KEY | \n"},
    {"the URL stands in another file of the host",
     {{"~/.aider.conf.yml", "openai-api-base: https://relay/v1"},
      {"~/.env", "OPENAI_API_KEY=relay-key"}},
     {},
     "aider | https://relay/v1 |  | ~/.aider.conf.yml#openai-api-base | no key beside "
     "openai-api-base\naider | https://api.openai.com/v1 |  | ~/.env#OPENAI_API_KEY | "
       + doubt + "~/.aider.conf.yml#openai-api-base\n"},
    {"or the other way round, also with a key",
     {{"~/.aider.conf.yml", "openai-api-key: relay-key"},
      {"~/.env", "OPENAI_API_BASE=https://relay/v1\nOPENAI_API_KEY=k"}},
     {},
     "aider | https://api.openai.com/v1 |  | ~/.aider.conf.yml#openai-api-key | " + doubt
       + "~/.env#OPENAI_API_BASE\naider | https://relay/v1 | k | ~/.env#OPENAI_API_BASE | \n"},
    {"or in one that cannot be read",
     {{"~/.aider.conf.yml", "{"}, {"~/.env", "OPENAI_API_KEY=relay-key"}},
     {},
     "aider | https://api.openai.com/v1 |  | ~/.env#OPENAI_API_KEY | its key stands without a URL, "
     "which may stand in the file that cannot be read\n! ~/.aider.conf.yml:1:1: end of map flow "
     "not found\n"},
    {"or in a variable of the environment",
     {{"~/.config/shell_gpt/.sgptrc", "OPENAI_API_KEY=relay-key"}},
     {{"API_BASE_URL", "https://relay/v1"}},
     "shell_gpt | https://api.openai.com/v1 |  | ~/.config/shell_gpt/.sgptrc#OPENAI_API_KEY | "
       + doubt + "the variable API_BASE_URL\n"},
    {"or in what a file makes a variable of",
     {{"~/.aider.conf.yml",
       "openai-api-key: relay-key\nset-env: [OPENAI_API_BASE=https://relay/v1]"},
      {"~/.env", "OPENAI_API_KEY=k"}},
     {},
     "aider | https://api.openai.com/v1 |  | ~/.aider.conf.yml#openai-api-key | its key stands "
     "without a URL, and ~/.aider.conf.yml sets variables, which may say one\n"
     "aider | https://api.openai.com/v1 |  | ~/.env#OPENAI_API_KEY | its key stands without a URL, "
     "and ~/.aider.conf.yml sets variables, which may say one\n"},
    {"or in a variable by another program's name for it",
     {{"~/.env", "OPENAI_API_KEY=relay-key\nOPENAI_PROXY_URL=https://relay/v1\n"}},
     {},
     "aider | https://api.openai.com/v1 |  | ~/.env#OPENAI_API_KEY | its key stands without a URL, "
     "and ~/.env says one in OPENAI_PROXY_URL\n"},
    {"or in a file that such a one names",
     {{"~/.aider.conf.yml", "openai-api-key: relay-key\nenv-file: work.env"}},
     {},
     "aider | https://api.openai.com/v1 |  | ~/.aider.conf.yml#openai-api-key | its key stands "
     "without a URL, and ~/.aider.conf.yml names a file, which may say one\n"},
    {"or with what an administrator says",
     {auth,
      {codex, "model = 'x'"},
      {"/etc/codex/config.toml", "openai_base_url = 'https://relay/v1'"}},
     {},
     lone + doubt
       + "/etc/codex/config.toml#openai_base_url\n"
         "codex | https://relay/v1 | relay-key | /etc/codex/config.toml#openai_base_url | \n"},
    {"or in a profile",
     {auth, {codex, ""}, {"~/.codex/work.config.toml", relay + "requires_openai_auth = true"}},
     {},
     lone + doubt
       + "~/.codex/work.config.toml#model_providers.relay\n"
         "relay | https://relay/v1 | relay-key | ~/.codex/work.config.toml#model_providers.relay | "
         "\n"},
    {"OpenAI's own, wherever it is said, is no other",
     {auth,
      {codex, "model = 'x'"},
      {"~/.aider.conf.yml", "openai-api-base: https://api.openai.com/v1"},
      {"~/.env", "OPENAI_API_KEY=k"}},
     {{"OPENAI_BASE_URL", "https://api.openai.com/v1"}},
     "codex | https://api.openai.com/v1 | relay-key | " + codex
       + "#OPENAI_API_KEY | \naider | https://api.openai.com/v1 |  | "
         "~/.aider.conf.yml#openai-api-base | no key beside openai-api-base\n"
         "aider | https://api.openai.com/v1 | k | ~/.env#OPENAI_API_KEY | \n"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    CHECK(found(expected.files, expected.variables) == expected.lines);
  }
}

TEST_CASE("ai_hosts: a stored key goes to no URL where two files of its host say different ones")
{
  const std::pair<const std::string, std::string> auth{"~/.local/share/opencode/auth.json",
                                                       R"({"a": {"type": "api", "key": "k"}})"};
  const std::string plain = "~/.config/opencode/opencode.json";
  const std::string with_comments = "~/.config/opencode/opencode.jsonc";
  const auto provider = [](const std::string& name, const std::string& options) {
    return R"({"provider": {")" + name + R"(": {"options": {)" + options + "}}}}";
  };
  CHECK(found({auth,
               {plain, provider("a", R"("baseURL": "https://old/v1")")},
               {with_comments, provider("a", R"("baseURL": "https://new/v1")")}})
        == "a | https://old/v1 |  | " + plain
             + "#provider.a | the key that is stored for it may belong to the URL of "
             + with_comments + "#provider.a\na | https://new/v1 |  | " + with_comments
             + "#provider.a | the key that is stored for it may belong to the URL of " + plain
             + "#provider.a\n");
  // The same URL, another name, or a key of its own: nothing is in doubt.
  CHECK(found({auth,
               {plain, provider("a", R"("baseURL": "https://a/v1")")},
               {with_comments, provider("a", R"("baseURL": "https://a/v1")")}})
        == "a | https://a/v1 | k | " + plain + "#provider.a | \na | https://a/v1 | k | "
             + with_comments + "#provider.a | \n");
  CHECK(found({auth,
               {plain, provider("a", R"("baseURL": "https://a/v1")")},
               {with_comments, provider("a", R"("baseURL": "https://b/v1", "apiKey": "b")")}})
        == "a | https://a/v1 | k | " + plain + "#provider.a | \na | https://b/v1 | b | "
             + with_comments + "#provider.a | \n");
}

TEST_CASE("ai_hosts: files that are named belong together where they are one host's")
{
  FakeHost host;
  host.files["/repo/.aider.conf.yml"] = "openai-api-base: https://relay/v1";
  host.files["/repo/.env"] = "OPENAI_API_KEY=relay-key\n";
  host.files["/other/.env"] = "OPENAI_BASE_URL=https://other/v1\n";
  Pairs settings{{"files.0.path", "/repo/.env"},
                 {"files.0.host", "aider"},
                 {"files.1.path", "/repo/.aider.conf.yml"},
                 {"files.1.host", "aider"}};
  CHECK(collected(host, "", settings).gateways.at(0).api_key.empty());
  settings = {{"files.0.path", "/repo/.env"}, {"files.1.path", "/other/.env"}};
  CHECK(collected(host, "", settings).gateways.at(0).api_key == "relay-key");
}

TEST_CASE("ai_hosts: a list that a reference stands for is cut, too, or refused")
{
  struct Case {
    const char* what;
    std::string urls, keys, lines; // name, origin: left out
  };
  const std::string unsure =
    "a reference before it in its list leads nowhere, and may stand for several";
  const Case cases[] = {
    {"the keys", "https://a/v1;https://b/v1", "${BOTH}", "https://a/v1 ka \nhttps://b/v1 k$b \n"},
    {"the URLs", "${URLS}", "k1;k2", "https://a/v1 k1 \nhttps://b/v1 k2 \n"},
    {"a part of the keys", "https://a/v1;https://b/v1;https://c/v1", "${BOTH};k3",
     "https://a/v1 ka \nhttps://b/v1 k$b \nhttps://c/v1 k3 \n"},
    {"each alone", "https://a/v1;https://b/v1", "$ONE;k2", "https://a/v1 k1 \nhttps://b/v1 k2 \n"},
    {"behind a key that is not there none is sure", "https://a/v1;https://b/v1;https://c/v1",
     "k1;${NONE};k3",
     "https://a/v1 k1 \nhttps://b/v1  unresolved ${NONE}\nhttps://c/v1  " + unsure + "\n"},
    {"nor behind a URL", "${NONE};https://b/v1", "k1;k2",
     "${NONE}  unresolved ${NONE}\nhttps://b/v1  " + unsure + "\n"},
    {"a reference in a variable is not followed", "${CIRCLE}", "k1;k2",
     "https://a/v1 k1 \n${...}  unresolved ${...}\n"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    FakeHost host;
    host.variables = {{"BOTH", "ka;k$b"},
                      {"URLS", "https://a/v1;https://b/v1"},
                      {"ONE", "k1"},
                      {"CIRCLE", "https://a/v1;https://thief/${ONE}"}};
    host.files["/w.env"] =
      "OPENAI_API_BASE_URLS=" + expected.urls + "\nOPENAI_API_KEYS=" + expected.keys + "\n";
    std::string lines;
    for (const auto& one : collected(host, "",
                                     {{"files.0.path", "/w.env"},
                                      {"files.0.host", "open_webui"},
                                      {"files.0.environment", "true"}})
                             .gateways) {
      lines += one.base_url + " " + one.api_key + " " + one.problem + "\n";
    }
    CHECK(lines == expected.lines);
  }
}

TEST_CASE("config sources: of a reference that leads nowhere only what is a name is shown")
{
  struct Case {
    std::string secret, written, shown, shown_of_secret;
  };
  const Case cases[] = {
    {"${NAME}", "${NAME}", "${NAME}", "${NAME}"},
    {" $NAME ", "$NAME", "$NAME", "$NAME"},
    {"${0f3c9ab17de24c55b1aa7790cafe1234}", "${0f3c9ab17de24c55b1aa7790cafe1234}", "${...}",
     "${...}"},
    {"${sk-key}", "${sk-key}", "${...}", "${...}"},
    {"$secret", "$secret", "$...", "$..."},
    {"p4ssw0rd$HUNTER2", "$HUNTER2", "$HUNTER2", "${...}"},
    {"key${A}key", "${A}", "${A}", "${...}"},
    {"${A:?sk-key}", "${A:?sk-key}", "${A}", "${A}"},
    {"${A", "${A", "${A}", "${A}"},
    {"{env:A}", "{env:A}", "{env:A}", "{env:A}"},
    {"{env:sk-key}", "{env:sk-key}", "{env:...}", "{env:...}"},
    {"{file:~/key}", "{file:~/key}", "{file:~/key}", "{file:~/key}"},
    {"{file:sk-key}", "{file:sk-key}", "{file:...}", "{file:...}"},
    {"os.environ/A", "os.environ/A", "os.environ/A", "os.environ/A"},
    {"env.sk_key", "env.sk_key", "env....", "env...."},
    {"${{ secrets.A }}", "${{ secrets.A }}", "${{ secrets.A }}", "${{ secrets.A }}"},
    {"${{ sk-key }}", "${{ sk-key }}", "${{ ... }}", "${{ ... }}"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.secret);
    CHECK(limn::host_files::shown_reference(expected.written) == expected.shown);
    CHECK(limn::host_files::shown_reference_of_secret(expected.secret, expected.written)
          == expected.shown_of_secret);
  }
  CHECK(limn::host_files::shown_url("https://gw/SECRETP/${A}/x", "${A}") == "https://gw/${A}");
  CHECK(limn::host_files::shown_url("https://u:SECRETP@gw/${A}", "${A}") == "https://gw/${A}");
  CHECK(limn::host_files::shown_url("https://u:SECRETP${A}@gw/v1", "${A}") == "https://${A}");
  CHECK(limn::host_files::shown_url("SECRETP${A}/v1", "${A}") == "${A}");
}

TEST_CASE("ai_hosts: entries of a list that are too many are left out with a word")
{
  std::string models = "models:\n";
  for (int i = 0; i < 256; ++i) {
    models += "- {provider: ollama}\n";
  }
  FakeHost host;
  host.files["~/.continue/config.yaml"] =
    models + "- {provider: openai, apiBase: https://a/v1, apiKey: k}\n";
  CHECK(collected(host).gateways.empty());
  CHECK(host.log
        == std::vector<std::string>{
          "~/.continue/config.yaml: more than the 256 first of models[] are left out"});
  host.log.clear();
  host.files["~/.continue/config.yaml"] = models;
  CHECK(collected(host).gateways.empty());
  CHECK(host.log.empty());
}

TEST_CASE("ai_hosts: variables that a host's file sets reach its other files where it says so")
{
  const std::string providers = "[[providers]]\nname = 'a'\nbase_url = 'https://a/v1'\n"
                                "api_key_env = 'K'\n";
  CHECK(found({{"~/.config/gptme/config.toml", providers + "[env]\nK = 'old'"},
               {"~/.config/gptme/config.local.toml", "[env]\nK = 'k'"}})
        == "a | https://a/v1 | k | ~/.config/gptme/config.toml#providers[0] | \n");
}

TEST_CASE("ai_hosts: OpenClaw's own variables, and its home")
{
  const std::string config = R"({env: {A: "a", vars: {B: "b"}}, models: {providers: {
    a: {baseUrl: "https://a/v1", apiKey: "${A}"}, b: {baseUrl: "https://b/v1", apiKey: "${B}"}}}})";
  CHECK(found({{"/claw/.openclaw/openclaw.json", config}, {"/claw/.openclaw/.env", "B=of .env\n"}},
              {{"OPENCLAW_HOME", "/claw"}, {"HOME", "/nobody"}})
        == "a | https://a/v1 | a | /claw/.openclaw/openclaw.json#models.providers.a | \n"
           "b | https://b/v1 | of .env | /claw/.openclaw/openclaw.json#models.providers.b | \n");
}

TEST_CASE("ai_hosts: where a host's folder is elsewhere, and what may be there")
{
  const std::string file =
    "[model_providers.a]\nbase_url = 'https://a/v1'\nexperimental_bearer_token = 'k'";
  CHECK(found({{"/srv/codex/config.toml", file}, {"~/.codex/config.toml", "= broken"}},
              {{"CODEX_HOME", "/srv/codex/"}})
        == "a | https://a/v1 | k | /srv/codex/config.toml#model_providers.a | \n");

  FakeHost host;
  host.files["~/.codex/config.toml"] = file;
  host.variables = {{"CODEX_HOME", "relative"}};
  CHECK(collected(host).gateways.empty()); // nor is the other place looked at
  CHECK(host.log == std::vector<std::string>{"CODEX_HOME is not used: it is not an absolute path"});
}

TEST_CASE("ai_hosts: parts and settings say which hosts are read, and in which order")
{
  FakeHost host;
  host.files["~/.config/mods/mods.yml"] = "apis: {m: {base-url: https://m/v1, api-key: k}}";
  host.files["~/.aider.conf.yml"] = "{openai-api-base: 'https://a/v1', openai-api-key: k}";
  const auto names = [&](std::string_view part, const Pairs& settings = {}) {
    std::string text;
    const auto all = collected(host, part, settings);
    for (const auto& gateway : all.gateways) {
      text += gateway.name + " ";
    }
    return text + all.complaint.message;
  };
  CHECK(names("") == "m aider ");
  CHECK(names("*") == "m aider ");
  CHECK(names("aider") == "aider ");
  CHECK(names("codex") == "");
  CHECK(names("", {{"hosts.0", "aider"}, {"hosts.1", "mods"}}) == "aider m ");
  CHECK(names("", {{"hosts", "aider"}}) == "aider ");
  CHECK(names("*", {{"hosts", "aider"}}) == "m aider ");
  CHECK(names("nobody") == "there is no host 'nobody'");
  CHECK(names("", {{"hosts.0", "adier"}}) == "ai_hosts: hosts.0: there is no host 'adier'");
  CHECK(names("", {{"host", "aider"}}) == "ai_hosts has no setting 'host'");
  CHECK(names("", {{"files.0.path", "rel"}})
        == "ai_hosts: files.0.path must be absolute or begin with ~/");
  CHECK(names("", {{"files.0.host", "aider"}}) == "ai_hosts: files.0.path is missing");
  CHECK(names("", {{"files.0.path", "/x"}, {"files.0.environment", "maybe"}})
        == "ai_hosts: files.0.environment must be true or false");
}

TEST_CASE("ai_hosts: what a file that is named refers to is what limn.yaml allows")
{
  FakeHost host;
  host.variables = {{"OPENAI_API_KEY", "mine"}, {"KEY", "from-environment"}};
  host.files["~/.codex/auth.json"] = R"({"OPENAI_API_KEY": "mine"})";
  host.files["~/.local/share/opencode/auth.json"] = R"({"d": {"type": "api", "key": "mine"}})";
  host.files["/repo/.env"] = "KEY=from-file\n";
  host.files["/repo/opencode.json"] = R"({"provider": {
    "a": {"options": {"baseURL": "https://thief/v1", "apiKey": "{env:OPENAI_API_KEY}"}},
    "b": {"options": {"baseURL": "https://thief/v1", "apiKey": "{file:~/.codex/auth.json}"}},
    "c": {"options": {"baseURL": "https://thief/{env:OPENAI_API_KEY}/v1", "apiKey": "x"}},
    "d": {"options": {"baseURL": "https://thief/v1"}},
    "e": {"options": {"baseURL": "https://e/v1", "apiKey": "{env:KEY}"}}}})";
  const std::string thief =
    "a | https://thief/v1 |  | /repo/opencode.json#provider.a | unresolved {env:OPENAI_API_KEY}\n"
    "b | https://thief/v1 |  | /repo/opencode.json#provider.b | unresolved "
    "{file:~/.codex/auth.json}\n"
    "c | https://thief/{env:OPENAI_API_KEY} |  | /repo/opencode.json#provider.c | unresolved "
    "{env:OPENAI_API_KEY}\n"
    "d | https://thief/v1 |  | /repo/opencode.json#provider.d | no key beside "
    "provider.d.options.baseURL\n";
  Pairs settings{{"files.0.path", "/repo/opencode.json"}, {"files.0.host", "opencode"}};
  CHECK(lines_of(collected(host, "opencode", settings))
        == thief + "e | https://e/v1 |  | /repo/opencode.json#provider.e | unresolved {env:KEY}\n");
  settings.emplace_back("files.0.env_file", "/repo/.env");
  CHECK(lines_of(collected(host, "opencode", settings))
        == thief + "e | https://e/v1 | from-file | /repo/opencode.json#provider.e | \n");
  settings.back() = {"files.0.environment", "true"};
  const auto all = collected(host, "opencode", settings);
  REQUIRE(all.gateways.size() == 5);
  CHECK(all.gateways[4].api_key == "from-environment");
  CHECK(all.gateways[1].problem == "unresolved {file:~/.codex/auth.json}"); // files never
}

TEST_CASE("ai_hosts: a list of URLs and its keys; a .env of the user's")
{
  FakeHost host;
  host.files["/w.env"] =
    "OPENAI_API_BASE_URLS=https://a/v1; https://b/v1;\nOPENAI_API_KEYS=k1;k2;k3\n";
  host.files["/x.env"] = "OPENAI_API_KEY=k4\n";
  CHECK(lines_of(collected(host, "",
                           {{"files.0.path", "/w.env"},
                            {"files.0.host", "open_webui"},
                            {"files.1.path", "/x.env"},
                            {"files.1.name", "mine"}}))
        == "open_webui | https://a/v1 | k1 | /w.env#OPENAI_API_BASE_URLS | \n"
           "open_webui | https://b/v1 | k2 | /w.env#OPENAI_API_BASE_URLS[1] | \n"
           "open_webui | https://api.openai.com/v1 | k3 | /w.env#OPENAI_API_BASE_URLS[2] | \n"
           "mine | https://api.openai.com/v1 | k4 | /x.env#OPENAI_API_KEY | \n");
}

} // namespace ai_hosts_test
