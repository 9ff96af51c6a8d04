#include "output/pipe_sink.hpp"

#include "output/folder.hpp"
#include "output/kept.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace limn {

PipeSink::PipeSink(int descriptor, std::filesystem::path name, SinkOptions options)
  : m_descriptor(descriptor), m_name(std::move(name)), m_recovered(options.recovered),
    m_spool(std::move(options))
{
}

Result<SavedImage> PipeSink::commit(ImageFile file, const NameFacts& facts)
{
  if (facts.number > 1) { // some gateways send more than they were asked for
    auto image = whole_image(file);
    auto failure =
      image ? Failure(FailureClass::not_saved, fmt::format("{} takes one image", m_name.string()))
            : std::move(image.error());
    return fail(m_recovered.keep_for(std::move(failure), std::move(file)));
  }
  LIMN_TRY_ASSIGN(auto image, m_spool.commit(std::move(file), facts));
  sync_folder(m_spool.folder_to_sync()); // a reader may let it wait for long
  auto spooled = m_spool.take(image.path);
  if (auto sent = send(*spooled); !sent) {
    sent.error().hint = "The image is whole.";
    tell_kept(sent.error(), {image.path.string()});
    return fail(std::move(sent.error()));
  }
  spooled->taken();
  image.path = m_name;
  return image;
}

// All of it.
Done PipeSink::send(const ByteSource& image) const
{
  std::array<std::byte, PIPE_BUF> block; // so much never blocks where there is room at all
  std::uint64_t offset = 0;
  while (const auto count = image.read_at(offset, block)) {
    offset += count;
    for (auto rest = std::span<const std::byte>(block).first(count); !rest.empty();) {
      LIMN_TRY(wait_for_room());
      const auto sent = ::write(m_descriptor, rest.data(), rest.size());
      if (sent >= 0) {
        rest = rest.subspan(static_cast<std::size_t>(sent));
      } else if (errno != EAGAIN && errno != EINTR) {
        return fail(FailureClass::not_saved,
                    fmt::format("cannot write to {}: {}", m_name.string(), std::strerror(errno)));
      }
    }
  }
  if (offset != image.size()) {
    return fail(FailureClass::not_saved, "what arrived could not be read back");
  }
  return {};
}

// FailureClass::cancelled if an interrupt comes first: a reader that is still there gets the rest.
Done PipeSink::wait_for_room() const
{
  std::array<pollfd, 2> ends{{{m_descriptor, POLLOUT, 0}, {m_interrupt, POLLIN, 0}}};
  while (::poll(ends.data(), ends.size(), -1) < 0 && errno == EINTR) {
  }
  if (ends[0].revents == 0 && ends[1].revents != 0) {
    return fail(FailureClass::cancelled,
                fmt::format("interrupted while writing to {}", m_name.string()));
  }
  return {};
}

} // namespace limn
