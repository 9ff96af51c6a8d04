#include "conformance/notebook.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

namespace limn::conformance {

struct Notebook::Page {
  char function[64];
  int is_concluded;
  Status status;
  char message[16000];
};

namespace {

template <std::size_t Size>
void put(char (&target)[Size], std::string_view text)
{
  const auto size = std::min(text.size(), Size - 1);
  std::copy_n(text.data(), size, target);
  target[size] = '\0';
}

} // namespace

std::string_view to_string(Status status)
{
  switch (status) {
  case Status::success:
    return "success";
  case Status::failure:
    return "failure";
  case Status::warning:
    return "warning";
  case Status::skipped:
    return "skipped";
  }
  return "failure";
}

Notebook::Notebook() : Notebook(::memfd_create("limn-conformance", MFD_CLOEXEC)) {}

Notebook::Notebook(int descriptor) : m_descriptor(descriptor)
{
  if (descriptor < 0 || ::ftruncate(descriptor, sizeof(Page)) != 0) {
    throw std::runtime_error("no memory can be shared with the tests");
  }
  void* page = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (page == MAP_FAILED) {
    throw std::bad_alloc();
  }
  m_page = static_cast<Page*>(page);
}

Notebook::~Notebook()
{
  ::munmap(m_page, sizeof(Page));
  ::close(m_descriptor);
}

void Notebook::enter(std::string_view function)
{
  put(m_page->function, function);
}

std::string Notebook::inside() const
{
  return m_page->function;
}

void Notebook::conclude(const Verdict& verdict)
{
  m_page->status = verdict.status;
  put(m_page->message, verdict.message);
  m_page->is_concluded = 1;
}

std::optional<Verdict> Notebook::verdict() const
{
  if (!m_page->is_concluded) {
    return std::nullopt;
  }
  return Verdict{m_page->status, m_page->message};
}

} // namespace limn::conformance
