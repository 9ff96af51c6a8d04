#pragma once

#include "base/result.hpp"
#include "http_server/reply_head.hpp"
#include "memory/jobs_database.hpp"
#include "model/image.hpp"
#include "serve/picture_body.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace limn {

struct DrawnPicture {
  std::filesystem::path path;
  PictureFile file;
  std::string format; // these two where they are known
  std::string revised_prompt;
};

// What a job has drawn.
struct DrawnPictures {
  std::string job;
  std::int64_t created = 0; // in seconds since 1970
  std::string model;        // these two where they are known
  std::string size;
  std::optional<Usage> usage;         // as the gateway told it; 0 where it did not
  std::vector<DrawnPicture> pictures; // at least one
  HeaderList headers;                 // x-limn-...

  // Opens the files. FailureClass::not_saved if none of them is there any more.
  static Result<DrawnPictures> of(const KeptJob& job);
};

} // namespace limn
