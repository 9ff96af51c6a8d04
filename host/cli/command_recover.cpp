#include "base/utc_text.hpp"
#include "cli/commands.hpp"
#include "cli/option_checks.hpp"
#include "job/envelope.hpp"
#include "job/exit_status.hpp"
#include "job/job_output.hpp"
#include "model/store_address.hpp"
#include "output/kept.hpp"
#include "output/untold.hpp"
#include "store/left_uploads.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>

namespace limn {

namespace {

struct RecoverOptions {
  std::vector<std::string> names; // to move; none and no `all`: only lists
  bool all = false;               // that is whole
  std::filesystem::path directory;
};

// A file in the report: where it went, or why it did not.
struct Line {
  KeptFile file;
  std::optional<UploadNote> note; // of one that is to go to a store
  std::filesystem::path moved_to; // or the address there
  std::optional<Failure> failure;
  bool is_in_place = false; // only nobody could be told of it
};

// The text of an answer in which no image was recognised.
bool is_answer(const KeptFile& file)
{
  const auto extension = file.path.extension();
  return !file.format && (extension == ".json" || extension == ".txt");
}

std::string what_it_is(const KeptFile& file)
{
  if (is_answer(file)) {
    return "text";
  }
  auto text = file.format ? std::string(to_string(*file.format)) : std::string("unknown");
  if (file.size.width > 0) {
    text += " " + to_string(file.size);
  }
  return text;
}

// Its name is enough, or its whole path.
bool goes_by(const KeptFile& file, const std::string& name)
{
  return file.path.filename() == name || file.path == name;
}

std::optional<UploadNote> note_of(const KeptFile& file, const std::vector<UploadNote>& notes)
{
  const auto found = std::ranges::find(notes, file.path, &UploadNote::file);
  return found == notes.end() ? std::nullopt : std::optional(*found);
}

Result<std::vector<Line>> chosen(const std::vector<KeptFile>& files, const RecoverOptions& options,
                                 const std::filesystem::path& recovered,
                                 const std::vector<Line>& in_place)
{
  for (const auto& name : options.names) {
    const bool is_in_place = std::any_of(
      in_place.begin(), in_place.end(), [&](const Line& line) { return goes_by(line.file, name); });
    if (!is_in_place && std::none_of(files.begin(), files.end(), [&](const KeptFile& file) {
          return goes_by(file, name);
        })) {
      return fail(FailureClass::usage,
                  fmt::format("there is no '{}' in {}", name, recovered.string()),
                  "`limn recover` lists what there is");
    }
  }
  const bool is_list = options.names.empty() && !options.all;
  const auto notes = upload_notes().read();
  std::vector<Line> lines;
  for (const auto& file : files) {
    const bool is_named = std::any_of(options.names.begin(), options.names.end(),
                                      [&](const std::string& name) { return goes_by(file, name); });
    if (is_list || is_named || (options.all && !file.damage)) {
      lines.push_back({file, note_of(file, notes), {}, {}, false});
    }
  }
  return lines;
}

void write_line(JsonWriter& json, const Line& line)
{
  json.begin_object();
  json.path_member("path", line.file.path);
  json.member("state", line.file.damage ? "damaged" : "whole");
  json.optional_member("format", line.file.format ? to_string(*line.file.format) : "");
  json.member("width", static_cast<std::int64_t>(line.file.size.width));
  json.member("height", static_cast<std::int64_t>(line.file.size.height));
  json.member("bytes", static_cast<std::int64_t>(line.file.bytes));
  json.member("time", utc_text(line.file.time));
  json.optional_member("message", line.failure       ? line.failure->message
                                  : line.file.damage ? line.file.damage->message
                                                     : "");
  if (line.moved_to.empty()) {
    json.optional_member("moved_to", "");
  } else {
    json.path_member("moved_to", line.moved_to);
  }
  json.optional_member("address", line.note ? line.note->address : "");
  json.end_object();
}

void print_line(Out& out, Terminal& terminal, const Line& line)
{
  if (line.failure) {
    return; // told as the error
  }
  if (line.is_in_place && !line.moved_to.empty()) {
    out.path(line.moved_to);
    return;
  }
  if (!line.moved_to.empty()) {
    out.path(line.moved_to);
    terminal.say(LogLevel::info, fmt::format("moved {}", line.file.path.string()));
    return;
  }
  out.line(fmt::format("{}  {:<7}  {:<14}  {:>10} bytes  {}{}", utc_text(line.file.time),
                       is_answer(line.file) ? "answer"
                       : line.file.damage   ? "damaged"
                                            : "whole",
                       what_it_is(line.file), line.file.bytes, line.file.path.string(),
                       line.note ? " -> " + line.note->address : ""));
}

int print(Session& session, const std::vector<Line>& lines)
{
  const auto failed = std::find_if(lines.begin(), lines.end(),
                                   [](const Line& line) { return line.failure.has_value(); });
  const int status = failed == lines.end() ? 0 : exit_status(FailureClass::not_saved);
  if (session.options().format == ReportFormat::text) {
    for (const auto& line : lines) {
      print_line(session.out(), session.terminal(), line);
    }
    for (const auto& line : lines) {
      if (line.failure) {
        session.terminal().say(LogLevel::error, line.failure->message);
        if (!line.failure->hint.empty()) {
          session.terminal().say(LogLevel::info, "  " + line.failure->hint);
        }
      }
    }
    return status;
  }
  JsonWriter json;
  json.begin_object();
  json.flag("ok", status == 0);
  if (failed != lines.end()) {
    json.key("error");
    write_error(json, {FailureClass::not_saved, failed->failure->message, failed->failure->hint});
  }
  json.key("files");
  json.begin_array();
  for (const auto& line : lines) {
    write_line(json, line);
  }
  json.end_array();
  json.end_object();
  session.out().json(json);
  return status;
}

// Those that are at their places already, of the ones asked for. Who asks for all, or for one by
// its name, was told: they are forgotten.
Result<std::vector<Line>> untold(const RecoverOptions& options)
{
  const bool is_list = options.names.empty() && !options.all;
  std::vector<Line> lines;
  std::vector<std::filesystem::path> told;
  for (auto& file : untold_files(untold_notes())) {
    const bool is_named = std::any_of(options.names.begin(), options.names.end(),
                                      [&](const std::string& name) { return goes_by(file, name); });
    if (!is_list && !is_named && !options.all) {
      continue;
    }
    Line line{std::move(file), {}, {}, {}, true};
    if (!is_list) {
      line.moved_to = line.file.path;
      told.push_back(line.file.path);
    }
    lines.push_back(std::move(line));
  }
  if (!told.empty()) {
    LIMN_TRY(forget_untold(untold_notes(), told));
  }
  return lines;
}

// What is to go to a store goes there, unless another place was named.
void bring_to_stores(Session& session, std::vector<Line>& lines)
{
  std::deque<UploadNote> notes;
  for (const auto& line : lines) {
    if (line.note) {
      notes.push_back(*line.note);
    }
  }
  if (notes.empty()) {
    return;
  }
  LeftUploads uploads(
    store_parts(session), Tries::few,
    [&lines](const UploadNote& note, const Done& done) {
      for (auto& line : lines) {
        if (line.file.path == note.file && done) {
          line.moved_to = note.address;
        } else if (line.file.path == note.file) {
          line.failure = done.error();
        }
      }
    },
    [&session] { session.loop().stop(); });
  uploads.begin(std::move(notes));
  session.loop().run();
}

Result<int> recover(Session& session, const RecoverOptions& options)
{
  const auto recovered = recovered_folder();
  if (is_store_address(options.directory.native())) {
    return fail(FailureClass::usage, "pictures are moved to a folder",
                "those that were on their way to a store go there without -d");
  }
  LIMN_TRY_ASSIGN(const auto folder, output_folder(session, options.directory));
  const bool is_list = options.names.empty() && !options.all;
  if (!is_list && folder == recovered) {
    return fail(FailureClass::usage, fmt::format("they are in {} already", recovered.string()),
                "name another folder with -d DIR");
  }
  const auto usual = output_folder(session, {});
  LIMN_TRY_ASSIGN(const auto files, kept_files(recovered, {folder, usual ? *usual : folder}));
  LIMN_TRY_ASSIGN(const auto in_place, untold(options));
  LIMN_TRY_ASSIGN(auto lines, chosen(files, options, recovered, in_place));
  if (!is_list) {
    if (options.directory.empty()) {
      bring_to_stores(session, lines);
    }
    for (auto& line : lines) {
      if (line.note && options.directory.empty()) {
        continue;
      }
      if (auto moved = move_kept(line.file, folder)) {
        line.moved_to = std::move(*moved);
      } else {
        line.failure = std::move(moved.error());
      }
    }
  }
  const bool has_kept = !lines.empty();
  lines.insert(lines.begin(), in_place.begin(), in_place.end());
  if (lines.empty()) {
    session.terminal().say(LogLevel::info,
                           files.empty() ? fmt::format("nothing is kept in {}", recovered.string())
                                         : "nothing that is kept is whole; limn recover NAME moves "
                                           "a damaged image");
  } else if (is_list && !has_kept) {
    session.terminal().say(LogLevel::info,
                           "these images are where they belong, and nobody could be told so; "
                           "limn recover --all takes them off this list");
  } else if (is_list) {
    session.terminal().say(LogLevel::info, "limn recover --all moves what is whole, limn recover "
                                           "NAME one of them, damaged or not");
  }
  return print(session, lines);
}

} // namespace

Command recover_command()
{
  struct Text {
    RecoverOptions options;
    std::string directory;
  };
  const auto text = std::make_shared<Text>();
  Command command{"recover",
                  "list images that came but could not be given their name, or move them"};
  command.examples = {"limn recover", "limn recover --all -d ~/Pictures"};
  command.add_options = [text](CLI::App& app) {
    app.add_option("name", text->options.names, "move these, damaged ones too")->option_text("...");
    app.add_flag("--all", text->options.all, "move all that are whole");
    app
      .add_option("-d,--directory", text->directory,
                  "the folder to move them to instead of the one of `limn generate`")
      ->type_name("DIR")
      ->check(k_not_empty);
  };
  command.run = [text](const Invocation& invocation) -> Result<int> {
    text->options.directory = text->directory;
    LIMN_TRY_ASSIGN(const auto session, open_session(invocation));
    return recover(*session, text->options);
  };
  return command;
}

} // namespace limn
