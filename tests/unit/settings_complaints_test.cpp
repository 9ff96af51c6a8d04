#include "settings_folder.hpp"

#include <doctest/doctest.h>

#include <span>

using namespace limn;
using limn::test::SettingsFolder;

namespace {

struct Wrong {
  std::string_view text;
  std::string_view complaint;
};

void check_complaints(std::span<const Wrong> rows)
{
  const SettingsFolder folder;
  for (const auto& row : rows) {
    CAPTURE(row.text);
    folder.write("limn.yaml", row.text);
    CHECK(folder.complaint() == row.complaint);
  }
}

} // namespace

TEST_CASE("wrong settings are refused with their place and what would be right")
{
  constexpr std::string_view duration =
    "expected a duration above 0 and up to 24h, such as 600s, 10m, 1h30m or 500ms";
  const std::string too_long = "limn.yaml:1:10: timeout: " + std::string(duration) + ", not '25h'";
  const std::string zero = "limn.yaml:1:10: timeout: " + std::string(duration) + ", not '0'";
  const Wrong rows[] = {
    {"5\n", "limn.yaml:1:1: expected settings, such as `timeout: 600s`"},
    {"[a]\n", "limn.yaml:1:1: expected settings, such as `timeout: 600s`, not a list"},
    {"provider: [x]\n", "limn.yaml:1:1: unknown key 'provider': did you mean 'providers'?"},
    {"\ncolours: 1\n",
     "limn.yaml:2:1: unknown key 'colours': known are model, sources, providers, gateways, "
     "defaults, fallback, output, timeout, limits, plugins, settings, failures, prices, rate, "
     "strategy, history, show, partial, mcp, serve and stores"},
    {"output.directory: /x\n",
     "limn.yaml:1:1: unknown key 'output.directory': write it as `output: {directory: ...}`"},
    {"<<: {timeout: 1}\n", "limn.yaml:1:1: '<<' merges no maps here: write the entries out, or use "
                           "an alias for the whole map"},
    {"timeout 600s\n", "limn.yaml:1:1: expected settings, such as `timeout: 600s`"},
    {"model: a\ntimeout 600s\n",
     "limn.yaml:2:1: expected `key: value`, with a space after the colon, such as `model: ...`"},
    {"timeout: 1\ntimeout: 2\n", "limn.yaml:2:1: the same key is already on line 1"},
    {"timeout: 25h\n", too_long},
    {"limits: 5\n", "limn.yaml:1:9: limits: expected a map, such as {max_body_size: 2GiB}"},
    {"limits: {max_body: 1GiB}\n",
     "limn.yaml:1:10: unknown key 'max_body': did you mean 'max_body_size'?"},
    {"limits: {max_body_size: 2 GB}\n", "limn.yaml:1:25: limits.max_body_size: expected a size "
                                        "from 64KiB to 1024GiB, such as 2GiB, or "
                                        "a number of bytes, not '2 GB'"},
    {"limits: {max_header_size: 1023}\n", "limn.yaml:1:27: limits.max_header_size: expected a size "
                                          "from 1KiB to 1MiB, such as 256KiB, or "
                                          "a number of bytes, not '1023'"},
    {"limits: {max_json_depth: 1001}\n",
     "limn.yaml:1:26: limits.max_json_depth: expected a number from 8 to 1000, such as 64, not "
     "'1001'"},
    {"limits: {max_images: 0}\n",
     "limn.yaml:1:22: limits.max_images: expected a number from 1 to 1000, such as 64, not '0'"},
    {"limits: {connect_timeout: 11m}\n",
     "limn.yaml:1:27: limits.connect_timeout: expected a duration from 100ms to 10m, such as 10s, "
     "not '11m'"},
    {"timeout: 0\n", zero},
    {"model: {a: b}\n", "limn.yaml:1:8: model: expected a model or a list of models, such as "
                        "[gpt-image-2], not a map"},
    {"model: []\n", "limn.yaml:1:8: model: expected a model or a list of models, such as "
                    "[gpt-image-2], not an empty one"},
    {"model: [a,\n  '']\n",
     "limn.yaml:2:3: model[1]: expected a model, such as gpt-image-2, not ''"},
    {"model: [a, b, a]\n", "limn.yaml:1:15: model[2]: 'a' is there twice"},
    {"providers: responses_api,\n", "limn.yaml:1:12: providers: expected a list of provider ids, "
                                    "such as [openai_images, responses_api], "
                                    "not 'responses_api,'"},
    {"providers: [Responses]\n", "limn.yaml:1:13: providers[0]: expected an id of small letters, "
                                 "digits and '_', such as openai_images, "
                                 "not 'Responses'"},
    {"providers: []\n", "limn.yaml:1:12: providers: expected a list of provider ids, such as "
                        "[openai_images, responses_api], "
                        "not an empty one"},
    {"sources:\n  -\n", "limn.yaml:3:1: sources[0]: expected the id of a config source, such as "
                        "env, or of a part of one, such as ai_hosts.codex, but there is nothing"},
    {"sources: [ai_hosts.]\n",
     "limn.yaml:1:11: sources[0]: expected the id of a config source, such as env, or of a part of "
     "one, such as ai_hosts.codex, not 'ai_hosts.'"},
    {"sources: [ai_hosts.a.b]\n",
     "limn.yaml:1:11: sources[0]: expected the id of a config source, such as env, or of a part of "
     "one, such as ai_hosts.codex, not 'ai_hosts.a.b'"},
    {"plugins: {directories: [plugins]}\n", "limn.yaml:1:25: plugins.directories[0]: expected an "
                                            "absolute directory, such as ~/folder, not "
                                            "'plugins'"},
    {"plugins: {isolate: Acme}\n",
     "limn.yaml:1:20: plugins.isolate: expected an id of small letters, digits and '_', such as "
     "openai_images, not 'Acme'"},
    {"plugins: {isolate: [Acme]}\n", "limn.yaml:1:21: plugins.isolate[0]: expected an id of small "
                                     "letters, digits and '_', such as openai_images, not 'Acme'"},
    {"plugins: {directory: [/x]}\n",
     "limn.yaml:1:11: unknown key 'directory': did you mean 'directories'?"},
    {"output: /x\n", "limn.yaml:1:9: output: expected a map, such as {directory: ~/Pictures/limn}"},
    {"output:\n  dir: /x\n", "limn.yaml:2:3: unknown key 'dir': did you mean 'directory'?"},
    {"output:\n  directory: pictures\n", "limn.yaml:2:14: output.directory: expected an absolute "
                                         "directory, such as ~/Pictures/limn, not 'pictures'"},
    {"output: {directory: ~someone/x}\n", "limn.yaml:1:21: output.directory: expected an absolute "
                                          "directory, such as ~/Pictures/limn, not "
                                          "'~someone/x'"},
    {"output: {name: '{dat}'}\n",
     "limn.yaml:1:16: output.name: unknown placeholder '{dat}': did you mean 'date'?"},
    {"output: {name: 'a/{n}'}\n",
     "limn.yaml:1:16: output.name: a name cannot hold a '/': set output.directory for the folder"},
    {"output: {name: '{n'}\n", "limn.yaml:1:16: output.name: a '{' without a '}' after it"},
    {"output: {name: 'n}'}\n", "limn.yaml:1:16: output.name: a '}' without a '{' before it"},
    {"output: {name: \"a\\nb\"}\n",
     "limn.yaml:1:16: output.name: a line break or control character in it"},
    {"settings: {Bad: {}}\n", "limn.yaml:1:12: not a component id; expected small letters, digits "
                              "and '_', such as openai_images"},
    {"settings: {env: x}\n", "limn.yaml:1:17: settings.env: expected a map, such as {key: value}"},
    {"settings: {env: {a: {b: 1},\n  a.b: 2}}\n",
     "limn.yaml:2:3: the key 'settings.env.a.b' is there twice"},
    {"failures: {billin: {}}\n", "limn.yaml:1:12: unknown key 'billin': did you mean 'billing'?"},
    {"failures: {billing: {code: [x]}}\n",
     "limn.yaml:1:22: unknown key 'code': did you mean 'codes'?"},
    {"prices: 5\n", "limn.yaml:1:9: prices: expected a map from models to their prices, such as "
                    "{gpt-image-2: {image_out: 30}} or {flux-x: {image: 0.04}}, not '5'"},
    {"prices: {gpt-image-2: 5}\n",
     "limn.yaml:1:23: prices.gpt-image-2: expected a map, such as {text_in: 5, image_out: 30} or "
     "{image: 0.04}"},
    {"prices: {gpt-image-2: {image_ou: 5}}\n",
     "limn.yaml:1:24: unknown key 'image_ou': did you mean 'image_out'?"},
    {"prices:\n  x: {image_out: -1}\n",
     "limn.yaml:2:18: prices.x.image_out: expected US dollars for a million tokens, from 0 to 1000 "
     "with at most three decimals, such as 2.50, not '-1'"},
    {"prices: {x: {image_out: 0.0005}}\n",
     "limn.yaml:1:25: prices.x.image_out: expected US dollars for a million tokens, from 0 to 1000 "
     "with at most three decimals, such as 2.50, not '0.0005'"},
    {"prices: {x: {text_in: 1001}}\n",
     "limn.yaml:1:23: prices.x.text_in: expected US dollars for a million tokens, from 0 to 1000 "
     "with at most three decimals, such as 2.50, not '1001'"},
    {"prices: {x: {image: $0.04}}\n", "limn.yaml:1:21: prices.x.image: expected US dollars for a "
                                      "picture, from 0 to 1000, such as 0.04, not '$0.04'"},
    {"prices: {x: {}}\n",
     "limn.yaml:1:13: prices.x: no price in it: say text_in, image_in, text_out "
     "and image_out, or image"},
    {"prices: {x: {image: 1, text_in: 5}}\n",
     "limn.yaml:1:13: prices.x: image is the price of a whole picture, and leaves tokens no price"},
    {"prices: {'': {image: 1}}\n",
     "limn.yaml:1:10: prices: expected a model, such as gpt-image-2, not ''"},
    {"failures: {billing: {codes: x}}\n", "limn.yaml:1:29: failures.billing.codes: expected a list "
                                          "of texts, such as [out_of_credit], not 'x'"},
  };
  check_complaints(rows);
}

