#pragma once

#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A picture to work from that came with a request.
struct StagedInput {
  std::filesystem::path file;
  std::string sha256;
  std::uint64_t bytes = 0;
};

// Where such pictures lie until their job is over: STATE/inputs/RANDOM, which its user alone may
// look into. Gone with this, unless it is left to a job (WorkOrder::inputs_folder).
class InputStage
{
public:
  // FailureClass::internal if nothing can be written there, as all that writes has it.
  static Result<std::shared_ptr<InputStage>> make(const std::filesystem::path& state_folder);
  ~InputStage();
  InputStage(const InputStage&) = delete;
  InputStage& operator=(const InputStage&) = delete;

  // A file, piece by piece, one at a time.
  Done begin();
  Done write(std::string_view piece);
  std::uint64_t written() const { return m_current.bytes; } // of that one
  StagedInput end();

  const std::filesystem::path& folder() const { return m_folder; }

  // Somebody else removes the folder.
  void leave() { m_is_left = true; }

private:
  explicit InputStage(std::filesystem::path folder) : m_folder(std::move(folder)) {}

  std::filesystem::path m_folder;
  int m_count = 0; // of files
  Descriptor m_file;
  Sha256 m_digest;
  StagedInput m_current;
  bool m_is_left = false;
};

// Its job is over.
void forget_inputs(const std::filesystem::path& inputs_folder);

// What processes left that were killed.
void forget_old_inputs(const std::filesystem::path& state_folder);

} // namespace limn
