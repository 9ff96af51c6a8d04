#include "mcp/revision.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

// Facts of the changelogs of modelcontextprotocol.io/specification.
constexpr std::array<McpRevision, 5> k_revisions{{
  {.name = "2026-07-28",
   .era = McpEra::modern,
   .has_annotations = true,
   .has_structure = true,
   .has_modes = true},
  {.name = "2025-11-25",
   .era = McpEra::legacy,
   .has_annotations = true,
   .has_structure = true,
   .has_modes = true},
  {.name = "2025-06-18", .era = McpEra::legacy, .has_annotations = true, .has_structure = true},
  {.name = "2025-03-26", .era = McpEra::legacy, .has_annotations = true, .has_batches = true},
  {.name = "2024-11-05", .era = McpEra::legacy},
}};

} // namespace

std::span<const McpRevision> mcp_revisions()
{
  return k_revisions;
}

const McpRevision* find_mcp_revision(std::string_view name)
{
  const auto* found = std::ranges::find(k_revisions, name, &McpRevision::name);
  return found == k_revisions.end() ? nullptr : found;
}

const McpRevision& newest_legacy_mcp_revision()
{
  return *std::ranges::find(k_revisions, McpEra::legacy, &McpRevision::era);
}

} // namespace limn
