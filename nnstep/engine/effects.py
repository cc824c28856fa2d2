"""What a script gets from outside, kept, so that it gets the same when it is executed again.

Answers to `input()`, clocks, and the operating system's randomness. And what it does to the
outside: figures are shown once; writing a file can't be undone, so it is noticed and told.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_CLOCKS = (
    "time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns",
    "process_time", "process_time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime",
)
_FIGURE = "figure"  # a question like the others: whether it was shown


class Answers:
    """What the outside has answered, in the order of the questions.

    Attributes:
        known: the answers.
        place: which is the next.
    """

    def __init__(self) -> None:
        self.known: list[tuple[str, Any]] = []
        self.place = 0

    @property
    def next(self) -> str:
        """The question that was asked next; empty where none was yet."""
        return self.known[self.place][0] if self.place < len(self.known) else ""

    def get(self, question: str, ask: Callable[[], Any]) -> Any:
        """The answer to a question: the one that is known, or else a new one."""
        while question != _FIGURE and self.next == _FIGURE:  # it was closed by hand
            self.place += 1
        if self.next not in (question, ""):
            del self.known[self.place :]  # the script takes another course
        if self.place == len(self.known):
            self.known.append((question, ask()))
        answer = self.known[self.place][1]
        self.place += 1
        return answer

    def forget_future(self) -> None:
        """What was answered behind the present is not what will be answered."""
        del self.known[self.place :]


class _Input:
    """The standard input of a script, whose lines are kept.

    A script can't close it: `exit()` does, and commands may come from it as well.
    """

    def __init__(self, real: Any, answers: Answers) -> None:
        self._real = real
        self._answers = answers

    def readline(self, *args: Any) -> Any:
        """The next line, the first time from outside."""
        return self._answers.get(f"line {args}", lambda: self._real.readline(*args))

    def readlines(self, *args: Any) -> Any:
        """All lines that follow, the first time from outside."""
        return self._answers.get(f"lines {args}", lambda: self._real.readlines(*args))

    def read(self, *args: Any) -> Any:
        """What follows, the first time from outside."""
        return self._answers.get(f"text {args}", lambda: self._real.read(*args))

    def close(self) -> None:
        """Nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.readline, "")


