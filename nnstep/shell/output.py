"""The one owner of the rich Console: what goes to the screen, the pipe or the file goes here.

It knows how wide the screen is and what it can show. It doesn't know what it shows.
"""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TextIO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.text import Text

from nnstep.shell import pager
from nnstep.views.text import ALARM, clean, wrap

_NARROWEST = 24
_SYSTEMS: dict[int, Literal["standard", "256", "truecolor"] | None] = {
    0: None, 16: "standard", 256: "256", 1 << 24: "truecolor",
}


class OutputClosed(Exception):
    """The output can't be written any more: nobody reads it, as in `| head -1`, or a disk is full.

    Its `__cause__` is what came of writing.
    """


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to `Output`; rich would end the program here."""
        raise BrokenPipeError


class Output:
    """Where the shell shows things.

    Attributes:
        ascii: whether nothing but ASCII characters can be shown.
        palette: how many colours standard output can show; 0 where no escape codes may be written.
        pages: whether what is longer than the screen goes through a pager.
        listener: is given everything that is shown; None for nobody.
    """

    def __init__(
        self,
        out: TextIO | None = None,
        err: TextIO | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Open it.

        Args:
            out: for what is asked for; the standard output if None.
            err: for errors; the standard error if None.
            environment: where NO_COLOR, TERM and COLORTERM are looked up; the process's if None.
        """
        # Kept, because sys.stdout is another stream while a script runs.
        self._out = sys.stdout if out is None else out
        self._err = sys.stderr if err is None else err
        environment = os.environ if environment is None else environment
        self.ascii = not _is_utf8(self._out)
        self.palette = _palette(self._out, environment)
        self._console = _console(self._out, self.palette)
        self._errors = _console(self._err, _palette(self._err, environment))
        self.pages = False
        self.listener: Callable[[str], object] | None = None
        self._pager = pager.program(environment)
        self._held: list[str] | None = None  # what may turn out to be long
        self._lock = threading.RLock()  # progress is told by another thread
        self._line_is_open = False
        self._passing = 0  # cells of the line that is to be erased

    @property
    def width(self) -> int:
        """How many columns there are now; COLUMNS goes first, and 80 is the guess."""
        return max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST)

    @property
    def colours(self) -> bool:
        """Whether escape codes may be written to standard output."""
        return self.palette > 0

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it."""
        return _is_terminal(self._out)

    def show(self, renderable: RenderableType, *, whole: bool = False) -> None:
        """Show something on lines of its own; `whole` lines aren't wrapped."""
        self._print(self._console, renderable, soft_wrap=whole)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Around writing to a stream, by one thread at a time.

        Raises:
            OutputClosed: it takes nothing any more.
        """
        try:
            with self._lock:
                yield
        except OSError as error:
            raise OutputClosed from error

    @contextmanager
    def long(self) -> Iterator[None]:
        """Around what may show more than a screen holds."""
        if not self.pages or self._pager is None or self._held is not None:
            yield
            return
        self._held = []
        try:
            yield
        finally:
            self._let_go(self._pager)

    def _let_go(self, command: list[str] | None = None) -> None:
        """Show what was held back, through the pager if that is given and it is long."""
        text, self._held = "".join(self._held or []), None
        if not text:
            return
        lines = shutil.get_terminal_size((80, 24)).lines
        if command is None or text.count("\n") < lines or not pager.page(text, command):
            with self._writing():
                self._out.write(text)
                self._out.flush()

    def hint(self, text: str, *, whole: bool = False) -> None:
        """Show a line that is less important than the rest.

        Args:
            text: the line.
            whole: don't wrap it, so that a path in it can be copied.
        """
        text = _shown(_harmless(text), self._out)
        lines = [text] if whole or cell_len(text) <= self.width else wrap(text, self.width)
        self._print(self._console, Text("\n".join(lines), style="dim"), soft_wrap=whole)

    def error(self, text: str) -> None:
        """Tell of a failure, on standard error."""
        self._let_go()
        line = Text(_shown(_harmless(text), self._err), style=ALARM)
        self._print(self._errors, line, soft_wrap=True)

    @property
    def can_show_passing(self) -> bool:
        """Whether standard error is a terminal, where a line can be drawn over."""
        return _is_terminal(self._err)

    def passing(self, renderable: RenderableType | None) -> None:
        """Show one line on standard error that the next thing shown erases; None erases it now.

        The cursor stays at its beginning, so that the `^C` of a terminal is erased too. Where
        what the script prints has not ended its line, it isn't shown: it would wipe that out.
        """
        if not self.can_show_passing or (self._line_is_open and self.is_terminal):
            return
        with self._writing():
            line, cells = "", 0
            if renderable is not None:
                self._errors.size = (self.width - 1, 24)
                with self._errors.capture() as captured:
                    self._errors.print(renderable, end="", no_wrap=True, crop=True)
                line = _shown(captured.get().rstrip("\n"), self._err)
                cells = cell_len(Text.from_ansi(line).plain)
            self._erase(line, cells)

    def _erase(self, line: str = "", cells: int = 0) -> None:
        """Write a line over the passing one. Blanks erase it on every terminal."""
        if not (self._passing or cells):
            return
        blanks = " " * max(self._passing - cells, 0)
        self._err.write(f"\r{line}{blanks}\r")
        self._err.flush()
        self._passing = cells

    def text(self, text: str) -> None:
        """Pass on what the script prints, as it is."""
        if not text:
            return
        self._let_go()
        with self._writing():
            self._erase()
            self._out.write(_shown(text, self._out))
            self._out.flush()
            self._line_is_open = not text.endswith("\n")
            self._heard(text)

    def _print(self, console: Console, what: RenderableType, soft_wrap: bool = False) -> None:
        with self._writing():
            self._write(console, what, soft_wrap)

    def _write(self, console: Console, what: RenderableType, soft_wrap: bool) -> None:
        self._erase()
        if self._line_is_open:
            self._out.write("\n")
            self._heard("\n")
            self._line_is_open = False
        # Both streams often are one screen: what came first is to be seen first.
        self._out.flush()
        width = self.width
        # What fits needn't be wrapped, which would take rich most of the time.
        soft_wrap = soft_wrap or _fits(what, width)
        # rich ignores a width alone when TERM is dumb.
        console.size = (width, 24)
        held = self._held if console is not self._errors else None
        if held is None and self.listener is None:
            console.print(what, soft_wrap=soft_wrap)
            console.file.flush()
            return
        with console.capture() as captured:
            console.print(what, soft_wrap=soft_wrap)
        self._heard(captured.get())
        if held is not None:
            held.append(captured.get())
            return
        console.file.write(captured.get())
        console.file.flush()

    def _heard(self, text: str) -> None:
        if self.listener is not None:
            self.listener(text)


def _fits(what: RenderableType, width: int) -> bool:
    if not isinstance(what, Text):
        return False
    return all(cell_len(line) <= width for line in what.plain.split("\n"))


def _console(stream: TextIO, palette: int) -> Console:
    # Without a colour system rich writes no codes at all; with NO_COLOR alone, bold remains.
    return _Console(
        file=stream,
        color_system=_SYSTEMS[palette],
        force_terminal=palette > 0,
        no_color=palette == 0,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _palette(stream: TextIO, environment: Mapping[str, str]) -> int:
    """How many colours a stream can show, by the rules that rich has."""
    term = environment.get("TERM", "").strip().lower()
    if environment.get("NO_COLOR") or term in ("dumb", "unknown") or not _is_terminal(stream):
        return 0
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return 1 << 24
    return 256 if term.rpartition("-")[2] in ("256color", "kitty") else 16


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # It is closed.
        return False


def _is_utf8(stream: TextIO) -> bool:
    try:
        # A stream without an encoding, such as a StringIO, takes every character.
        return codecs.lookup(stream.encoding or "utf-8").name == "utf-8"
    except LookupError:
        return False


def _harmless(text: str) -> str:
    """A text that can't steer the terminal, whatever of somebody's input it repeats."""
    return "\n".join(map(clean, text.split("\n")))


def _shown(text: str, stream: TextIO) -> str:
    """A text that a stream can write: other characters become escapes such as `\\u2212`."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return text.encode("ascii", "backslashreplace").decode("ascii")
    return text
