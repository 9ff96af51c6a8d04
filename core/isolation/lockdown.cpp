#include "isolation/lockdown.hpp"

#include "base/descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>
#include <vector>

namespace limn {

namespace {

constexpr rlim_t k_most_memory = rlim_t{1} << 30;
constexpr rlim_t k_most_stack = rlim_t{8} << 20; // counted apart, and often without any limit

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool k_has_shadow_memory = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool k_has_shadow_memory = true;
#else
constexpr bool k_has_shadow_memory = false;
#endif
#else
constexpr bool k_has_shadow_memory = false;
#endif

#if defined(__x86_64__) || defined(__aarch64__)
constexpr bool k_has_list = true;
#else
constexpr bool k_has_list = false; // other machines have other calls
#endif

enum class If { always, own_process, no_code, reading };

struct Call {
  int number;
  Allow from;
  If condition = If::always;
};

// With Allow::loading: only until the plugin is loaded. A plugin needs memory, time and chance, and
// its line to limn.
constexpr Call k_calls[] = {
  {SYS_read, Allow::calls},
  {SYS_write, Allow::calls},
  {SYS_readv, Allow::calls},
  {SYS_writev, Allow::calls},
  {SYS_recvfrom, Allow::calls},
  {SYS_recvmsg, Allow::calls},
  {SYS_sendto, Allow::calls},
  {SYS_sendmsg, Allow::calls},
  {SYS_lseek, Allow::calls},
  {SYS_fstat, Allow::calls},
  {SYS_close, Allow::calls},
  {SYS_ppoll, Allow::calls},
#ifdef SYS_poll
  {SYS_poll, Allow::calls},
#endif
  {SYS_brk, Allow::calls},
  {SYS_munmap, Allow::calls},
  {SYS_mremap, Allow::calls},
  {SYS_madvise, Allow::calls},
  {SYS_mmap, Allow::calls, If::no_code},
  {SYS_mprotect, Allow::calls, If::no_code},
  {SYS_futex, Allow::calls},
  {SYS_sched_yield, Allow::calls},
  {SYS_clock_gettime, Allow::calls},
  {SYS_clock_getres, Allow::calls},
  {SYS_clock_nanosleep, Allow::calls},
  {SYS_nanosleep, Allow::calls},
  {SYS_gettimeofday, Allow::calls},
#ifdef SYS_time
  {SYS_time, Allow::calls},
#endif
  {SYS_restart_syscall, Allow::calls},
  {SYS_rt_sigaction, Allow::calls},
  {SYS_rt_sigprocmask, Allow::calls},
  {SYS_rt_sigreturn, Allow::calls},
  {SYS_sigaltstack, Allow::calls},
  {SYS_tgkill, Allow::calls, If::own_process}, // abort()
  {SYS_getpid, Allow::calls},
  {SYS_gettid, Allow::calls},
  {SYS_getrandom, Allow::calls},
  {SYS_exit, Allow::calls},
  {SYS_exit_group, Allow::calls},

  {SYS_openat, Allow::loading, If::reading},
  {SYS_newfstatat, Allow::loading},
  {SYS_statx, Allow::loading},
  {SYS_pread64, Allow::loading},
  {SYS_readlinkat, Allow::loading},
#ifdef SYS_readlink
  {SYS_readlink, Allow::loading},
  {SYS_access, Allow::loading},
#endif
  {SYS_faccessat, Allow::loading},
  {SYS_getcwd, Allow::loading},
  {SYS_getuid, Allow::loading},
  {SYS_geteuid, Allow::loading},
  {SYS_getgid, Allow::loading},
  {SYS_getegid, Allow::loading},
  {SYS_mmap, Allow::loading},
  {SYS_mprotect, Allow::loading},
  {SYS_seccomp, Allow::loading}, // to be left with less
};

// With a pipe they try whether memory can be read.
constexpr Call k_calls_of_sanitizers[] = {
  {SYS_pipe2, Allow::calls},
#ifdef SYS_pipe
  {SYS_pipe, Allow::calls},
#endif
};

constexpr std::uint64_t k_reading = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t k_reading_below = k_reading | LANDLOCK_ACCESS_FS_READ_DIR;

constexpr const char* k_library_folders[] = {"/lib", "/lib32",     "/lib64",
                                             "/usr", "/nix/store", "/gnu/store"};

void allow_path(int rules, const std::filesystem::path& path, std::uint64_t access)
{
  const Descriptor opened(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!opened) {
    return; // what is not there cannot be read either
  }
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access;
  rule.parent_fd = opened.number();
  ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

// Not the whole folder: a plugin may lie in the home folder, beside everything else.
void allow_libraries_beside(int rules, const std::filesystem::path& plugin)
{
  std::error_code error;
  const auto real = std::filesystem::canonical(plugin, error);
  allow_path(rules, real, k_reading);
  std::filesystem::directory_iterator files(real.parent_path(), error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    if (files->path().filename().string().find(".so") != std::string::npos
        && files->is_regular_file(error)) {
      allow_path(rules, files->path(), k_reading);
    }
  }
}

// Allows calls by name and argument; all others fail with EPERM, and those of another machine (also
// of x32, which go to the same functions by other numbers) end the process.
class CallFilter
{
public:
  CallFilter() : m_filter(::seccomp_init(SCMP_ACT_ERRNO(EPERM)))
  {
    set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    set(SCMP_FLTATR_CTL_NNP, 0); // was done, and prctl may be refused by now
    set(SCMP_FLTATR_API_SYSRAWRC, 1);
  }
  CallFilter(const CallFilter&) = delete;
  CallFilter& operator=(const CallFilter&) = delete;
  ~CallFilter() { ::seccomp_release(m_filter); }

  // Only where each of `arguments` compares; of arguments their lower half counts, which is all
  // that these calls look at.
  void allow(int call, const std::vector<scmp_arg_cmp>& arguments)
  {
    note(::seccomp_rule_add_exact_array(m_filter, SCMP_ACT_ALLOW, call,
                                        static_cast<unsigned>(arguments.size()), arguments.data()));
  }

  // The error number, also of what went before.
  int install()
  {
    note(::seccomp_load(m_filter));
    return m_error;
  }

private:
  void set(scmp_filter_attr attribute, std::uint32_t value)
  {
    note(::seccomp_attr_set(m_filter, attribute, value));
  }
  void note(int result)
  {
    if (result < 0 && m_error == 0) {
      m_error = -result;
    }
  }

  scmp_filter_ctx m_filter;
  int m_error = 0; // the first
};

scmp_arg_cmp without(unsigned argument, std::uint32_t bits)
{
  return {argument, SCMP_CMP_MASKED_EQ, bits, 0}; // SCMP_CMP is C99
}

std::vector<scmp_arg_cmp> arguments_of(const Call& call)
{
  std::vector<scmp_arg_cmp> arguments;
  switch (call.condition) {
  case If::always:
    break;
  case If::own_process:
    arguments.push_back(
      {0, SCMP_CMP_MASKED_EQ, 0xffffffff, static_cast<std::uint32_t>(::getpid())});
    break;
  case If::no_code:
    arguments.push_back(without(2, PROT_EXEC));
    break;
  case If::reading:
    arguments.push_back(without(2, O_ACCMODE | O_CREAT | O_TRUNC));
    break;
  }
  // The limit of a process's memory counts neither what it could share nor what grows by itself.
  if (call.number == SYS_mmap && !k_has_shadow_memory) {
    arguments.push_back(without(3, MAP_SHARED | MAP_GROWSDOWN));
  }
  return arguments;
}

} // namespace

void give_up_rights(int last_descriptor)
{
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  if (!k_has_shadow_memory) { // which is larger than any limit
    const rlimit memory{k_most_memory, k_most_memory};
    ::setrlimit(RLIMIT_DATA, &memory);
    const rlimit stack{k_most_stack, k_most_stack};
    ::setrlimit(RLIMIT_STACK, &stack);
  }
  ::syscall(SYS_close_range, static_cast<unsigned>(last_descriptor) + 1, ~0U, 0U);
}

int read_only_libraries(const std::filesystem::path& plugin)
{
  if (k_has_shadow_memory) {
    return ENOSYS; // its library reads what the kernel says of the process
  }
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = k_reading_below | LANDLOCK_ACCESS_FS_WRITE_FILE;
  const Descriptor opened(
    static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  if (!opened) {
    return errno;
  }
  const int rules = opened.number();
  for (const auto* folder : k_library_folders) {
    allow_path(rules, folder, k_reading_below);
  }
  allow_path(rules, "/etc/ld.so.cache", k_reading);
  allow_libraries_beside(rules, plugin);
  return ::syscall(SYS_landlock_restrict_self, rules, 0) == 0 ? 0 : errno;
}

int allow_only(Allow allow)
{
  if (!k_has_list) {
    return ENOSYS;
  }
  CallFilter filter;
  for (const auto& call : k_calls) {
    // What is allowed with a condition for calls is allowed without for loading, further down.
    const bool comes_again = call.number == SYS_mmap || call.number == SYS_mprotect;
    if (allow == Allow::loading ? !(comes_again && call.from == Allow::calls)
                                : call.from == Allow::calls) {
      filter.allow(call.number, arguments_of(call));
    }
  }
  if (k_has_shadow_memory) {
    for (const auto& call : k_calls_of_sanitizers) {
      filter.allow(call.number, arguments_of(call));
    }
  }
  return filter.install();
}

std::string libseccomp_version()
{
  const auto& version = *::seccomp_version();
  return fmt::format("{}.{}.{}", version.major, version.minor, version.micro);
}

} // namespace limn
