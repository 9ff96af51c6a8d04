#include "cli/job_options.hpp"

#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"
#include "model/picture_words.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace limn {

namespace {

// Some of those that are understood.
CLI::Validator usual_sizes()
{
  return takes({"auto", "same", "square", "landscape", "portrait", "1K", "2K", "4K", "1:1", "3:2",
                "2:3", "4:3", "3:4", "16:9", "9:16", "1024x1024", "1536x1024", "1024x1536"});
}

CLI::Validator known_of(std::string_view name)
{
  const auto words = known_words(name);
  return takes(std::vector<std::string>(words.begin(), words.end()));
}

void add_picture_options(CLI::App& command, JobText& text)
{
  command.option_defaults()->group(k_picture);
  command
    .add_option(
      "-s,--size", text.size,
      "WIDTHxHEIGHT; a ratio from 1:3 to 3:1, such as 16:9, or square, landscape, portrait: "
      "the largest that fits into 1536x1024 or 1024x1536; 1K, 2K or 4K (1024x1024, "
      "2048x2048, 3840x2160), also with a ratio: \"2K 16:9\"; same: as the first input; auto: the "
      "gateway "
      "decides. "
      "gpt-image-2 draws edges that are multiples of 16, up to 3840, at most 3:1, 655,360 "
      "to 8,294,400 pixels (default: defaults.size of limn.yaml, 1024x1024)")
    ->type_name("SIZE")
    ->check(usual_sizes());
  command
    .add_option("-n,--count", text.count, "how many images, 1 to 100 (default: defaults.n, 1)")
    ->type_name("N");
  command
    .add_option(
      "-q,--quality", text.quality,
      "low, medium, high or auto, or what else a gateway knows; hd is high, standard "
      "medium, but with dall-e-3 (default: defaults.quality, else left to the gateway, as "
      "with the next four)")
    ->type_name("WORD")
    ->check(known_of("quality"));
  command
    .add_option("--background", text.background, "transparent (not with jpeg), opaque or auto")
    ->type_name("WORD")
    ->check(known_of("background"));
  command
    .add_option("--format", text.format,
                "png, jpeg or webp; without it the extension of --output is asked for")
    ->type_name("WORD")
    ->check(known_of("format"));
  command.add_option("--compression", text.compression, "0 to 100, for jpeg and webp")
    ->type_name("N");
  command.add_option("--moderation", text.moderation, "low or auto")
    ->type_name("WORD")
    ->check(known_of("moderation"));
  command
    .add_option("-i,--input", text.inputs,
                "an image to work from: PNG, JPEG or WebP below 50 MB; a file, an entry of the "
                "history (last, or its id), - for standard input, or an https address. May be "
                "repeated")
    ->type_name("IMAGE")
    ->allow_extra_args(false)
    ->check(takes(ValueKind::input));
  command
    .add_option("--mask", text.mask,
                "an image whose transparent parts tell where to change the first input")
    ->type_name("FILE");
}

void add_place_options(CLI::App& command, JobText& text, OutputFile output_file)
{
  command.option_defaults()->group(k_place);
  auto* folder = command
                   .add_option("-d,--directory", text.directory,
                               "the folder to write into (default: output.directory of limn.yaml, "
                               "else the current one)")
                   ->type_name("DIR")
                   ->check(k_not_empty);
  if (output_file == OutputFile::chosen) {
    auto* file =
      command
        .add_option(
          "-o,--output", text.output,
          "the file to write, never over another one; - or a pipe takes the image's bytes; "
          "a folder is --directory")
        ->type_name("FILE")
        ->check(k_not_empty);
    folder->excludes(file);
  }
  command.add_flag("--remember", text.remember, "make that folder the default from now on")
    ->needs(folder);
}

void add_artist_options(CLI::App& command, JobText& text)
{
  command.option_defaults()->group(k_artist);
  command
    .add_option(
      "-m,--model", text.models,
      "the model; may be repeated, or a,b: the first one that is listed (default: model of "
      "limn.yaml, gpt-image-2)")
    ->type_name("ID")
    ->allow_extra_args(false)
    ->check(takes(ValueKind::models));
  command
    .add_option("--gateway", text.gateways,
                "only this gateway; may be repeated, or a,b (default: all, in their order)")
    ->type_name("NAME")
    ->allow_extra_args(false)
    ->check(takes(ValueKind::gateways));
  command
    .add_option("--provider", text.providers,
                "only this provider; may be repeated, or a,b: in this order (default: providers of "
                "limn.yaml, openai_images,responses_api)")
    ->type_name("ID")
    ->allow_extra_args(false)
    ->check(takes(ValueKind::providers));
  command
    .add_option("--verify", text.verify,
                "ask for the list of models first: auto (where it was not asked for within a day), "
                "always or never (default: auto)")
    ->type_name("WORD")
    ->check(takes({"auto", "always", "never"}));
}

void add_limit_options(CLI::App& command, JobText& text, OutputFile output_file)
{
  command.option_defaults()->group(k_limits);
  command
    .add_option("--timeout", text.timeout,
                "how long one attempt may take in all, up to 24h: seconds, or 90s, 10m, 1h30m "
                "(default: timeout of limn.yaml, 600s)")
    ->type_name("TIME");
  command
    .add_option("--wait", text.wait,
                "how long a job may wait in all where gateways say \"later\", up to 24h; 0: not at "
                "all (default: fallback.wait of limn.yaml, 120s)")
    ->type_name("TIME");
  if (output_file == OutputFile::chosen) {
    command
      .add_option("--max-cost", text.max_cost,
                  "ask for nothing that could cost more US dollars than this, or whose cost nobody "
                  "knows")
      ->type_name("USD");
  }
  command.add_flag("--allow-duplicate-charge", text.duplicate_charge,
                   "go on after an answer was lost, though the image may be charged twice");
}

} // namespace

void add_job_options(CLI::App& command, JobText& text, OutputFile output_file)
{
  add_picture_options(command, text);
  add_place_options(command, text, output_file);
  add_artist_options(command, text);
  add_limit_options(command, text, output_file);
  command.option_defaults()->group("Options");
}

Result<GenerateOptions> finish_job(const JobText& text)
{
  std::vector<Failure> mistakes;
  auto options = read_job(text, mistakes);
  if (!mistakes.empty()) {
    return fail(std::move(mistakes.front()));
  }
  return options;
}

} // namespace limn
