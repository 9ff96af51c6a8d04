"""What is found in the files of AI hosts: a home with a sample of each, whose keys are false."""

import os
import pathlib
import re
import shutil
import unittest

from limn_case import CANARY, LimnCase

SAMPLES = pathlib.Path(__file__).resolve().parent / "hosts"
VARIABLES = {
    "CODEX_SAMPLE_KEY": "false-key-codex-env", "CODEX_SAMPLE_HEADER": "h", "OPENCODE_SAMPLE_KEY": "false-key-opencode-env",
    "CRUSH_SAMPLE_KEY": "false-key-crush-env", "MODS_SAMPLE_KEY": "false-key-mods-env", "SKILL_SAMPLE_KEY": "false-key-skill-env",
    "ZED_SAMPLE_2_API_KEY": "false-key-zed-env", "LITELLM_SAMPLE_KEY": "false-key-litellm-env",
}
COMMAND = "a command"
# Base URL: origin, and the words that say why it cannot be used.
FOUND = {
    "https://hermes.example/v1": ("~/.hermes/config.yaml#model", None),
    "https://hermes-legacy.example/v1": ("~/.hermes/config.yaml#custom_providers[0]", None),
    "https://claw-plain.example/v1": ("~/.openclaw/openclaw.json#models.providers.claw-plain", None),
    "https://claw-env.example/v1": ("~/.openclaw/openclaw.json#models.providers.claw-env", None),
    "https://claw-ref.example/v1": ("~/.openclaw/openclaw.json#models.providers.claw-ref", None),
    "https://claw-file.example/v1": ("~/.openclaw/openclaw.json#models.providers.claw-file", None),
    "https://claw-exec.example/v1": ("~/.openclaw/openclaw.json#models.providers.claw-exec", COMMAND),
    "https://claw-store.example/v1": ("~/.openclaw/openclaw.json#models.providers.claw-store", "does not read"),
    "https://codex-env.example/v1": ("~/.codex/config.toml#model_providers.codex-env", None),
    "https://codex-token.example/v1": ("~/.codex/config.toml#model_providers.codex-token", None),
    "https://codex-command.example/v1": ("~/.codex/config.toml#model_providers.codex-command", COMMAND),
    "https://codex-query.example/openai": ("~/.codex/config.toml#model_providers.codex-query", "query parameters"),
    "https://api.openai.com/v1": ("~/.codex/config.toml#OPENAI_API_KEY", "names another provider"),
    "https://opencode-env.example/v1": ("~/.config/opencode/opencode.json#provider.opencode-env", None),
    "https://opencode-file.example/v1": ("~/.config/opencode/opencode.json#provider.opencode-file", None),
    "https://opencode-store.example/v1": ("~/.config/opencode/opencode.json#provider.opencode-store", None),
    "https://opencode-oauth.example/v1": ("~/.config/opencode/opencode.json#provider.opencode-oauth", "no key"),
    "https://opencode-twice.example/v1": ("~/.config/opencode/opencode.json#provider.opencode-twice", None),
    "https://opencode-unset.example/v1": ("~/.config/opencode/opencode.jsonc#provider.opencode-unset", "unresolved {env:OPENCODE_SAMPLE_UNSET}"),
    "https://crush-env.example/v1": ("~/.config/crush/crush.json#providers.crush-env", None),
    "https://crush-command.example/v1": ("~/.config/crush/crush.json#providers.crush-command", COMMAND),
    "https://crush-oauth.example/v1": ("~/.config/crush/crush.json#providers.crush-oauth", "OAuth"),
    "https://goose.example/v1": ("~/.config/goose/config.yaml#OPENAI_HOST", None),
    "https://goose-one.example/v1": ("~/.config/goose/custom_providers/custom_goose_one.json#base_url", None),
    "https://aichat-written.example/v1": ("~/.config/aichat/config.yaml#clients[0]", None),
    "https://aichat-env.example/v1": ("~/.config/aichat/config.yaml#clients[1]", None),
    "https://mods-env.example/v1": ("~/.config/mods/mods.yml#apis.mods-env", None),
    "https://mods-command.example/v1": ("~/.config/mods/mods.yml#apis.mods-command", COMMAND),
    "https://mods-without.example/v1": ("~/.config/mods/mods.yml#apis.mods-without", "no key"),
    "https://continue-secret.example/v1": ("~/.continue/config.yaml#models[0]", None),
    "https://continue-input.example/v1": ("~/.continue/config.yaml#models[1]", "unresolved ${{ inputs."),
    "https://continue-legacy.example/v1": ("~/.continue/config.json#models[0]", None),
    "https://aider.example/v1": ("~/.aider.conf.yml#openai-api-base", None),
    "https://aider-env.example/v1": ("~/.env#OPENAI_API_BASE", None),
    "https://gptme-written.example/v1": ("~/.config/gptme/config.toml#providers[0]", None),
    "https://gptme-env.example/v1": ("~/.config/gptme/config.toml#providers[1]", None),
    "https://gptme-named.example/v1": ("~/.config/gptme/config.toml#providers[2]", None),
    "https://sgpt.example/v1": ("~/.config/shell_gpt/.sgptrc#API_BASE_URL", None),
    "https://llm-stored.example/v1": ("~/.config/io.datasette.llm/extra-openai-models.yaml#[0]", None),
    "https://llm-without.example/v1": ("~/.config/io.datasette.llm/extra-openai-models.yaml#[1]", "no key"),
    "https://qwen-file.example/v1": ("~/.qwen/settings.json#modelProviders.openai[0]", None),
    "https://qwen-own.example/v1": ("~/.qwen/settings.json#modelProviders.openai[1]", None),
    "https://qwen-auth.example/v1": ("~/.qwen/settings.json#security.auth", None),
    "https://zed-env.example/v1": ("~/.config/zed/settings.json#language_models.openai_compatible.Zed Sample2", None),
    "https://zed-keychain.example/v1": ("~/.config/zed/settings.json#language_models.openai_compatible.zed-keychain", "ZED_KEYCHAIN_API_KEY is not set"),
    "https://skill-file.example/v1": ("~/.codex/gpt-image-2-skill/config.json#providers.skill-file", None),
    "https://skill-env.example/v1": ("~/.codex/gpt-image-2-skill/config.json#providers.skill-env", None),
    "https://skill-keychain.example/v1": ("~/.codex/gpt-image-2-skill/config.json#providers.skill-keychain", "keychain"),
}
# host, file, more of its entry: base URL: why it cannot be used
NAMED = {
    ("litellm", "litellm.yaml", ""): {"https://litellm-written.example/v1": None, "https://litellm-env.example/v1": "unresolved os.environ/"},
    ("litellm", "litellm.yaml", ", environment: true"): {"https://litellm-written.example/v1": None, "https://litellm-env.example/v1": None},
    ("librechat", "librechat.yaml", ", env_file: NAMED/librechat.env"): {
        "https://librechat-env.example/v1": None, "https://librechat-user.example/v1": "bring their own key"},
    ("librechat", "librechat.env", ""): {"https://librechat-image.example/v1": None},
    ("open_webui", "open_webui.env", ""): {
        "https://webui-images.example/v1": None, "https://webui-one.example/v1": None, "https://webui-two.example/v1": None,
        "https://webui-three.example/v1": "no key"},
    ("openhands", "openhands.toml", ""): {"https://openhands.example/v1": None, "https://openhands-named.example/v1": None},
    ("dotenv", "any.env", ""): {"https://api.openai.com/v1": None, "https://dotenv-clawto.example/v1": None},
    ("opencode", "opencode.json", ""): {
        "https://thief.example/v1": "unresolved {env:OPENAI_API_KEY}", "https://thief.example/file/v1": "unresolved {file:",
        "https://thief.example/{env:OPENAI_API_KEY}": "unresolved {env:OPENAI_API_KEY}",
        "https://thief.example/store/v1": "no key", "https://thief.example/stored/v1": "no key"},
}


