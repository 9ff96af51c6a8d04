#pragma once

#include <span>
#include <string_view>

namespace limn {

// How a client and a server of the Model Context Protocol come together: by a handshake whose terms
// hold for the connection, or by what each request says of itself.
enum class McpEra { legacy, modern };

// A revision of the protocol, and what it knows. What it does not know it is not sent: some clients
// refuse a whole answer for one member.
struct McpRevision {
  std::string_view name;
  McpEra era;
  bool has_annotations = false; // of tools; and what is told with progress
  bool has_structure = false;   // titles, output schemas, structured content, resource links, forms
  bool has_modes = false;       // of a question to the user
  bool has_batches = false;     // several messages in one array
};

// Newest first.
std::span<const McpRevision> mcp_revisions();

// Null if there is none of that name.
const McpRevision* find_mcp_revision(std::string_view name);

// What a client is offered that asks for one that is not there in its handshake.
const McpRevision& newest_legacy_mcp_revision();

} // namespace limn
