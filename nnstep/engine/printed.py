"""What a script prints: kept, so that it can be told which op printed it, and printed once.

A script that is executed again, after going back, prints again; what is known already is then
recognised, and not passed on.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class _Bytes(io.BufferedIOBase):
    """The binary side of what is printed."""

    def __init__(self, printed: Printed) -> None:
        super().__init__()
        self._printed = printed

    def write(self, data: Any, /) -> int:
        """Print bytes."""
        self._printed.write(bytes(data).decode(self._printed.encoding, errors="replace"))
        return len(data)

    def writable(self) -> bool:
        """It is."""
        return True


class Printed(io.TextIOBase):
    """Stands in for `sys.stdout` or `sys.stderr` while a script is stepped.

    Attributes:
        listener: is given each piece of text as it is printed.
        failure: what the listener has raised; it is asked no more until that is taken away.
        hidden: whether nothing is passed on now.
        strayed: whether the script has printed something else than the time before.
    """

    def __init__(self, stream: str = "stdout") -> None:
        super().__init__()
        self.listener: Callable[[str], None] | None = None
        self.failure: Exception | None = None
        self.hidden = False
        self.strayed = False
        self._stream = stream
        self._pieces: list[str] = []
        self._length = 0
        self._future = ""  # what was printed, before going back, behind the present
        self._ahead = 0  # how much of that was printed again
        self._passed = 0  # how much was passed on
        self._real: Any = getattr(sys, stream)
        self._current: Any = self

    def write(self, text: str, /) -> int:
        """Keep a piece of text, and pass it on."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._keep(text)
            new = text[max(0, self._passed - self._length) :] if not self.hidden else ""
            self._length += len(text)
            if new:
                self._passed = self._length
                self._pass_on(new)
        return len(text)

    def _keep(self, text: str) -> None:
        self._pieces.append(text)
        if self._ahead < len(self._future):
            if self._future.startswith(text, self._ahead):
                self._ahead += len(text)
            else:
                self.strayed = True
                self.forget_future()

    def _pass_on(self, text: str) -> None:
        if self.listener is not None and self.failure is None:
            try:
                self.listener(text)
            except Exception as error:  # not the script's affair
                self.failure = error

    def back_to(self, length: int) -> None:
        """Go to where so many characters had been printed, of those that were ever printed."""
        text = self.known
        self._future, self._ahead = text[length:], 0
        self._pieces, self._length = [text[:length]], length

    @property
    def known(self) -> str:
        """All that was printed in this course of time, also behind the present."""
        return self.text() + self._future[self._ahead :]

    @known.setter
    def known(self, text: str) -> None:
        self._pieces, self._length, self._future, self._ahead = [], 0, text, 0
        self._passed = len(text)

    def forget_future(self) -> None:
        """What was printed behind the present is not what will be printed."""
        self._future, self._ahead = "", 0
        self._passed = min(self._passed, self._length)

    def pass_again(self) -> None:
        """From here on everything is passed on, known or not."""
        self._passed = self._length

    def writable(self) -> bool:
        """It is."""
        return True

    def isatty(self) -> bool:
        """What the real standard output says."""
        return bool(self._real.isatty())

    def fileno(self) -> int:
        """The real standard output's."""
        return int(self._real.fileno())

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The real standard output's."""
        return str(self._real.encoding)

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """The real standard output's."""
        errors: str | None = self._real.errors
        return errors

    @property
    def buffer(self) -> Any:
        """Takes bytes, and prints what they encode."""
        return _Bytes(self)

    def __getattr__(self, name: str) -> Any:
        """What else the real standard output has: `reconfigure`, `name`, `mode`."""
        return getattr(self.__dict__["_real"], name)

    @property
    def length(self) -> int:
        """How many characters have been printed."""
        return self._length

    def text(self, start: int = 0) -> str:
        """What has been printed from a position on."""
        if start == 0:
            if len(self._pieces) > 1:
                self._pieces = ["".join(self._pieces)]
            return self._pieces[0] if self._pieces else ""
        wanted, found = self._length - start, []
        for piece in reversed(self._pieces):
            if wanted <= 0:
                break
            found.append(piece[-wanted:])
            wanted -= len(piece)
        return "".join(reversed(found))

    @property
    def real(self) -> Any:
        """The stream whose place it takes."""
        return self._real if self._active else getattr(sys, self._stream)

    @property
    def standing_in(self) -> Any:
        """What the script has in its place: itself, unless the script has put something there."""
        return getattr(sys, self._stream) if self._active else self._current

    @standing_in.setter
    def standing_in(self, stream: Any) -> None:
        self._current = stream
        if self._active:
            setattr(sys, self._stream, stream)

    _active = False

    @contextmanager
    def capturing(self) -> Iterator[None]:
        """Take the stream's place for a while, or put back what the script put there."""
        self._real = getattr(sys, self._stream)
        setattr(sys, self._stream, self._current)
        self._active = True
        try:
            yield
        finally:
            self._active = False
            self._current = getattr(sys, self._stream)
            setattr(sys, self._stream, self._real)
