"""Drives a machine to where a motion ends, and makes the events that are shown.

One `Driver` a session. It watches the machine; when a motion is over, its goal says. What goes
wrong in the watching, such as a condition that raises, is kept from the script.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from nnstep.engine.comprehensions import EXHAUSTED
from nnstep.engine.events import Event
from nnstep.engine.frames import Frame
from nnstep.engine.machine import Machine
from nnstep.engine.observer import Observer
from nnstep.engine.ops import WHILE, Op
from nnstep.engine.printed import Printed
from nnstep.engine.recorder import Recorder
from nnstep.engine.stops import Breakpoint, Breakpoints, Evaluate
from nnstep.engine.tracebacks import operands_of
from nnstep.goals import End, Epochs, Goal, is_head


class Driver(Observer):
    """Watches a machine on behalf of a session.

    Attributes:
        reason: why the last motion halted.
        breakpoint: the breakpoint that halted it, if one did.
        interrupted: set to halt at the next op.
        on_epoch: is called with the frame whenever an epoch begins.
        recorder: makes the events.
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
        self._latest: Callable[[], Event] | None = None
        self._hits: list[Breakpoint] = []
        self._failure: Exception | None = None

    def go(self, goal: Goal, *, every: bool) -> Event | None:
        """Run a motion.

        Args:
            goal: where it ends.
            every: whether to make an event of each op; else only of the last.

        Raises:
            Exception: what a condition, or a listener to the printed text, has raised. The script
                has halted there, and is as before.
        """
        machine = self.machine
        if machine.finished:
            return None
        self._goal, self._every, self._moved = goal, every, False
        self.breakpoint, self._hits, self._failure = None, [], None
        self.recorder.last = self._latest = self._arrived = None
        self.reason = "end"
        if self.interrupted or not self._cruises() or not self._cruise():
            machine.run(self)
        if self._failure is not None:
            self.reason = "interrupted"
            raise self._failure
        return self._event_of_the_motion()

    def _event_of_the_motion(self) -> Event | None:
        error = self.machine.error
        if error is not None and not is_good_exit(error):
            self.reason = "error"
            return self._error(error)
        if self._hits:  # by the script's last op
            self._note_hits()
        if self.reason == "end" and isinstance(self._goal, End):
            return None
        if self._latest is not None:
            self._make_event()
        return self.recorder.last

    def settle(self) -> None:
        """Run what comes before the first op at which stepping halts."""
        if not self.machine.finished:
            self.machine.run(_Settle())

    # Between the beginnings of loops nothing is watched when nobody waits for anything there.

    def _cruises(self) -> bool:
        goal = self._goal
        far = isinstance(goal, End)
        if isinstance(goal, Epochs):
            far = goal.left > 1 and not goal.leaves_early
        frame = self.machine.frame
        half_way = frame is not None and frame.pending is not None  # operands are read already
        return far and not self._every and not half_way and not self._breakpoints.by_number

    def _cruise(self) -> bool:
        """Run on, asked only where an iteration begins; whether the motion is over."""
        self.recorder.part_with_events()
        self.machine.run(None, self._at_boundary)
        over = self.machine.finished or self.reason != "end" or self._failure is not None
        if over:
            self.settle()
        return over

    def _at_boundary(self, frame: Frame, op: Op, exhausted: bool) -> bool:
        is_main = is_head(op, self._main)
        if is_main and not exhausted and self.on_epoch:
            self.on_epoch(frame)
        if self._printed.failure is not None:
            self._failure, self._printed.failure = self._printed.failure, None
            return True
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

    # The observer's side.

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Halt here, if the motion is over or a breakpoint lies here."""
        try:
            if self._moved and self._halts(frame, op):
                return True
        except Exception as error:
            self._failure = error
            return True
        self._moved = True
        self._breakpoints.passed(frame, op, self.machine.depth)
        self._arrived = frame, op
        self._operands = ()
        self._latest = None
        self.recorder.start(frame)
        return False

    def _halts(self, frame: Frame, op: Op) -> bool:
        if self._failure is not None or self._printed.failure is not None:
            self._failure = self._failure or self._printed.failure
            self._printed.failure = None
            return True
        reached = self._goal.reached(frame, op, self.machine.depth)
        for each in self._breakpoints.at(frame, op, self.machine.depth):
            if self._breakpoints.holds(each, frame, self._evaluate):
                self._hits.append(each)
        if self._hits:
            self._note_hits()
        elif self.interrupted:
            self.interrupted = False
            self.reason = "interrupted"
        elif reached:
            self.reason = self._goal.reason
        else:
            return False
        return True

    def _note_hits(self) -> None:
        self.reason, self.breakpoint = "breakpoint", self._hits[0]
        for each in {each.number: each for each in self._hits}.values():
            each.hits += 1
            if each.temporary:
                self._breakpoints.by_number.pop(each.number, None)
        self._hits = []

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """Note the operands, and what may change."""
        self._operands = operands
        self.recorder.before(frame, op, operands)

    def after(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        """An op is done."""
        exhausted = value is EXHAUSTED
        self._goal.did(frame, op, exhausted)
        if self.on_epoch and not exhausted and is_head(op, self._main):
            self.on_epoch(frame)
        if not op.stop or op.kind == WHILE:
            return
        returned = self._arrived is not None and self._arrived[0] is not frame
        make = self.recorder.returned if returned else self.recorder.after
        self._latest = lambda: make(frame, op, operands, value, self._printed.text)
        awaited = self._breakpoints.names and (
            self.recorder.may_have_changed or self._breakpoints.awaits(op)
        )
        if self._every or awaited:
            event = self._make_event()
            if event.names or event.mutated:
                self._check_names(frame, event)

    def _check_names(self, frame: Frame, event: Event) -> None:
        changed = [each.value for each in event.mutated]
        bound = self._breakpoints.bound(event.names)
        self._check((*bound, *self._breakpoints.changed(frame, changed)), frame)

    def _check(self, bound: tuple[Breakpoint, ...], frame: Frame) -> None:
        try:
            self._hits += [
                each for each in bound if self._breakpoints.holds(each, frame, self._evaluate)
            ]
        except Exception as error:
            self._failure = error

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """A function is stepped into: its parameters are bound."""
        self._breakpoints.entered(callee, self.machine.depth)
        if self._every:
            self.recorder.entered(frame, op, operands)
        else:
            self._latest = lambda: self.recorder.entered(frame, op, operands)
        self._check(tuple(self._breakpoints.bound(tuple(callee.locals))), callee)

    def raised(self, frame: Frame, op: Op, error: BaseException) -> None:
        """An op has raised; if that is caught, the run goes on."""
        operands = self._operands if self._arrived == (frame, op) else ()

        def make() -> Event:
            return self.recorder.failed(frame, op, operands, error, self._printed.text)

        self._latest = make
        if self._every:
            self._make_event()

    # Events.

    def _make_event(self) -> Event:
        assert self._latest is not None
        make, self._latest = self._latest, None
        return make()

    def _error(self, error: BaseException) -> Event | None:
        frame = self.machine.frame
        assert frame is not None
        op = frame.op
        if self._arrived != (frame, op):
            self.recorder.start(frame)
            self._operands = ()
        operands = self._operands or operands_of(op, error)
        return self.recorder.failed(frame, op, operands, error, self._printed.text)


def is_good_exit(error: BaseException | None) -> bool:
    """Whether it is what `sys.exit()` raises when all is well."""
    return isinstance(error, SystemExit) and error.code in (None, 0)


class _Settle(Observer):
    """Halts at the first op at which stepping can."""

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Here."""
        return True
