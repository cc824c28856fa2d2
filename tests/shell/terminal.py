"""A real terminal with nnstep in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte
import pytest

ROOT = Path(__file__).parents[2]


class Screen:
    """A terminal of 40 lines with nnstep in it."""

    def __init__(
        self, folder: Path, *options: str, target: str | None = "net.py", columns: int = 80,
        **environment: str,
    ) -> None:
        self._screen = pyte.HistoryScreen(columns, 40, history=1000)
        self._stream = pyte.Stream(self._screen)
        kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        self.child = pexpect.spawn(
            sys.executable, ["-m", "nnstep", *options, *filter(None, [target])],
            cwd=str(folder), encoding="utf-8", dimensions=(40, columns), timeout=20,
            env={
                **kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", "LANG": "C.UTF-8",
                "XDG_STATE_HOME": str(folder), **environment,
            },
        )  # fmt: skip
        # The prompt asks where the cursor stands; a terminal tells.
        self._screen.write_process_input = self.child.send

    def wait(self, words: str) -> str:
        """Wait until words are to be seen and the cursor stands at an empty prompt; the screen."""
        return self._read(lambda: words in self.text and self.line == "(nn)", words)

    def see(self, words: str, line: str = "") -> str:
        """Wait until words are to be seen, and the cursor's line is the one given; the screen."""
        return self._read(lambda: words in self.text and line in ("", self.line), words)

    def _read(self, done: Callable[[], bool], words: str) -> str:
        while not done():
            try:
                self._stream.feed(self.child.read_nonblocking(4096, timeout=20))
            except pexpect.exceptions.ExceptionPexpect:
                pytest.fail(f"waited in vain for {words!r}:\n{self.text}")
        return self.text

    @property
    def line(self) -> str:
        """The line in which the cursor stands."""
        return str(self._screen.display[self._screen.cursor.y]).rstrip()

    @property
    def text(self) -> str:
        """What is to be seen."""
        return "\n".join(line.rstrip() for line in self._screen.display).strip()

    def resize(self, columns: int) -> None:
        """Make the window wider or narrower."""
        self._screen.resize(40, columns)
        self.child.setwinsize(40, columns)

    def end(self) -> int | None:
        """Wait for the end; the exit status."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        status: int | None = self.child.exitstatus
        return status
