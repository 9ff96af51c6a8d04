#include "job/job_output.hpp"

#include "engine/asked_job.hpp"
#include "job/paths.hpp"
#include "job/standard_output.hpp"
#include "output/file_sink.hpp"
#include "output/pipe_sink.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace limn {

namespace {

// What -o means where it names an open descriptor; opening such a path anew would fail for a
// socket, and would begin at the start of a file.
std::optional<int> descriptor_of(const std::filesystem::path& path)
{
  auto text = path.string();
  if (text == "-" || text == "/dev/stdout") {
    return STDOUT_FILENO;
  }
  if (text == "/dev/stderr") {
    return STDERR_FILENO;
  }
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    int number = -1;
    const auto* end = text.data() + text.size();
    if (text.starts_with(folder)) {
      const auto [rest, error] = std::from_chars(text.data() + folder.size(), end, number);
      if (error == std::errc() && rest == end && number >= 0) {
        return number;
      }
    }
  }
  return std::nullopt;
}

// "new/", "new/." and "..": only a folder can be meant.
bool ends_as_folder(const std::filesystem::path& path)
{
  const auto last = path.filename();
  return last.empty() || last == "." || last == "..";
}

tl::unexpected<Failure> usage(std::string message, std::string hint)
{
  return fail(FailureClass::usage, std::move(message), std::move(hint));
}

tl::unexpected<Failure> not_written(const std::filesystem::path& path)
{
  return fail(FailureClass::not_saved,
              fmt::format("cannot write to {}: {}", path.string(), std::strerror(errno)),
              "nothing was asked for yet");
}

tl::unexpected<Failure> for_a_terminal()
{
  return usage("an image on a terminal would only garble it",
               "name a file with -o FILE, or send it on: limn generate -o - ... | COMMAND");
}

Done check_one_image(const std::filesystem::path& path, const Session& session,
                     const GenerateOptions& options)
{
  const int count = wanted_count(options.job, session.settings());
  if (count == 1) {
    return {};
  }
  return usage(
    fmt::format("{} images do not fit into {}: it takes the bytes of one", count, path.string()),
    options.job.count > 0 ? "leave out -n, or name a folder with -d DIR"
                          : "defaults.n asks for so many: say -n 1, or name a folder with -d DIR");
}

// Folders of the kernel: what root writes there is gone after a restart, or a file where a device
// is looked for. /dev/shm is a disk in memory.
Done check_folder(const std::filesystem::path& folder)
{
  std::error_code error;
  const auto real = std::filesystem::weakly_canonical(folder, error);
  const auto text = (error ? folder : real).lexically_normal().string() + "/";
  for (const std::string_view place : {"/dev/", "/proc/", "/sys/"}) {
    if (text.starts_with(place) && !text.starts_with("/dev/shm/")) {
      return usage(fmt::format("{} takes no images: it is the kernel's", folder.string()),
                   place == "/dev/" ? "no such device is there; name a file with -o FILE, or a "
                                      "folder with -d DIR"
                                    : "name a file with -o FILE, or a folder with -d DIR");
    }
  }
  return {};
}

bool is_same_file(const struct stat& one, const struct stat& other)
{
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

} // namespace

std::filesystem::path untold_notes()
{
  return state_folder() / "untold";
}

std::filesystem::path recovered_folder()
{
  return state_folder() / "recovered";
}

UploadNotes upload_notes()
{
  return UploadNotes(state_folder() / "uploads");
}

StoreParts store_parts(Session& session)
{
  auto& host = session.host();
  return {host.client(), session.terminal(), host.stores(), upload_notes()};
}

Result<std::filesystem::path> output_folder(const Session& session,
                                            const std::filesystem::path& directory)
{
  const auto& setting = session.settings().output_directory;
  if (directory.empty() && !setting.empty()) {
    return setting;
  }
  if (is_store_address(directory.native())) {
    LIMN_TRY(parse_store_address(directory.native()));
    return directory;
  }
  auto folder = from_here(directory.empty() ? "." : directory);
  if (folder.is_relative()) {
    return fail(FailureClass::not_saved, "the current folder is gone",
                "nothing was asked for yet; go to another one, or name one with -d DIR");
  }
  return folder;
}

