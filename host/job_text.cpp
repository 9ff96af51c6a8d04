#include "job_text.hpp"

#include "inputs.hpp"

#include <fmt/format.h>

#include <cmath>

namespace limn {

namespace {

constexpr std::size_t k_max_prompt_size = 128 * 1024; // 32,000 characters of four bytes
constexpr int k_max_count = 100;
constexpr int k_max_compression = 100;
constexpr double k_max_seconds = 86400;

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
    }
  }

  void range(std::string_view name, int value, int least, int most)
  {
    if (value < least || value > most) {
      wrong(fmt::format("{}: {} is not from {} to {}", name, value, least, most));
    }
  }

  // Nothing where nothing was said.
  std::optional<std::chrono::milliseconds> seconds(std::string_view name,
                                                   std::optional<double> value, double least)
  {
    if (!value) {
      return std::nullopt;
    }
    if (std::isnan(*value)) {
      wrong(fmt::format("{}: nan is no number", name));
      return std::nullopt;
    }
    if (*value < least || *value > k_max_seconds) {
      wrong(fmt::format("{}: {} is not from {} to {} seconds", name, *value, least, k_max_seconds));
      return std::nullopt;
    }
    return std::chrono::milliseconds(static_cast<long long>(std::ceil(*value * 1000)));
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

GenerateOptions read_job(const JobText& text, std::vector<Failure>& mistakes)
{
  Check check{mistakes};
  GenerateOptions options;
  auto& job = options.job;
  check.prompt(text.prompt);
  job.prompt = text.prompt;
  if (text.size != "auto" && !parse_size(text.size)) {
    check.wrong(fmt::format("'{}' is no size", text.size), "write it like 1024x1024, or auto");
  }
  job.size = text.size;
  check.range("n", text.count, 1, k_max_count);
  job.count = text.count;
  job.quality = text.quality;
  job.background = text.background;
  job.output_format = text.format;
  job.moderation = text.moderation;
  if (text.compression) {
    check.range("compression", *text.compression, 0, k_max_compression);
  }
  job.output_compression = text.compression;
  for (const auto& file : text.inputs) {
    check.input(job, file, Input::Role::image);
  }
  if (!text.mask.empty() && text.inputs.empty()) {
    check.wrong("a mask needs an input to lie on");
  } else if (!text.mask.empty()) {
    check.input(job, text.mask, Input::Role::mask);
  }

  auto& engine = options.engine;
  engine.models = text.models;
  engine.providers = text.providers;
  if (text.verify == "always") {
    engine.verify = VerifyMode::always;
  } else if (text.verify == "never") {
    engine.verify = VerifyMode::never;
  } else if (text.verify != "auto") {
    check.wrong(fmt::format("verify: '{}' is none of auto, always and never", text.verify));
  }
  engine.timeout = check.seconds("timeout", text.timeout_s, 0.001);
  engine.wait_budget = check.seconds("wait", text.wait_s, 0);
  engine.duplicate_charge =
    text.duplicate_charge ? DuplicateCharge::allowed : DuplicateCharge::refused;

  options.gateways = text.gateways;
  options.output_file = text.output;
  options.output_directory = text.directory;
  options.remember = text.remember ? Remember::yes : Remember::no;
  return options;
}

} // namespace limn