TEST_CASE("the fallback that is asked for cannot pay twice or carry a refusal on")
{
  constexpr std::string_view twice =
    "the image could be paid for twice: say stop here, or fallback.allow_duplicate_charge: true in "
    "the same file";
  const auto row = [twice](std::string_view place) {
    return std::string(place) + ": " + std::string(twice);
  };
  const auto outcome = row("limn.yaml:1:29: fallback.outcome_unknown");
  const auto no_image = row("limn.yaml:1:22: fallback.no_image");
  const auto bad_image = row("limn.yaml:1:54: fallback.bad_image");
  const Wrong rows[] = {
    {"fallback: {outcome_unknown: retry}\n", outcome},
    {"fallback: {no_image: next_gateway}\n", no_image},
    {"fallback: {allow_duplicate_charge: false, bad_image: next_provider}\n", bad_image},
    {"fallback: {outcome_unknown: stop, no_image: stop, bad_image: stop, content: stop}\n", ""},
    {"fallback: {outcome_unknown: retry, allow_duplicate_charge: true}\n", ""},
    {"fallback: {content: next_gateway, allow_duplicate_charge: true}\n",
     "limn.yaml:1:21: fallback.content: only stop is possible: a refusal is never taken to another "
     "gateway"},
    {"fallback: {content: retry}\n", "limn.yaml:1:21: fallback.content: only stop is possible: a "
                                     "refusal is never taken to another gateway"},
    {"fallback: {not_saved: retry}\n", "limn.yaml:1:23: fallback.not_saved: only stop is possible"},
    {"fallback: {billing: next_gatway}\n",
     "limn.yaml:1:21: fallback.billing: unknown step: did you mean 'next_gateway'?"},
    {"fallback: {billing: ignore}\n", "limn.yaml:1:21: fallback.billing: expected next_size, "
                                      "next_provider, next_gateway, retry or stop, not "
                                      "'ignore'"},
    {"fallback: {bill: stop}\n", "limn.yaml:1:12: unknown key 'bill': did you mean 'billing'?"},
    {"fallback: {usage: stop}\n",
     "limn.yaml:1:12: unknown key 'usage': known are sizes, wait, billing_cool_down, late_error, "
     "allow_duplicate_charge, "
     "content, billing, auth, access, model, endpoint, size, parameter, invalid_request, "
     "unclear, rate_limited, server, "
     "unreachable, tls, outcome_unknown, no_image, bad_image, cancelled, not_saved and internal"},
    {"fallback: {sizes: [1024]}\n",
     "limn.yaml:1:20: fallback.sizes[0]: expected a size, such as 1024x1024, not '1024'"},
    {"fallback: {allow_duplicate_charge: maybe}\n",
     "limn.yaml:1:36: fallback.allow_duplicate_charge: expected true or false, not 'maybe'"},
    {"fallback: {wait: -1s}\n", "limn.yaml:1:18: fallback.wait: expected a duration from 0 to 24h, "
                                "such as 600s, 10m, 1h30m or 500ms, not "
                                "'-1s'"},
    {"fallback: {wait: 0}\n", ""},
  };
  check_complaints(rows);
}

