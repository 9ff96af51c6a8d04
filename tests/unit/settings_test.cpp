#include "settings_folder.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace limn;
using limn::test::SettingsFolder;

namespace {

constexpr std::string_view k_full = R"(model: [gpt-image-2, gpt-image-1]
sources: [limn, env]
providers: [responses_api]
gateways:
  - name: work
    base_url: https://gw.example/v1
    api_key_env: WORK_KEY
    providers: [openai_images]
    model: vendor/gpt-image-2
    timeout: 90s
    headers: {X-Title: limn}
    settings:
      deep: {list: [a, {b: c}], flag: true}
      flat: 1
  - base_url: ${LAN_URL}
    api_key: none
    allow_plaintext: true
  - base_url: https://other.example
    api_key: ${OTHER_KEY}
  - base_url: https://files.example/v1
    api_key_file: ~/.keys/files
fallback:
  sizes: [2048x1024, 1024x1024]
  wait: 30s
  billing_cool_down: 10m
  billing: stop
  server: retry
  allow_duplicate_charge: true
  outcome_unknown: next_gateway
output: {directory: ~/Pictures/limn/, name: "{date}-{n}"}
timeout: 1.5m
plugins: {directories: [/opt/limn/plugins, ~/plugins], isolate: [acme, all]}
settings:
  openai_images: {retries: {max: 3}}
failures:
  billing: {codes: [out_of_credit], words: ["top up"]}
  model: {types: [no_such_model]}
)";

} // namespace

TEST_CASE("components that the files name are known with their places, those in force only")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", "providers: [a, b]\n"
                            "sources:\n  - env\n"
                            "plugins: {isolate: 'c, d'}\n"
                            "gateways: [{base_url: https://x, api_key: none, providers: [e]}]\n"
                            "settings:\n  f: {g: {h: 1}}\n  i:\n");
  const auto named = [&] {
    const auto settings = folder.load();
    REQUIRE(settings);
    std::string text;
    for (const auto& one : settings->named_components) {
      text += one.id + " " + one.key + " " + folder.without_folder(one.place) + "\n";
    }
    for (const auto& [key, place] : settings->setting_places) {
      text += key + " " + folder.without_folder(place) + "\n";
    }
    return text;
  };
  const std::string rest = "env sources[0] limn.yaml:3:5\n"
                           "c plugins.isolate[0] limn.yaml:4:20\n"
                           "d plugins.isolate[1] limn.yaml:4:20\n"
                           "e gateways[0].providers[0] limn.yaml:5:61\n"
                           "f settings.f limn.yaml:7:3\n"
                           "i settings.i limn.yaml:8:3\n";
  CHECK(named()
        == "a providers[0] limn.yaml:1:13\nb providers[1] limn.yaml:1:16\n" + rest
             + "settings.f.g.h limn.yaml:7:11\n");
  folder.write("preferences.yaml", "providers: [j]\n");
  CHECK(named() == rest + "j providers[0] preferences.yaml:1:13\nsettings.f.g.h limn.yaml:7:11\n");
}

TEST_CASE("without files, every setting has its default")
{
  const SettingsFolder folder;
  const auto settings = folder.load();
  REQUIRE(settings);
  CHECK(settings->models == std::vector<std::string>{"gpt-image-2"});
  CHECK(settings->sources == std::vector<std::string>{"env", "limn", "config_yaml"});
  CHECK(settings->providers == std::vector<std::string>{"openai_images", "responses_api"});
  CHECK(settings->gateways.empty());
  CHECK(settings->fallback_sizes == std::vector<std::string>{"1024x1024"});
  CHECK(settings->fallback.empty());
  CHECK_FALSE(settings->allow_duplicate_charge);
  CHECK(settings->wait_budget == std::chrono::seconds(120));
  CHECK(settings->billing_cool_down == std::chrono::hours(1));
  CHECK(settings->output_directory.empty());
  CHECK(settings->output_name == "{date}-{slug}");
  CHECK(settings->timeout == std::chrono::minutes(10));
  CHECK(settings->plugin_directories.empty());
  CHECK(settings->components.empty());
  CHECK(settings->failure_words.empty());
  CHECK(settings->origins.empty());
}

TEST_CASE("settings that are named without a value keep their defaults")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", "gateways:\n#  - base_url: x\nfallback:\noutput:\n  name:\ntimeout:\n");
  const auto settings = folder.load();
  REQUIRE(settings);
  CHECK(settings->gateways.empty());
  CHECK(settings->output_name == "{date}-{slug}");
  CHECK(settings->origins.empty());
}

