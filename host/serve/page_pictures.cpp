#include "serve/page_pictures.hpp"

#include "base/ascii.hpp"
#include "job/past.hpp"
#include "serve/page_access.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_picture_piece = 128U << 10U;

// A browser is told what the bytes are, and shows nothing else: an SVG could hold a script.
std::string_view picture_media_type(std::string_view bytes)
{
  constexpr std::size_t k_brand_at = 4;
  constexpr std::size_t k_webp_at = 8;
  return bytes.starts_with("\x89PNG\r\n\x1a\n")             ? "image/png"
         : bytes.starts_with("\xff\xd8\xff")                ? "image/jpeg"
         : bytes.starts_with("GIF8")                        ? "image/gif"
         : bytes.substr(k_webp_at).starts_with("WEBP")      ? "image/webp"
         : bytes.substr(k_brand_at).starts_with("ftypavif") ? "image/avif"
                                                            : "application/octet-stream";
}

// For a header: what is not ASCII is encoded.
std::string encoded_name(std::string_view name)
{
  std::string text;
  for (const unsigned char c : name) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                          || c == '-' || c == '_' || c == '.';
    text += is_plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return text;
}

class PictureBytes : public BodySource
{
public:
  explicit PictureBytes(OpenPicture picture) : m_picture(std::move(picture)) {}

  std::uint64_t size() const override { return m_picture.size; }

  std::string next() override
  {
    const auto wanted = std::min<std::uint64_t>(k_picture_piece, m_picture.size - m_read);
    std::string bytes(static_cast<std::size_t>(wanted), '\0');
    ssize_t count = -1;
    do {
      count =
        ::pread(m_picture.file.number(), bytes.data(), bytes.size(), static_cast<off_t>(m_read));
    } while (count < 0 && errno == EINTR);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    m_read += bytes.size();
    return bytes;
  }

private:
  OpenPicture m_picture;
  std::uint64_t m_read = 0;
};

Failure no_such_picture()
{
  return {FailureClass::not_found, "There is no such picture, or its file is not there any more."};
}

} // namespace

Result<OpenPicture> open_picture(const std::filesystem::path& file)
{
  OpenPicture picture;
  picture.file = Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {
  };
  std::array<char, 16> begin{};
  if (!picture.file || ::fstat(picture.file.number(), &status) != 0 || !S_ISREG(status.st_mode)
      || ::pread(picture.file.number(), begin.data(), begin.size(), 0)
           < static_cast<ssize_t>(begin.size())) {
    return fail(no_such_picture());
  }
  picture.size = static_cast<std::uint64_t>(status.st_size);
  picture.name = file.filename().string();
  picture.media_type = picture_media_type({begin.data(), begin.size()});
  return picture;
}

void reply_with_picture(Replies& replies, ExchangeId id, Result<OpenPicture> picture,
                        std::string_view tag)
{
  if (!picture) {
    replies.error(id, refusal(404, "not_found", no_such_picture().message), page_headers());
    return;
  }
  auto headers = page_headers();
  headers.front().second = "private, max-age=86400, immutable";
  headers.emplace_back("content-type", picture->media_type);
  const bool is_shown = picture->media_type.starts_with("image/");
  headers.emplace_back("content-disposition",
                       fmt::format("{}; filename*=UTF-8''{}", is_shown ? "inline" : "attachment",
                                   encoded_name(picture->name)));
  if (!tag.empty()) {
    headers.emplace_back("etag", fmt::format("\"{}\"", tag));
  }
  replies.body(id, std::make_shared<PictureBytes>(std::move(*picture)), std::move(headers));
}

// Who scrolls on does not want what has gone by.
class PagePictures::Receiver : public RequestReceiver
{
public:
  Receiver(Thumbnails& thumbnails, std::uint64_t asked) : m_thumbnails(thumbnails), m_asked(asked)
  {
  }

  void body(std::string_view) override {}
  void received() override {}
  void ended(ExchangeEnd) override { m_thumbnails.let_go(m_asked); }

private:
  Thumbnails& m_thumbnails;
  std::uint64_t m_asked;
};

std::unique_ptr<RequestReceiver> PagePictures::take(ExchangeId id, const RequestHead& head,
                                                    const Caller& /*caller*/)
{
  const bool is_small = head.path().starts_with(k_thumbnails_path);
  const std::string picture(path_behind(head, is_small ? k_thumbnails_path : k_pictures_path));
  if (!is_history_id(picture)) {
    m_parts.replies.error(id, refusal(404, "not_found", no_such_picture().message), page_headers());
    return nullptr;
  }
  if (head.header("if-none-match") == fmt::format("\"{}\"", picture)) { // none changes
    m_parts.replies.whole(id, {304, page_headers(), {}}, {});
    return nullptr;
  }
  if (is_small) {
    return send_small(id, picture);
  }
  m_disk.run(
    [picture]() -> Result<OpenPicture> {
      LIMN_TRY_ASSIGN(const auto file, past_image(picture));
      return open_picture(file);
    },
    [this, id, picture](Result<OpenPicture> opened) {
      reply_with_picture(m_parts.replies, id, std::move(opened), picture);
    });
  return nullptr;
}

std::unique_ptr<RequestReceiver> PagePictures::send_small(ExchangeId id, const std::string& picture)
{
  const auto asked = m_thumbnails.get(
    picture,
    [picture]() -> std::optional<std::filesystem::path> {
      auto file = past_image(picture);
      return file ? std::optional(std::move(*file)) : std::nullopt;
    },
    [this, id, picture](const std::string& jpeg) {
      auto headers = page_headers();
      if (jpeg.empty()) {
        m_parts.replies.error(id, refusal(404, "not_found", no_such_picture().message),
                              std::move(headers));
        return;
      }
      headers.front().second = "private, max-age=86400, immutable";
      headers.emplace_back("content-type", "image/jpeg");
      headers.emplace_back("etag", fmt::format("\"{}\"", picture));
      m_parts.replies.whole(id, {200, std::move(headers), {}}, jpeg);
    });
  return std::make_unique<Receiver>(m_thumbnails, asked);
}

} // namespace limn
