#pragma once

#include "base/result.hpp"
#include "loop/disk_thread.hpp"
#include "serve/endpoint.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace limn {

inline constexpr std::string_view k_uploads_path = "/api/uploads";

// Where pictures to draw from lie that a browser sent: in the state folder, for their user alone,
// named after their digests. Those of a month ago are gone, and the oldest where they are too many.
std::filesystem::path uploads_folder();

// The file that a name from POST /api/uploads stands for. FailureClass::usage for all else.
Result<std::filesystem::path> uploaded_file(std::string_view name);

// POST /api/uploads: the bytes of a PNG, JPEG or WebP; {"upload":NAME}. GET /api/uploads/NAME:
// them.
class PageUploads : public Endpoint
{
public:
  // The parts are borrowed.
  explicit PageUploads(const ServerParts& parts);

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  void send(ExchangeId id, const std::string& name);
  void keep(ExchangeId id, std::string bytes);

  const ServerParts& m_parts;
  DiskThread m_disk;
};

} // namespace limn
