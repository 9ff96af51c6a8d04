#include "job/job_text.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "job/inputs.hpp"
#include "job/job_check.hpp"
#include "job/job_words.hpp"
#include "picture/input_image.hpp"
#include "settings/duration_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

// Finds the mistakes of one job.
struct Check {
  std::vector<Failure>& mistakes;

  void wrong(std::string message, std::string hint = {})
  {
    mistakes.emplace_back(FailureClass::usage, std::move(message), std::move(hint));
  }

  void prompt(const std::string& text)
  {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
      wrong("the prompt is empty", "say what to draw");
    } else if (text.size() > k_max_prompt_size) {
      wrong(fmt::format("the prompt is larger than {} KiB", k_max_prompt_size / 1024));
    } else {
      encoding("the prompt", text);
    }
  }

  // What is no UTF-8 is no JSON either: a gateway would draw something else, or refuse it.
  void encoding(std::string_view name, std::string_view text)
  {
    const bool is_utf16 = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
    std::size_t at = 0;
    for (auto size = utf8_size(text); size > 0 && text[at] != '\0';
         size = utf8_size(text.substr(at))) {
      at += size;
    }
    if (is_utf16) {
      wrong(fmt::format("{} is UTF-16", name), "save it as UTF-8");
    } else if (at < text.size() && text[at] == '\0') {
      wrong(fmt::format("{} has a NUL in it (byte {})", name, at + 1), "it must be plain text");
    } else if (at < text.size()) {
      wrong(fmt::format("{} is not UTF-8 (byte {} is 0x{:02x})", name, at + 1,
                        static_cast<unsigned char>(text[at])),
            "convert it, for example with iconv -f latin1 -t utf-8");
    }
  }

  void range(std::string_view name, int value, int least, int most)
  {
    if (value < least || value > most) {
      wrong(fmt::format("{}: {} is not from {} to {}", name, value, least, most));
    }
  }

  // Nothing where nothing was said.
  std::optional<std::chrono::milliseconds>
  duration(std::string_view name, const std::optional<std::string>& text, Zero zero)
  {
    if (!text) {
      return std::nullopt;
    }
    const auto value = read_duration_text(name, *text, zero);
    if (!value) {
      mistakes.push_back(value.error());
      return std::nullopt;
    }
    return *value;
  }

  std::vector<std::string> names(std::string_view name, const std::vector<std::string>& texts)
  {
    auto all = read_names(name, texts);
    if (!all) {
      mistakes.push_back(std::move(all.error()));
      return {};
    }
    return std::move(*all);
  }

  void word(std::string_view name, const std::string& word)
  {
    encoding(name, word);
    if (auto failure = misspelt(name, word)) {
      mistakes.push_back(std::move(*failure));
    }
  }

  // JPEG has no transparency, and PNG no loss: gateways refuse both.
  void format(const JobText& text, GenerateOptions& options)
  {
    auto& format = options.job.output_format;
    format = text.format;
    const auto of_name = format_of_name(text.output);
    if (format.empty()) {
      format = of_name;
    } else if (!of_name.empty() && of_name != format) {
      options.notices.push_back(fmt::format(
        "{} was asked for, whatever the name {} says: the extension will be that of the image",
        format, text.output));
    }
    if (format == "jpeg" && text.background == "transparent") {
      wrong("jpeg has no transparent background",
            "ask for png or webp, also in the name of the file");
    }
    if (!text.compression || *text.compression == k_no_loss) {
      return;
    }
    if (format == "png") {
      wrong("png takes no compression", "ask for jpeg or webp, or leave the compression out");
    }
  }

  std::optional<NanoUsd> dollars(std::string_view name, const std::optional<std::string>& text)
  {
    const auto amount = text ? read_usd_text(name, *text) : Result<NanoUsd>(0);
    if (!amount) {
      mistakes.push_back(amount.error());
    }
    return text && amount ? std::optional(*amount) : std::nullopt;
  }

  void inputs(const JobText& text, Job& job)
  {
    for (const auto& file : text.inputs) {
      input(job, file, Input::Role::image);
    }
    if (!text.mask.empty() && text.inputs.empty()) {
      wrong("a mask needs an input to lie on");
    } else if (!text.mask.empty()) {
      input(job, text.mask, Input::Role::mask);
      if (auto fits = check_mask(job.inputs); !fits) {
        mistakes.push_back(std::move(fits.error()));
      }
    }
  }

  // That of what is changed, or the nearest that is drawn. Of an address it is not known yet.
  std::string size_of_input(GenerateOptions& options)
  {
    const auto& inputs = options.job.inputs;
    if (inputs.empty()) {
      wrong("the same size as what? there is no input", "name one with -i, or another size");
      return "auto";
    }
    const auto size = inputs.front().size;
    if (size.width == 0) {
      return "auto";
    }
    const auto drawn = broken_size_rule(size) ? nearest_size(size) : size;
    if (drawn != size) {
      options.notices.push_back(fmt::format("{} is {}; {} is the nearest size that is drawn",
                                            inputs.front().origin, to_string(size),
                                            to_string(drawn)));
    }
    return to_string(drawn);
  }

  void input(Job& job, const std::string& file, Input::Role role)
  {
    if (auto input = read_input(file, role)) {
      job.inputs.push_back(std::move(*input));
    } else {
      mistakes.push_back(std::move(input.error()));
    }
  }
};

} // namespace