TEST_CASE("wrong stores are refused with their place, and their keys are not quoted")
{
  const Wrong rows[] = {
    {"stores: {endpoint: https://x}\n",
     "limn.yaml:1:9: stores: expected a list, such as [{endpoint: https://minio.example:9000, "
     "access_key_env: STORE_ID, secret_key_env: STORE_SECRET}], not a map"},
    {"stores:\n  - {access_key: a, secret_key: b}\n",
     "limn.yaml:2:5: stores[0]: endpoint is missing, such as endpoint: "
     "https://minio.example:9000"},
    {"stores:\n  - {endpoint: https://x, access_key: a}\n",
     "limn.yaml:2:5: stores[0]: its keys are missing: access_key_env and secret_key_env, or "
     "access_key_file and secret_key_file"},
    {"stores:\n  - {endpoint: https://x/y, access_key: a, secret_key: b}\n",
     "limn.yaml:2:16: stores[0].endpoint: expected an http or https URL without a path, such as "
     "https://minio.example:9000"},
    {"stores:\n  - {endpoint: https://a:b@x, access_key: a, secret_key: b}\n",
     "limn.yaml:2:16: stores[0].endpoint: a user or a password in the URL: put them into "
     "access_key_env and secret_key_env"},
    {"stores:\n  - {endpoint: https://x, access_key: a, secret_key: b, secret_key_env: C}\n",
     "limn.yaml:2:57: a key of a store stands in one place: as it is, in "
     "a variable (_env), or in a file (_file)"},
    {"stores:\n  - {endpoint: https://x, access_key: a, secret_key_env: 'sk-x y'}\n",
     "limn.yaml:2:58: stores[0].secret_key_env: expected the name of a variable of the "
     "environment, such as STORE_SECRET"},
    {"stores:\n  - {endpoint: https://x, access_key: a, secret_key: b, buckets: [A]}\n",
     "limn.yaml:2:67: stores[0].buckets[0]: expected the name of a bucket, such as pictures, not "
     "'A'"},
    {"stores:\n  - {endpoint: https://x, access_key: a, secret_key: b, addressing: dns}\n",
     "limn.yaml:2:69: stores[0].addressing: expected path or host, not 'dns'"},
    {"stores:\n  - {endpoint: https://x, access_key: a, secret_key: b}\n"
     "  - {endpoint: https://y, access_key: a, secret_key: b}\n",
     "limn.yaml:3:5: stores[1]: another store has no buckets either: say which buckets this one "
     "has"},
  };
  check_complaints(rows);
}

