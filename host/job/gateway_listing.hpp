#pragma once

#include "base/json_writer.hpp"
#include "gateways/verify.hpp"
#include "memory/learnt.hpp"
#include "model/gateway.hpp"

#include <string>
#include <vector>

namespace limn {

// The members of a gateway in JSON: name, base_url, origins, key (fingerprint), problem, learnt.
// The caller begins and ends the object.
void write_gateway(JsonWriter& json, const Gateway& gateway, const Learnt& learnt);

// {"state","id","count","message",...}
void write_check(JsonWriter& json, const ModelCheck& check);

// The same for people.
std::vector<std::string> gateway_lines(const Gateway& gateway, const Learnt& learnt);
std::string check_line(const ModelCheck& check, const std::vector<std::string>& wanted);

} // namespace limn
