#include "conformance/suite.hpp"
#include "plugin/library.hpp"
#include "plugin/loader.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <set>

// NOLINTNEXTLINE(readability-redundant-declaration): <unistd.h> has it with _GNU_SOURCE only
extern "C" char** environ;

namespace limn::conformance {

namespace {

constexpr std::chrono::milliseconds k_slow_load{100};

Verdict loads(Subject& subject)
{
  const auto entry = load_plugin(subject.file);
  if (!entry) {
    return failure(entry.error().message);
  }
  const auto components = check_components(**entry, subject.file);
  return components ? success() : failure(components.error().message);
}

// The linker's own marks, which some versions of it put into every library.
bool is_linkers_own(std::string_view symbol)
{
  return symbol == "_init" || symbol == "_fini" || symbol == "_edata" || symbol == "_end"
         || symbol == "__bss_start";
}

Verdict cannot_load(const Failure& why)
{
  return skipped(fmt::format("it cannot be loaded: {}", why.message));
}

Verdict one_symbol(Subject& subject)
{
  if (const auto entry = load_plugin(subject.file); !entry) {
    return cannot_load(entry.error());
  }
  const auto symbols = exported_symbols(subject.file);
  if (!symbols) {
    return skipped(symbols.error().message);
  }
  std::set<std::string> others;
  for (const auto& symbol : *symbols) {
    if (!symbol.empty() && symbol != LIMN_ENTRY_SYMBOL && !is_linkers_own(symbol)) {
      others.insert(symbol);
    }
  }
  if (others.empty()) {
    return success();
  }
  return warning(fmt::format("it exports {} more than {}, e.g. {}: link it with a version script, "
                             "as limn_add_plugin does",
                             others.size(), LIMN_ENTRY_SYMBOL, *others.begin()));
}

// Loads the file and gives what `difference` says of the process before and after.
template <typename Look, typename Compare>
Verdict compare_around_load(Subject& subject, Look&& look, Compare&& compare)
{
  const auto before = look();
  subject.notebook.enter("a constructor, while it was loaded");
  const auto entry = load_plugin(subject.file);
  subject.notebook.leave();
  if (!entry) {
    return cannot_load(entry.error());
  }
  return compare(before, look());
}

Verdict load_time(Subject& subject)
{
  const auto now = [] { return std::chrono::steady_clock::now(); };
  return compare_around_load(subject, now, [](auto before, auto after) {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(after - before);
    return time <= k_slow_load
             ? success()
             : warning(
               fmt::format("it took {} ms to load: every command waits for that", time.count()));
  });
}

std::size_t count_in(const char* folder)
{
  std::size_t count = 0;
  if (DIR* entries = ::opendir(folder)) {
    while (::readdir(entries)) {
      ++count;
    }
    ::closedir(entries);
  }
  return count;
}

Verdict starts_no_thread(Subject& subject)
{
  return compare_around_load(
    subject, [] { return count_in("/proc/self/task"); },
    [](auto before, auto after) {
      return after == before ? success() : failure("a thread runs after it was loaded");
    });
}

Verdict opens_nothing(Subject& subject)
{
  return compare_around_load(
    subject, [] { return count_in("/proc/self/fd"); },
    [](auto before, auto after) {
      return after <= before
               ? success()
               : failure(fmt::format("{} files are open since it was loaded", after - before));
    });
}

Verdict leaves_environment(Subject& subject)
{
  const auto look = [] {
    std::vector<std::string> all;
    for (char** variable = ::environ; variable && *variable; ++variable) {
      all.emplace_back(*variable);
    }
    std::sort(all.begin(), all.end());
    return all;
  };
  return compare_around_load(subject, look, [](const auto& before, const auto& after) {
    return before == after ? success() : failure("loading it changed the environment");
  });
}

Verdict leaves_signals(Subject& subject)
{
  const auto look = [] {
    std::vector<void (*)(int)> all;
    for (int number = 1; number < NSIG; ++number) {
      struct sigaction action {
      };
      ::sigaction(number, nullptr, &action);
      all.push_back(action.sa_handler);
    }
    return all;
  };
  return compare_around_load(subject, look, [](const auto& before, const auto& after) {
    const auto found = std::mismatch(before.begin(), before.end(), after.begin());
    if (found.first == before.end()) {
      return success();
    }
    return failure(fmt::format("loading it changed what signal {} does",
                               std::distance(before.begin(), found.first) + 1));
  });
}

Verdict loading_prints_nothing(Subject& subject)
{
  if (!subject.has_own_process) {
    return skipped("output is only kept apart in a process of its own");
  }
  const auto size = [] {
    std::fflush(nullptr);
    struct ::stat status {
    };
    ::fstat(STDOUT_FILENO, &status);
    return status.st_size;
  };
  return compare_around_load(subject, size, [](auto before, auto after) {
    return after == before ? success() : failure("it printed something while it was loaded");
  });
}

// The library's own table, as the linker keeps it.
const ElfW(Dyn) * dynamic_section(Subject& subject)
{
  void* handle =
    ::dlopen(subject.file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE | RTLD_NOLOAD);
  link_map* map = nullptr;
  return handle && ::dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? map->l_ld : nullptr;
}

Verdict search_path(Subject& subject)
{
  if (const auto entry = load_plugin(subject.file); !entry) {
    return cannot_load(entry.error());
  }
  const char* names = nullptr;
  std::vector<std::size_t> offsets;
  for (const auto* entry = dynamic_section(subject); entry && entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_STRTAB) {
      names = reinterpret_cast<const char*>(entry->d_un.d_ptr);
    } else if (entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH) {
      offsets.push_back(entry->d_un.d_val);
    }
  }
  for (const auto offset : offsets) {
    std::string_view rest = names ? names + offset : "";
    while (!rest.empty()) {
      const auto folder = rest.substr(0, rest.find(':'));
      if (!folder.starts_with('/') && !folder.starts_with("$ORIGIN")) {
        return warning(fmt::format("it looks for libraries in \"{}\": that depends on where the "
                                   "command is called",
                                   folder));
      }
      rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    }
  }
  return success();
}

Verdict text_relocations(Subject& subject)
{
  if (const auto entry = load_plugin(subject.file); !entry) {
    return cannot_load(entry.error());
  }
  for (const auto* entry = dynamic_section(subject); entry && entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_TEXTREL
        || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL))) {
      return warning("its code has to be changed when it is loaded: compile it with -fPIC");
    }
  }
  return success();
}