TEST_CASE("wrong gateways are refused with their place")
{
  constexpr std::string_view k_list = "limn.yaml:1:11: gateways: expected a list, such as "
                                      "[{base_url: https://gw.example/v1, api_key_env: WORK_KEY}]";
  const auto map = std::string(k_list) + ", not a map";
  const Wrong rows[] = {
    {"gateways: {base_url: https://x}\n", map},
    {"gateways: [https://x]\n", "limn.yaml:1:12: gateways[0]: expected a map, such as {base_url: "
                                "https://gw.example/v1, api_key_env: "
                                "WORK_KEY}"},
    {"gateways:\n  - name: a\n",
     "limn.yaml:2:5: gateways[0]: base_url is missing, such as base_url: "
     "https://gw.example/v1"},
    {"gateways:\n  - url: https://x\n",
     "limn.yaml:2:5: unknown key 'url': did you mean 'base_url'?"},
    {"gateways:\n  - {base_url: 'ftp://x'}\n", "limn.yaml:2:16: gateways[0].base_url: expected an "
                                               "http or https URL, such as https://gw.example/v1"},
    {"gateways:\n  - {base_url: 'https://me:pw@x/v1'}\n",
     "limn.yaml:2:16: gateways[0].base_url: a user or a password in the URL: put the key into "
     "api_key_env, "
     "api_key_file or api_key"},
    {"gateways:\n  - {base_url: 'https://x/@me'}\n", ""},
    {"gateways:\n  - {base_url: 'https://x y'}\n",
     "limn.yaml:2:16: gateways[0].base_url: a space in the URL"},
    {"gateways:\n  - {base_url: https://x, name: 'my gateway'}\n",
     "limn.yaml:2:33: gateways[0].name: expected a name of letters, digits, '.', '_' and '-', such "
     "as work, not "
     "'my gateway'"},
    {"gateways:\n  - {base_url: https://x, name: a}\n  - {base_url: https://y, name: a}\n",
     "limn.yaml:3:5: gateways[1]: another gateway has the name 'a' already"},
    {"gateways:\n  - {base_url: https://x, name: gateway2}\n  - {base_url: https://y}\n",
     "limn.yaml:3:5: gateways[1]: another gateway has the name 'gateway2' already"},
    {"gateways:\n  - {base_url: https://x, timeout: 0s}\n",
     "limn.yaml:2:36: gateways[0].timeout: expected a duration above 0 and up to 24h, such as "
     "600s, 10m, 1h30m or "
     "500ms, not '0s'"},
    {"gateways:\n  - {base_url: https://x, batches: 1}\n",
     "limn.yaml:2:36: gateways[0].batches: expected true or false, not '1'"},
    {"gateways:\n  - {base_url: https://x, allow_plaintext: 1}\n",
     "limn.yaml:2:44: gateways[0].allow_plaintext: expected true or false, not '1'"},
    {"gateways:\n  - base_url: https://x\n    headers: {authorization: x}\n",
     "limn.yaml:3:15: header 'authorization' carries a key: use api_key_env, api_key_file or "
     "api_key, which go only "
     "to this base_url"},
    {"gateways:\n  - base_url: https://x\n    headers: {a b: x}\n",
     "limn.yaml:3:15: not the name of a header; expected a map of headers, such as {X-Title: "
     "limn}"},
    {"gateways:\n  - base_url: https://x\n    headers: {Content-Length: 3}\n",
     "limn.yaml:3:15: header 'Content-Length' is limn's own to set"},
    {"gateways:\n  - base_url: https://x\n    headers: {A: 1, a: 2}\n",
     "limn.yaml:3:21: header 'a' is there twice"},
    {"gateways:\n  - base_url: https://x\n    headers: {X: \"a\\r\\nHost: y\"}\n",
     "limn.yaml:3:18: gateways[0].headers.X: a line break or control character in it"},
    {"gateways:\n  - base_url: https://x\n    settings: [a]\n",
     "limn.yaml:3:15: gateways[0].settings: expected a map, such as {key: value}, not a list"},
  };
  check_complaints(rows);

  const SettingsFolder folder;
  for (const std::string_view name :
       {"Authorization", "API-Key", "X-Api-Key", "Proxy-Authorization", "Cookie"}) {
    CAPTURE(name);
    folder.write("limn.yaml",
                 "gateways: [{base_url: https://x, headers: {" + std::string(name) + ": x}}]\n");
    CHECK(folder.complaint().find("carries a key") != std::string::npos);
  }
}

