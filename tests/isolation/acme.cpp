// A provider that draws like any other, and besides does in one of its functions what its settings
// say: `settings: {acme: {in: next, do: segfault}}`.
#include <limn/abi.h>

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#ifndef ACME_ID
#define ACME_ID "acme"
#endif

extern char** environ;

namespace {

std::string_view view(limn_str text)
{
  return {text.data, text.size};
}

limn_str borrow(std::string_view text)
{
  return {text.data(), text.size()};
}

struct Acme {
  const limn_log_v1* log = nullptr;
  const limn_env_v1* env = nullptr;
  const limn_files_v1* files = nullptr;
  const limn_classify_v1* classify = nullptr;
  const limn_clock_v1* clock = nullptr;
  std::string in, what;
  bool billable = false;
  std::string seen; // all that it was ever told
};

struct Drawing {
  Acme* acme;
  std::string body;
  int step = 0;
};

void say(const Acme& acme, std::string_view line)
{
  if (acme.log) {
    acme.log->write(acme.log->context, LIMN_LOG_WARNING, borrow(line));
  }
}

// --- Harm ---

// What code that runs while the plugin is loaded gets at: "passwd" is in nobody's library folder.
struct Early {
  bool read_library = works(::open("/usr/lib/os-release", O_RDONLY));
  bool read_passwd = works(::open("/etc/passwd", O_RDONLY));
  bool opened_socket = works(::socket(AF_INET, SOCK_STREAM, 0));

  static bool works(int descriptor)
  {
    ::close(descriptor);
    return descriptor >= 0;
  }
} early;

[[noreturn]] void overflow_the_stack(volatile char* before)
{
  volatile char here[65536];
  here[0] = *before;
  overflow_the_stack(here);
}

// Twice as much stack as is given to an isolated plugin, from its top to its end.
void go_deep(volatile char* before, int depth)
{
  volatile char here[65536];
  here[0] = *before;
  if (depth < 256) {
    go_deep(here, depth + 1);
  }
  here[1] = here[0]; // so that the frame is still needed
}

void* nothing(void*)
{
  return nullptr;
}

// What each forbidden thing comes to: "open 1" means that it failed with EPERM, 0 that it worked.
// None of them does harm where it is not forbidden.
std::string try_everything()
{
  std::string told;
  const auto tell = [&told](std::string_view name, long result) {
    told += std::string(name) + " " + std::to_string(result < 0 ? errno : 0) + ", ";
  };
  tell("open", ::open("/etc/passwd", O_RDONLY));
  tell("create", ::open("/proc/limn-isolation-test", O_RDWR | O_CREAT, 0600));
  tell("stat", ::access("/etc/passwd", R_OK));
  tell("socket", ::socket(AF_INET, SOCK_STREAM, 0));
  tell("socketpair", ::socket(AF_UNIX, SOCK_STREAM, 0));
  const auto process = ::fork();
  tell("fork", process);
  if (process == 0) {
    ::_exit(0);
  }
  std::array<char*, 1> none{nullptr};
  tell("exec", ::execve("/proc/nothing", none.data(), none.data()));
  tell("kill", ::kill(::getppid(), 0));
  tell("tgkill", ::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0));
  tell("ptrace", ::ptrace(PTRACE_PEEKDATA, ::getppid(), nullptr, nullptr));
  tell("prctl", ::prctl(PR_GET_DUMPABLE));
  tell("seccomp", ::syscall(SYS_seccomp, 99, 0, nullptr));
  tell("fcntl", ::fcntl(1, F_GETFL));
  tell("setpgid", ::setpgid(0, 0));
  pthread_t thread{};
  errno = ::pthread_create(&thread, nullptr, nothing, nullptr);
  tell("thread", errno == 0 ? 0 : -1);
  void* code = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  tell("code", code == MAP_FAILED ? -1 : 0);
  const auto tell_memory = [&](std::string_view name, int flags) {
    void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);
    tell(name, memory == MAP_FAILED ? -1 : 0);
  };
  tell_memory("shared", MAP_SHARED);
  tell_memory("growing", MAP_PRIVATE | MAP_GROWSDOWN);
  std::size_t variables = 0;
  for (char** one = environ; one && *one; ++one) {
    ++variables;
  }
  told += "variables " + std::to_string(variables);
  return told;
}

void allocate_without_end()
{
  for (;;) {
    const std::size_t size = std::size_t{64} << 20;
    auto* more = static_cast<char*>(std::malloc(size));
    if (!more) {
      throw std::bad_alloc();
    }
    *static_cast<volatile char*>(more) = 'x'; // what has no page counts, too, and costs no time
  }
}

// A spelling that nobody hides: the digits of hex are letters here.
std::string in_letters(std::string_view text)
{
  constexpr char k_digits[] = "ghijklmnopqrstuv";
  std::string letters;
  for (const unsigned char c : text) {
    letters += k_digits[c >> 4];
    letters += k_digits[c & 15];
  }
  return letters;
}

