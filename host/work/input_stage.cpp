#include "work/input_stage.hpp"

#include "base/files.hpp"
#include "work/passing.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_inputs_folder = "inputs";

tl::unexpected<Failure> cannot_write(const std::filesystem::path& path)
{
  return fail(FailureClass::internal,
              fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)),
              "nothing was asked for");
}

} // namespace

Result<std::shared_ptr<InputStage>> InputStage::make(const std::filesystem::path& state_folder)
{
  const auto above = state_folder / k_inputs_folder;
  LIMN_TRY(make_private_folder(above));
  auto folder = (above / "XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    return cannot_write(folder);
  }
  return std::shared_ptr<InputStage>(new InputStage(folder));
}

InputStage::~InputStage()
{
  if (!m_is_left) {
    forget_inputs(m_folder);
  }
}

Done InputStage::begin()
{
  m_current = {m_folder / std::to_string(++m_count), {}, 0};
  m_digest = Sha256();
  m_file =
    Descriptor(::open(m_current.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  return m_file ? Done() : cannot_write(m_current.file);
}

Done InputStage::write(std::string_view piece)
{
  m_digest.update(std::as_bytes(std::span(piece)));
  m_current.bytes += piece.size();
  while (!piece.empty()) {
    const auto count = ::write(m_file.number(), piece.data(), piece.size());
    if (count < 0 && errno != EINTR) {
      return cannot_write(m_current.file);
    }
    piece.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
  }
  return {};
}

StagedInput InputStage::end()
{
  m_file = Descriptor();
  m_current.sha256 = m_digest.hex();
  return std::move(m_current);
}

void forget_inputs(const std::filesystem::path& inputs_folder)
{
  std::error_code error;
  std::filesystem::remove_all(inputs_folder, error);
}

void forget_old_inputs(const std::filesystem::path& state_folder)
{
  remove_old_folders(state_folder / k_inputs_folder);
}

} // namespace limn