TEST_CASE("everything that limn.yaml can say is read")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", k_full);
  const auto settings = folder.load();
  REQUIRE(settings);
  CHECK(settings->models == std::vector<std::string>{"gpt-image-2", "gpt-image-1"});
  CHECK(settings->sources == std::vector<std::string>{"limn", "env"});
  CHECK(settings->providers == std::vector<std::string>{"responses_api"});

  REQUIRE(settings->gateways.size() == 4);
  const auto& work = settings->gateways[0];
  CHECK(work.name == "work");
  CHECK(work.base_url == "https://gw.example/v1");
  CHECK(work.api_key_env == "WORK_KEY");
  CHECK_FALSE(work.api_key);
  CHECK(work.providers == std::vector<std::string>{"openai_images"});
  CHECK(work.models == std::vector<std::string>{"vendor/gpt-image-2"});
  CHECK(work.timeout == std::chrono::seconds(90));
  CHECK(work.headers == Pairs{{"X-Title", "limn"}});
  CHECK(
    work.settings
    == Pairs{{"deep.list.0", "a"}, {"deep.list.1.b", "c"}, {"deep.flag", "true"}, {"flat", "1"}});
  CHECK(work.origin == "limn.yaml#gateways[0]");
  CHECK(settings->gateways[1].name == "gateway2");
  CHECK(settings->gateways[1].base_url == "${LAN_URL}");
  CHECK(settings->gateways[1].without_key);
  CHECK_FALSE(settings->gateways[1].api_key);
  CHECK(settings->gateways[1].allow_plaintext);
  REQUIRE(settings->gateways[2].api_key);
  CHECK(settings->gateways[2].api_key->reveal() == "${OTHER_KEY}");
  CHECK(settings->gateways[3].api_key_file == folder.path() / ".keys/files");
  CHECK(settings->gateways[3].origin == "limn.yaml#gateways[3]");

  CHECK(settings->fallback_sizes == std::vector<std::string>{"2048x1024", "1024x1024"});
  CHECK(settings->wait_budget == std::chrono::seconds(30));
  CHECK(settings->billing_cool_down == std::chrono::minutes(10));
  CHECK(settings->allow_duplicate_charge);
  CHECK(
    settings->fallback
    == std::map<FailureClass, NextStep>{{FailureClass::billing, NextStep::stop},
                                        {FailureClass::server, NextStep::retry},
                                        {FailureClass::outcome_unknown, NextStep::next_gateway}});
  CHECK(settings->output_directory == folder.path() / "Pictures/limn");
  CHECK(settings->output_name == "{date}-{n}");
  CHECK(settings->timeout == std::chrono::seconds(90));
  CHECK(settings->plugin_directories
        == std::vector<std::filesystem::path>{"/opt/limn/plugins", folder.path() / "plugins"});
  CHECK(settings->components
        == std::map<std::string, Pairs>{{"openai_images", {{"retries.max", "3"}}}});

  REQUIRE(settings->failure_words.size() == 3);
  CHECK(settings->failure_words[0].where == FailureWord::Where::code);
  CHECK(settings->failure_words[0].text == "out_of_credit");
  CHECK(settings->failure_words[0].failure_class == FailureClass::billing);
  CHECK(settings->failure_words[1].where == FailureWord::Where::message);
  CHECK(settings->failure_words[1].text == "top up");
  CHECK(settings->failure_words[2].where == FailureWord::Where::type);
  CHECK(settings->failure_words[2].failure_class == FailureClass::model);
}