class HostsCase(LimnCase):
    def settings(self, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text)
        (folder / "limn.yaml").chmod(0o600)

    def write(self, name, text):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(0o600)
        return path

    def take_samples(self):
        shutil.copytree(SAMPLES / "home", self.home, dirs_exist_ok=True)
        self.named = self.home / "named"
        shutil.copytree(SAMPLES / "named", self.named)
        for path in self.home.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)

    def gateways(self, *args, status=0, **env):
        outcome = self.limn("discover", "--json", *args, env=self.environment(**env))
        self.assert_status(outcome, status)
        self.outcome = outcome
        return outcome.json["gateways"]


class Samples(HostsCase):
    def setUp(self):
        super().setUp()
        self.take_samples()

    def assert_no_false_key(self, outcome):
        # Names of variables and hosts hold no such text; origins and problems must not either.
        for text in (outcome.stdout, outcome.stderr):
            self.assertIsNone(re.search("false-(key|oauth)", text), text)
        self.assertEqual(list(self.home.rglob("ran-a-command")), [])

    def test_every_host_is_told_with_its_origin_before_anything_is_used(self):
        found = self.gateways("--hosts", **VARIABLES)
        self.assert_no_false_key(self.outcome)
        self.assertEqual({g["base_url"]: g["origins"] for g in found}, {url: [origin] for url, (origin, _) in FOUND.items()})
        for gateway in found:
            words = FOUND[gateway["base_url"]][1]
            with self.subTest(gateway["base_url"]):
                if words is None:
                    self.assertIsNone(gateway["problem"])
                else:
                    self.assertIn(words, gateway["problem"])
                self.assertEqual(gateway["used"], gateway["base_url"].startswith("https://hermes"))
        self.assertIn("baseURL is there twice; the last one counts", self.outcome.stderr)

    def test_people_are_told_it_in_lines(self):
        outcome = self.limn("discover", "--hosts", env=self.environment(**VARIABLES))
        self.assert_no_false_key(outcome)
        for url, (origin, _) in FOUND.items():
            self.assertRegex(outcome.stdout, re.escape(f"  {url}\n  from  {origin}\n"))
        self.assertEqual(outcome.stdout.count("\n  used\n"), 2)

    def test_none_but_hermes_is_used_unless_sources_say_so(self):
        self.assertEqual({g["base_url"] for g in self.gateways(**VARIABLES)}, {u for u in FOUND if u.startswith("https://hermes")})
        self.settings("sources: [env, limn, ai_hosts]\n")
        self.assertEqual({g["base_url"] for g in self.gateways(**VARIABLES)}, set(FOUND))

    def test_sources_name_all_hosts_or_some_in_their_order(self):
        self.settings("sources: [ai_hosts.shell_gpt, env, ai_hosts.aider]\n")
        found = self.gateways(OPENAI_BASE_URL="https://mine.example/v1", OPENAI_API_KEY="false-key-mine")
        self.assertEqual([g["base_url"] for g in found], ["https://sgpt.example/v1", "https://mine.example/v1", "https://aider.example/v1", "https://aider-env.example/v1"])
        self.settings("sources: [ai_hosts]\nsettings: {ai_hosts: {hosts: [aider, shell_gpt]}}\n")
        self.assertEqual([g["base_url"] for g in self.gateways()], ["https://aider.example/v1", "https://aider-env.example/v1", "https://sgpt.example/v1"])

    def test_hermes_is_found_once_whoever_looks(self):
        for sources in ("[env, limn, config_yaml]", "[ai_hosts.hermes]", "[config_yaml, ai_hosts.hermes]", "[ai_hosts.hermes, config_yaml]"):
            with self.subTest(sources):
                self.settings(f"sources: {sources}\n")
                self.assertEqual([(g["base_url"], g["origins"]) for g in self.gateways()],
                                 [(url, [FOUND[url][0]]) for url in FOUND if url.startswith("https://hermes")])

    def test_files_that_lie_anywhere_are_read_where_limn_yaml_names_them(self):
        for (host, name, more), expected in NAMED.items():
            with self.subTest(name=name, more=more):
                more = more.replace("NAMED", str(self.named))
                self.settings(f"sources: [ai_hosts.{host}]\nsettings: {{ai_hosts: {{files: [{{host: {host}, path: {self.named / name}{more}}}]}}}}\n")
                found = [g for g in self.gateways(**VARIABLES, OPENAI_API_KEY="false-key-of-the-environment") if str(self.named.relative_to(self.home)) in g["origins"][0]]
                self.assert_no_false_key(self.outcome)
                self.assertEqual({g["base_url"] for g in found}, set(expected))
                for gateway in found:
                    words = expected[gateway["base_url"]]
                    self.assertTrue(gateway["problem"] is None if words is None else words in gateway["problem"], gateway)

    def test_a_file_of_the_working_directory_is_not_read(self):
        for name in ("opencode.json", "crush.json", ".crush.json", ".env", ".aider.conf.yml", "config.toml", ".qwen/settings.json"):
            self.write(f"work/{name}", (self.named / "opencode.json").read_text())
        self.settings("sources: [ai_hosts]\n")
        self.assertEqual([g for g in self.gateways(**VARIABLES) if "thief" in g["base_url"]], [])


