"""When a motion is over: one small class a motion. The driver asks; nothing here runs anything."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nnstep.engine import ops
from nnstep.engine.frames import Frame
from nnstep.engine.moments import Path, iterations_before, path_of
from nnstep.engine.ops import Loop, Op


class Goal:
    """When a motion is over.

    Attributes:
        reason: what a session says of a stop there.
        far: whether loops may run on the way without being looked at.
        over: whether the motion ends at the next op at which stepping may halt.
        text: the expression that is waited for, if any.
    """

    reason: str
    far: bool = False
    over: bool = False
    text: str | None = None

    def allows(self, frame: Frame, loop: Loop, depth: int) -> int | None:
        """How many iterations of a loop may run without being looked at; None: any number."""
        return 0

    def skipped(self, loop: Loop, count: int, ended: bool) -> None:
        """So many iterations have run so; `ended` when the loop has."""

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Asked before each op at which stepping may halt, but the first of the motion."""
        return False

    def did(self, frame: Frame, op: Op, exhausted: bool) -> None:
        """An op has run; `exhausted` when it is a loop that has ended."""


@dataclass
class End(Goal):
    """The end of the script."""

    reason: str = "end"
    far: bool = True

    def allows(self, frame: Frame, loop: Loop, depth: int) -> int | None:
        """All loops lie before the end."""
        return None


@dataclass
class Steps(Goal):
    """So many ops."""

    left: int
    reason: str = "step"

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Asked before the second op: that is one step."""
        self.left -= 1
        return self.left <= 0


class Before(Goal):
    """Another goal, as long as it lies before a moment; else that moment."""

    def __init__(self, goal: Goal, path: Path) -> None:
        self._goal = goal
        self._path = path
        self.reason = goal.reason
        self.far, self.text = goal.far, goal.text

    def allows(self, frame: Frame, loop: Loop, depth: int) -> int | None:
        """As many iterations as lie before the moment."""
        wanted = self._goal.allows(frame, loop, depth)
        left = iterations_before(path_of(frame), self._path)
        return left if wanted is None else wanted if left is None else min(left, wanted)

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Whether either is."""
        if self._goal.reached(frame, op, depth):
            self.reason = self._goal.reason
            return True
        if path_of(frame) >= self._path:
            self.reason = "goto"
            return True
        return False

    def did(self, frame: Frame, op: Op, exhausted: bool) -> None:
        """Passed on."""
        self._goal.did(frame, op, exhausted)


@dataclass
class NextStatement(Goal):
    """The next statement of the same function, or the function that called it.

    Attributes:
        at: the op that the function is at.
        depth: how deep that function is.
    """

    at: Op
    depth: int
    reason: str = "step"
    far: bool = True

    def allows(self, frame: Frame, loop: Loop, depth: int) -> int | None:
        """Loops of functions that the statement calls are run."""
        return None if depth > self.depth else 0

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Whether the statement is done; it is, too, when it begins again."""
        if depth < self.depth:
            return True
        if depth > self.depth:
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
    far: bool = True

    def allows(self, frame: Frame, loop: Loop, depth: int) -> int | None:
        """All loops of the function, and of those that it calls, are run."""
        return None if depth >= self.depth else 0

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Whether it has returned."""
        return depth < self.depth


@dataclass
class Until(Goal):
    """A condition.

    Attributes:
        condition: whether it holds in a frame.
        text: it as an expression, when it is one.
    """

    condition: Callable[[Frame], bool]
    reason: str = "until"
    text: str | None = None

    def __post_init__(self) -> None:
        # Within native loops only an expression can be asked for.
        self.far = self.text is not None

    def allows(self, frame: Frame, loop: Loop, depth: int) -> int | None:
        """All loops, checks put into them."""
        return None if self.far else 0

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Whether it holds."""
        return self.condition(frame)


@dataclass
class Epochs(Goal):
    """So many beginnings of the main loop's body; the end of the loop counts too.

    Attributes:
        main: the main loop.
        left: how many are still to come.
        leads: whether another loop may lead to the main loop.
    """

    main: ast.AST
    left: int
    leads: Callable[[ast.AST], bool]
    reason: str = "epoch"
    far: bool = True
    over: bool = False
    _begun: Frame | None = None
    _inside: bool = False

    def allows(self, frame: Frame, loop: Loop, depth: int) -> int | None:
        """Epochs before the last, and loops that don't lead to any."""
        if loop.node is self.main:
            return max(0, self.left - 1)
        if self._is_inside(frame):
            return None
        return 0 if self.leads(loop.node) else None

    def skipped(self, loop: Loop, count: int, ended: bool) -> None:
        """Count epochs; the end of the main loop ends the motion."""
        if loop.node is self.main:
            self.left -= count
            self.over = ended

    def reached(self, frame: Frame, op: Op, depth: int) -> bool:
        """Whether the last beginning is complete: the test of a `while` belongs to it."""
        if self.over:
            return True
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
