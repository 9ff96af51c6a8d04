"""`preview: true` of an agent's tools: a small JPEG of each picture, beside the answer, which never fails for the want of one."""

import base64
import json
import os
import pathlib
import struct
import subprocess
import sys
import unittest
import zlib

import mcp_case
from limn_case import LIMN
from mcp_case import META, MODERN, McpCase, told
from scripted_server import ScriptedServer, answer, png_chunk

LIMIT = 200_000
WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")  # a dot
GIF = b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def png(width, height, seed=0):
    """Noise: the larger the picture, the more bytes."""
    rows = b"".join(b"\0" + os.urandom(width * 3) if seed is None else b"\0" + bytes((x * y + seed) % 251 for x in range(width * 3)) for y in range(height))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + png_chunk(b"IDAT", zlib.compress(rows, 1)) + png_chunk(b"IEND", b"")


def jpeg_size(data):
    """As its header says, of a JPEG that is whole."""
    assert data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9", data[:20]
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", data[at + 5:at + 9])
    return width, height


class PreviewCase(McpCase):
    def gateway(self, *pictures):
        """One that draws these, and the last of them over and over."""
        left = list(pictures)

        def generation(request):
            count = json.loads(request.body).get("n", 1)
            drawn = [left.pop(0) if len(left) > 1 else left[0] for _ in range(count)]
            return answer(json.dumps({"data": [{"b64_json": base64.b64encode(one).decode()} for one in drawn]}).encode())

        server = ScriptedServer(generation=generation)
        self.addCleanup(server.stop)
        self.configure(server.base_url())

    def previews(self, result):
        """Of an answer that has come off well: its JPEGs."""
        self.assertFalse(result["isError"])
        self.assertEqual(told(result)["state"], "done")
        blocks = [block for block in result["content"] if block["type"] == "image"]
        for block in blocks:
            self.assertEqual(block["mimeType"], "image/jpeg")
        jpegs = [base64.b64decode(block["data"], validate=True) for block in blocks]
        for jpeg in jpegs:
            self.assertLess(len(jpeg), LIMIT)
            self.assertLessEqual(max(jpeg_size(jpeg)), 768)
        return jpegs

    def no_preview(self, result):
        """Why there is none."""
        self.assertEqual(self.previews(result), [])
        self.assertTrue(pathlib.Path(told(result)["files"][0]["path"]).exists())
        return told(result)["preview_problem"]


class Previews(PreviewCase):
    def test_both_tools_add_one_where_it_is_asked_for_and_else_none(self):
        self.configure("ok")
        for era in ("2024-11-05", "2025-11-25", MODERN):
            server = self.server(era=era)
            asked = {"prompt": f"a fox {era}", "size": "1536x1024"}
            plain = server.call("generate_image", asked)
            self.assertEqual(self.previews(plain), [])
            self.assertNotIn("preview_problem", told(plain))
            result = server.call("generate_image", {**asked, "preview": True})
            self.assertEqual([jpeg_size(jpeg) for jpeg in self.previews(result)], [(768, 512)])
            self.assertNotIn("preview_problem", told(result))
            self.assertEqual([told(result)[name] for name in ("job_id", "files")], [told(plain)[name] for name in ("job_id", "files")])
            waited = server.call("image_job", {"job_id": told(plain)["job_id"], "preview": True})
            self.assertEqual(self.previews(waited), self.previews(result))
            self.assertEqual(self.previews(server.call("image_job", {"job_id": told(plain)["job_id"]})), [])
        self.assertEqual(self.sandbox.billable(), 3)

    def test_one_of_a_picture_that_is_drawn_meanwhile(self):
        self.configure("slow-800")
        result = self.server().call("generate_image", {"prompt": "a fox", "preview": True, "size": "1024x1024"})
        self.assertEqual([jpeg_size(jpeg) for jpeg in self.previews(result)], [(768, 768)])

    def test_each_of_several_has_one_in_their_order(self):
        self.gateway(png(40, 30), png(30, 40))
        result = self.server().call("generate_image", {"prompt": "foxes", "n": 2, "preview": True})
        self.assertEqual([jpeg_size(jpeg) for jpeg in self.previews(result)], [(file["width"], file["height"]) for file in told(result)["files"]])
        self.assertEqual(len(told(result)["files"]), 2)

    def test_of_many_the_first_four_have_one_and_an_answer_stays_below_a_megabyte(self):
        self.gateway(png(900, 900, seed=None))
        server = self.server()
        result = server.call("generate_image", {"prompt": "foxes", "n": 6, "preview": True})
        self.assertEqual(len(self.previews(result)), 4)
        self.assertIn("4 of 6", told(result)["preview_problem"])
        self.assertLess(len(json.dumps(result)), 1_000_000)  # what some hosts take

    def test_every_format_that_limn_shows_has_one(self):
        self.gateway(png(1024, 512))
        first = self.server().call("generate_image", {"prompt": "png", "preview": True})
        jpeg = self.previews(first)[0]
        self.assertEqual(jpeg_size(jpeg), (768, 384))
        for name, picture, size in (("jpeg", jpeg, (768, 384)), ("webp", WEBP, (1, 1))):
            self.gateway(picture)
            result = self.server().call("generate_image", {"prompt": name, "format": name, "preview": True})
            self.assertEqual(told(result)["files"][0]["format"], name)
            self.assertEqual([jpeg_size(one) for one in self.previews(result)], [size])

    def test_of_another_format_there_is_none_and_that_is_told(self):
        self.gateway(GIF)
        self.assertIn("gif", self.no_preview(self.server().call("generate_image", {"prompt": "a fox", "preview": True})))

    def test_of_a_file_that_was_damaged_or_is_gone_there_is_none_and_that_is_told(self):
        self.configure("ok")
        server = self.server()
        said = server.say("generate_image", {"prompt": "a fox"})
        path = pathlib.Path(said["files"][0]["path"])
        path.write_bytes(path.read_bytes()[:2000])
        asked = {"job_id": said["job_id"], "preview": True}
        self.assertIn("damaged", self.no_preview(server.call("image_job", asked)))
        path.unlink()
        gone = server.call("image_job", asked)
        self.assertEqual(self.previews(gone), [])
        self.assertIn(path.name, told(gone)["preview_problem"])
        os.mkfifo(path)  # which nobody writes to
        self.assertIn(path.name, told(server.call("image_job", asked))["preview_problem"])

    def test_one_that_cannot_be_made_takes_no_other_with_it(self):
        self.gateway(png(40, 30), GIF, png(30, 40))
        result = self.server().call("generate_image", {"prompt": "foxes", "n": 3, "preview": True})
        names = [pathlib.Path(file["path"]).name for file in told(result)["files"]]
        self.assertEqual(len(self.previews(result)), 2)
        gif = next(name for name in names if name.endswith(".gif"))
        self.assertIn(gif, told(result)["preview_problem"])

    def test_a_failure_has_none(self):
        self.configure("moderated")
        result = self.server().call("generate_image", {"prompt": "a fox", "preview": True})
        self.assert_failed(result, "content")
        self.assertNotIn("preview_problem", told(result))

    def test_a_task_that_was_asked_for_with_one_has_it(self):
        self.configure("slow-3500")
        server = self.server(era=MODERN, capabilities={"extensions": {META + "tasks": {}}})
        task = server.ask("tools/call", {"name": "generate_image", "arguments": {"prompt": "a fox", "preview": True}})["result"]["taskId"]
        self.wait_until(lambda: server.ask("tasks/get", {"taskId": task})["result"]["status"] == "completed")
        self.assertEqual(len(self.previews(server.ask("tasks/get", {"taskId": task})["result"]["result"])), 1)


