#pragma once

#include "base/log.hpp"
#include "http/http_client.hpp"
#include "output/folder_sink.hpp"
#include "output/image_sink.hpp"
#include "output/placing.hpp"
#include "output/recovered.hpp"
#include "output/upload_notes.hpp"
#include "store/stores.hpp"
#include "store/upload.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace limn {

// What all that goes to stores has in common. Client and log are borrowed.
struct StoreParts {
  HttpClient& client;
  Log& log;
  std::shared_ptr<Stores> stores;
  UploadNotes notes;
};

// Objects in a store: PREFIX/NAME-DIGEST.EXT, with the first 16 digits of the SHA-256 of the
// picture, so that none is ever another's. A picture lies in recovered/, locked and with a note of
// its address, from before it is sent until the store has it.
class StoreSink : public ImageSink
{
public:
  // `file_name`: in place of the template; may be empty. `naming` may be empty.
  StoreSink(StoreParts parts, StoreAddress prefix, std::string file_name, SinkOptions options,
            Naming naming = {});

  // FailureClass::settings, too, where there is no such store, and not_saved where it refused
  // another picture a moment ago.
  Done check_writable() override;
  Result<ImageFile> begin() override;
  Result<SavedImage> commit(ImageFile file, const NameFacts& facts) override;
  std::filesystem::path folder_to_sync() const override { return m_recovered.folder(); }
  bool delivers() const override { return true; }
  void deliver(const SavedImage& image,
               const std::function<void(Result<SavedImage>)>& done) override;
  void stop_delivery(const std::filesystem::path& path) override;
  Result<std::filesystem::path> keep(ImageFile file, std::string_view extension) override;

private:
  struct Waiting {
    ImageFile file; // locked, as long as it lives
    UploadNote note;
    std::unique_ptr<Upload> upload;
  };

  std::string stem(const NameFacts& facts, const SavedImage& image) const;
  void delivered(SavedImage image, Done done, const std::function<void(Result<SavedImage>)>& told);

  StoreParts m_parts;
  StoreAddress m_prefix;
  std::string m_file_name;
  SinkOptions m_options;
  Naming m_naming;
  Recovered m_recovered;
  std::map<std::filesystem::path, Waiting> m_waiting; // by where it lies
};

} // namespace limn
