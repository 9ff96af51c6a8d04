"""`limn serve`: what programs may spend, by their keys, by the day and in all; and what else limn.yaml says of it."""

import socket
import unittest

from serve_test import ServeCase, Server

LOW = {"quality": "low", "size": "1024x1024"}  # about $0.006 each


class BudgetCase(ServeCase):
    def setUp(self):
        super().setUp()
        self.configure("ok")

    def key(self, name, *args):
        """The headers of a program that has it."""
        return {"authorization": f"Bearer {self.limn('serve', 'key', 'new', name, *args).stdout.strip()}"}

    def keys(self):
        return {one["name"]: one for one in self.limn("serve", "key", "list", "--json").json["keys"]}

    def draw_low(self, server, prompt, body=None, **headers):
        return self.draw(server, {"prompt": prompt, **LOW, **(body or {})}, **headers)

    def assert_used_up(self, answer, whose):
        error = self.assert_refused(answer, 402, "limn_budget_exceeded")
        self.assertIn(whose, error["message"])


class Budgets(BudgetCase):
    def test_a_key_has_a_budget_of_its_own_and_repeats_cost_nothing(self):
        small, large = self.key("small", "--budget", "0.01"), self.key("large", "--budget", "1")
        server = self.server()
        first = self.draw_low(server, "a fox", idempotency_key="one", **small)
        self.assert_drawn(first)
        self.assert_used_up(self.draw_low(server, "an owl", **small), "the budget of this key is reached")
        again = self.draw_low(server, "a fox", idempotency_key="one", **small)
        self.assertEqual((again.status, again.headers["idempotent-replayed"]), (200, "true"))
        self.assert_drawn(self.draw_low(server, "an owl", **large))
        self.assertEqual(self.sandbox.billable(), 2)
        told = self.keys()
        cost = float(first.headers["x-limn-cost-usd"])
        self.assertAlmostEqual(told["small"]["spent_usd"], cost)
        self.assertAlmostEqual(told["small"]["left_usd"], 0.01 - cost)
        self.assertEqual((told["small"]["budget_usd"], told["small"]["budget_per_day_usd"]), (0.01, None))
        self.assertIn("left $", self.limn("serve", "key", "list").stdout)

    def test_what_is_under_way_counts_and_what_was_refused_does_not(self):
        self.configure("slow-1500")
        mine = self.key("mine", "--budget-per-day", "0.01")
        server = self.server()
        thread, answers = self.in_background(server, {"prompt": "a fox", **LOW}, **mine)
        self.wait_for_request("slow-1500")
        self.assert_used_up(self.draw_low(server, "an owl", **mine), "the budget of a day of this key")
        thread.join(60)
        self.assert_drawn(answers[0])
        self.assertEqual(self.sandbox.billable(), 1)
        other = self.key("other", "--budget-per-day", "0.01")
        self.configure("moderated")
        self.assert_refused(self.draw_low(server, "a bear", **other), 400, "moderation_blocked")
        self.configure("ok")
        told = self.keys()["other"]
        self.assertGreaterEqual(told["left_usd"], 0)
        self.assertEqual(told["spent_usd"], told["spent_today_usd"])

    def test_what_nobody_knows_the_cost_of_is_refused_where_there_is_a_budget(self):
        mine = self.key("mine", "--budget", "100")
        server = self.server()
        self.assert_used_up(self.draw(server, {"model": "nobody-knows-it"}, **mine), "unknown cost")
        self.assertEqual(self.sandbox.billable(), 0)

    def test_all_together_have_one_a_day_and_in_all(self):
        one, other = self.key("one"), self.key("other")
        for option, whose in (("--max-cost-per-day", "limn's limit of a day"), ("--max-cost", "limn's limit in all")):
            with self.subTest(option):
                server = self.server(option, "0.014")
                prompt = f"a fox {option}"
                drawn = self.draw_low(server, prompt, **one)
                if option == "--max-cost-per-day":
                    self.assert_drawn(drawn)
                    self.assert_drawn(self.draw_low(server, "an owl", **other))
                self.assert_used_up(self.draw_low(server, "a bear", **other), whose)
                self.assert_used_up(self.draw_low(server, "a bear", **one), whose)
                server.kill()
        self.assertEqual(self.sandbox.billable(), 2)

    def test_budgets_hold_for_who_asks_at_once(self):
        self.configure("slow-500")
        mine = self.key("mine", "--budget", "0.02")
        server = self.server()
        asked = [self.in_background(server, {"prompt": f"fox {number}", **LOW}, **mine) for number in range(8)]
        for thread, _ in asked:
            thread.join(60)
        statuses = sorted(answers[0].status for _, answers in asked)
        self.assertEqual(statuses, [200] * 3 + [402] * 5)
        self.assertEqual(self.sandbox.billable(), 3)

    def test_mistakes_are_told(self):
        for args in (("--budget", "much"), ("--budget-per-day", "-1"), ("--models", ""), ("--models", "a,,b")):
            self.assert_status(self.limn("serve", "key", "new", "mine", *args), 2)
        self.key("mine", "--budget", "1")
        file = self.home / ".config/limn/serve-keys.json"
        file.write_text(file.read_text().replace('"1"', '"lots"'))
        self.assertNotEqual(self.limn("serve", "--port", "0").status, 0)  # and not: without a budget