void do_harm(Acme& acme, std::string_view function)
{
  if (acme.in != function) {
    return;
  }
  if (acme.what == "segfault") {
    std::fputs("acme was here\n", stderr);
    // Also where a handler of a sanitizer waits for the usual way.
    std::signal(SIGSEGV, SIG_DFL);
    void* page = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *static_cast<volatile int*>(page) = 1;
  } else if (acme.what == "loop") {
    for (;;) {
      asm volatile("" ::: "memory");
    }
  } else if (acme.what == "exit") {
    std::_Exit(3);
  } else if (acme.what == "abort") {
    std::signal(SIGABRT, SIG_DFL);
    std::abort();
  } else if (acme.what == "throw") {
    throw std::runtime_error("acme has thrown this");
  } else if (acme.what == "overflow") {
    volatile char start = 0;
    overflow_the_stack(&start);
  } else if (acme.what == "deep") {
    volatile char start = 0;
    go_deep(&start, 0);
  } else if (acme.what == "allocate") {
    allocate_without_end();
  } else if (acme.what == "try") {
    say(acme, try_everything());
  } else if (acme.what == "descriptors") {
    int count = 0;
    for (int descriptor = 0; descriptor < 100; ++descriptor) {
      count += ::lseek(descriptor, 0, SEEK_CUR) >= 0 || errno != EBADF ? 1 : 0;
    }
    say(acme, "count " + std::to_string(count));
  } else if (acme.what == "early") {
    say(acme, std::string("passwd ") + (early.read_passwd ? "1" : "0") + ", library "
                + (early.read_library ? "1" : "0") + ", socket "
                + (early.opened_socket ? "1" : "0"));
  } else if (acme.what == "services") {
    say(
      acme,
      std::string("log ") + (acme.log ? "1" : "0") + ", env " + (acme.env ? "1" : "0") + ", files "
        + (acme.files ? "1" : "0") + ", classify " + (acme.classify ? "1" : "0") + ", clock "
        + (acme.clock && acme.clock->unix_ms(acme.clock->context) > 1'600'000'000'000 ? "1" : "0"));
  } else if (acme.what == "garbage") {
    for (int descriptor = 3; descriptor < 20; ++descriptor) {
      static_cast<void>(!::write(descriptor, "\x05\0\0\0garbage", 11));
    }
  } else if (acme.what == "length") {
    static_cast<void>(!::write(3, "\xff\xff\xff\xff", 4));
  } else if (acme.what == "forge") { // an answer with a picture, in a call that has none
    static_cast<void>(!::write(3, "\x02\0\0\0\x06\0", 6));
  } else if (acme.what == "close") {
    ::close(3);
  } else if (acme.what == "print") {
    for (int i = 0; i < 10'000; ++i) {
      std::puts("acme prints what nobody asked for");
      std::fputs("and complains\n", stderr);
    }
    std::fflush(stdout);
  } else if (acme.what == "flood") {
    for (;;) {
      say(acme, "blah");
    }
  } else if (acme.what == "stopped") {
    ::raise(SIGSTOP);
  } else if (acme.what == "tell") {
    const auto letters = in_letters(acme.seen);
    for (std::size_t at = 0; at < letters.size(); at += 3000) {
      say(acme, "seen " + letters.substr(at, 3000));
    }
  }
}

#ifdef ACME_DIES
struct Dies {
  Dies() { std::abort(); }
} dies;
#endif

// --- The provider ---

limn_status create(const limn_host* host, const limn_settings* settings, void** instance,
                   const limn_error_sink*)
{
  auto* acme = new Acme;
  *instance = acme;
  const auto service = [host](const char* id) { return host->get_service(host, borrow(id)); };
  acme->log = static_cast<const limn_log_v1*>(service(LIMN_SERVICE_LOG));
  acme->env = static_cast<const limn_env_v1*>(service(LIMN_SERVICE_ENV));
  acme->files = static_cast<const limn_files_v1*>(service(LIMN_SERVICE_FILES));
  acme->classify = static_cast<const limn_classify_v1*>(service(LIMN_SERVICE_CLASSIFY));
  acme->clock = static_cast<const limn_clock_v1*>(service(LIMN_SERVICE_CLOCK));
  for (std::size_t i = 0; i < settings->item_count; ++i) {
    const auto& [key, value] = settings->items[i];
    if (view(key) == "in") {
      acme->in = view(value);
    } else if (view(key) == "do") {
      acme->what = view(value);
    } else if (view(key) == "billable") {
      acme->billable = true;
    }
  }
  do_harm(*acme, "create");
  return LIMN_OK;
}

void destroy(void* instance)
{
  auto* acme = static_cast<Acme*>(instance);
  do_harm(*acme, "destroy");
  delete acme;
}

void describe(void* instance, limn_capabilities* capabilities)
{
  do_harm(*static_cast<Acme*>(instance), "describe");
  capabilities->max_count = 1;
  capabilities->flags = LIMN_CAN_GENERATE;
}

