#pragma once

#include "base/digest.hpp"

#include <cstdint>
#include <mutex>
#include <string>

namespace limn {

// The SHA-256 of a file that grows: made of what is there already, in another thread than the one
// that writes, or at its end. From any thread.
class FileDigest
{
public:
  // Takes in what stands before `end` and was not taken in yet, read from an open file.
  void reach(int file, std::uint64_t end);

  // In hexadecimal; empty where something could not be read. Once.
  std::string hex();

private:
  std::mutex m_mutex;
  Sha256 m_digest;
  std::uint64_t m_position = 0;
  bool m_is_broken = false;
};

} // namespace limn