TEST_CASE("stores have their buckets, and keys that are listed nowhere")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", "stores:\n"
                            "  - buckets: [fox, den]\n"
                            "    endpoint: https://minio.example:9000/\n"
                            "    region: eu-central-1\n"
                            "    addressing: host\n"
                            "    access_key: AKIA\n"
                            "    secret_key: sk-secret\n"
                            "    allow_plaintext: true\n"
                            "  - {endpoint: https://s3.example, access_key_env: ID, "
                            "secret_key_file: /run/key}\n");
  std::vector<std::string> warnings;
  const auto settings = folder.load(warnings);
  REQUIRE_MESSAGE(settings, folder.complaint());
  REQUIRE(settings->stores.size() == 2);
  const auto& first = settings->stores[0];
  CHECK(first.buckets == std::vector<std::string>{"fox", "den"});
  CHECK(first.endpoint == "https://minio.example:9000");
  CHECK(first.region == "eu-central-1");
  CHECK(first.addressing == StoreSettings::Addressing::host);
  CHECK(first.secret_key.text == Secret("sk-secret"));
  CHECK(first.allow_plaintext);
  CHECK(settings->stores[1].region == "us-east-1");
  CHECK(settings->stores[1].addressing == StoreSettings::Addressing::path);
  CHECK(settings->stores[1].access_key.env == "ID");
  CHECK(settings->stores[1].secret_key.file == "/run/key");
  std::string listed;
  for (const auto& [key, value, origin] : list_settings(*settings, {})) {
    listed += key.starts_with("stores") ? key + " = " + value + " (" + origin + ")\n" : "";
  }
  CHECK(listed
        == "stores[0].buckets = [fox, den] (limn.yaml:2)\n"
           "stores[0].endpoint = https://minio.example:9000 (limn.yaml:3)\n"
           "stores[0].region = eu-central-1 (limn.yaml:4)\n"
           "stores[0].addressing = host (limn.yaml:5)\n"
           "stores[0].access_key = [redacted] (limn.yaml:6)\n"
           "stores[0].secret_key = [redacted] (limn.yaml:7)\n"
           "stores[0].allow_plaintext = true (limn.yaml:8)\n"
           "stores[1].endpoint = https://s3.example (limn.yaml:9)\n"
           "stores[1].region = us-east-1 (default)\n"
           "stores[1].addressing = path (default)\n"
           "stores[1].access_key_env = ID (limn.yaml:9)\n"
           "stores[1].secret_key_file = /run/key (limn.yaml:9)\n"
           "stores[1].allow_plaintext = false (default)\n");
}

TEST_CASE("preferences that forbid a second charge take back what limn.yaml does after one")
{
  const SettingsFolder folder;
  folder.write("limn.yaml",
               "fallback:\n  allow_duplicate_charge: true\n  no_image: retry\n  billing: stop\n");
  folder.write("preferences.yaml", "fallback.allow_duplicate_charge: false\n");
  std::vector<std::string> warnings;
  const auto settings = folder.load(warnings);
  REQUIRE(settings);
  CHECK(settings->fallback
        == std::map<FailureClass, NextStep>{{FailureClass::billing, NextStep::stop}});
  CHECK(warnings
        == std::vector<std::string>{
          "limn.yaml:3: fallback.no_image is left out, since preferences.yaml:1 "
          "forbids a possible second charge"});
}

TEST_CASE("aliases are read without being multiplied beyond the limit")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", "settings:\n  env: {a: &a [x, y], b: *a}\n");
  const auto settings = folder.load();
  REQUIRE(settings);
  CHECK(settings->components.at("env")
        == Pairs{{"a.0", "x"}, {"a.1", "y"}, {"b.0", "x"}, {"b.1", "y"}});

  std::string list = "&a [0";
  for (int i = 1; i < 200; ++i) {
    list += "," + std::to_string(i);
  }
  std::string text = "settings:\n  env:\n    k: " + list + "]\n";
  for (int i = 0; i < 60; ++i) {
    text += "    k" + std::to_string(i) + ": *a\n";
  }
  folder.write("limn.yaml", text);
  CHECK(folder.complaint().find("more than 10000 values") != std::string::npos);
}

