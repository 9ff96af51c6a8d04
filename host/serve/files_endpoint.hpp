#pragma once

#include "memory/jobs_database.hpp"
#include "serve/endpoint.hpp"
#include "serve/image_calls.hpp"
#include "serve/picture_links.hpp"

namespace limn {

inline constexpr std::string_view k_files_path = "/files";

// GET /files/TOKEN.png: a picture, for who has its address. Its token is all the key that it needs.
class FilesEndpoint : public Endpoint
{
public:
  // All of it is borrowed.
  FilesEndpoint(const ServerParts& parts, ImageCalls& calls, const PictureLinks& links)
    : m_parts(parts), m_calls(calls), m_links(links)
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  enum class Wanted { all, head };
  void send(ExchangeId id, const PictureLinks::Target& target, const Result<KeptJob>& job,
            Wanted wanted);

  const ServerParts& m_parts;
  ImageCalls& m_calls;
  const PictureLinks& m_links;
};

} // namespace limn