class OddFiles(HostsCase):
    CODEX = ".codex/config.toml"
    GOOD = "[model_providers.a]\nbase_url = 'https://a.example/v1'\nexperimental_bearer_token = 'false-key-a'\n"

    def setUp(self):
        super().setUp()
        self.settings("sources: [ai_hosts]\n")

    def assert_refused(self, words):
        self.assertEqual(self.gateways(status=3), [])
        self.assertIn(words, self.outcome.stderr)
        self.assertNotIn("false-key", self.outcome.stderr)

    def test_a_link_is_followed_and_one_that_leads_nowhere_is_no_file(self):
        target = self.write("dotfiles/codex.toml", self.GOOD)
        (self.home / ".codex").mkdir()
        (self.home / self.CODEX).symlink_to(target)
        (self.home / ".aider.conf.yml").symlink_to(self.home / "gone")
        self.assertEqual([g["origins"] for g in self.gateways()], [["~/.codex/config.toml#model_providers.a"]])
        self.assertEqual(self.outcome.stderr, "")

    def test_a_file_that_others_can_write_is_refused_with_what_to_do(self):
        self.write(self.CODEX, self.GOOD).chmod(0o666)
        self.assert_refused("chmod go-w")

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to give a file away")
    def test_a_file_of_another_owner_is_refused(self):
        os.chown(self.write(self.CODEX, self.GOOD), 65534, 65534)
        # As root everybody's file could be read; limn still looks at whose it is.
        self.assert_refused("belongs to another user")

    def test_what_is_too_large_is_refused_unread(self):
        self.write(self.CODEX, self.GOOD + "#" * 10_000_000)
        self.assert_refused("more than 1048576")

    def test_what_is_no_file_is_refused(self):
        (self.home / self.CODEX).mkdir(parents=True)
        self.assert_refused("is not a regular file")

    def test_broken_files_are_told_by_line_and_without_their_text_and_the_rest_is_found(self):
        self.write(self.CODEX, "a = 1\nkey = false-key-broken\n")
        self.write(".config/opencode/opencode.json", '{\n"a": false-key-broken}')
        self.write(".openclaw/openclaw.json", "{\n\na: 'false-key-broken\n}")
        self.write(".config/mods/mods.yml", "a: b\n  c: false-key-broken: d\n")
        self.write(".aider.conf.yml", "{openai-api-base: 'https://a.example/v1', openai-api-key: false-key-a}\n")
        self.assertEqual([g["base_url"] for g in self.gateways()], ["https://a.example/v1"])
        for place in ("~/.codex/config.toml:2:12: ", "~/.config/opencode/opencode.json:2:", "~/.openclaw/openclaw.json:3: ", "~/.config/mods/mods.yml:2:"):
            self.assertIn(place, self.outcome.stderr)
        self.assertNotIn("false-key", self.outcome.stderr)

    def test_a_byte_order_mark_and_line_ends_of_windows(self):
        self.write(self.CODEX, b"\xef\xbb\xbf" + self.GOOD.replace("\n", "\r\n").encode())
        self.write(".config/zed/settings.json", b'\xef\xbb\xbf{"language_models": {"openai_compatible": {"b": {"api_url": "https://b.example/v1"}}}}')
        self.assertEqual([g["base_url"] for g in self.gateways()], ["https://a.example/v1", "https://b.example/v1"])

    def test_yaml_with_anchors_and_doubled_keys(self):
        self.write(".config/aichat/config.yaml",
                   "shared: &s {type: openai-compatible, api_base: https://old.example/v1, api_key: false-key-a}\n"
                   "clients:\n- {<<: *s, name: a, api_base: https://a.example/v1}\nclients:\n- {<<: *s, name: b, api_base: https://b.example/v1}\n")
        self.assertEqual([g["base_url"] for g in self.gateways()], ["https://b.example/v1"])
        self.assertIn("~/.config/aichat/config.yaml:4: clients was there before (line 2); the last one counts", self.outcome.stderr)

    def test_toml_that_would_fill_the_stack_does_not(self):
        for text in ("[" + "a." * 30000 + "a]\n", "a." * 500000 + "a = 1\n", "a = " + "[" * 500000, "a = " + "{a.a.a = " * 100000):
            self.write(self.CODEX, text)
            self.assert_refused("~/.codex/config.toml:1: it is too deep, or too large, to be a settings file")

    def test_aliases_that_would_take_the_time_of_a_large_file_do_not(self):
        self.settings("{}\n")
        wide = "x: &x {" + ", ".join(f"k{i}: 1" for i in range(30000)) + "}\nproviders:\n"
        self.write(".hermes/config.yaml", wide + "".join(f"  p{i}: *x\n" for i in range(20000)))
        outcome = self.limn("discover", "--json", timeout=10)
        self.assert_status(outcome, 3)
        self.assertIn("~/.hermes/config.yaml: its aliases make it too large to be a settings file", outcome.stderr)

    def test_aliases_that_would_fill_the_memory_do_not(self):
        lines = ["a0: &a0 {b: c}"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 20)}]" for i in range(1, 12)]
        self.write(".config/aichat/config.yaml", "\n".join(lines) + "\nclients: *a11\n")
        self.assertEqual(self.gateways(status=3), [])

    def test_a_host_that_there_is_not_is_told_with_those_that_there_are(self):
        self.settings("sources: [env, ai_hosts.codx]\n")
        self.gateways(status=3)
        self.assertIn("config source ai_hosts.codx: there is no host 'codx'; known are hermes, openclaw, codex", self.outcome.stderr)
        self.settings("sources: [ai_hosts]\nsettings: {ai_hosts: {hosts: [codx]}}\n")
        outcome = self.limn("generate", "a fox")
        self.assert_status(outcome, 2)
        self.assertIn("settings.ai_hosts.hosts.0: ", outcome.stderr)
        self.settings("sources: [env.x]\n")
        self.gateways(status=3)
        self.assertIn("there is no part 'x'", self.outcome.stderr)

    def test_where_no_host_is_configured_it_is_said(self):
        outcome = self.limn("discover", "--hosts")
        self.assert_status(outcome, 3)
        self.assertIn("no AI host that limn knows is configured here", outcome.stderr)