class Models(BudgetCase):
    def test_a_key_may_be_for_some_models_only(self):
        self.configure("ok", more="model: [gpt-image-2, gpt-image-2-2026-04-21]\n")
        mine, all_models = self.key("mine", "--models", "gpt-image-2-2026-04-21,third-image"), self.key("all")
        server = self.server()
        listed = lambda who: [one["id"] for one in self.ask(server, "GET", "/v1/models", headers=who).json["data"]]
        self.assertEqual(listed(mine), ["gpt-image-2-2026-04-21"])
        self.assertEqual(listed(all_models), ["gpt-image-2", "gpt-image-2-2026-04-21"])
        self.assert_refused(self.draw(server, {"model": "gpt-image-2"}, **mine), 404, "model_not_found")
        self.assert_refused(self.ask(server, "GET", "/v1/models/gpt-image-2", headers=mine), 404, "model_not_found")
        self.assertEqual(self.sandbox.billable(), 0)
        for model in ("dall-e-3", None):
            answer = self.draw(server, {"prompt": f"a fox for {model}", "model": model}, **mine)
            self.assert_drawn(answer)
            self.assertEqual(answer.headers["x-limn-model"], "gpt-image-2-2026-04-21")
        self.assertEqual(self.keys()["mine"]["models"], ["gpt-image-2-2026-04-21", "third-image"])


class Settings(BudgetCase):
    def test_a_key_has_so_many_under_way(self):
        self.configure("slow-1500", more="serve: {max_jobs_per_key: 2}\n")
        one, other = self.key("one"), self.key("other")
        server = self.server()
        running = [self.in_background(server, {"prompt": f"fox {number}"}, **one) for number in range(2)]
        self.wait_for_request("slow-1500", 2)
        refused = self.draw(server, {"prompt": "an owl"}, **one)
        self.assert_refused(refused, 503, "overloaded")
        self.assertGreater(int(refused.headers["retry-after"]), 0)
        self.assert_drawn(self.draw(server, {"prompt": "an owl"}, **other))
        for thread, answers in running:
            thread.join(60)
            self.assert_drawn(answers[0])
        self.assert_drawn(self.draw(server, {"prompt": "an owl"}, **one))

    def test_which_equal_requests_get_one_picture(self):
        server = self.server()
        for join in ("retries", "always", "never"):
            with self.subTest(join):
                self.configure("ok", more=f"serve: {{join: {join}}}\noutput: {{directory: {self.home / join}}}\n")
                named = lambda key: {"idempotency_key": f"{join}-{key}"} if key else {}
                told = [self.draw(server, {"prompt": f"fox {join}"}, **named(key)).headers["x-limn-job"] for key in (None, None, "a", "a")]
                self.assertEqual(len(set(told[:2])), 1 if join == "always" else 2)
                self.assertEqual(told[2], told[3])

    def test_never_joins_not_even_what_says_that_it_repeats(self):
        self.configure("ok", more="serve: {join: never}\n")
        server = self.server()
        told = {self.draw(server, x_stainless_retry_count=str(count)).headers["x-limn-job"] for count in range(2)}
        self.assertEqual((len(told), self.sandbox.billable()), (2, 2))

    def test_a_strict_server_refuses_what_changes_nothing(self):
        self.configure("ok", more="serve: {strict: true}\n")
        server = self.server()
        self.assertEqual(self.assert_refused(self.draw(server, {"user": "me"}), 400, "unknown_parameter")["param"], "user")
        self.assert_drawn(self.draw(server))

    def test_where_it_listens_and_by_which_names_it_is_known(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        path = self.home / "limn.sock"
        self.configure("ok", more=f"serve: {{port: {port}, socket: {path}, hosts: [limn.example], origins: ['https://app.example']}}\n")
        server = Server(self, "--no-key", env=self.environment(), port=None)
        self.assertEqual((server.port, server.ready["socket"]), (port, str(path)))
        self.assertEqual(self.ask(server, "GET", "/v1/models", headers={"host": "limn.example"}).status, 200)
        shared = self.ask(server, "GET", "/v1/models", headers={"origin": "https://app.example"})
        self.assertEqual(shared.headers["access-control-allow-origin"], "https://app.example")
        # From the next request on others hold.
        self.configure("ok", more="serve: {hosts: [other.example]}\n")
        self.assertEqual(self.ask(server, "GET", "/v1/models", headers={"host": "other.example"}).status, 200)
        self.assert_refused(self.ask(server, "GET", "/v1/models", headers={"host": "limn.example"}), 421, "unknown_host")
        # What was said when it was started wins.
        said = Server(self, "--no-key", "--allow-host", "said.example", env=self.environment(), port=0)
        self.assertNotEqual(said.port, port)
        self.assert_refused(self.ask(said, "GET", "/v1/models", headers={"host": "other.example"}), 421, "unknown_host")
        self.assertEqual(self.ask(said, "GET", "/v1/models", headers={"host": "said.example"}).status, 200)

    def test_the_limits_of_limn_yaml_hold_and_the_command_line_wins(self):
        self.configure("ok", more="serve: {max_cost: 0.001}\n")
        self.assert_used_up(self.draw_low(self.server("--no-key"), "a fox"), "limn's limit in all")
        self.assert_drawn(self.draw_low(self.server("--no-key", "--max-cost", "1"), "a fox"))

    def test_mistakes_are_told_with_their_place(self):
        for wrong in ("port: http", "listen: [some.example]", "join: sometimes", "public_url: limn.example", "max_jobs_per_key: 0", "max_cost: much", "ports: 1"):
            with self.subTest(wrong):
                self.configure("ok", more=f"serve: {{{wrong}}}\n")
                refused = self.limn("serve", "--port", "0", "--no-key")
                self.assertNotEqual(refused.status, 0)
                self.assertIn("limn.yaml:", refused.stderr)


if __name__ == "__main__":
    unittest.main()