TEST_CASE("every setting is listed in a fixed order with its origin, and no key is shown")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", k_full);
  folder.write("preferences.yaml", "# by limn\ntimeout: 5s\noutput: {name: x}\n");
  const auto settings = folder.load();
  REQUIRE(settings);
  std::string lines;
  for (const auto& [key, value, origin] : list_settings(*settings)) {
    if (key.starts_with("prices.")) {
      continue; // behind all others; the next test is about them
    }
    lines += key + " = " + value + " (" + origin + ")\n";
  }
  const auto home = folder.path().string();
  CHECK(lines
        == "model = [gpt-image-2, gpt-image-1] (limn.yaml:1)\n"
           "sources = [limn, env] (limn.yaml:2)\n"
           "providers = [responses_api] (limn.yaml:3)\n"
           "defaults.size = 1024x1024 (default)\n"
           "defaults.n = 1 (default)\n"
           "defaults.quality = none (default)\n"
           "defaults.format = none (default)\n"
           "defaults.background = none (default)\n"
           "defaults.moderation = none (default)\n"
           "defaults.compression = none (default)\n"
           "fallback.sizes = [2048x1024, 1024x1024] (limn.yaml:23)\n"
           "fallback.wait = 30s (limn.yaml:24)\n"
           "fallback.billing_cool_down = 600s (limn.yaml:25)\n"
           "fallback.late_error = 2s (default)\n"
           "fallback.allow_duplicate_charge = true (limn.yaml:28)\n"
           "output.directory = "
             + home
             + "/Pictures/limn (limn.yaml:30)\n"
               "output.name = x (preferences.yaml:3)\n"
               "timeout = 5s (preferences.yaml:2)\n"
               "show = auto (default)\n"
               "partial = 0 (default)\n"
               "limits.max_header_size = 256KiB (default)\n"
               "limits.max_body_size = 2GiB (default)\n"
               "limits.max_models_size = 8MiB (default)\n"
               "limits.max_message_size = 4MiB (default)\n"
               "limits.max_json_depth = 64 (default)\n"
               "limits.max_images = 64 (default)\n"
               "limits.connect_timeout = 10s (default)\n"
               "rate.images_per_minute = none (default)\n"
               "rate.max_in_flight = none (default)\n"
               "strategy = order (default)\n"
               "history = on (default)\n"
               "mcp.wait_seconds = auto (default)\n"
               "mcp.max_cost = none (default)\n"
               "mcp.max_cost_per_day = none (default)\n"
               "mcp.ask_above = none (default)\n"
               "mcp.output_directories = [] (default)\n"
               "mcp.input_directories = [] (default)\n"
               "serve.port = 8484 (default)\n"
               "serve.listen = [] (default)\n"
               "serve.socket = none (default)\n"
               "serve.hosts = [] (default)\n"
               "serve.origins = [] (default)\n"
               "serve.public_url = none (default)\n"
               "serve.strict = false (default)\n"
               "serve.join = retries (default)\n"
               "serve.max_jobs_per_key = 64 (default)\n"
               "serve.max_cost_per_day = none (default)\n"
               "serve.max_cost = none (default)\n"
               "serve.pass_through = none (default)\n"
               "plugins.directories = [/opt/limn/plugins, "
             + home
             + "/plugins] (limn.yaml:32)\n"
               "plugins.isolate = [acme, all] (limn.yaml:32)\n"
               "fallback.billing = stop (limn.yaml:26)\n"
               "fallback.server = retry (limn.yaml:27)\n"
               "fallback.outcome_unknown = next_gateway (limn.yaml:29)\n"
               "gateways[0].name = work (limn.yaml:5)\n"
               "gateways[0].base_url = https://gw.example/v1 (limn.yaml:6)\n"
               "gateways[0].api_key_env = WORK_KEY (limn.yaml:7)\n"
               "gateways[0].providers = [openai_images] (limn.yaml:8)\n"
               "gateways[0].model = [vendor/gpt-image-2] (limn.yaml:9)\n"
               "gateways[0].timeout = 90s (limn.yaml:10)\n"
               "gateways[0].headers.X-Title = limn (limn.yaml:11)\n"
               "gateways[0].settings.deep.list.0 = a (limn.yaml:13)\n"
               "gateways[0].settings.deep.list.1.b = c (limn.yaml:13)\n"
               "gateways[0].settings.deep.flag = \"true\" (limn.yaml:13)\n"
               "gateways[0].settings.flat = 1 (limn.yaml:14)\n"
               "gateways[0].allow_plaintext = false (default)\n"
               "gateways[1].name = gateway2 (default)\n"
               "gateways[1].base_url = \"${LAN_URL}\" (limn.yaml:15)\n"
               "gateways[1].api_key = none (limn.yaml:16)\n"
               "gateways[1].allow_plaintext = true (limn.yaml:17)\n"
               "gateways[2].name = gateway3 (default)\n"
               "gateways[2].base_url = https://other.example (limn.yaml:18)\n"
               "gateways[2].api_key = [redacted] (limn.yaml:19)\n"
               "gateways[2].allow_plaintext = false (default)\n"
               "gateways[3].name = gateway4 (default)\n"
               "gateways[3].base_url = https://files.example/v1 (limn.yaml:20)\n"
               "gateways[3].api_key_file = "
             + home
             + "/.keys/files (limn.yaml:21)\n"
               "gateways[3].allow_plaintext = false (default)\n"
               "settings.openai_images.retries.max = 3 (limn.yaml:34)\n"
               "failures.billing.codes = [out_of_credit] (limn.yaml:36)\n"
               "failures.billing.words = [\"top up\"] (limn.yaml:36)\n"
               "failures.model.types = [no_such_model] (limn.yaml:37)\n");
}

