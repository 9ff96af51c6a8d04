#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "http_server/http_server.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace limn {

// The file of a unix socket, removed with this if it is still the one that was made.
class SocketFile
{
public:
  SocketFile() = default; // none
  SocketFile(std::filesystem::path path, dev_t device, ino_t inode)
    : m_path(std::move(path)), m_device(device), m_inode(inode)
  {
  }
  SocketFile(SocketFile&& other) noexcept
    : m_path(std::exchange(other.m_path, {})), m_device(other.m_device), m_inode(other.m_inode)
  {
  }
  SocketFile& operator=(SocketFile&& other) = delete;
  ~SocketFile();

private:
  std::filesystem::path m_path; // empty: none
  dev_t m_device = 0;
  ino_t m_inode = 0;
};

struct Listener {
  Descriptor socket; // does not block
  SocketFile file;
  std::string place; // "127.0.0.1:8080", "[::1]:8080", "unix:/run/user/1000/limn.sock"
  std::uint16_t port = 0;
};

// All that the options name, and at least one. FailureClass::usage, in a sentence, where one of
// them cannot be listened at.
Result<std::vector<Listener>> open_listeners(const ServerOptions& options);

} // namespace limn
