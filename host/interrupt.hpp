#pragma once

namespace limn {

// Turns SIGINT and SIGTERM into a byte on a pipe, for as long as it lives; a second signal ends the
// process at once.
class InterruptPipe
{
public:
  InterruptPipe();
  ~InterruptPipe();
  InterruptPipe(const InterruptPipe&) = delete;
  InterruptPipe& operator=(const InterruptPipe&) = delete;

  int fd() const { return m_read; } // becomes readable

private:
  int m_read = -1;
};

} // namespace limn