Result<JobOutput> JobOutput::choose(const Session& session, const GenerateOptions& options)
{
  JobOutput output;
  output.m_options = {session.settings().output_name, recovered_folder()};
  // Only the envelope shows it.
  const bool is_shown = session.options().format == ReportFormat::json || session.options().events;
  if (is_shown) {
    output.with_digest();
  }
  const auto& file = options.output_file;
  if (const auto& place = file.empty() ? options.output_directory : file;
      is_store_address(place.native())) {
    LIMN_TRY(output.use_store(place.native(), options));
    return output;
  }
  if (file.empty()) {
    LIMN_TRY_ASSIGN(output.m_folder, output_folder(session, options.output_directory));
    LIMN_TRY(check_folder(output.m_folder));
    return output;
  }
  if (const auto descriptor = descriptor_of(file)) {
    const auto name = *descriptor == STDOUT_FILENO ? "/dev/stdout" : file;
    LIMN_TRY(output.use_descriptor(*descriptor, name, session, options));
    return output;
  }
  LIMN_TRY_ASSIGN(const auto path, output_folder(session, file));
  struct stat status {
  };
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (ends_as_folder(file) || (exists && S_ISDIR(status.st_mode))) {
    if (path.lexically_normal() == path.root_path()) {
      return usage("/ is a folder, and no name of a file",
                   "name a file with -o FILE, or give -d / if that folder is meant");
    }
    output.m_folder = path;
    LIMN_TRY(check_folder(path));
    return output;
  }
  if (exists && (S_ISSOCK(status.st_mode) || S_ISBLK(status.st_mode))) {
    return usage(fmt::format("{} is a {}, which takes no image", path.string(),
                             S_ISSOCK(status.st_mode) ? "socket" : "disk"),
                 "name a file with -o FILE, or send it on: limn generate -o - ... | COMMAND");
  }
  if (exists && !S_ISREG(status.st_mode)) {
    LIMN_TRY(check_one_image(path, session, options));
    output.m_pipe = path;
    return output;
  }
  output.m_folder = path.parent_path();
  LIMN_TRY(check_folder(output.m_folder));
  output.m_file_name = path.filename().string();
  return output;
}

Done JobOutput::use_descriptor(int descriptor, const std::filesystem::path& name,
                               const Session& session, const GenerateOptions& options)
{
  struct stat status {
  };
  struct stat standard_output {
  };
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (::fstat(descriptor, &status) != 0 || flags < 0) {
    return not_written(name);
  }
  if ((flags & O_ACCMODE) == O_RDONLY) {
    errno = EBADF;
    return not_written(name);
  }
  if (descriptor == STDERR_FILENO) {
    return usage("standard error carries the report, not the image", "use -o - or -o FILE");
  }
  if (::isatty(descriptor) == 1) {
    return for_a_terminal();
  }
  LIMN_TRY(check_one_image(name, session, options));
  m_is_stdout =
    descriptor == STDOUT_FILENO
    || (::fstat(STDOUT_FILENO, &standard_output) == 0 && is_same_file(status, standard_output));
  if (m_is_stdout && session.options().format == ReportFormat::json) {
    return usage("the image and the envelope cannot both go to standard output",
                 "leave out --json (--events tells the same on standard error), or use -o FILE");
  }
  m_pipe = name;
  m_descriptor = descriptor;
  return {};
}

Done JobOutput::use_store(const std::string& address, const GenerateOptions& options)
{
  LIMN_TRY_ASSIGN(m_prefix, parse_store_address(address));
  if (options.remember == Remember::yes) {
    return usage("--remember keeps a folder, and no place in a store", "name it with each command");
  }
  auto& key = m_prefix->key;
  const auto last = key.substr(key.rfind('/') + 1); // npos + 1 is 0
  if (!options.output_file.empty() && !last.empty() && stem_of(last) != last) {
    m_file_name = last;
    key.resize(key.size() - last.size());
  }
  m_folder = m_prefix->text();
  return {};
}

Done JobOutput::open_pipe(Terminal& terminal)
{
  constexpr int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY;
  m_opened = Descriptor(::open(m_pipe.c_str(), flags | O_NONBLOCK));
  if (!m_opened && errno == ENXIO) {
    terminal.say(LogLevel::info, fmt::format("waiting until somebody reads {}", m_pipe.string()));
    do {
      m_opened = Descriptor(::open(m_pipe.c_str(), flags));
    } while (!m_opened && errno == EINTR);
  }
  if (!m_opened) {
    return not_written(m_pipe);
  }
  m_descriptor = m_opened.number();
  if (::isatty(m_descriptor) == 1) {
    return for_a_terminal();
  }
  // Until here only the opening was not to wait.
  ::fcntl(m_descriptor, F_SETFL, ::fcntl(m_descriptor, F_GETFL) & ~O_NONBLOCK);
  return {};
}

Result<std::unique_ptr<ImageSink>> JobOutput::open(Session& session, Naming naming)
{
  std::unique_ptr<ImageSink> sink;
  if (!is_file()) {
    if (m_descriptor < 0) {
      LIMN_TRY(open_pipe(session.terminal()));
    }
    LIMN_TRY(check_takes_bytes(m_descriptor, m_pipe));
    sink = std::make_unique<PipeSink>(m_descriptor, m_pipe, m_options);
  } else if (m_prefix) {
    LIMN_TRY(session.host().check_store(*m_prefix));
    sink = std::make_unique<StoreSink>(store_parts(session), *m_prefix, stem_of(m_file_name),
                                       m_options, std::move(naming));
  } else if (!m_file_name.empty()) {
    sink = std::make_unique<FileSink>(m_folder, m_file_name, m_options, std::move(naming));
  } else {
    sink = std::make_unique<FolderSink>(m_folder, m_options, std::move(naming));
  }
  LIMN_TRY(sink->check_writable());
  return sink;
}

} // namespace limn
