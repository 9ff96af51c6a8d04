"""Where the bench works: folders that are gone when it ends."""

import os
import pathlib
import shutil
import tempfile

TMPFS = pathlib.Path("/dev/shm")


class Places:
    """`tmpfs` for answers and images, so that no disk is measured; `disk` in the build tree, for what measures it."""

    def __enter__(self):
        self.tmpfs = pathlib.Path(tempfile.mkdtemp(prefix="limn-bench-", dir=TMPFS))
        self.home = self.tmpfs / "home"
        self.home.mkdir()
        return self

    def __init__(self, build):
        self.disk = build / "bench-disk"

    def __exit__(self, *_):
        shutil.rmtree(self.tmpfs)
        shutil.rmtree(self.disk, ignore_errors=True)

    def folder(self, name):
        """A new one on the tmpfs."""
        path = self.tmpfs / name
        path.mkdir()
        return path

    def env(self, base="http://127.0.0.1:9/v1", **more):
        """Of a user who has one gateway and nothing else."""
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], "OPENAI_BASE_URL": base, "OPENAI_API_KEY": "bench", **more}

    def room(self):
        return shutil.disk_usage(self.tmpfs).free
