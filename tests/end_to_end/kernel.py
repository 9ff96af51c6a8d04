"""What the kernel can be asked to do to a process, so that faults come without a line of test code in the product."""

import ctypes
import os
import platform
import shutil
import struct
import subprocess
import tempfile

# The system calls that bring an image to its name.
_NUMBERS = {
    "x86_64": {"openat": 257, "fsync": 74, "fdatasync": 75, "linkat": 265, "renameat2": 316, "unlink": 87, "flock": 73, "audit": 0xC000003E},
    "aarch64": {"openat": 56, "fsync": 82, "fdatasync": 83, "linkat": 37, "renameat2": 276, "unlinkat": 35, "flock": 32, "audit": 0xC00000B7},
}.get(platform.machine(), {})
HAS_FILTER = bool(_NUMBERS)

_O_TMPFILE = 0o20000000  # the bit that O_DIRECTORY alone does not have
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
KILL = 0x80000000  # the whole process, before the call is made


def errno_of(number):
    return _ERRNO | number


def _instruction(code, true, false, value):
    return struct.pack("HBBI", code, true, false, value)


_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06


def system_calls(**results):
    """For Popen's preexec_fn: from now on these calls end so. `tmpfile` is an openat() that asks for a file without a name."""
    program = [_instruction(_LOAD, 0, 0, 4), _instruction(_EQUAL, 1, 0, _NUMBERS["audit"]), _instruction(_RETURN, 0, 0, _ALLOW),
               _instruction(_LOAD, 0, 0, 0)]
    for name, result in results.items():
        if name == "tmpfile":
            program += [_instruction(_EQUAL, 0, 4, _NUMBERS["openat"]), _instruction(_LOAD, 0, 0, 32),
                        _instruction(_ANY_BIT, 0, 1, _O_TMPFILE), _instruction(_RETURN, 0, 0, result), _instruction(_LOAD, 0, 0, 0)]
        else:
            program += [_instruction(_EQUAL, 0, 1, _NUMBERS[name]), _instruction(_RETURN, 0, 0, result)]
    program += [_instruction(_RETURN, 0, 0, _ALLOW)]
    code = ctypes.create_string_buffer(b"".join(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]

    whole = Program(len(program), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)

    def apply():
        if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.byref(whole), 0, 0) != 0:
            os._exit(99)

    apply.keeps = (code, whole)
    return apply


def why_no_filter():
    """Why the kernel lets no process filter its system calls here; None if it does."""
    if not HAS_FILTER:
        return f"no numbers of system calls for {platform.machine()}"
    done = subprocess.run(["true"], preexec_fn=system_calls(linkat=errno_of(1)))
    return None if done.returncode == 0 else "this kernel lets no process filter its system calls"


def has_unnamed_files(folder):
    """Whether the file system has O_TMPFILE: some that containers and networks use do not."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR))
        return True
    except OSError:
        return False


def why_no_mounts():
    """Why no file system can be mounted here in a namespace of its own; None if it can."""
    if not shutil.which("unshare"):
        return "there is no unshare"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", folder], capture_output=True, text=True)
    return None if done.returncode == 0 else f"no file system can be mounted here: {done.stderr.strip()}"


class Namespace:
    """A process that holds a mount namespace of its own open. Commands run in it with `command(...)`, and it runs shell lines in it."""

    def __init__(self):
        self.process = subprocess.Popen(["unshare", "-rm", "sh", "-c", "echo ready; exec cat"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def command(self, *args):
        return ["nsenter", "-t", str(self.process.pid), "-U", "-m", "--preserve-credentials", *map(str, args)]

    def run(self, line):
        return subprocess.run(self.command("sh", "-ec", line), capture_output=True, text=True, check=True).stdout

    def path(self, path):
        """How a process outside sees a path inside."""
        return f"/proc/{self.process.pid}/root{path}"

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()

