"""Session: one script under nnstep. What the shell, replay and `import nnstep` use.

    >>> session = nnstep.open("mse_hidden")
    >>> session.until("epoch == 3")
    >>> session["zh"].shape
    (100, 4)

Built up in layers, a module each: where a script stands (stand.py), moving it (motions.py), asking
the whole run (questions.py); here, what halts it and what changes it.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any

from nnstep.engine import frameeval
from nnstep.engine.frames import Frame
from nnstep.engine.memory import is_mutable, known_values
from nnstep.engine.stops import Breakpoint
from nnstep.engine.timeline import MEMORY
from nnstep.motions import kept
from nnstep.picturing import Picturing
from nnstep.reports import (
    Bisected,
    BranchInfo,
    Comparison,
    FrameInfo,
    History,
    LoopInfo,
    NextOp,
    Position,
    Progress,
    Stop,
)

__all__ = [
    "Bisected", "BranchInfo", "Comparison", "FrameInfo", "History", "LoopInfo", "NextOp",
    "Position", "Progress", "Session", "Stop", "open",
]


def open(
    script: str | os.PathLike[str], argv: Sequence[str] = (), into: Sequence[str] = (),
    memory: int = MEMORY, on_figure: Callable[[Any], None] | None = None,
) -> Session:
    """Open a lesson by its name, or a script by its path.

    Args:
        script: such as `"mse_hidden"`, or a path.
        argv: the script's arguments.
        into: packages whose functions are stepped into besides the script's own.
        memory: how many bytes the states may take that are saved for going back.
        on_figure: is given the figures that the script shows (see showing.py), as it does; None
            leaves matplotlib alone.

    Raises:
        LookupError: there is no such lesson and no such file.
        OSError: the file can't be read.
        SyntaxError: it is no Python.
    """
    from nnstep.lessons import resolve

    return Session(resolve(os.fspath(script)), argv, into, memory, on_figure)


class Session(Picturing):
    """A script that is stepped: all that can be done with it."""

    # Breakpoints.

    @property
    def breakpoints(self) -> dict[int, Breakpoint]:
        """All breakpoints by number."""
        assert self._breakpoints is not None
        return self._breakpoints.by_number

    def break_at(
        self, where: str | int, condition: str | None = None, temporary: bool = False
    ) -> Breakpoint:
        """Halt right after a name was bound or changed, or right before a line or a function.

        Raises:
            ValueError: there is nothing like it in the script, or the condition is no expression.
        """
        assert self._breakpoints is not None
        return self._breakpoints.add(where, condition, temporary)

    def watch(self, name: str, condition: str | None = None) -> Breakpoint:
        """Halt right after the value of a name or another expression has changed, in place too.

        A variable of the current function is watched as long as that function runs.

        Raises:
            ValueError: it is no expression, or nothing is called so.
        """
        assert self._breakpoints is not None
        frame = self._machine.frame
        words = {each.id for each in ast.walk(_parsed(name)) if isinstance(each, ast.Name)}
        while frame is not None and not words & _own_names(frame):
            frame = frame.back
        scope = frame.code if frame is not None and not frame.code.is_module else None
        return self._breakpoints.add_watch(name, condition, scope, self.names())

    def catch(self, what: str) -> Breakpoint:
        """Halt at the op that makes NaN or infinity out of finite operands, or that raises.

        Args:
            what: `nan` or `exception`.

        Raises:
            ValueError: it is neither.
        """
        assert self._breakpoints is not None
        return self._breakpoints.add_catch(what)

    def ignore(self, number: int, count: int) -> None:
        """Have a breakpoint not halt the next so many times.

        Raises:
            KeyError: there is none of that number.
            ValueError: `count` is less than 0.
        """
        assert self._breakpoints is not None
        self._breakpoints.set_ignore(number, count)

    def delete(self, number: int | None = None) -> None:
        """Remove a breakpoint, or all.

        Raises:
            KeyError: there is none of that number.
        """
        assert self._breakpoints is not None
        self._breakpoints.delete(number)

    # Changing values.

    def execute(self, text: str) -> tuple[str, ...]:
        """Run a statement here, such as `lr = 0.1` or `wh[0, 0] = 1`; the names that it bound.

        Raises:
            Exception: whatever the statement raises.
        """
        code: CodeType = frameeval.compiled(text, "exec")
        frame = self._frame()
        self._protect_events(frame)
        self._forget_operands()

        def apply() -> tuple[str, ...]:
            with self._outside.aside():
                return frameeval.execute(code, self._frame())

        with self._beside():
            names = apply()
        self._edited(apply, text)
        return names

    def set(self, name: str, value: Any) -> None:
        """Bind a name to a value: in the current frame if it has it, else in the module."""
        before = kept(value)
        self._forget_operands()
        self._bind(name, value)
        self._edited(lambda: self._bind(name, kept(before)), f"{name} = ...")

    def _bind(self, name: str, value: Any) -> None:
        frame = self._frame()
        own = name in frame.locals or name in frame.code.native.co_varnames
        if frame.code.is_module or not own:
            frame.code.module[name] = value
        else:
            frame.assign(name, value)

    def _edited(self, apply: Callable[[], object], text: str) -> None:
        """Something was changed by hand: from here on time takes another course."""
        here = self._timeline.here()
        if here < self._timeline.course.frontier:
            self._branches.leave(here, str(self.position.moment or "the end"))
        self._histories = {
            key: each for key, each in self._histories.items()
            if key[0] != self._branches.current.name
        }
        self._timeline.edit(apply, text)
        self._reached()
        self._outside.forget_future()

    def _protect_events(self, frame: Frame) -> None:
        if self._driver.recorder.holds_events:
            values = [(name, value) for name, value in known_values(frame) if is_mutable(value)]
            self._driver.recorder.protect(values)


def _parsed(text: str) -> ast.AST:
    try:
        return ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no expression: {error.msg}") from None


def _own_names(frame: Frame) -> set[str]:
    return set() if frame.code.is_module else {*frame.code.native.co_varnames, *frame.locals}
