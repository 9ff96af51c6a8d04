#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "queue/postgres/statement.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace limn {

// A connection that is waited for: for commands that do nothing besides.
class PgBlockingConnection
{
public:
  // FailureClass::unreachable where it cannot be made.
  static Result<PgBlockingConnection> open(const Secret& url);
  PgBlockingConnection(PgBlockingConnection&&) noexcept;
  PgBlockingConnection& operator=(PgBlockingConnection&&) noexcept;
  ~PgBlockingConnection();

  Result<PgRows> run(const PgStatement& statement);

  // Several statements without values, in one transaction where they begin none themselves.
  Done run_script(const std::string& sql);

  // All that `work` does is done, or nothing of it.
  Done transaction(const std::function<Done()>& work);

  // Rows for `copy ... from stdin`, in its text form, between begin_copy() and end_copy().
  Done begin_copy(const std::string& sql);
  Done put_copy(std::string_view rows);
  Done end_copy();

private:
  struct Connected;
  explicit PgBlockingConnection(std::unique_ptr<Connected> connected);

  std::unique_ptr<Connected> m_connected;
};

// As a value of a row of COPY's text form; nothing: null.
void append_copy_value(std::string& row, const PgValue& value);

} // namespace limn