constexpr std::string_view k_loading = "the entry: one symbol, data only; nothing runs at load";

constexpr std::array k_library_tests{
  Test{"library.loads", Scope::file, "rules 1, 4; limn_entry",
       "The file is a whole library for this machine that the host takes.", loads},
  Test{"library.one_symbol", Scope::file, "limn_entry_v1",
       "Nothing is exported that could stand in for another library's function.", one_symbol},
  Test{"library.load_time", Scope::file, k_loading,
       "Every command loads every plugin: it is quick.", load_time},
  Test{"library.starts_no_thread", Scope::file, k_loading, "Loading starts no thread.",
       starts_no_thread},
  Test{"library.opens_nothing", Scope::file, k_loading, "Loading leaves no file or socket open.",
       opens_nothing},
  Test{"library.leaves_environment", Scope::file, k_loading,
       "Loading does not change the environment, which config sources read.", leaves_environment},
  Test{"library.leaves_signals", Scope::file, k_loading,
       "Loading does not take a signal over: the host handles interrupts.", leaves_signals},
  Test{"library.prints_nothing", Scope::file, k_loading,
       "Standard output belongs to the command's result.", loading_prints_nothing},
  Test{"library.search_path", Scope::file, "limn_entry",
       "What it needs is not looked for in the current folder.", search_path},
  Test{"library.text_relocations", Scope::file, "limn_entry",
       "Its code can be shared and stays read-only.", text_relocations},
};

} // namespace

std::span<const Test> library_tests()
{
  return k_library_tests;
}

bool loads_itself(const Test& test)
{
  return test.id.starts_with("library.");
}

std::vector<Test> all_tests()
{
  std::vector<Test> all;
  for (const auto& tests :
       {library_tests(), component_tests(), lifetime_tests(), host_tests(), call_tests(),
        source_tests(), request_tests(), image_tests(), answer_tests(), sample_tests()}) {
    all.insert(all.end(), tests.begin(), tests.end());
  }
  return all;
}

} // namespace limn::conformance
