#pragma once

#include <string>
#include <string_view>

namespace limn {

// What an answer says about its own failure, gathered from the many shapes that gateways use. Texts
// are as they came, not yet safe to show.
struct ErrorReport {
  enum class Form { empty, json, text, web_page };

  Form form = Form::empty;
  bool is_error = false; // JSON that says by itself that it is a failure, whatever the HTTP status
  std::string message;   // a web page: its title
  std::string code;      // numbers in decimal
  std::string type;      // also Google's `status`
  std::string param;
  std::string reason;      // Google's, beside its status
  std::string quotas;      // those that are used up, by Google's names
  std::string retry_delay; // "1.4s": when to come back
  bool is_refusal = false; // for what the picture would show, by a reason anywhere in the answer
};

ErrorReport read_error_report(std::string_view content);

} // namespace limn
