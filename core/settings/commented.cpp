#include "settings/commented.hpp"

#include "settings/rules.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr std::string_view k_opening =
  "# limn.yaml: what limn goes by. Every `#key: value` is a setting with its default: take away "
  "its #,\n"
  "# and that of the line with its section, to change it. limn writes here no more: `limn config "
  "edit`\n"
  "# checks what you write, and `limn config list` tells what holds and where it comes from.\n";

// What is told of a setting, in the order of the file. Those of a section stand together.
struct Told {
  std::string_view key;     // of a rule, or of no rule where there is an example
  std::string_view text;    // what it is
  std::string_view example; // in place of the default; lines without the # in front
};

constexpr std::string_view k_gateways = "gateways";

constexpr std::array k_told{
  Told{"model", "The models to ask for: the first one that a gateway lists (`limn models`).", ""},
  Told{
    "sources",
    "Where gateways are looked for, in this order; ai_hosts: in the files of other programs, too.",
    ""},
  Told{k_gateways, "The gateways of your own. The key itself need not stand here.", ""},
  Told{"providers", "How a gateway is asked, in this order: also chat_completions, submit_poll.",
       ""},
  Told{"defaults.size", "1024x1024, 16:9, 2K, \"4K portrait\", auto", ""},
  Told{"defaults.n", "how many images, 1 to 100", ""},
  Told{"defaults.quality", "low, medium, high, ...; none: left to the gateway, as with the next",
       ""},
  Told{"defaults.format", "png, jpeg, webp", ""},
  Told{"defaults.background", "transparent, opaque", ""},
  Told{"defaults.moderation", "low, auto", ""},
  Told{"defaults.compression", "0 to 100, where the format is jpeg or webp", ""},
  Told{"fallback.sizes", "tried in turn where the size asked for is refused", ""},
  Told{"fallback.billing", "any failure class: next_size, next_provider, next_gateway, retry, stop",
       "billing: next_gateway"},
  Told{"fallback.wait", "at most, in all, when a gateway says \"later\"", ""},
  Told{"fallback.billing_cool_down", "a gateway without credit is asked last for so long", ""},
  Told{"fallback.late_error",
       "an error that comes later and does not say that nothing was drawn: "
       "stop",
       ""},
  Told{"fallback.allow_duplicate_charge", "go on where the image may be charged twice", ""},
  Told{"output.directory", "the default is the current folder", "directory: ~/Pictures/limn"},
  Told{"output.name", "also {time} {gateway} {model} {n}", ""},
  Told{"timeout", "How long an attempt may take in all.", ""},
  Told{"show", "Pictures in the terminal: auto, always or never.", ""},
  Told{"partial", "Previews of each image while it is drawn, 0 to 3; each is paid for.", ""},
  Told{"rate.images_per_minute", "such as 30, in any minute", ""},
  Told{"rate.max_in_flight", "such as 8, at the same time", ""},
  Told{"strategy", "order, or spread: each job begins where the least is to do.", ""},
  Told{"history", "What was drawn is remembered: on, off, or for how long (90d).", ""},
  Told{"mcp.wait_seconds", "how long a call waits for its picture, 0 to 600", ""},
  Told{"mcp.max_cost", "at most, in US dollars, of a call", ""},
  Told{"mcp.max_cost_per_day", "of all calls, since midnight UTC", ""},
  Told{"mcp.ask_above", "the user is asked before a dearer call, where the host can", ""},
  Told{"mcp.output_directories", "besides output.directory, or ~/Pictures/limn", ""},
  Told{"mcp.input_directories", "besides those, ~/Pictures and ~/Downloads", ""},
  Told{"serve.port", "0: any free one", ""},
  Told{"serve.listen", "addresses in numbers; none: 127.0.0.1, and ::1", ""},
  Told{"serve.socket", "a unix socket for programs of yours; alone, no address", ""},
  Told{"serve.hosts", "other names that it is asked by: [limn.example]", ""},
  Told{"serve.origins", "pages that may draw: [https://app.example]", ""},
  Told{"serve.public_url", "that addresses of pictures begin with", ""},
  Told{"serve.strict", "refuse parameters that change nothing", ""},
  Told{"serve.join", "which equal requests get one picture: retries, always, never", ""},
  Told{"serve.max_jobs_per_key", "under way, 1 to 1000", ""},
  Told{"serve.max_cost_per_day", "of all, in US dollars, since midnight UTC", ""},
  Told{"serve.max_cost", "of all that was ever asked for", ""},
  Told{"serve.pass_through", "the gateway that gets what asks for no picture", ""},
  Told{"limits.max_header_size", "all headers of an answer", ""},
  Told{"limits.max_body_size", "an answer or a download, decompressed", ""},
  Told{"limits.max_models_size", "a list of models", ""},
  Told{"limits.max_message_size", "one JSON document or event, its images not counted", ""},
  Told{"limits.max_json_depth", "levels of it", ""},
  Told{"limits.max_images", "of one answer, asked for or not", ""},
  Told{"limits.connect_timeout", "name, proxy, TCP and TLS together", ""},
  Told{"plugins.directories", "besides ~/.local/share/limn/plugins", ""},
  Told{"plugins.isolate", "providers that run in a process of their own; or all", ""},
  Told{"settings", "Settings of one provider or config source, by its id (`limn plugins`).",
       "settings:\n  responses_api: {host_model: gpt-5.5}"},
  Told{"stores", "S3-compatible stores that pictures go to and come from (`-d s3://BUCKET/...`).",
       "stores:\n  - endpoint: https://minio.example:9000\n    access_key_env: STORE_ID\n"
       "    secret_key_env: STORE_SECRET"},
  Told{"failures", "Words and codes of gateways that nobody has met yet, by failure class.",
       "failures:\n  billing: {words: [\"out of pixels\"], codes: [no_pixels]}"},
  Told{"prices", "US dollars for a million tokens, or for a picture; over those built in.",
       "prices:\n  flux-x: {image: 0.04}"},
};