TEST_CASE("prices of limn.yaml change what they name and leave what is built in")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", R"(prices:
  gpt-image-2: {image_out: 31.5}
  gpt-image-1: {image: .02}
  flux-x: {image: 0.04}
  vendor/gpt-image-2:
)");
  const auto settings = folder.load();
  REQUIRE(settings);
  REQUIRE(settings->prices.size() == 3);
  CHECK(settings->prices.at("gpt-image-2")
        == ModelPrices{5'000, 8'000, 10'000, 31'500, {}, TokenCount::gpt_image_2});
  CHECK(settings->prices.at("gpt-image-1").image == 20'000'000);
  CHECK(settings->prices.at("flux-x") == ModelPrices{0, 0, 0, 0, 40'000'000, TokenCount::unknown});

  std::string lines;
  for (const auto& [key, value, origin] : list_settings(*settings)) {
    if (key.starts_with("prices.")) {
      lines += key.substr(7) + " = " + value + " (" + origin + ")\n";
    }
  }
  const std::string as_gpt_image_2 =
    " = {text_in: 5, image_in: 8, text_out: 10, image_out: 30} (default)\n";
  CHECK(lines
        == "flux-x = {image: 0.04} (limn.yaml:4)\n"
           "gpt-image-1 = {image: 0.02} (limn.yaml:3)\n"
           "gpt-image-1-mini = {text_in: 2, image_in: 2.5, text_out: 0, image_out: 8} (default)\n"
           "gpt-image-1.5 = {text_in: 5, image_in: 8, text_out: 10, image_out: 32} (default)\n"
           "gpt-image-2 = {text_in: 5, image_in: 8, text_out: 10, image_out: 31.5} (limn.yaml:2)\n"
           "gpt-image-2.5-flare"
             + as_gpt_image_2 + "gpt-image-2.5-sunburst" + as_gpt_image_2 + "gpt-image-2.6-flare"
             + as_gpt_image_2 + "gpt-image-2.6-sunburst" + as_gpt_image_2);
}

TEST_CASE("free settings and headers that look like credentials are listed without their values")
{
  const SettingsFolder folder;
  folder.write(
    "limn.yaml",
    "gateways:\n  - base_url: https://x\n    headers: {CF-Access-Client-Secret: hidden1}\n"
    "    settings: {accessToken: hidden2, max_tokens: 5}\n"
    "settings: {env: {auth.value: shown, deep: {password: hidden3}}}\n");
  const auto settings = folder.load();
  REQUIRE(settings);
  std::string lines;
  for (const auto& [key, value, origin] : list_settings(*settings)) {
    lines += key + "=" + value + "\n";
  }
  CHECK(lines.find("hidden") == std::string::npos);
  CHECK(lines.find("headers.CF-Access-Client-Secret=[redacted]") != std::string::npos);
  CHECK(lines.find("settings.max_tokens=5") != std::string::npos);
}

TEST_CASE(
  "whether pictures are shown, and how many previews come, is read, and nonsense is refused")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", "show: never\npartial: 2\n");
  const auto settings = folder.load();
  REQUIRE(settings);
  CHECK(settings->show_pictures == limn::ShowPictures::never);
  CHECK(settings->partial_images == 2);
  for (const auto* wrong :
       {"show: yes", "show: [auto]", "partial: 4", "partial: -1", "partial: many"}) {
    CAPTURE(wrong);
    folder.write("limn.yaml", wrong);
    CHECK_FALSE(folder.load());
  }
}

TEST_CASE("the rate that gateways take is read for each and for all, and nonsense is refused")
{
  const SettingsFolder folder;
  folder.write("limn.yaml", "rate: {images_per_minute: 30, max_in_flight: none}\nstrategy: spread\n"
                            "gateways:\n  - {base_url: https://gw.example/v1, api_key: none, "
                            "images_per_minute: 5, max_in_flight: 2, batches: false}\n");
  const auto settings = folder.load();
  REQUIRE(settings);
  CHECK(settings->images_per_minute == 30);
  CHECK(settings->max_in_flight == 0);
  CHECK(settings->strategy == limn::Strategy::spread);
  CHECK(settings->gateways.front().images_per_minute == 5);
  CHECK(settings->gateways.front().max_in_flight == 2);
  CHECK(settings->gateways.front().batches == false);
  for (const auto* wrong : {"rate: {images_per_minute: 0}", "rate: {max_in_flight: -1}",
                            "rate: {images_per_minute: 30/min}", "strategy: random"}) {
    CAPTURE(wrong);
    folder.write("limn.yaml", wrong);
    CHECK_FALSE(folder.load());
  }
}
