#include "memory/known_names.hpp"

#include "base/files.hpp"
#include "base/json.hpp"
#include "base/json_writer.hpp"

namespace limn {

namespace {

constexpr std::uintmax_t k_max_names_file = 1024 * 1024;

std::string names_json(const KnownNames& names)
{
  JsonWriter json;
  json.begin_object();
  json.member("version", std::int64_t{1});
  json.key("gateways");
  json.begin_object();
  for (const auto& [gateway, models] : names) {
    json.key(gateway);
    json.begin_array();
    for (const auto& model : models) {
      json.text(model);
    }
    json.end_array();
  }
  json.end_object();
  json.end_object();
  return json.str();
}

} // namespace

std::filesystem::path known_names_file(const std::filesystem::path& folder)
{
  return folder / "names.json";
}

KnownNames read_known_names(const std::filesystem::path& file)
{
  const auto text = read_own_file(file, k_max_names_file);
  if (!text) {
    return {};
  }
  const auto document = parse_json(*text);
  const auto* gateways = document ? member(*document, "gateways") : nullptr;
  if (!gateways || !gateways->IsObject()) {
    return {};
  }
  KnownNames names;
  for (const auto& [name, list] : gateways->GetObject()) {
    auto& models = names[{name.GetString(), name.GetStringLength()}];
    if (!list.IsArray()) {
      continue;
    }
    for (const auto& model : list.GetArray()) {
      models.emplace_back(string_or_empty(&model));
    }
  }
  return names;
}

Done keep_known_names(const std::filesystem::path& file, NamesOf which,
                      const std::vector<std::string>& gateways, const KnownNames& listed)
{
  const auto known = read_known_names(file);
  auto names = which == NamesOf::all ? KnownNames() : known;
  for (const auto& gateway : gateways) {
    const auto now = listed.find(gateway);
    const auto before = known.find(gateway);
    names[gateway] = now != listed.end()     ? now->second
                     : before != known.end() ? before->second
                                             : std::vector<std::string>();
  }
  if (names == known) {
    return {};
  }
  LIMN_TRY(make_private_folder(file.parent_path()));
  return replace_file(file, names_json(names));
}

} // namespace limn
