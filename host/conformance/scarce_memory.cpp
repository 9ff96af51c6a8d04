#include "conformance/scarce_memory.hpp"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace limn::conformance {

namespace {

// What stands in for malloc has no other place to keep this.
thread_local std::int64_t allocations_left = 0; // 0: nothing fails

bool is_refused()
{
  if (allocations_left <= 0) {
    return false;
  }
  if (--allocations_left > 0) {
    return false;
  }
  errno = ENOMEM;
  return true;
}

void* scarce_malloc(std::size_t size)
{
  return is_refused() ? nullptr : std::malloc(size);
}
void* scarce_calloc(std::size_t count, std::size_t size)
{
  return is_refused() ? nullptr : std::calloc(count, size);
}
void* scarce_realloc(void* old, std::size_t size)
{
  return is_refused() ? nullptr : std::realloc(old, size);
}
void* scarce_aligned_alloc(std::size_t alignment, std::size_t size)
{
  return is_refused() ? nullptr : ::aligned_alloc(alignment, size);
}
int scarce_posix_memalign(void** target, std::size_t alignment, std::size_t size)
{
  return is_refused() ? ENOMEM : ::posix_memalign(target, alignment, size);
}

struct Substitute {
  std::string_view name;
  void* function;
};

const Substitute k_substitutes[] = {
  {"malloc", reinterpret_cast<void*>(scarce_malloc)},
  {"calloc", reinterpret_cast<void*>(scarce_calloc)},
  {"realloc", reinterpret_cast<void*>(scarce_realloc)},
  {"aligned_alloc", reinterpret_cast<void*>(scarce_aligned_alloc)},
  {"posix_memalign", reinterpret_cast<void*>(scarce_posix_memalign)},
};

void* substitute_for(std::string_view name)
{
  for (const auto& substitute : k_substitutes) {
    if (substitute.name == name) {
      return substitute.function;
    }
  }
  return nullptr;
}

#if defined(__x86_64__)
constexpr unsigned k_function_slots[] = {R_X86_64_JUMP_SLOT, R_X86_64_GLOB_DAT, R_X86_64_64};
#elif defined(__aarch64__)
constexpr unsigned k_function_slots[] = {R_AARCH64_JUMP_SLOT, R_AARCH64_GLOB_DAT, R_AARCH64_ABS64};
#else
constexpr unsigned k_function_slots[] = {~0u};
#endif

bool is_function_slot(unsigned type)
{
  for (const auto known : k_function_slots) {
    if (type == known) {
      return true;
    }
  }
  return false;
}

// One library's table of what it calls, as the linker left it in memory.
class CallTable
{
public:
  explicit CallTable(const dl_phdr_info& library) : m_base(library.dlpi_addr)
  {
    for (int i = 0; i < library.dlpi_phnum; ++i) {
      if (library.dlpi_phdr[i].p_type == PT_DYNAMIC) {
        read(reinterpret_cast<const ElfW(Dyn)*>(m_base + library.dlpi_phdr[i].p_vaddr));
      }
    }
  }

  int substitute() const
  {
    if (!m_symbols || !m_names) {
      return 0;
    }
    return substitute(m_jumps, m_jumps_size) + substitute(m_data, m_data_size);
  }

private:
  void read(const ElfW(Dyn) * entry)
  {
    for (; entry->d_tag != DT_NULL; ++entry) {
      // The linker has made addresses of these, but for the kernel's own library.
      const auto at = entry->d_un.d_ptr < m_base ? m_base + entry->d_un.d_ptr : entry->d_un.d_ptr;
      switch (entry->d_tag) {
      case DT_SYMTAB:
        m_symbols = reinterpret_cast<const ElfW(Sym)*>(at);
        break;
      case DT_STRTAB:
        m_names = reinterpret_cast<const char*>(at);
        break;
      case DT_JMPREL:
        m_jumps = reinterpret_cast<const ElfW(Rela)*>(at);
        break;
      case DT_PLTRELSZ:
        m_jumps_size = entry->d_un.d_val;
        break;
      case DT_RELA:
        m_data = reinterpret_cast<const ElfW(Rela)*>(at);
        break;
      case DT_RELASZ:
        m_data_size = entry->d_un.d_val;
        break;
      default:
        break;
      }
    }
  }

  int substitute(const ElfW(Rela) * relocations, std::size_t size) const
  {
    int count = 0;
    for (std::size_t i = 0; relocations && i < size / sizeof(ElfW(Rela)); ++i) {
      const auto& relocation = relocations[i];
      if (!is_function_slot(ELF64_R_TYPE(relocation.r_info))) {
        continue;
      }
      const auto& symbol = m_symbols[ELF64_R_SYM(relocation.r_info)];
      if (void* function = substitute_for(m_names + symbol.st_name)) {
        write(reinterpret_cast<void**>(m_base + relocation.r_offset), function);
        ++count;
      }
    }
    return count;
  }

  static void write(void** slot, void* function)
  {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    auto* start = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(slot) / page * page);
    if (::mprotect(start, page, PROT_READ | PROT_WRITE) == 0) {
      *slot = function; // and it stays writable: the process runs one test
    }
  }

  std::uintptr_t m_base;
  const ElfW(Sym) * m_symbols = nullptr;
  const char* m_names = nullptr;
  const ElfW(Rela) * m_jumps = nullptr;
  std::size_t m_jumps_size = 0;
  const ElfW(Rela) * m_data = nullptr;
  std::size_t m_data_size = 0;
};

// The program itself, the C library and the linker keep what they call.
bool is_left_alone(const char* name)
{
  const std::string_view path(name);
  const auto file = path.substr(path.rfind('/') + 1);
  return path.empty() || file.starts_with("libc.so") || file.starts_with("ld-linux")
         || file.starts_with("linux-vdso") || file.starts_with("libasan")
         || file.starts_with("libubsan") || file.starts_with("libtsan");
}

int substitute_in(dl_phdr_info* library, std::size_t, void* count)
{
  if (!is_left_alone(library->dlpi_name)) {
    *static_cast<int*>(count) += CallTable(*library).substitute();
  }
  return 0;
}

} // namespace

Done ScarceMemory::arrange()
{
  int count = 0;
  ::dl_iterate_phdr(substitute_in, &count);
  if (count == 0) {
    return fail(FailureClass::unsupported,
                "on this machine the memory of a library cannot be made scarce");
  }
  return {};
}

void ScarceMemory::begin(std::int64_t nth)
{
  allocations_left = nth;
}

std::int64_t ScarceMemory::end()
{
  return std::exchange(allocations_left, 0);
}

} // namespace limn::conformance