class Effects:
    """Stands between a script and the outside while it runs.

    Attributes:
        answers: what it has got.
        on_write: is called with words for what it does to the outside.
        on_figure: is given the figures that it shows; None leaves matplotlib alone.
        hidden: whether nothing is to be shown now.
    """

    def __init__(self, is_script: Callable[[str], bool]) -> None:
        """Args:
        is_script: whether a file belongs to the script.
        """
        self.answers = Answers()
        self.on_write: Callable[[str], None] | None = None
        self.on_figure: Callable[[Any], None] | None = None
        self.hidden = False
        self._is_script = is_script
        self._drawn_by, self._begins = os.environ.get(_DRAWN_BY), True
        self._clocks = {name: self._clock(name) for name in _CLOCKS}

    def _clock(self, name: str) -> Any:
        real = getattr(time, name)

        def clock(*args: Any) -> Any:
            if not self._is_script(sys._getframe(1).f_code.co_filename):
                return real(*args)
            return self.answers.get(name, lambda: real(*args))

        clock.__name__ = clock.__qualname__ = name
        return clock

    def _urandom(self, size: int) -> bytes:
        if threading.current_thread() is not threading.main_thread():
            return _REAL_URANDOM(size)
        answer: bytes = self.answers.get(f"urandom {size}", lambda: _REAL_URANDOM(size))
        return answer

    def _show_once(self, draw: Callable[[], Any]) -> None:
        if self.answers.next not in (_FIGURE, ""):  # it was opened by hand
            self._show(draw)
            return
        place = self.answers.place
        seen = self.answers.get(_FIGURE, lambda: False)
        if not seen and not self.hidden:
            self.answers.known[place] = (_FIGURE, True)
            self._show(draw)

    def _show(self, draw: Callable[[], Any]) -> None:
        on_figure, on_write = self.on_figure, self.on_write
        if on_figure is None or self.hidden:
            return
        self.on_write = None  # where the picture is kept isn't the script's doing
        try:
            on_figure(draw())
        finally:
            self.on_write = on_write

    @contextmanager
    def _showing(self, show: Callable[[Callable[[], Any]], None]) -> Iterator[None]:
        """Have matplotlib's figures shown by a function for a while."""
        if self.on_figure is None:
            yield
            return
        if os.environ.get(_DRAWN_BY) == self._drawn_by:  # else the script has chosen something
            os.environ[_DRAWN_BY] = _OURS
            _take_over(self._begins)
            self._begins = False
        _shows.append(show)
        try:
            yield
        finally:
            _shows.pop()
            if not _shows and os.environ.get(_DRAWN_BY) == _OURS:
                os.environ.pop(_DRAWN_BY)
                os.environ |= {_DRAWN_BY: self._drawn_by} if self._drawn_by is not None else {}

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Around what is typed: its figures are shown each time."""
        with self._showing(self._show):
            yield

    @contextmanager
    def between(self) -> Iterator[None]:
        """Stand there for a while."""
        before = {name: getattr(time, name) for name in _CLOCKS}
        stdin, sys.stdin = sys.stdin, _input(self.answers)
        mine = sys.stdin
        for name, clock in self._clocks.items():
            setattr(time, name, clock)
        os.urandom = self._urandom
        random._urandom = self._urandom  # type: ignore[attr-defined]
        _listeners.append(self)
        try:
            with self._showing(self._show_once):
                yield
        finally:
            _listeners.remove(self)
            for name, clock in before.items():
                setattr(time, name, clock)
            os.urandom = _REAL_URANDOM
            random._urandom = _REAL_URANDOM  # type: ignore[attr-defined]
            if sys.stdin is mine:
                sys.stdin = stdin


def show(draw: Callable[[], Any]) -> None:
    """Show a figure of the script that runs now.

    Args:
        draw: gives the figure, if it is to be shown.
    """
    if _shows:
        _shows[-1](draw)


def _take_over(begins: bool) -> None:
    """Choose for matplotlib, if it was imported before without anybody choosing.

    Args:
        begins: whether the script has yet to begin: what another one has chosen doesn't matter.
    """
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is None or not hasattr(matplotlib, "rcParams"):
        return
    # Read as the dict it is: to ask in any other way would make it choose.
    if begins or not isinstance(dict.get(matplotlib.rcParams, "backend"), str):
        matplotlib.use(_OURS)


# How matplotlib is told what it draws with, and the module that shows figures here.
_DRAWN_BY, _OURS = "MPLBACKEND", "module://nnstep.showing"


def _input(answers: Answers) -> Any:
    return _Input(sys.stdin, answers) if sys.stdin is not None else None


_REAL_URANDOM = os.urandom
_listeners: list[Effects] = []
_shows: list[Callable[[Callable[[], Any]], None]] = []

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DEEDS = {
    "subprocess.Popen": "starts a program", "os.system": "starts a program",
    "os.remove": "removes a file", "os.rename": "renames a file", "os.mkdir": "makes a folder",
    "os.rmdir": "removes a folder", "shutil.rmtree": "removes a folder",
    "shutil.copyfile": "copies a file", "shutil.move": "moves a file",
    "socket.connect": "connects to another machine", "os.truncate": "cuts a file",
}


def _audit(event: str, args: tuple[Any, ...]) -> None:
    """Notice what is done to the outside; Python calls it for all that may be of interest."""
    if not _listeners or (event != "open" and event not in _DEEDS):
        return
    listener = _listeners[-1]
    if listener.on_write is None:
        return
    if event != "open":
        what = f" ({args[0]})" if args and isinstance(args[0], str) else ""
        listener.on_write(_DEEDS[event] + what)
        return
    path, _, flags = args
    if isinstance(flags, int) and flags & _WRITES and isinstance(path, str | bytes):
        name = os.fsdecode(path)
        if "__pycache__" not in name and name != os.devnull:
            listener.on_write(f"writes the file {name}")


sys.addaudithook(_audit)