class Listing(HostsCase):
    MODS = "apis: {m: {base-url: 'https://a.example/v1', api-key: '%s'}}"

    def test_what_cannot_be_used_keeps_its_own_reason_and_place(self):
        self.write(".config/mods/mods.yml", "apis: {m: {base-url: 'https://a.example/v1', api-key: $NO_SUCH}, n: {base-url: 'https://a.example/v1', api-key-cmd: x}}")
        found = self.gateways("--hosts", status=3)
        self.assertFalse(self.outcome.json["ok"])
        self.assertEqual([g["origins"] for g in found], [["~/.config/mods/mods.yml#apis.m"], ["~/.config/mods/mods.yml#apis.n"]])
        self.assertIn("NO_SUCH", found[0]["problem"])
        self.assertIn(COMMAND, found[1]["problem"])

    def test_what_cannot_be_used_is_not_used(self):
        self.write(".config/mods/mods.yml", self.MODS % "$NO_SUCH")
        self.settings("sources: [ai_hosts]\n")
        self.assertEqual([g["used"] for g in self.gateways("--hosts", status=3)], [False])
        outcome = self.limn("discover", "--hosts")
        self.assert_status(outcome, 3)
        self.assertNotRegex(outcome.stdout, "(?m)^  (not )?used$")
        self.assertIn("nothing that the AI hosts here have configured can be used", outcome.stderr)
        self.gateways(status=3)
        self.assertFalse(self.outcome.json["ok"])

    def test_the_url_of_another_place_does_not_make_a_host_used(self):
        self.write(".config/mods/mods.yml", self.MODS % "")
        self.settings("sources: [limn]\ngateways: [{name: g, base_url: 'https://a.example/v1', api_key: none}]\n")
        self.assertEqual([g["used"] for g in self.gateways("--hosts", status=3)], [False])
        self.write(".config/mods/mods.yml", self.MODS % "k")
        self.settings("sources: [limn]\ngateways: [{name: g, base_url: 'https://a.example/v1', api_key: k}]\n")
        self.assertEqual([g["used"] for g in self.gateways("--hosts")], [False])
        self.settings("sources: [ai_hosts.mods]\n")
        self.assertEqual([g["used"] for g in self.gateways("--hosts")], [True])