struct Section {
  std::string_view name;
  std::string_view text;
};

constexpr std::array k_told_sections{
  Section{"defaults", "What is drawn where nothing else is said; a gateway may have its own."},
  Section{"fallback", "What happens after a failure."},
  Section{"output", "Where images go and how they are called; -d and -o win over it."},
  Section{"rate", "Of each gateway for which nothing else is said."},
  Section{"mcp", "What agents may do (`limn mcp`)."},
  Section{"serve", "What programs may do (`limn serve`)."},
  Section{"limits", "What is taken from a gateway; a message names the one that tripped."},
  Section{"plugins", "Where more providers and config sources are, and which run alone."}};

constexpr std::string_view k_example_gateways =
  "#gateways:\n"
  "#  - name: work\n"
  "#    base_url: https://gw.example/v1\n"
  "#    api_key_env: WORK_KEY       # or api_key_file, api_key_keyring, api_key; api_key: none\n"
  "# more that a gateway may have: model, providers, timeout, headers, defaults, settings,\n"
  "# images_per_minute, max_in_flight, batches, allow_plaintext\n";

std::string commented(std::string_view lines)
{
  std::string text;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    text += "#" + std::string(lines.substr(0, end)) + "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

std::string default_of(std::string_view key, std::string_view name)
{
  const Settings defaults;
  return std::string(name) + ": " + find_rule(key)->show(defaults);
}

// "#  size: 1024x1024   # what it is"
std::string line_of_section(const Told& told, std::string_view name)
{
  constexpr std::size_t k_column = 30;
  auto line =
    "#  " + (told.example.empty() ? default_of(told.key, name) : std::string(told.example));
  line.resize(std::max(line.size() + 1, k_column), ' ');
  return line + "# " + std::string(told.text) + "\n";
}

std::string gateways_section(const Told& told, std::string_view gateways)
{
  const auto heading = "\n# " + std::string(told.text) + "\n";
  return heading
         + (gateways.empty() ? std::string(k_example_gateways)
                             : "gateways:\n" + std::string(gateways));
}

} // namespace

std::string commented_settings(std::string_view gateways)
{
  std::string text(k_opening);
  std::string_view section;
  for (const auto& told : k_told) {
    const auto dot = told.key.find('.');
    const auto own = dot == std::string_view::npos ? std::string_view() : told.key.substr(0, dot);
    if (!own.empty()) {
      if (own != section) {
        const auto* const begun = std::ranges::find(k_told_sections, own, &Section::name);
        text += "\n# " + std::string(begun->text) + "\n#" + std::string(own) + ":\n";
      }
      text += line_of_section(told, told.key.substr(dot + 1));
    } else if (told.key == k_gateways) {
      text += gateways_section(told, gateways);
    } else {
      text += "\n# " + std::string(told.text) + "\n"
              + commented(told.example.empty() ? default_of(told.key, told.key)
                                               : std::string(told.example));
    }
    section = own;
  }
  return text;
}

} // namespace limn