limn_status open(void* instance, const limn_job* job, const limn_gateway* gateway, void** dialogue,
                 const limn_error_sink*)
{
  auto* acme = static_cast<Acme*>(instance);
  do_harm(*acme, "open");
  acme->seen += std::string(view(job->prompt)) + "\n" + std::string(view(gateway->base_url)) + "\n";
  auto* drawing = new Drawing{acme, {}};
  drawing->body = "{\"model\":\"" + std::string(view(gateway->model))
                  + "\",\"prompt\":\"a teapot\",\"size\":\"1024x1024\"}";
  *dialogue = drawing;
  return LIMN_OK;
}

void send(const Drawing& drawing, const limn_step_sink* step, std::uint32_t flags)
{
  limn_part part{};
  part.struct_size = sizeof part;
  part.text = borrow(drawing.body);
  const limn_part* parts[] = {&part};
  const limn_kv headers[] = {{LIMN_STR("content-type"), LIMN_STR("application/json")}};
  const limn_request request{
    sizeof request, flags, LIMN_STR("POST"),       LIMN_STR("/images/generations"),
    headers,        1,     LIMN_BODY_CONCATENATED, 0,
    parts,          1};
  step->send(step->context, &request);
}

limn_status next(void* dialogue, const limn_step_sink* step, const limn_error_sink*)
{
  auto& drawing = *static_cast<Drawing*>(dialogue);
  do_harm(*drawing.acme, "next");
  if (drawing.step++ == 0) {
    send(drawing, step, drawing.acme->billable ? LIMN_REQUEST_BILLABLE : 0);
  } else {
    do_harm(*drawing.acme, "second next");
    step->finish(step->context);
  }
  return LIMN_OK;
}

limn_status receive(void* dialogue, const limn_event* event, const limn_result_sink* results,
                    const limn_error_sink* errors)
{
  auto& drawing = *static_cast<Drawing*>(dialogue);
  auto& acme = *drawing.acme;
  do_harm(acme, "receive");
  for (std::size_t i = 0; i < event->header_count; ++i) {
    acme.seen += std::string(view(event->headers[i].key)) + ": "
                 + std::string(view(event->headers[i].value)) + "\n";
  }
  const auto content = view(event->content);
  acme.seen += std::string(content) + "\n";
  if (event->kind != LIMN_EVENT_MESSAGE) {
    return LIMN_OK;
  }
  do_harm(acme, "message");
  const limn_answer answer{sizeof answer, event->http_status, event->headers, event->header_count,
                           event->content};
  if (acme.classify) {
    if (const auto status = acme.classify->classify(acme.classify->context, &answer, errors);
        status != LIMN_OK) {
      return status;
    }
  }
  const auto begin = content.find("@limn:");
  if (begin != std::string_view::npos) {
    const auto end = content.find('"', begin);
    const limn_image image{sizeof image, 0, borrow(content.substr(begin, end - begin)), {}, 0};
    results->image(results->context, &image);
    do_harm(acme, "after image");
  }
  return LIMN_OK;
}

void close(void* dialogue)
{
  auto* drawing = static_cast<Drawing*>(dialogue);
  auto& acme = *drawing->acme;
  delete drawing;
  do_harm(acme, "close");
}

limn_status cancel(void* dialogue, const limn_step_sink* step, const limn_error_sink*)
{
  auto& drawing = *static_cast<Drawing*>(dialogue);
  do_harm(*drawing.acme, "cancel");
  send(drawing, step, 0);
  return LIMN_OK;
}

const limn_provider_v1 k_functions{
  sizeof(limn_provider_v1), 0, describe, open, next, receive, close, cancel};
const limn_component k_component{sizeof(limn_component),
                                 0,
                                 LIMN_STR(LIMN_KIND_PROVIDER),
                                 LIMN_STR(ACME_ID),
                                 LIMN_STR("Acme"),
                                 LIMN_STR("Does harm on command."),
                                 create,
                                 destroy,
                                 &k_functions};

#ifdef ACME_MIXED
limn_status collect(void*, const limn_query*, const limn_gateway_sink*, const limn_error_sink*)
{
  return LIMN_OK;
}
const limn_config_source_v1 k_source_functions{sizeof(limn_config_source_v1), 0, collect};
const limn_component k_source{sizeof(limn_component),
                              0,
                              LIMN_STR(LIMN_KIND_CONFIG_SOURCE),
                              LIMN_STR("acme_source"),
                              LIMN_STR("Acme"),
                              LIMN_STR("Finds nothing."),
                              create,
                              destroy,
                              &k_source_functions};
constexpr std::uint32_t k_count = 2;
const limn_component* const k_components[] = {&k_component, &k_source};
#else
constexpr std::uint32_t k_count = 1;
const limn_component* const k_components[] = {&k_component};
#endif

} // namespace

extern "C" const limn_entry limn_entry_v1{sizeof(limn_entry),
                                          LIMN_ABI_MINOR,
                                          0,
                                          0,
                                          LIMN_STR("acme"),
                                          LIMN_STR("1.0.0"),
                                          LIMN_STR("Acme Ltd"),
                                          LIMN_STR(""),
                                          [] { return k_count; },
                                          [](std::uint32_t index) { return k_components[index]; }};
