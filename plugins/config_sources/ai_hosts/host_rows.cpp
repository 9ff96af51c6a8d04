#include "config_sources/ai_hosts/host_rows.hpp"

#include <algorithm>
#include <array>

// The sources of what these rows say are named in each: the host's own code, or its documentation.
// What a host keeps where limn cannot or does not look is told in docs/hosts.md.

namespace limn::ai_hosts {

namespace {

// A .env belongs to any program, and each has a name of its own for the URL: Open WebUI, LibreChat,
// LobeChat, goose, chatbot-ui and the like.
constexpr std::string_view k_urls_of_others =
  "OPENAI_API_BASE_URL=says one in OPENAI_API_BASE_URL|"
  "OPENAI_API_BASE_URLS=says one in OPENAI_API_BASE_URLS|"
  "OPENAI_REVERSE_PROXY=says one in OPENAI_REVERSE_PROXY|"
  "OPENAI_PROXY_URL=says one in OPENAI_PROXY_URL|"
  "OPENAI_API_HOST=says one in OPENAI_API_HOST|"
  "OPENAI_API_URL=says one in OPENAI_API_URL|"
  "OPENAI_HOST=says one in OPENAI_HOST|"
  "OPENAI_ENDPOINT=says one in OPENAI_ENDPOINT|"
  "API_BASE_URL=says one in API_BASE_URL|"
  "BASE_URL=says one in BASE_URL";

// docs.openclaw.ai/gateway/secrets: openclaw.json is JSON5; `api` says which protocol a provider
// has. Places and variables: docs.openclaw.ai/help/environment.
constexpr std::array k_openclaw_scopes{
  Scope{.in = "models.providers.*",
        .url = "baseUrl",
        .headers = "headers",
        .only_if = "api=openai-completions|openai-responses|"}};
constexpr std::array k_openclaw_files{
  HostFile{"$OPENCLAW_CONFIG_PATH|$OPENCLAW_STATE_DIR/openclaw.json|$OPENCLAW_HOME/.openclaw/"
           "openclaw.json|~/.openclaw/openclaw.json",
           Format::json5, k_openclaw_scopes}};

// openai/codex, codex-rs/model-provider-info/src/lib.rs; auth.json:
// codex-rs/login/src/auth/storage.rs.
constexpr std::array k_codex_scopes{
  Scope{.in = "model_providers.*",
        .url = "base_url",
        .key = "experimental_bearer_token",
        .headers = "http_headers",
        .header_variables = "env_http_headers",
        .stored_as = "=OPENAI_API_KEY",
        .stored_if = "requires_openai_auth=true",
        .chosen_by = "model_provider|profiles.*.model_provider",
        .unusable_with =
          "query_params=it needs query parameters, which limn does not send|aws=it is "
          "asked with signatures of AWS"},
  Scope{.in = "",
        .url = "openai_base_url",
        .stored_as = "=OPENAI_API_KEY",
        .chosen_by = "model_provider|profiles.*.model_provider",
        .without_url = WithoutUrl::openai}};
// What else it reads: what an administrator says, and the files of profiles
// (codex-rs/config/src/loader). They hold no key alone.
constexpr std::array k_codex_layer_scopes{
  k_codex_scopes[0], Scope{.in = "", .url = "openai_base_url", .stored_as = "=OPENAI_API_KEY"}};
constexpr std::array k_codex_files{
  HostFile{"$CODEX_HOME/config.toml|~/.codex/config.toml", Format::toml, k_codex_scopes},
  HostFile{"$CODEX_HOME/*.config.toml|~/.codex/*.config.toml", Format::toml, k_codex_layer_scopes},
  HostFile{"/etc/codex/config.toml", Format::toml, k_codex_layer_scopes},
  HostFile{"/etc/codex/managed_config.toml", Format::toml, k_codex_layer_scopes}};

// opencode, packages/web/src/content/docs/config.mdx; auth.json: packages/opencode/src/auth.
constexpr std::array k_opencode_scopes{Scope{.in = "provider.*",
                                             .url = "options.baseURL",
                                             .key = "options.apiKey",
                                             .headers = "options.headers",
                                             .stored_as = "*",
                                             .not_named = "anthropic|google"}};
constexpr std::array k_opencode_files{
  HostFile{"$XDG_CONFIG_HOME/opencode/config.json|~/.config/opencode/config.json", Format::json,
           k_opencode_scopes},
  HostFile{"$XDG_CONFIG_HOME/opencode/opencode.json|~/.config/opencode/opencode.json", Format::json,
           k_opencode_scopes},
  HostFile{"$XDG_CONFIG_HOME/opencode/opencode.jsonc|~/.config/opencode/opencode.jsonc",
           Format::json, k_opencode_scopes}};

// charmbracelet/crush, internal/config/load.go and config.go; values are texts of a shell.
constexpr std::array k_crush_scopes{Scope{.in = "providers.*",
                                          .url = "base_url",
                                          .headers = "extra_headers",
                                          .only_if = "type=openai|openai-compat|openrouter|",
                                          .unusable_with = "oauth=its key is an OAuth token, which "
                                                           "is the host's alone"}};
constexpr std::array k_crush_files{
  HostFile{"$CRUSH_GLOBAL_CONFIG/crush.json|$XDG_CONFIG_HOME/crush/crush.json|~/.config/crush/"
           "crush.json",
           Format::json, k_crush_scopes},
  HostFile{"$CRUSH_GLOBAL_DATA/crush.json|$XDG_DATA_HOME/crush/crush.json|~/.local/share/crush/"
           "crush.json",
           Format::json, k_crush_scopes}};

// block/goose, crates/goose/src/config/declarative_providers.rs and the provider openai. Its keys
// lie in secrets.yaml where it has no keyring. A key of the environment stays with the
// environment's URL.
constexpr std::array k_goose_scopes{Scope{
  .in = "", .url = "OPENAI_HOST", .url_end = "OPENAI_BASE_PATH", .stored_as = "=OPENAI_API_KEY"}};
constexpr std::array k_goose_provider_scopes{Scope{.in = "",
                                                   .url = "base_url",
                                                   .key_variable = "api_key_env",
                                                   .name = "name",
                                                   .headers = "headers",
                                                   .stored_as = "api_key_env",
                                                   .only_if = "engine=openai|openai_compatible"}};
constexpr std::array k_goose_files{
  HostFile{"$GOOSE_PATH_ROOT/config/config.yaml|$XDG_CONFIG_HOME/goose/config.yaml|~/.config/goose/"
           "config.yaml",
           Format::yaml, k_goose_scopes},
  HostFile{"$GOOSE_PATH_ROOT/config/custom_providers/*.json|$XDG_CONFIG_HOME/goose/"
           "custom_providers/*.json|~/.config/goose/custom_providers/*.json",
           Format::json, k_goose_provider_scopes}};

// sigoden/aichat, src/config/mod.rs (places) and src/client/macros.rs (variables).
constexpr std::array k_aichat_scopes{Scope{.in = "clients[]",
                                           .url = "api_base",
                                           .name = "name|type",
                                           .variable_of_name = VariableOfName::upper,
                                           .only_if = "type=openai|openai-compatible"}};
constexpr std::array k_aichat_files{
  HostFile{"$AICHAT_CONFIG_FILE|$AICHAT_CONFIG_DIR/config.yaml|$XDG_CONFIG_HOME/aichat/"
           "config.yaml|~/.config/aichat/config.yaml",
           Format::yaml, k_aichat_scopes}};

// charmbracelet/mods, config.go (place) and mods.go (keys). It sends OPENAI_API_KEY to any base URL
// without a key; limn does not.
constexpr std::array k_mods_scopes{Scope{
  .in = "apis.*", .url = "base-url", .not_named = "anthropic|google|cohere|ollama|azure|azure-ad"}};
constexpr std::array k_mods_files{
  HostFile{"$XDG_CONFIG_HOME/mods/mods.yml|~/.config/mods/mods.yml", Format::yaml, k_mods_scopes}};

// continuedev/continue, core/util/paths.ts, packages/config-yaml/src/schemas/models.ts; config.json
// is what it had before. Secrets: core/config/yaml/LocalPlatformClient.ts.
constexpr std::array k_continue_scopes{
  Scope{.in = "models[]",
        .url = "apiBase",
        .name = "name|title",
        .headers = "requestOptions.headers",
        .only_if = "provider=openai|openrouter|vllm|lmstudio"}};
constexpr std::array k_continue_files{
  HostFile{"$CONTINUE_GLOBAL_DIR/config.yaml|~/.continue/config.yaml", Format::yaml,
           k_continue_scopes},
  HostFile{"$CONTINUE_GLOBAL_DIR/assistants/*.yaml|~/.continue/assistants/*.yaml", Format::yaml,
           k_continue_scopes},
  HostFile{"$CONTINUE_GLOBAL_DIR/models/*.yaml|~/.continue/models/*.yaml", Format::yaml,
           k_continue_scopes},
  HostFile{"$CONTINUE_GLOBAL_DIR/config.json|~/.continue/config.json", Format::json,
           k_continue_scopes}};

// BerriAI/litellm, docs/my-website/docs/proxy: the file is given by --config.
constexpr std::array k_litellm_scopes{Scope{.in = "model_list[]",
                                            .url = "litellm_params.api_base",
                                            .key = "litellm_params.api_key",
                                            .name = "model_name"}};
constexpr std::array k_litellm_files{HostFile{"", Format::yaml, k_litellm_scopes}};

// librechat.ai/docs/configuration/librechat_yaml: beside the program; user_provided: no key at all.
constexpr std::array k_librechat_scopes{Scope{.in = "endpoints.custom[]",
                                              .url = "baseURL",
                                              .name = "name",
                                              .headers = "headers",
                                              .only_if = "provider=openai|",
                                              .no_url = "user_provided",
                                              .no_key = "user_provided"}};
constexpr std::array k_librechat_variables{Scope{.in = "",
                                                 .url = "IMAGE_GEN_OAI_BASEURL",
                                                 .key = "IMAGE_GEN_OAI_API_KEY",
                                                 .name = "",
                                                 .no_key = "user_provided",
                                                 .without_url = WithoutUrl::openai},
                                           Scope{.in = "",
                                                 .url = "OPENAI_REVERSE_PROXY",
                                                 .key = "OPENAI_API_KEY",
                                                 .no_key = "user_provided",
                                                 .without_url = WithoutUrl::openai}};
constexpr std::array k_librechat_files{HostFile{"", Format::yaml, k_librechat_scopes},
                                       HostFile{"", Format::env, k_librechat_variables}};

// open-webui, backend/open_webui/config.py: lists are cut at ';'. What it keeps in its database
// wins over them and is not read.
constexpr std::array k_open_webui_scopes{
  Scope{.in = "", .url = "IMAGES_OPENAI_API_BASE_URL", .key = "IMAGES_OPENAI_API_KEY"},
  Scope{.in = "",
        .url = "OPENAI_API_BASE_URLS|OPENAI_API_BASE_URL",
        .key = "OPENAI_API_KEYS|OPENAI_API_KEY",
        .without_url = WithoutUrl::openai,
        .lists = Lists::semicolons}};
constexpr std::array k_open_webui_files{HostFile{"", Format::env, k_open_webui_scopes}};

// Aider-AI/aider, aider/main.py: home, then the root of the repository, then the working directory.
constexpr std::array k_aider_scopes{Scope{
  .in = "", .url = "openai-api-base", .key = "openai-api-key", .without_url = WithoutUrl::openai}};
constexpr std::array k_aider_variables{
  Scope{.in = "",
        .url = "AIDER_OPENAI_API_BASE|OPENAI_API_BASE|OPENAI_BASE_URL",
        .key = "AIDER_OPENAI_API_KEY|OPENAI_API_KEY",
        .without_url = WithoutUrl::openai}};
constexpr std::array k_aider_files{
  HostFile{"~/.aider.conf.yml", Format::yaml, k_aider_scopes,
           "set-env=sets variables, which may say one|"
           "env-file=names a file, which may say one"},
  HostFile{"~/.env", Format::env, k_aider_variables, k_urls_of_others}};

// gptme, gptme/config/user.py (place, [env]) and models.py (keys).
constexpr std::array k_gptme_scopes{Scope{.in = "providers[]",
                                          .url = "base_url",
                                          .name = "name",
                                          .variable_of_name = VariableOfName::upper_underscored}};
constexpr std::array k_gptme_files{
  HostFile{"~/.config/gptme/config.toml", Format::toml, k_gptme_scopes},
  HostFile{"~/.config/gptme/config.local.toml", Format::toml, k_gptme_scopes}};

// TheR1D/shell_gpt, sgpt/config.py: "default" is no URL.
constexpr std::array k_shell_gpt_scopes{Scope{.in = "",
                                              .url = "API_BASE_URL",
                                              .key = "OPENAI_API_KEY",
                                              .no_url = "default",
                                              .without_url = WithoutUrl::openai}};
constexpr std::array k_shell_gpt_files{
  HostFile{"~/.config/shell_gpt/.sgptrc", Format::env, k_shell_gpt_scopes}};

// simonw/llm, llm/__init__.py (user_dir, load_keys), default_plugins/openai_models.py: the default
// key is not sent to a base URL.
constexpr std::array k_llm_scopes{
  Scope{.in = "[]",
        .url = "api_base",
        .name = "model_id",
        .headers = "headers",
        .stored_as = "api_key_name",
        .unusable_with = "api_type=it speaks the protocol of Azure"}};
constexpr std::array k_llm_files{
  HostFile{"$LLM_USER_PATH/extra-openai-models.yaml|$XDG_CONFIG_HOME/io.datasette.llm/"
           "extra-openai-models.yaml|~/.config/io.datasette.llm/extra-openai-models.yaml",
           Format::yaml, k_llm_scopes}};

// qwenlm.github.io/qwen-code-docs, users/configuration/model-providers and settings; security.auth
// is what `/auth` wrote before: packages/cli/src/config.
constexpr std::array k_qwen_code_scopes{
  Scope{.in = "modelProviders.openai[]",
        .url = "baseUrl",
        .name = "name|id",
        .headers = "generationConfig.customHeaders"},
  Scope{.in = "security.auth", .url = "baseUrl", .only_if = "selectedType=openai|"}};
constexpr std::array k_qwen_code_files{
  HostFile{"$QWEN_CODE_SYSTEM_SETTINGS_PATH|/etc/qwen-code/settings.json", Format::json,
           k_qwen_code_scopes},
  HostFile{"~/.qwen/settings.json", Format::json, k_qwen_code_scopes}};

// All-Hands-AI/OpenHands, config.template.toml: in its working directory.
constexpr std::array k_openhands_scopes{Scope{.in = "llm", .url = "base_url"},
                                        Scope{.in = "llm.*", .url = "base_url"}};
constexpr std::array k_openhands_files{HostFile{"", Format::toml, k_openhands_scopes}};

// zed, crates/language_models/src/provider/open_ai_compatible.rs: the key lies in the keychain, or
// in a variable made of the name.
constexpr std::array k_zed_scopes{Scope{.in = "language_models.openai_compatible.*",
                                        .url = "api_url",
                                        .variable_of_name = VariableOfName::upper_snake}};
constexpr std::array k_zed_files{HostFile{
  "$XDG_CONFIG_HOME/zed/settings.json|~/.config/zed/settings.json", Format::json, k_zed_scopes}};

// Wangnov/gpt-image-2-skill, references/providers.md.
constexpr std::array k_gpt_image_scopes{Scope{.in = "providers.*",
                                              .url = "api_base",
                                              .key = "credentials.api_key",
                                              .only_if = "type=openai-compatible|openai"}};
constexpr std::array k_gpt_image_files{
  HostFile{"$CODEX_HOME/gpt-image-2-skill/config.json|~/.codex/gpt-image-2-skill/config.json",
           Format::json, k_gpt_image_scopes}};

// A .env that the user names.
constexpr std::array k_dotenv_scopes{
  Scope{.in = "",
        .url = "OPENAI_BASE_URL|OPENAI_API_BASE",
        .key = "OPENAI_API_KEY",
        .without_url = WithoutUrl::openai},
  Scope{.in = "", .url = "CLAWTO_BASE_URL", .key = "CLAWTO_API_KEY"}};
constexpr std::array k_dotenv_files{HostFile{"", Format::env, k_dotenv_scopes, k_urls_of_others}};

constexpr std::array k_hosts{
  Host{.id = "hermes", .files = {}, .reader = Host::Reader::hermes},
  Host{.id = "openclaw",
       .files = k_openclaw_files,
       .variables = "$OPENCLAW_STATE_DIR/.env|$OPENCLAW_HOME/.openclaw/.env|~/.openclaw/.env",
       .own_variables = "env|env.vars"},
  Host{.id = "codex",
       .files = k_codex_files,
       .store = {"$CODEX_HOME/auth.json|~/.codex/auth.json", Format::json}},
  Host{.id = "opencode",
       .files = k_opencode_files,
       .store = {"$XDG_DATA_HOME/opencode/auth.json|~/.local/share/opencode/auth.json",
                 Format::json, "key", "type=api"},
       .follows_files = true},
  Host{.id = "crush", .files = k_crush_files},
  Host{.id = "goose",
       .files = k_goose_files,
       .store = {"$GOOSE_PATH_ROOT/config/secrets.yaml|$XDG_CONFIG_HOME/goose/secrets.yaml|~/"
                 ".config/goose/secrets.yaml",
                 Format::yaml}},
  Host{.id = "aichat",
       .files = k_aichat_files,
       .variables =
         "$AICHAT_ENV_FILE|$AICHAT_CONFIG_DIR/.env|$XDG_CONFIG_HOME/aichat/.env|~/.config/"
         "aichat/.env"},
  Host{.id = "mods", .files = k_mods_files},
  Host{.id = "continue",
       .files = k_continue_files,
       .variables = "$CONTINUE_GLOBAL_DIR/.env|~/.continue/.env",
       .wins = Wins::file},
  Host{.id = "litellm", .files = k_litellm_files},
  Host{.id = "librechat", .files = k_librechat_files},
  Host{.id = "open_webui", .files = k_open_webui_files},
  Host{.id = "aider", .files = k_aider_files},
  Host{.id = "gptme",
       .files = k_gptme_files,
       .own_variables = "env",
       .own_variables_reach = Host::Reaches::all_files},
  Host{.id = "shell_gpt", .files = k_shell_gpt_files},
  Host{.id = "llm",
       .files = k_llm_files,
       .store = {"$LLM_USER_PATH/keys.json|$XDG_CONFIG_HOME/io.datasette.llm/keys.json|~/.config/"
                 "io.datasette.llm/keys.json",
                 Format::json}},
  Host{.id = "qwen_code",
       .files = k_qwen_code_files,
       .variables = "~/.qwen/.env",
       .own_variables = "env"},
  Host{.id = "openhands", .files = k_openhands_files},
  Host{.id = "zed", .files = k_zed_files},
  Host{.id = "gpt_image_2_skill", .files = k_gpt_image_files},
  Host{.id = "dotenv", .files = k_dotenv_files, .is_anyones = true}};

} // namespace

std::span<const Host> hosts()
{
  return k_hosts;
}

const Host* host_named(std::string_view id)
{
  const auto found = std::ranges::find(k_hosts, id, &Host::id);
  return found == k_hosts.end() ? nullptr : &*found;
}

} // namespace limn::ai_hosts