TEST_CASE("no complaint about a gateway quotes what may be its key")
{
  constexpr std::string_view k_key = "sk-0123456789abcdef0123456789abcdef";
  const std::string key(k_key);
  const SettingsFolder folder;
  for (const auto& lines : {
         "api_key: [" + key + "]",
         "api_key: {" + key + ": 1}",
         "api_key: \"" + key + "\\n\"",
         "api_key: " + key + " and more",
         "api_key: *" + key,
         "api_key: !" + key + " x",
         "api_key: @" + key,
         "api_key: \"" + key,
         "api_key " + key,
         "api_key:" + key,
         key,
         key + ": x",
         "api_key_env: " + key,
         "api_key_env: ${" + key + "}",
         "api_key_file: " + key,
         "api_key: " + key + "\n    api_key_env: " + "A",
         "api_key: " + key + "\n    api_key: " + key,
         "headers: {Authorization: Bearer " + key + "}",
         "headers: {X: [" + key + "]}",
         "headers: " + key,
         "settings: " + key,
         "base_url: https://user:" + key + "@x",
         "base_url: " + key,
       }) {
    CAPTURE(lines);
    const bool has_url = lines.find("base_url") != std::string::npos;
    folder.write("limn.yaml", "gateways:\n  - name: a\n"
                                + std::string(has_url ? "" : "    base_url: https://x/v1\n")
                                + "    " + lines + "\n");
    std::vector<std::string> warnings;
    const auto settings = folder.load(warnings);
    REQUIRE_FALSE(settings);
    CHECK(settings.error().failure_class == FailureClass::settings);
    CHECK(settings.error().message.find("0123456789") == std::string::npos);
    CHECK(settings.error().hint.find("0123456789") == std::string::npos);
    CHECK(settings.error().message.find("limn.yaml:") != std::string::npos);
  }
  folder.write("limn.yaml", "gateways: [" + key + "]\n");
  CHECK(folder.complaint().find("0123456789") == std::string::npos);
}

