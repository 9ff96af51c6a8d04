#pragma once

#include "job/options.hpp"
#include "job/session.hpp"

#include <string_view>
#include <vector>

namespace limn {

// What is looked at before a job is begun, once its gateways are known: every door that begins one
// calls `check_job`, or the parts of it.

// Looks at what depends on the model: a size that gpt-image-2 does not draw, unless its rules were
// waived, and a mask without transparent parts for gpt-image models are a FailureClass::usage; `hd`
// and `standard` become the words of gpt-image models, which is added to the notices. `models`: all
// that may be asked for; nothing is done unless all of them are of the family.
Done suit_to_models(GenerateOptions& options, const std::vector<std::string>& models);

// The same for those who may be asked, and what their defaults fill in: the count is settled, and a
// default size that is none of theirs is a FailureClass::settings.
Done suit_to_gateways(EngineHost& host, GenerateOptions& options,
                      const std::vector<Gateway>& gateways);

// FailureClass::usage where a job may cost more than `most`, or nobody knows what it costs.
Done check_cost(Cost estimate, NanoUsd most);

// What limn is to say where a limit of costs meets an unknown one.
Failure unknown_cost();

// "2.50"; FailureClass::usage, with the option's name, for what is no amount.
Result<NanoUsd> read_usd_text(std::string_view name, std::string_view text);

// The same of an option that may be left out.
Result<std::optional<NanoUsd>> read_usd_option(std::string_view name,
                                               const std::optional<std::string>& text);

// Both for the job of a command line. Its notices are said.
Done check_job(Session& session, GenerateOptions& options, const std::vector<Gateway>& gateways);

} // namespace limn
