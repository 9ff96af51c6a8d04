#pragma once

#include "job/options.hpp"
#include "job/out.hpp"

#include <optional>
#include <string>
#include <vector>

namespace limn {

enum class Verdict { good, bad, skipped };

// A point of a check of something.
struct Finding {
  std::string name;
  Verdict verdict = Verdict::skipped;
  std::string message;
  std::vector<std::string> details; // a line each
};

// What was found out, point by point, and the failure of the first bad one, whose class decides the
// exit status.
struct Findings {
  std::vector<Finding> points;
  std::optional<Failure> failure;

  void good(std::string name, std::string message, std::vector<std::string> details = {});
  void skipped(std::string name, std::string message);
  void bad(std::string name, Failure reason);
  void add(Findings others); // behind these

  int exit_status() const;
};

// Prints them, as lines or as one envelope.
void print(Out& out, ReportFormat format, const Findings& findings);

} // namespace limn
