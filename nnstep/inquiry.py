"""Questions to the whole run, answered after the fact by executing it again.

What was an expression in every epoch; in which epoch, and at which op, did a condition become true.
The machine is moved for that; whoever asks puts it back.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from nnstep.engine import frameeval
from nnstep.engine.fastforward import Chunk
from nnstep.engine.fragments import place
from nnstep.engine.frames import Frame
from nnstep.engine.moments import Path
from nnstep.engine.natives import filled
from nnstep.engine.ops import Code
from nnstep.engine.timeline import Timeline

_NOTE, _MISSING, _ANY_ERROR = ".note", ".missing", ".Exception"


class Notes:
    """Notes the value of an expression at the end of each epoch, within native loops too.

    Attributes:
        values: by epoch.
    """

    def __init__(self, text: str) -> None:
        self.values: dict[int, Any] = {}
        self.fired = False
        self.native = frameeval.is_quiet(text)  # else it is asked outside of the loop
        self.chunks: dict[tuple[int, int], tuple[Code, Chunk | None]] = {}
        self._text = text
        self._code = frameeval.compiled(text, "eval")
        self._epoch = 0

    def begin(self, epoch: int) -> None:
        """The next value is that of an epoch."""
        self._epoch = epoch

    def at_head(self, frame: Frame, epoch: int) -> None:
        """The machine stands where an epoch begins: note the value that the one before left."""
        if epoch > 0 and epoch - 1 not in self.values:
            try:
                value = frameeval.evaluate(self._code, frame)
            except Exception:
                value = None
            self.values[epoch - 1] = _scalar(value)

    # Within native loops.

    def loop(self, node: ast.For | ast.While) -> list[ast.stmt]:
        """The statements of the main loop, which note the value however the epoch ends."""
        at = node.body[-1]
        noted = ast.Expr(ast.Call(ast.Constant(_NOTE), [frameeval.parsed(self._text)], []))
        missing = ast.Expr(ast.Call(ast.Constant(_MISSING), [], []))
        handler = ast.ExceptHandler(ast.Constant(_ANY_ERROR), None, [missing])
        note = ast.Try([noted], [handler], [], [])
        for each in ast.walk(note):
            if "lineno" in each._attributes:
                ast.copy_location(each, at)
        return [place(ast.Try(node.body, [], [], [note]), at)]

    def fill(self, code: Any) -> Any:
        """The compiled loop with what it calls."""
        constants = {_NOTE: self._note, _MISSING: self._missing, _ANY_ERROR: Exception}
        return filled(code, constants)

    def _note(self, value: Any) -> None:
        self.values[self._epoch] = _scalar(value)
        self._epoch += 1

    def _missing(self) -> None:
        self.values[self._epoch] = None
        self._epoch += 1

    def find_functions(self) -> None:
        """None take part."""

    def armed(self) -> AbstractContextManager[None]:
        """Nothing besides."""
        return nullcontext()


def _scalar(value: Any) -> Any:
    """A value as it is now: a number as Python's own, an array of several copied."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.item() if value.size == 1 else np.array(value)
    return value


class Probe:
    """Finds the first epoch at whose end a condition is true.

    Attributes:
        found: at which epochs it was asked, and what it was there.
    """

    def __init__(self, timeline: Timeline, entry: Path, holds: Callable[[Frame], bool]) -> None:
        """Args:
        timeline: the run.
        entry: the path to the head of the main loop.
        holds: the condition.
        """
        self.found: dict[int, bool] = {}
        self._timeline = timeline
        self._entry = entry
        self._holds = holds

    def at(self, epoch: int) -> bool:
        """Whether it is true where an epoch begins."""
        if epoch not in self.found:
            self._timeline.go((*self._entry, epoch, self._entry[-1]))
            frame = self._timeline.frame
            self.found[epoch] = frame is not None and self._holds(frame)
        return self.found[epoch]

    def first(self, last: int) -> int | None:
        """The first beginning of an epoch, up to the last, at which it is true; None for none."""
        if not self.at(last):
            return None
        low, high = -1, last
        while high - low > 1:
            middle = (low + high) // 2
            if self.at(middle):
                high = middle
            else:
                low = middle
        for each in _between(high, last):
            self.at(each)
        return high

    @property
    def is_monotone(self) -> bool:
        """Whether it stayed true from the first time on, wherever it was asked."""
        asked = [self.found[epoch] for epoch in sorted(self.found)]
        return asked == sorted(asked)


def _between(first: int, last: int) -> Iterator[int]:
    """Some epochs on both sides of the one that was found."""
    for part in (1, 2, 3):
        yield first * part // 4
        yield first + (last - first) * part // 4
