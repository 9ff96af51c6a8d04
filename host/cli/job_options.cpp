#include "cli/job_options.hpp"

#include "base/utf8.hpp"
#include "cli/option_checks.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <string_view>
#include <utility>

namespace limn {

void add_job_options(CLI::App& command, JobText& text, OutputFile output_file)
{
  command
    .add_option("-m,--model", text.models,
                "the model; may be repeated, or a,b: the first one that is listed is used")
    ->allow_extra_args(false);
  command.add_option("-s,--size", text.size, "WIDTHxHEIGHT or auto")->capture_default_str();
  command.add_option("-n,--count", text.count, "how many images, 1 to 100")->capture_default_str();
  command.add_option("-q,--quality", text.quality, "low, medium, high or auto");
  command.add_option("--background", text.background, "transparent, opaque or auto");
  command.add_option("--format", text.format, "png, jpeg or webp");
  command.add_option("--compression", text.compression, "0 to 100, for jpeg and webp");
  command.add_option("--moderation", text.moderation, "low or auto");
  command.add_option("-i,--input", text.inputs, "an image to work from; may be repeated")
    ->type_name("FILE")
    ->allow_extra_args(false);
  command
    .add_option("--mask", text.mask,
                "an image whose transparent parts tell where to change the first input")
    ->type_name("FILE");
  auto* folder = command.add_option("-d,--directory", text.directory, "the folder to write into")
                   ->type_name("DIR")
                   ->check(k_not_empty);
  if (output_file == OutputFile::chosen) {
    auto* file =
      command
        .add_option(
          "-o,--output", text.output,
          "the file to write, never over another one; - or a pipe takes the image's bytes")
        ->type_name("FILE")
        ->check(k_not_empty);
    folder->excludes(file);
  }
  command.add_flag("--remember", text.remember, "make that folder the default from now on")
    ->needs(folder);
  command.add_option("--gateway", text.gateways, "only this gateway; may be repeated")
    ->allow_extra_args(false);
  command
    .add_option("--provider", text.providers,
                "only this provider; may be repeated, or a,b: in this order")
    ->allow_extra_args(false);
  command
    .add_option("--timeout", text.timeout,
                "how long one attempt may take in all: seconds, or 90s, 10m, 1h")
    ->type_name("TIME");
  command
    .add_option(
      "--wait", text.wait,
      "how long a job may wait in all where gateways say \"later\": seconds, or 90s, 10m, "
      "1h; 0: not at all")
    ->type_name("TIME");
  command.add_option("--verify", text.verify,
                     "ask for the list of models first: auto (where it is not known), always or "
                     "never");
  command.add_flag("--allow-duplicate-charge", text.duplicate_charge,
                   "go on after an answer was lost, though the image may be charged twice");
}

namespace {

// Without the mark that editors put before a text, and the line end behind it.
std::string prompt_of_standard_input()
{
  std::string prompt(k_max_prompt_size + 8, '\0'); // enough to see that it is too large
  std::cin.read(prompt.data(), static_cast<std::streamsize>(prompt.size()));
  prompt.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (prompt.starts_with(k_byte_order_mark)) {
    prompt.erase(0, k_byte_order_mark.size());
  }
  while (!prompt.empty() && (prompt.back() == '\n' || prompt.back() == '\r')) {
    prompt.pop_back();
  }
  return prompt;
}

} // namespace

Result<GenerateOptions> finish_job(JobText text)
{
  if (text.prompt == "-") {
    text.prompt = prompt_of_standard_input();
  }
  std::vector<Failure> mistakes;
  auto options = read_job(text, mistakes);
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  return options;
}

} // namespace limn
