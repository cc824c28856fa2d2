"""Drives a machine to where a motion ends, and makes the event that is shown there.

One `Driver` per session. It watches the machine; which motion is under way is a `Goal`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from nnstep.engine import ops
from nnstep.engine.comprehensions import EXHAUSTED
from nnstep.engine.events import Event
from nnstep.engine.frames import Frame
from nnstep.engine.machine import Machine
from nnstep.engine.ops import Op
from nnstep.engine.printed import Printed
from nnstep.engine.recorder import Recorder
from nnstep.engine.stops import Breakpoint, Breakpoints, Evaluate
from nnstep.engine.tracebacks import operands_of


class Goal(Protocol):
    """When a motion is over."""

    reason: str

    def reached(self, frame: Frame, op: Op) -> bool:
        """Asked before each op at which stepping may halt, but the first."""

    def did(self, frame: Frame, op: Op, value: Any) -> None:
        """An op has run."""


@dataclass
class Steps:
    """So many ops."""

    left: int
    reason: str = "step"

    def reached(self, frame: Frame, op: Op) -> bool:
        """Asked before the second op: that is one step."""
        self.left -= 1
        return self.left <= 0

    def did(self, frame: Frame, op: Op, value: Any) -> None:
        """Nothing to note."""


@dataclass
class NextStatement:
    """The next statement of the same frame, or the frame that called it."""

    frame: Frame
    statement: ast.AST | None
    depth: Callable[[], int]
    start: int
    reason: str = "step"

    def reached(self, frame: Frame, op: Op) -> bool:
        """Whether the statement is done."""
        if self.depth() < self.start:
            return True
        return frame is self.frame and op.statement is not self.statement

    def did(self, frame: Frame, op: Op, value: Any) -> None:
        """Nothing to note."""


@dataclass
class Finish:
    """The end of the function."""

    depth: Callable[[], int]
    start: int
    reason: str = "finish"

    def reached(self, frame: Frame, op: Op) -> bool:
        """Whether it has returned."""
        return self.depth() < self.start

    def did(self, frame: Frame, op: Op, value: Any) -> None:
        """Nothing to note."""


@dataclass
class Until:
    """A condition."""

    condition: Callable[[Frame], bool]
    reason: str = "until"

    def reached(self, frame: Frame, op: Op) -> bool:
        """Whether it holds."""
        return self.condition(frame)

    def did(self, frame: Frame, op: Op, value: Any) -> None:
        """Nothing to note."""


@dataclass
class Epochs:
    """So many beginnings of the main loop's body; its end counts too."""

    main: ast.AST
    left: int
    reason: str = "epoch"
    begun: bool = False

    def reached(self, frame: Frame, op: Op) -> bool:
        """Whether the last beginning is complete: the test of a `while` belongs to it."""
        return self.begun and op.statement is not self.main

    def did(self, frame: Frame, op: Op, value: Any) -> None:
        """Count the beginnings."""
        if op.kind in (ops.NEXT, ops.WHILE) and op.loops and op.loops[-1].node is self.main:
            self.left -= 1
            self.begun = self.left <= 0 or value is EXHAUSTED


@dataclass
class End:
    """The end of the script."""

    reason: str = "end"

    def reached(self, frame: Frame, op: Op) -> bool:
        """Never: the script ends by itself."""
        return False

    def did(self, frame: Frame, op: Op, value: Any) -> None:
        """Nothing to note."""