class OtherViewer(PreviewCase):
    """limn in a place of its own, with something else where limn-view is."""

    def setUp(self):
        super().setUp()
        self.prefix = self.home / "prefix"
        subprocess.run(["cp", "-a", str(pathlib.Path(LIMN).parent.parent), str(self.prefix)], check=True)
        self.viewer = self.prefix / "libexec/limn/limn-view"
        self.viewer.unlink()
        self.configure("ok")

    def say_instead(self, script):
        self.viewer.write_text(f"#!{sys.executable} -IB\n{script}\n")
        self.viewer.chmod(0o755)

    def server(self, *args, **more):
        return mcp_case.McpServer(self, *args, limn=self.prefix / "bin/limn", **more)

    def preview_problem(self):
        return self.no_preview(self.server().call("generate_image", {"prompt": "a fox", "preview": True}))

    def test_where_it_is_not_installed_that_is_told(self):
        self.assertIn("limn-view", self.preview_problem())
        self.assertEqual(self.sandbox.billable(), 1)

    def test_one_that_takes_too_long_is_ended(self):
        pid = self.home / "pid"
        self.say_instead(f"import os, signal\nfor one in (15, 1, 2): signal.signal(one, signal.SIG_IGN)\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\nsignal.pause()")
        self.assertIn("longer than 5 s", self.preview_problem())
        self.assertFalse(pathlib.Path("/proc", pid.read_text()).exists())

    def test_the_server_goes_on_meanwhile_and_a_cancellation_ends_it(self):
        pid = self.home / "pid"
        self.say_instead(f"import os, signal\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\nsignal.pause()")
        server = self.server()
        number = server.begin("generate_image", {"prompt": "a fox", "preview": True})
        self.wait_until(lambda: pid.exists() and pid.read_text())
        server.ask("ping")
        server.send("notifications/cancelled", {"requestId": number}, notification=True)
        server.ask("ping")  # by then the cancellation has been seen to
        self.assertFalse(pathlib.Path("/proc", pid.read_text()).exists())

    def test_what_it_writes_is_not_believed(self):
        for script, word in (("import os; os.write(1, b'GIF89a')", "cannot be shown"), ("import os; os.write(1, b'\\xff\\xd8\\xff' + bytes(300000))", "cannot be shown"),
                             ("", "cannot be shown"), ("import os; os.kill(os.getpid(), 11)", "signal 11"), ("import sys; print('x' * 100000, file=sys.stderr); sys.exit(1)", "xxx")):
            self.say_instead(script)
            said = self.preview_problem()
            self.assertIn(word, said)
            self.assertLess(len(said), 600)

    def test_it_gets_no_key_and_no_other_descriptor(self):
        seen = self.home / "seen"
        self.say_instead(f"import json, os, sys\nfiles = os.listdir('/proc/self/fd')\nopen({str(seen)!r}, 'w').write(json.dumps([sys.argv[1:], dict(os.environ), files]))")
        self.preview_problem()
        words, variables, descriptors = json.loads(seen.read_text())
        self.assertEqual(words, ["jpeg", "768x768", "199999"])
        self.assertLessEqual(set(variables), {"TERM", "COLORTERM", "LANG", "LC_ALL", "LC_CTYPE"})
        self.assertLessEqual(set(descriptors), {"0", "1", "2", "3"})  # 3: the look at them


if __name__ == "__main__":
    unittest.main()
