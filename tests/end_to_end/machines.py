"""Machines for tests: network namespaces of this one, each with a cable to it and nothing else, and what is to be reached from there. For root."""

import contextlib
import os
import socket
import subprocess
import threading



def ip(*args):
    subprocess.run(["ip", *map(str, args)], check=True, capture_output=True)


def why_not():
    """Why there can be none here; empty: they can. Many containers have no such right, whoever asks."""
    probe = f"limn-{os.getpid()}-probe"
    try:
        ip("netns", "add", probe)
        try:
            ip("-n", probe, "link", "add", "one", "type", "veth", "peer", "name", "other")
        finally:
            ip("netns", "delete", probe)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no network namespaces here: {getattr(error, 'stderr', None) or error}"
    return ""


class NetworkMachine:
    """`number` is one of 1 to 250, that no other one has."""

    def __init__(self, number):
        self.name = f"limn-{os.getpid()}-{number}"
        self.host = f"10.77.{number}.1"  # this machine, seen from there
        cable, end = f"lm{os.getpid() % 1000000}h{number}", f"lm{os.getpid() % 1000000}m{number}"
        ip("netns", "add", self.name)
        ip("link", "add", cable, "type", "veth", "peer", "name", end, "netns", self.name)
        ip("address", "add", f"{self.host}/24", "dev", cable)
        ip("link", "set", cable, "up")
        self.cable = cable
        for words in (("address", "add", f"10.77.{number}.2/24", "dev", end), ("link", "set", end, "up"), ("link", "set", "lo", "up")):
            ip("-n", self.name, *words)

    def command(self, *argv):
        """What runs it there."""
        return ["ip", "netns", "exec", self.name, *map(str, argv)]

    def cut(self):
        ip("link", "set", self.cable, "down")

    def mend(self):
        ip("link", "set", self.cable, "up")

    def die(self):
        """As one without power: nothing of it says goodbye."""
        self.cut()
        for process in subprocess.run(["ip", "netns", "pids", self.name], check=True, capture_output=True, text=True).stdout.split():
            os.kill(int(process), 9)

    def remove(self):
        self.die()
        ip("netns", "delete", self.name)


class Relay:
    """Takes connections at all addresses of this machine to what listens on loopback, or at a unix socket."""

    def __init__(self, to):
        self._to = to
        self._listener = socket.create_server(("0.0.0.0", 0))
        self.port = self._listener.getsockname()[1]
        self._ends = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return  # stopped
            there = socket.socket(socket.AF_UNIX if isinstance(self._to, str) else socket.AF_INET)
            try:
                there.connect(self._to if isinstance(self._to, str) else ("127.0.0.1", self._to))
            except OSError:
                here.close()
                there.close()
                continue
            self._ends += [here, there]
            for ends in ((here, there), (there, here)):
                threading.Thread(target=self._pass, args=ends, daemon=True).start()

    @staticmethod
    def _pass(source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def stop(self):
        for end in (self._listener, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
