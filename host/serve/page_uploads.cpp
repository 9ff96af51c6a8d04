#include "serve/page_uploads.hpp"

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/json_writer.hpp"
#include "job/paths.hpp"
#include "serve/page_access.hpp"
#include "serve/page_pictures.hpp"
#include "serve/page_room.hpp"
#include "serve/replies.hpp"
#include "serve/whole_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_digest_size = 64;
constexpr FolderRoom k_uploads_room{std::uintmax_t{1} << 30U, std::chrono::hours(24 * 30)};

// What the first bytes say; empty for what nobody can draw from.
std::string_view extension_by_bytes(std::string_view bytes)
{
  constexpr std::size_t k_webp_at = 8;
  return bytes.starts_with("\x89PNG\r\n\x1a\n") ? ".png"
         : bytes.starts_with("\xff\xd8\xff")    ? ".jpg"
         : bytes.starts_with("RIFF") && bytes.substr(k_webp_at).starts_with("WEBP")
           ? ".webp"
           : std::string_view();
}

bool is_upload_name(std::string_view name)
{
  const auto digest = name.substr(0, k_digest_size);
  const auto extension = name.substr(digest.size());
  return digest.size() == k_digest_size
         && digest.find_first_not_of("0123456789abcdef") == std::string_view::npos
         && (extension == ".png" || extension == ".jpg" || extension == ".webp");
}

Result<std::string> kept_upload(std::string_view bytes)
{
  Sha256 digest;
  digest.update(std::as_bytes(std::span(bytes)));
  const auto name = digest.hex() + std::string(extension_by_bytes(bytes));
  LIMN_TRY(make_private_folder(uploads_folder()));
  make_room(uploads_folder(), k_uploads_room);
  LIMN_TRY(replace_file(uploads_folder() / name, bytes)); // also where it is there: it is new again
  return name;
}

} // namespace

std::filesystem::path uploads_folder()
{
  return state_folder() / "uploads";
}

Result<std::filesystem::path> uploaded_file(std::string_view name)
{
  auto file = uploads_folder() / std::string(name);
  std::error_code error;
  if (!is_upload_name(name) || !std::filesystem::is_regular_file(file, error)) {
    return fail(FailureClass::usage, "a picture to draw from is not there any more",
                "add it once more");
  }
  return file;
}

PageUploads::PageUploads(const ServerParts& parts) : m_parts(parts), m_disk(parts.session.loop()) {}

// A page of elsewhere cannot send this without asking first: the types are none of a form's.
std::unique_ptr<RequestReceiver> PageUploads::take(ExchangeId id, const RequestHead& head,
                                                   const Caller& /*caller*/)
{
  if (head.method == "GET") {
    send(id, std::string(path_behind(head, k_uploads_path)));
    return nullptr;
  }
  if (!head.header("content-type").starts_with("image/")) {
    m_parts.replies.error(id,
                          refusal(415, "unsupported_media_type",
                                  "The body has to be a picture, with its content-type."),
                          page_headers());
    return nullptr;
  }
  return std::make_unique<WholeBody>(
    m_parts, id, [this, id](std::string bytes) { keep(id, std::move(bytes)); }, [](ExchangeEnd) {});
}

void PageUploads::send(ExchangeId id, const std::string& name)
{
  m_disk.run(
    [name]() -> Result<OpenPicture> {
      LIMN_TRY_ASSIGN(const auto file, uploaded_file(name));
      return open_picture(file);
    },
    [this, id](Result<OpenPicture> picture) {
      reply_with_picture(m_parts.replies, id, std::move(picture), {});
    });
}

void PageUploads::keep(ExchangeId id, std::string bytes)
{
  if (extension_by_bytes(bytes).empty()) {
    m_parts.replies.error(
      id, refusal(415, "unsupported_media_type", "This is no PNG, JPEG or WebP."), page_headers());
    return;
  }
  m_disk.run([bytes = std::move(bytes)] { return kept_upload(bytes); },
             [this, id](const Result<std::string>& name) {
               if (!name) {
                 m_parts.replies.error(id, error_reply(name.error()), page_headers());
                 return;
               }
               JsonWriter json;
               json.begin_object();
               json.member("upload", *name);
               json.end_object();
               m_parts.replies.json(id, json.str(), page_headers(), 201);
             });
}

} // namespace limn