class Driver:
    """Watches a machine on behalf of a session.

    Attributes:
        reason: why the last motion halted.
        breakpoint: the breakpoint that halted it, if one did.
        interrupted: set to halt at the next op.
    """

    def __init__(
        self, machine: Machine, main: ast.AST | None, printed: Printed,
        breakpoints: Breakpoints, evaluate: Evaluate,
    ) -> None:
        self.machine = machine
        self.reason = "start"
        self.breakpoint: Breakpoint | None = None
        self.interrupted = False
        self.on_epoch: Callable[[Frame], None] | None = None
        self.recorder = Recorder(main, lambda: printed.length)
        self._main = main
        self._printed = printed
        self._breakpoints = breakpoints
        self._evaluate = evaluate
        self._goal: Goal = End()
        self._every = True
        self._moved = False
        self._arrived: tuple[Frame, Op] | None = None
        self._operands: tuple[Any, ...] = ()
        self._latest: tuple[Any, ...] | None = None
        self._hit: Breakpoint | None = None
        self._statement: ast.AST | None = None

    def go(self, goal: Goal, *, every: bool) -> Event | None:
        """Run a motion.

        Args:
            goal: where it ends.
            every: whether to make an event of each op; else only of the last.
        """
        machine = self.machine
        if machine.finished:
            return None
        self._goal, self._every, self._moved = goal, every, False
        self.breakpoint = self._hit = None
        self.recorder.last = None
        self._latest = self._arrived = None
        self.reason = "end"
        if not self._cruises() or not self._cruise():
            machine.run(self)
        if machine.error is not None:
            self.reason = "error"
            return self._error(machine)
        if self.reason == "end" and isinstance(goal, End):
            return None
        return self._last_event()

    # Between loop boundaries nothing is watched when nobody waits for anything there.

    def _cruises(self) -> bool:
        goal = self._goal
        far = isinstance(goal, End) or (isinstance(goal, Epochs) and goal.left > 1)
        armed = self._breakpoints.by_number or self.recorder.holds_events
        return far and not self._every and not armed

    def _cruise(self) -> bool:
        """Run on, asked only where an iteration begins; whether the motion is over."""
        self.machine.run(None, self._at_boundary)
        over = self.machine.finished or self.reason != "end"
        if over and not self.machine.finished:
            self.machine.run(_Settle())
        return over

    def _at_boundary(self, frame: Frame, op: Op, exhausted: bool) -> bool:
        is_main = op.loops[-1].node is self._main
        if is_main and not exhausted and self.on_epoch:
            self.on_epoch(frame)
        if self.interrupted:
            self.interrupted = False
            self.reason = "interrupted"
            return True
        if not is_main or not isinstance(self._goal, Epochs):
            return False
        if exhausted:
            self.reason = self._goal.reason
            self.recorder.start(frame)
            self.recorder.after(frame, op, (), EXHAUSTED, self._printed.text)
            return True
        self._goal.left -= 1
        return self._goal.left == 1

    def settle(self) -> None:
        """Run what comes before the first op at which stepping halts."""
        self._moved = False
        self._goal = Steps(0)
        if not self.machine.finished:
            self.machine.run(_Settle())

    # The observer's side.

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Halt here, if the motion is over or a breakpoint lies here."""
        if self._moved and self._halts(frame, op):
            return True
        self._moved = True
        self._arrived = frame, op
        self._operands = ()
        self._statement = op.statement
        self.recorder.start(frame)
        return False

    def _halts(self, frame: Frame, op: Op) -> bool:
        hit = self._hit
        self._hit = None
        if hit is None:
            came_from = self._statement if self._arrived and self._arrived[0] is frame else None
            for each in self._breakpoints.at(frame, op, came_from):
                if self._breakpoints.holds(each, frame, self._evaluate):
                    hit = each
        if hit is not None:
            self._note_hit(hit)
            return True
        if self.interrupted:
            self.interrupted = False
            self.reason = "interrupted"
            return True
        if self._goal.reached(frame, op):
            self.reason = self._goal.reason
            return True
        return False

    def _note_hit(self, hit: Breakpoint) -> None:
        hit.hits += 1
        self.reason, self.breakpoint = "breakpoint", hit
        if hit.temporary:
            self._breakpoints.by_number.pop(hit.number, None)

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """Note the operands, and what may change."""
        self._operands = operands
        if self._every or self._breakpoints.names or self.recorder.holds_events:
            self.recorder.before(frame, op, operands)

    def after(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        """An op is done."""
        self._goal.did(frame, op, value)
        if op.kind in (ops.NEXT, ops.WHILE) and self.on_epoch and op.loops:
            if op.loops[-1].node is self._main and value is not EXHAUSTED:
                self.on_epoch(frame)
        if not op.stop or op.kind == ops.WHILE:
            return
        self._latest = frame, op, operands, value
        if self._every or self._breakpoints.awaits(op) or self.recorder.may_have_changed:
            event = self._make_event()
            self._check_names(frame, op, event)

    def _check_names(self, frame: Frame, op: Op, event: Event) -> None:
        values = [each.value for each in event.mutated]
        for each in (*self._breakpoints.bound(op), *self._breakpoints.changed(frame, values)):
            if self._breakpoints.holds(each, frame, self._evaluate):
                self._hit = each

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """A function is stepped into."""
        self._latest = None
        if self._every:
            self.recorder.entered(frame, op, operands)

    def raised(self, frame: Frame, op: Op, error: BaseException) -> None:
        """An op has raised; if that is caught, the run goes on."""
        self._latest = None

    # Events.

    def _make_event(self) -> Event:
        assert self._latest is not None
        frame, op, operands, value = self._latest
        self._latest = None
        make = self.recorder.after
        if self._arrived is not None and self._arrived[0] is not frame:
            make = self.recorder.returned
        return make(frame, op, operands, value, self._printed.text)

    def _last_event(self) -> Event | None:
        if self._latest is not None:
            self._make_event()
        return self.recorder.last

    def _error(self, machine: Machine) -> Event | None:
        frame, error = machine.frame, machine.error
        assert frame is not None and error is not None
        op = frame.op
        if self._arrived != (frame, op):
            self.recorder.start(frame)
            self._operands = ()
        operands = self._operands or operands_of(op, error)
        return self.recorder.failed(frame, op, operands, error, self._printed.text)


class _Settle:
    """Halts at the first op at which stepping can."""

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Here."""
        return True

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """Nothing."""

    def after(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        """Nothing."""

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """Nothing."""

    def raised(self, frame: Frame, op: Op, error: BaseException) -> None:
        """Nothing."""