class Unresolved(HostsCase):
    def test_a_key_where_a_name_belongs_or_around_a_reference_is_not_shown(self):
        self.write(".codex/config.toml", """[model_providers]
a = {base_url = "https://a.example/v1", env_key = "0f3c9ab17de24c55b1aa7790cafe1234"}
b = {base_url = "https://b.example/v1", experimental_bearer_token = "p4ssw0rd$HUNTER2"}
c = {base_url = "https://c.example/SECRETP/${UNSET}", experimental_bearer_token = "x"}
d = {base_url = "https://d.example/v1", env_key = "K", http_headers = {X-Key = "SECRETH$SECRETI"}}
e = {base_url = "https://e.example/SECRETP/$(SECRETC)", env_key = "K"}
""")
        self.settings("sources: [ai_hosts]\n")
        for args in (("discover",), ("discover", "--hosts"), ("discover", "--json"), ("generate", "a fox")):
            outcome = self.limn(*args, env=self.environment(K="k"))
            for word in ("0f3c", "p4ss", "HUNTER", "SECRET"):
                self.assertNotIn(word, outcome.stdout + outcome.stderr)
        self.assertIn("unresolved ${UNSET}", self.limn("discover", "--hosts", env=self.environment(K="k")).stdout)


class Keys(HostsCase):
    """A key of a host's file draws a picture, goes to its own URL, and appears nowhere."""

    def setUp(self):
        super().setUp()
        self.settings("sources: [ai_hosts]\n")

    def asked(self):
        return [(request["behaviour"], request["key"]) for request in self.sandbox.get("/_log")]

    def test_a_picture_is_drawn_with_the_key_of_a_host(self):
        self.write(".config/aichat/config.yaml",
                   f"clients: [{{type: openai-compatible, name: a, api_base: '{self.sandbox.base_url('ok')}', api_key: {CANARY}}}]\n")
        outcome = self.generate("a fox", env=self.environment())
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["gateway"]["name"], "a")

    def test_a_reference_that_leads_nowhere_is_never_sent(self):
        url = self.sandbox.base_url("ok")
        for text in ("${NO_SUCH}", "$NO_SUCH", "{env:NO_SUCH}", "{file:~/no-such}", "os.environ/NO_SUCH", "${{ secrets.NO_SUCH }}", "$(cat key)", "`cat key`"):
            with self.subTest(text):
                self.write(".config/aichat/config.yaml", f"clients: [{{type: openai-compatible, name: a, api_base: '{url}', api_key: '{text}'}}]\n")
                outcome = self.limn("generate", "a fox", env=self.environment(OPENAI_API_KEY=CANARY))
                self.assert_status(outcome, 3)
                self.assertEqual(self.asked(), [])

    def test_a_key_goes_to_no_other_url(self):
        self.write(".config/aichat/config.yaml", f"""clients:
- {{type: openai-compatible, name: a, api_base: '{self.sandbox.base_url("billing-402")}', api_key: {CANARY}a}}
- {{type: openai-compatible, name: b, api_base: '{self.sandbox.base_url("ok")}', api_key: {CANARY}b}}
- {{type: openai-compatible, name: c, api_base: '{self.sandbox.base_url("sse")}'}}
""")
        prints = {g["base_url"]: g["key"] for g in self.gateways(OPENAI_API_KEY=CANARY)}
        self.assert_status(self.generate("a fox", env=self.environment(OPENAI_API_KEY=CANARY)), 0)
        asked = self.asked()
        self.assertEqual({behaviour for behaviour, _ in asked}, {"billing-402", "ok"})
        for behaviour, key in asked:
            self.assertEqual(key, prints[self.sandbox.base_url(behaviour)])


if __name__ == "__main__":
    unittest.main()
