#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "loop/disk_thread.hpp"
#include "serve/endpoint.hpp"
#include "serve/replies.hpp"
#include "serve/thumbnails.hpp"

#include <filesystem>
#include <string>

namespace limn {

inline constexpr std::string_view k_pictures_path = "/api/pictures";
inline constexpr std::string_view k_thumbnails_path = "/api/thumbnails";

// A picture that is about to be sent.
struct OpenPicture {
  Descriptor file;
  std::uint64_t size = 0; // bytes
  std::string name;       // of the file
  std::string_view media_type;
};

// For the disk's thread. FailureClass::not_found if it is no picture that is there.
Result<OpenPicture> open_picture(const std::filesystem::path& file);

// Sends it, as it is sent by this door: browsers are to do nothing with it but show it.
void reply_with_picture(Replies& replies, ExchangeId id, Result<OpenPicture> picture,
                        std::string_view tag);

// Of the history, by their ids: /api/pictures/ID as they are, /api/thumbnails/ID small.
class PagePictures : public Endpoint
{
public:
  // The parts are borrowed.
  explicit PagePictures(const ServerParts& parts)
    : m_parts(parts), m_thumbnails(parts.session.loop()), m_disk(parts.session.loop())
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

  Thumbnails& thumbnails() { return m_thumbnails; }

private:
  class Receiver;

  std::unique_ptr<RequestReceiver> send_small(ExchangeId id, const std::string& picture);

  const ServerParts& m_parts;
  Thumbnails m_thumbnails;
  DiskThread m_disk;
};

} // namespace limn