TEST_CASE("a gateway says in one way where its key is")
{
  const Wrong rows[] = {
    {"gateways:\n  - base_url: https://x\n    api_key: none\n    api_key_env: A\n",
     "limn.yaml:4:5: both api_key and api_key_env: a gateway has only one of api_key, api_key_env, "
     "api_key_file and api_key_keyring"},
    {"gateways:\n  - base_url: https://x\n    api_key_keyring: limn\n",
     "limn.yaml:3:22: gateways[0].api_key_keyring: expected the attributes of a keyring's entry, "
     "such as {service: limn, account: work}"},
    {"gateways:\n  - base_url: https://x\n    api_key_keyring: {service: --clear}\n",
     "limn.yaml:3:23: not an attribute of a keyring; expected the attributes of a keyring's entry, "
     "such as {service: limn, account: work}"},
    {"gateways:\n  - base_url: https://x\n    api_key_keyring: {-s: limn}\n",
     "limn.yaml:3:23: not an attribute of a keyring; expected the attributes of a keyring's entry, "
     "such as {service: limn, account: work}"},
    {"gateways:\n  - base_url: https://x\n    api_key_file: /a\n    api_key: abc\n",
     "limn.yaml:4:5: both api_key_file and api_key: a gateway has only one of api_key, "
     "api_key_env, "
     "api_key_file and api_key_keyring"},
    {"gateways:\n  - base_url: https://x\n    api_key: ''\n",
     "limn.yaml:3:14: gateways[0].api_key: expected a key, ${NAME} for a variable of the "
     "environment, or none for "
     "a server without a key"},
    {"gateways:\n  - base_url: https://x\n    api_key: a b\n",
     "limn.yaml:3:14: gateways[0].api_key: a space, line break or non-ASCII character in the key"},
    {"gateways:\n  - base_url: https://x\n    api_key_env: $KEY\n",
     "limn.yaml:3:18: gateways[0].api_key_env: expected the name of a variable of the environment, "
     "such as WORK_KEY"},
    {"gateways:\n  - base_url: https://x\n    api_key_file: keys/a\n",
     "limn.yaml:3:19: gateways[0].api_key_file: expected an absolute path, such as "
     "~/.secrets/work"},
    {"gateways:\n  - base_url: https://x\n    api_key:\n    api_key_env: A\n", ""},
  };
  check_complaints(rows);
}
