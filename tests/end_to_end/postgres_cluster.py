"""A PostgreSQL of the tests' own: a cluster in a temporary folder, at a unix socket and nowhere else. It refuses root, so that root runs it as nobody."""

import atexit
import contextlib
import functools
import glob
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.parse

_found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda folder: int(folder.split("/")[-2]))
BIN = pathlib.Path(_found[-1]) if _found else None
AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
PASSWORD = "canary-password-of-the-queue-51"


class PostgresCluster:
    """`fsync`: off by default, since what is killed here are processes, and no test cuts the power."""

    def __init__(self, fsync="off", more=""):
        self.fsync = fsync
        self.more = more  # options of postgres
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="limn-pg-"))
        self.folder.chmod(0o777)
        (self.folder / "password").write_text(PASSWORD)
        (self.folder / "password").chmod(0o644)
        self._run("initdb", "-D", self.data, "-U", "limn", "--auth=scram-sha-256", f"--pwfile={self.folder / 'password'}", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()
        self.databases = 0

    @property
    def data(self):
        return self.folder / "data"

    def _run(self, program, *args):
        subprocess.run([*AS_NOBODY, str(BIN / program), *map(str, args)], check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})

    def start(self):
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "120", "-l", self.folder / "log", "-o", f"-k {self.folder} -c listen_addresses='' -c max_connections=200 -c fsync={self.fsync} {self.more}", "start")

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "120", "-m", mode, "stop")

    def remove(self):
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database="postgres", user="limn", password=PASSWORD):
        host = urllib.parse.quote(str(self.folder), safe="")
        return f"postgresql://{user}:{urllib.parse.quote(password)}@{host}/{database}"

    def sql(self, statement, database="postgres"):
        """What it brings, as rows of texts. On a connection of its own."""
        with contextlib.closing(Psql(self.url(database))) as psql:
            return psql.run(statement)

    def new_database(self):
        self.databases += 1
        name = f"queue{self.databases}"
        self.sql(f"create database {name}")
        return name


class Psql:
    """psql, which stays: to start it takes longer than what it is asked for. Begins again where the database did."""

    _END = "-- the end of it"

    def __init__(self, url):
        self.url = url
        self.process = None

    def run(self, statement):
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.process = subprocess.Popen([str(BIN / "psql"), "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.url], text=True, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{statement}\n;\n\\echo {self._END}\n")
            self.process.stdin.flush()
        rows = []
        for line in self.process.stdout:
            if line == self._END + "\n":
                return rows
            rows.append(line.rstrip("\n").split("\t"))
        raise AssertionError(f"{statement}: {self.process.stderr.read()}")

    def close(self):
        if self.process is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            self.process.wait(timeout=60)
            self.process.stdout.close()
            self.process.stderr.close()
            self.process = None


class Pooler:
    """PgBouncer before a cluster: who asks has a connection of the database for as long as a transaction takes."""

    PORT = 6432

    def __init__(self, of, connections):
        self.cluster = of
        folder = of.folder
        (folder / "users").write_text(f'"limn" "{PASSWORD}"\n')
        (folder / "users").chmod(0o644)
        config = folder / "pgbouncer.ini"
        config.write_text(f"[databases]\n* = host={folder}\n[pgbouncer]\nunix_socket_dir = {folder}\nlisten_addr =\nlisten_port = {self.PORT}\nauth_type = plain\n"
                          f"auth_file = {folder / 'users'}\npool_mode = transaction\ndefault_pool_size = {connections}\nmax_client_conn = 4000\n"
                          f"logfile = {folder / 'pgbouncer.log'}\n")
        config.chmod(0o644)
        self.process = subprocess.Popen([*AS_NOBODY, "pgbouncer", "-q", str(config)], stdin=subprocess.DEVNULL)
        while not (folder / f".s.PGSQL.{self.PORT}").exists():
            if self.process.poll() is not None:
                raise AssertionError("pgbouncer does not start: " + (folder / "pgbouncer.log").read_text())
            time.sleep(0.05)

    def url(self, database):
        return f"{self.cluster.url().rpartition('/')[0]}:{self.PORT}/{database}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)


@functools.lru_cache(maxsize=None)
def cluster():
    """The one of this process, which is gone with it."""
    made = PostgresCluster()
    atexit.register(made.remove)
    return made
