"""A shell to type at, and the lessons cut down to a few epochs, for the tests of commands."""

from __future__ import annotations

import io
import re
from pathlib import Path

from nnstep.shell.output import Output
from nnstep.shell.shell import Shell

LESSONS = Path(__file__).parents[2] / "lessons"


def lesson(name: str, epochs: int) -> str:
    """The script of a lesson with so many epochs."""
    text = (LESSONS / f"{name}.py").read_text(encoding="utf-8")
    short, count = re.subn(r"^(epochs|num_passes) = \d+", rf"\1 = {epochs}", text, flags=re.M)
    assert count == 1
    return short


def line_of(text: str, start: str) -> int:
    """The line of a script that begins so."""
    lines = [line.strip() for line in text.splitlines()]
    return next(at for at, line in enumerate(lines, 1) if line.startswith(start))


class Stream(io.StringIO):
    """A stream that says what it is told to say of itself."""

    def __init__(self, terminal: bool = False, encoding: str = "utf-8") -> None:
        super().__init__()
        self._terminal = terminal
        self._encoding = encoding

    def isatty(self) -> bool:
        return self._terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


class Desk:
    """A shell, and what it has shown."""

    def __init__(self, interactive: bool = False, encoding: str = "utf-8") -> None:
        self.out, self.err = Stream(encoding=encoding), Stream(encoding=encoding)
        self.shell = Shell(Output(self.out, self.err, {}), interactive=interactive)

    def type(self, *lines: str) -> str:
        """Type lines, all of which succeed; what they show."""
        start = self.out.tell()
        for line in lines:
            assert self.shell.execute(line), self.err.getvalue()
        return self.out.getvalue()[start:]

    def fail(self, line: str) -> str:
        """Type a line that fails; the one line that says why."""
        start = self.err.tell()
        assert not self.shell.execute(line)
        message = self.err.getvalue()[start:]
        assert message.count("\n") == 1
        return message.strip()
