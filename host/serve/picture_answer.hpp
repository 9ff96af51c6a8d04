#pragma once

#include "base/descriptor.hpp"
#include "base/redaction.hpp"
#include "base/result.hpp"
#include "http_server/reply_head.hpp"
#include "memory/jobs_database.hpp"
#include "serve/replies.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace limn {

// The answer with the pictures of a job, read from their files while it is sent: it takes as much
// memory as a piece of it, however large they are.
class PictureAnswer : public BodySource
{
public:
  // Opens the files. FailureClass::not_saved if none of them is there any more.
  static Result<std::shared_ptr<PictureAnswer>> open(const KeptJob& job, const Redactor& redactor);

  const HeaderList& headers() const { return m_headers; } // x-limn-...
  std::uint64_t size() const override { return m_size; }
  std::string next() override;

private:
  struct File {
    Descriptor file;
    std::uint64_t size = 0;
    std::uint64_t read = 0;
  };

  PictureAnswer() = default;
  void add(std::string text);

  std::vector<std::variant<std::string, File>> m_parts;
  std::size_t m_part = 0; // the next
  std::uint64_t m_size = 0;
  HeaderList m_headers;
};

} // namespace limn
