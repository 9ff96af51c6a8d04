#include "isolation/lockdown.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
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

#if defined(__x86_64__)
constexpr std::uint32_t k_machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t k_machine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t k_machine = 0; // no list for it
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
  const int descriptor = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (descriptor < 0) {
    return; // what is not there cannot be read either
  }
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access;
  rule.parent_fd = descriptor;
  ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  ::close(descriptor);
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

class Program
{
public:
  Program()
  {
    load(offsetof(seccomp_data, arch));
    add(BPF_JMP | BPF_JEQ | BPF_K, k_machine, 1, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    // Those of the x32 kind have this bit, and go to the same functions by other numbers.
    constexpr std::uint32_t k_x32_bit = 0x40000000;
    add(BPF_JMP | BPF_JGE | BPF_K, k_x32_bit, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
#endif
  }

  void allow(const Call& call)
  {
    const auto number = static_cast<std::uint32_t>(call.number);
    switch (call.condition) {
    case If::always:
      add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
      add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
      return;
    case If::own_process:
      add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
      load_argument(0);
      add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(::getpid()), 0, 1);
      break;
    case If::no_code:
      add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
      load_argument(2);
      add(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0);
      break;
    case If::reading:
      add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
      load_argument(2);
      add(BPF_JMP | BPF_JSET | BPF_K, O_ACCMODE | O_CREAT | O_TRUNC, 1, 0);
      break;
    }
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    refuse();
  }

  // The limit of a process's memory counts neither what it could share nor what grows by itself.
  void refuse_uncounted_memory()
  {
    add(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 4);
    load_argument(3);
    add(BPF_JMP | BPF_JSET | BPF_K, MAP_SHARED | MAP_GROWSDOWN, 0, 1);
    refuse();
    load(offsetof(seccomp_data, nr));
  }

  void refuse()
  {
    add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  }

  int install()
  {
    sock_fprog program{static_cast<unsigned short>(m_steps.size()), m_steps.data()};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
  }

private:
  void add(int code, std::uint32_t value, std::uint8_t if_true = 0, std::uint8_t if_false = 0)
  {
    m_steps.push_back({static_cast<std::uint16_t>(code), if_true, if_false, value});
  }
  void load(std::size_t offset)
  {
    add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  }
  // Its lower half, which is all that these calls look at; both machines keep it in front.
  void load_argument(std::size_t index)
  {
    load(offsetof(seccomp_data, args) + index * sizeof(std::uint64_t));
  }

  std::vector<sock_filter> m_steps;
};

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
  const int rules =
    static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0));
  if (rules < 0) {
    return errno;
  }
  for (const auto* folder : k_library_folders) {
    allow_path(rules, folder, k_reading_below);
  }
  allow_path(rules, "/etc/ld.so.cache", k_reading);
  allow_libraries_beside(rules, plugin);
  const int error = ::syscall(SYS_landlock_restrict_self, rules, 0) == 0 ? 0 : errno;
  ::close(rules);
  return error;
}

int allow_only(Allow allow)
{
  if (k_machine == 0) {
    return ENOSYS;
  }
  Program program;
  if (!k_has_shadow_memory) {
    program.refuse_uncounted_memory();
  }
  for (const auto& call : k_calls) {
    // What is allowed with a condition for calls is allowed without for loading, further down.
    const bool comes_again = call.number == SYS_mmap || call.number == SYS_mprotect;
    if (allow == Allow::loading ? !(comes_again && call.from == Allow::calls)
                                : call.from == Allow::calls) {
      program.allow(call);
    }
  }
  if (k_has_shadow_memory) {
    for (const auto& call : k_calls_of_sanitizers) {
      program.allow(call);
    }
  }
  program.refuse();
  return program.install();
}

} // namespace limn
