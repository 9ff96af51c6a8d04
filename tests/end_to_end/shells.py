"""The shells that limn has completions for, as people use them: the real ones, with what is installed, each asked what it makes of a line."""

import fcntl
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import struct
import subprocess
import termios
import time

from limn_case import LIMN

SHARE = pathlib.Path(LIMN).resolve().parents[1] / "share"
PATIENCE_S = 60


def why_no(program):
    """What is missing to run it; empty if nothing is."""
    return "" if shutil.which(program) else f"{program} is not installed: scripts/setup --tests"


class TypedShell:
    """A shell at a terminal. Keys are typed into it; one of them makes it print the line that stands there and begin anew."""

    TAB, ALL, SHOW = b"\t", b"\x18*", b"\x18p"
    ARGV, SETUP = (), ""

    def __init__(self, environment, cwd):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 2000, 0, 0))
        self.terminal = ours
        self.process = subprocess.Popen(self.ARGV, env={**environment, "TERM": "xterm"}, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs,
                                        start_new_session=True)
        os.close(theirs)
        self.seen = ""
        os.write(ours, self.SETUP.encode() + b"\n")
        self.read_until(r"ready:\w+:\r?\n")

    def read_until(self, pattern):
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.seen)):
            if not select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"no {pattern} within {PATIENCE_S} s, but {self.seen!r}")
            self.seen += os.read(self.terminal, 65536).decode(errors="replace")
        self.seen = self.seen[found.end():]
        return found

    def line_after(self, line, keys):
        os.write(self.terminal, line.encode() + keys + self.SHOW)
        return self.read_until(r"line:(.*):end")[1]

    def completed(self, line):
        """The line as it stands once Tab was pressed behind it."""
        return self.line_after(line, self.TAB)

    def candidates(self, line):
        """The words that may stand where the line ends, as the shell puts all of them into it."""
        words = shlex.split(line + "x")[:-1]
        found = shlex.split(self.line_after(line, self.ALL))
        return set(found[len(words):])

    def close(self):
        os.close(self.terminal)
        self.process.kill()
        self.process.wait(timeout=PATIENCE_S)


class Bash(TypedShell):
    """With bash-completion, which loads what is installed for a command once it is typed."""

    ARGV = ("bash", "--norc", "--noprofile", "-i")
    SETUP = "; ".join(("PS1='$ '", "source /usr/share/bash-completion/bash_completion", "bind 'set completion-query-items 0'", "bind 'set page-completions off'",
                       "bind 'set enable-bracketed-paste off'", "bind '\"\\C-x*\": insert-completions'",
                       "show() { printf 'line:%s:end\\n' \"$READLINE_LINE\"; READLINE_LINE= READLINE_POINT=0; }", "bind -x '\"\\C-xp\": show'",
                       "printf 'ready:%s:\\n' bash"))

    @staticmethod
    def why_not():
        return why_no("bash") or ("" if pathlib.Path("/usr/share/bash-completion/bash_completion").exists() else "bash-completion is not installed: scripts/setup --tests")


class Zsh(TypedShell):
    ARGV = ("zsh", "-f", "-i")
    SETUP = "; ".join((f"fpath=({shlex.quote(str(SHARE / 'zsh/site-functions'))} $fpath)", "autoload -Uz compinit", "compinit -u -D", "PS1='$ '", "unset zle_bracketed_paste",
                       "setopt no_list_beep", "zle -C every complete-word _generic", "zstyle ':completion:every:*' completer _all_matches _complete",
                       "zstyle ':completion:every:*' insert yes", "bindkey '^X*' every",
                       "show() { zle -I; print -r -- \"line:${BUFFER}:end\"; BUFFER= }", "zle -N show", "bindkey '^Xp' show",
                       "printf 'ready:%s:\\n' zsh"))

    @staticmethod
    def why_not():
        return why_no("zsh")


class Fish:
    """It tells itself what it would complete."""

    def __init__(self, environment, cwd):
        self.environment, self.cwd = environment, cwd

    def told(self, line):
        told = subprocess.run(["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", str(SHARE / "fish/vendor_completions.d/limn.fish"), line],
                              env=self.environment, cwd=self.cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
        assert not told.stderr, told.stderr
        return dict((*one.split("\t", 1), "")[:2] for one in told.stdout.splitlines())

    def candidates(self, line):
        return set(self.told(line))

    def completed(self, line):
        """As fish puts it in: the word that is completed, and a blank unless it is a folder."""
        found = [word for word in self.told(line) if word.startswith(shlex.split(line + "'" * (line.count("'") % 2) + '"' * (line.count('"') % 2))[-1])]
        assert len(found) == 1, found
        quote = next((mark for mark in "\"'" if line.count(mark) % 2), "")
        word = found[0] if quote else found[0].replace(" ", "\\ ")
        begin = line.rfind(quote) if quote else re.search(r"(?:\\.|[^ \\])*$", line).start()
        return line[:begin] + quote + word + quote + ("" if word.endswith("/") else " ")

    def close(self):
        pass

    @staticmethod
    def why_not():
        return why_no("fish")
