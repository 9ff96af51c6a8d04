#include "serve/files_endpoint.hpp"

#include "base/contains.hpp"
#include "output/image_file.hpp"
#include "picture/image_header.hpp"
#include "serve/picture_body.hpp"
#include "serve/replies.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace limn {

namespace {

ErrorReply no_such_file()
{
  return refusal(404, "file_not_found",
                 "There is no picture at this address, or not any more: addresses are good for a "
                 "day.");
}

HeaderList headers_of_picture(ImageFormat format)
{
  const auto name = to_string(format);
  HeaderList headers{
    {"content-type", fmt::format("image/{}{}", name, format == ImageFormat::svg ? "+xml" : "")},
    {"x-content-type-options", "nosniff"},
    {"cache-control",
     fmt::format("private, max-age={}", std::chrono::seconds(PictureLinks::k_good_for).count())}};
  if (format == ImageFormat::svg) { // which may have scripts in it
    headers.emplace_back("content-security-policy", "sandbox; default-src 'none'");
    headers.emplace_back("content-disposition", "attachment");
  }
  return headers;
}

} // namespace

std::unique_ptr<RequestReceiver> FilesEndpoint::take(ExchangeId id, const RequestHead& head,
                                                     const Caller& /*caller*/)
{
  const auto path = head.path();
  const auto target = path.size() > k_files_path.size()
                        ? m_links.find(path.substr(k_files_path.size() + 1))
                        : std::nullopt;
  if (!target) {
    m_parts.replies.error(id, no_such_file());
    return nullptr;
  }
  const auto wanted = head.method == "HEAD" ? Wanted::head : Wanted::all;
  m_calls.look(target->job, [this, id, target = *target, wanted](const Result<KeptJob>& job) {
    send(id, target, job, wanted);
  });
  return nullptr;
}

// Nothing but what the job has drawn, and what is still that file.
void FilesEndpoint::send(ExchangeId id, const PictureLinks::Target& target,
                         const Result<KeptJob>& job, Wanted wanted)
{
  const bool is_of_job = job && job->door == k_serve_door && contains(job->images, target.picture);
  auto picture = is_of_job ? PictureFile::open(target.picture) : std::nullopt;
  const auto format =
    picture ? format_of(OpenFile(picture->file->number(), picture->size)) : std::nullopt;
  if (!format) {
    m_parts.replies.error(id, no_such_file());
    return;
  }
  auto headers = headers_of_picture(*format);
  if (wanted == Wanted::head) {
    m_parts.replies.begin(id, {200, std::move(headers), picture->size});
    m_parts.replies.finish(id);
    return;
  }
  auto body = std::make_shared<PictureBody>();
  body->add(std::move(*picture), PictureBody::Coding::none);
  m_parts.replies.body(id, std::move(body), std::move(headers));
}

} // namespace limn
