"""When a motion is over: one small class a motion. The driver asks; nothing here runs anything."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nnstep.engine import ops
from nnstep.engine.frames import Frame
from nnstep.engine.ops import Op


class Goal:
    """When a motion is over.

    Attributes:
        reason: what a session says of a stop there.
    """

    reason: str

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Asked before each op at which stepping may halt, but the first of the motion."""
        return False

    def did(self, frame: Frame, op: Op, exhausted: bool) -> None:
        """An op has run; `exhausted` when it is a loop that has ended."""


@dataclass
class End(Goal):
    """The end of the script."""

    reason: str = "end"


@dataclass
class Steps(Goal):
    """So many ops."""

    left: int
    reason: str = "step"

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Asked before the second op: that is one step."""
        self.left -= 1
        return self.left <= 0


@dataclass
class NextStatement(Goal):
    """The next statement of the same function, or the function that called it."""

    frame: Frame
    depth: int
    reason: str = "step"
    at: Op = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.frame.op

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Whether the statement is done; it is, too, when it begins again."""
        if depth < self.depth:
            return True
        if frame is not self.frame:
            return False
        again = op.index <= self.at.index and not op.comprehensions
        if op.statement is not self.at.statement or again:
            return True
        self.at = op
        return False


@dataclass
class Finish(Goal):
    """The end of the function."""

    depth: int
    reason: str = "finish"

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Whether it has returned."""
        return depth < self.depth


@dataclass
class Until(Goal):
    """A condition."""

    condition: Callable[[Frame], bool]
    reason: str = "until"

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Whether it holds."""
        return self.condition(frame)


@dataclass
class Epochs(Goal):
    """So many beginnings of the main loop's body; the end of the loop counts too.

    Attributes:
        left: how many are still to come.
    """

    main: ast.AST
    left: int
    reason: str = "epoch"
    _begun: Frame | None = None
    _inside: bool = False

    @property
    def leaves_early(self) -> bool:
        """Whether the loop can end otherwise than by being exhausted."""
        if isinstance(self.main, ast.While):
            return True
        return any(isinstance(node, ast.Break | ast.Return) for node in ast.walk(self.main))

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Whether the last beginning is complete: the test of a `while` belongs to it."""
        if self._begun is not None:
            return frame is self._begun and op.statement is not self.main
        inside = self._is_inside(frame)
        left, self._inside = self._inside and not inside, inside
        return left

    def _is_inside(self, frame: Frame | None) -> bool:
        while frame is not None:
            if any(loop.node is self.main for loop in frame.op.loops):
                return True
            frame = frame.back
        return False

    def did(self, frame: Frame, op: Op, exhausted: bool) -> None:
        """Count the beginnings."""
        if is_head(op, self.main):
            self.left -= 1
            if self.left <= 0 or exhausted:
                self._begun = frame


def is_head(op: Op, main: Any) -> bool:
    """Whether an op begins an iteration of the main loop."""
    return op.kind in (ops.NEXT, ops.WHILE) and bool(op.loops) and op.loops[-1].node is main
