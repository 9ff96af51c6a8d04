#pragma once

namespace limn {

// Turns each SIGINT and SIGTERM into a byte on a pipe, for as long as it lives; the one after
// `signals` of them ends the process at once.
class InterruptPipe
{
public:
  explicit InterruptPipe(int signals = 1);
  ~InterruptPipe();
  InterruptPipe(const InterruptPipe&) = delete;
  InterruptPipe& operator=(const InterruptPipe&) = delete;

  int fd() const { return m_read; } // becomes readable

private:
  int m_read = -1;
};

} // namespace limn