JobText with_defaults(JobText text, const JobText& otherwise)
{
  const auto fill = [](auto& said, const auto& other) {
    using Said = std::remove_cvref_t<decltype(said)>;
    if (said == Said()) {
      said = other;
    }
  };
  fill(text.size, otherwise.size);
  fill(text.count, otherwise.count);
  fill(text.quality, otherwise.quality);
  fill(text.background, otherwise.background);
  fill(text.format, otherwise.format);
  fill(text.compression, otherwise.compression);
  fill(text.moderation, otherwise.moderation);
  if (text.inputs.empty()) {
    text.inputs = otherwise.inputs;
    fill(text.mask, otherwise.mask);
  }
  return text;
}

GenerateOptions read_job(const JobText& given, std::vector<Failure>& mistakes)
{
  Check check{mistakes};
  GenerateOptions options;
  auto& job = options.job;
  const auto text = in_plain_words(given);
  check.inputs(text, job);
  const bool is_same = ascii_lower(trimmed(given.size)) == k_same_size;
  const auto size = is_same ? check.size_of_input(options) : given.size;
  check.prompt(text.prompt);
  job.prompt = text.prompt;
  if (!size.empty()) {
    if (const auto wish = read_size_text(size)) {
      options.size_rules = wish->rules;
      job.size = wish->size;
    } else {
      check.wrong(wish.error().message, "write it like 1024x1024, 16:9, 2K or auto");
    }
  }
  job.count = text.count.value_or(0);
  if (text.count) {
    check.range("n", *text.count, 1, k_most_images);
  }
  job.quality = text.quality;
  job.background = text.background;
  job.moderation = text.moderation;
  if (text.compression) {
    check.range("compression", *text.compression, 0, k_no_loss);
  }
  check.format(text, options);
  check.word("quality", text.quality);
  check.word("background", text.background);
  check.word("format", text.format);
  check.word("moderation", text.moderation);
  for (const auto& model : text.models) {
    check.encoding("model", model);
  }
  job.output_compression = text.compression;
  auto& engine = options.engine;
  engine.models = check.names("model", text.models);
  engine.providers = check.names("provider", text.providers);
  if (text.verify == "always") {
    engine.verify = VerifyMode::always;
  } else if (text.verify == "never") {
    engine.verify = VerifyMode::never;
  } else if (!text.verify.empty() && text.verify != "auto") {
    check.wrong(fmt::format("verify: '{}' is none of auto, always and never", text.verify));
  }
  engine.timeout = check.duration("timeout", text.timeout, Zero::refused);
  engine.wait_budget = check.duration("wait", text.wait, Zero::allowed);
  engine.duplicate_charge =
    text.duplicate_charge ? DuplicateCharge::allowed : DuplicateCharge::refused;

  options.max_cost = check.dollars("max-cost", text.max_cost);
  options.gateways = check.names("gateway", text.gateways);
  options.output_file = text.output;
  options.output_directory = text.directory;
  options.remember = text.remember ? Remember::yes : Remember::no;
  return options;
}

} // namespace limn
