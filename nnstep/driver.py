"""Drives a machine to where a motion ends, and makes the events that are shown.

One `Driver` a session. It watches the machine; when a motion is over, its goal says. What goes
wrong in the watching, such as a condition that raises, is kept from the script.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NamedTuple

from nnstep.engine.comprehensions import EXHAUSTED
from nnstep.engine.course import Edit
from nnstep.engine.events import Event
from nnstep.engine.fastforward import BOUNDARY, Chunk, ChunkError
from nnstep.engine.fastforward import EXHAUSTED as LOOP_EXHAUSTED
from nnstep.engine.frames import Frame
from nnstep.engine.guards import Checks, Guard, Guards
from nnstep.engine.halted import Halted
from nnstep.engine.machine import Machine
from nnstep.engine.moments import END, Path, iterations_before, path_of
from nnstep.engine.observer import Observer
from nnstep.engine.ops import CALL, COMPUTE, NATIVE, NEXT, OPERATOR, WHILE, Loop, Op
from nnstep.engine.places import Evaluate
from nnstep.engine.printed import Printed
from nnstep.engine.recorder import Recorder
from nnstep.engine.stops import Breakpoint, Breakpoints
from nnstep.engine.timeline import Timeline, Unreachable
from nnstep.engine.tracebacks import forget_engine_frames, operands_of
from nnstep.engine.values import is_a, is_finite
from nnstep.goals import End, Epochs, Goal

_STRAYED = (
    "the script isn't deterministic: a part that had to be executed again took another course, "
    "and it goes on from there"
)
_COMPUTING = (COMPUTE, CALL, OPERATOR, NATIVE)


class _Trouble(NamedTuple):
    """What ended a run before its time: an op or an iteration that was not carried through.

    Attributes:
        path: where it began.
        error: what was raised.
    """

    path: Path
    error: BaseException


class Driver(Observer):
    """Watches a machine on behalf of a session.

    Attributes:
        reason: why the last motion halted.
        breakpoint: the breakpoint that halted it, if one did.
        change: what the value was and is, when that was a watch.
        recorder: makes the events.
        timeline: saves states on the way.
    """

    def __init__(
        self, machine: Machine, main: ast.AST | None, printed: Printed,
        breakpoints: Breakpoints, evaluate: Evaluate, timeline: Timeline,
        make_checks: Callable[[Guards], Checks | None], streams: Sequence[Printed],
    ) -> None:
        self.machine = machine
        self.reason = "start"
        self.breakpoint: Breakpoint | None = None
        self.interrupted = False
        self.timeline = timeline
        self.change: tuple[Any, Any] | None = None
        self._make_checks = make_checks
        self.recorder = Recorder(main, lambda: printed.length)
        self._main = main
        self._printed = printed
        self._streams = dict.fromkeys(streams, False)
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
        # Of the motion that is under way.
        self._watching = False
        self._again = False  # the machine is to run on, watched now
        self._no_chunk = False  # the main loop can't be run natively
        self._closely: Path | None = None  # until behind this iteration, everything op by op
        self._trouble: _Trouble | None = None
        self._checks: Checks | None = None
        self._edits: list[Edit] = []  # what was typed into the course ahead
        self._vain = 0  # how often a check has fired
        self._start: Path = ()  # where the motion began
        self._raised: Path | None = None  # where an exception was raised that is to be caught
        self._was_finite = True  # the operands of the op under way
        self._passing: Path | None = None  # an op that raises, and was halted at already

    def interrupt(self) -> None:
        """Halt the motion that is under way, soon; for signal handlers."""
        self.interrupted = self.timeline.interrupted = True
        self.timeline.forward.hurry()
        if not self.timeline.protected:
            self.machine.halt()

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
        self.timeline.interrupted = False
        self._goal, self._every = goal, every
        # The first op counts as the beginning of the motion; where none halts, none does.
        self._moved = machine.frame is not None and not machine.frame.op.stop
        self.breakpoint, self.change, self._hits, self._failure = None, None, [], None
        if self.recorder.last is not None:
            _forget_callers(self.recorder.last)
        self.recorder.last = self._latest = self._arrived = None
        self.reason = "end"
        self._closely, self._no_chunk, self._vain = None, False, 0
        self._edits = self.timeline.edits_after(self.timeline.here())
        self._streams = {each: each.hidden for each in self._streams}
        self._refresh_watches()
        self._checks = self._make_checks(self._guards()) if goal.far else None
        self._start = self.timeline.here()
        if goal.far:
            self.timeline.take_if_quick()
        self._raised = None
        began = perf_counter()
        self._run()
        if not goal.far and machine.error is None:
            self.timeline.worked(perf_counter() - began)
        while machine.frame is None and self._edits and self._edits[0].path == END:
            self._edits.pop(0).apply()
        if self._raised is not None:
            return self._go_to_raised(self._raised)
        self._passing = None
        if self._failure is not None:
            self.reason = "interrupted"
            raise self._failure
        return self._event_of_the_motion()

    def _go_to_raised(self, path: Path) -> Event | None:
        """Stand at the op that has raised, before what handles it; the event of its failure."""
        failed = self.recorder.last if self._latest is None else self._make_event()
        self.timeline.go(path)
        self._passing = path
        self._hits = self._breakpoints.of_kind("catch", "exception")[:1]
        self._note_hits()
        return failed

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

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Pass breakpoints by for a while."""
        with self._breakpoints.disabled():
            yield

    def use_loop(self, main: ast.AST) -> None:
        """Count the iterations of another loop as epochs."""
        self._main = main
        self.timeline.course.entry = ()

    def hit_again(self, hit: tuple[Breakpoint | None, Any] | None) -> None:
        """Stand where a breakpoint has halted the run before; None where none has."""
        self.breakpoint, self.change = hit if hit is not None else (None, None)

    def settle(self) -> None:
        """Run what comes before the first op at which stepping halts."""
        if not self.machine.finished:
            self.machine.run(_Settle())

    # Running on: loops natively, where nobody waits for anything in them.

    def _run(self) -> None:
        """Run until the motion is over."""
        while True:
            self._again, self._trouble, self._operands = False, None, ()
            self._watching = self._must_watch()
            try:
                self.machine.run(
                    self if self._watching else None,
                    self._at_boundary if self._goal.far else None,
                )
            except Halted as halted:
                self._trouble = _Trouble(self._last_place(), halted)
            if self._trouble is not None:
                self._do_again(self._trouble)
                if self.reason == "interrupted":
                    return
            elif not self._again:
                # Where a function begins or ends, or an exception is caught, nobody is asked.
                if not self._watching or self.interrupted:
                    self._halts_outside()
                    self.settle()
                return

    def _last_place(self) -> Path:
        """Where the op that was broken off began; where an exception was on its way, before."""
        here, frame = self.timeline.here(), self.machine.frame
        if frame is None or frame.op.stop:
            return here
        saved = (each.path for each in self.timeline.course.keyframes)
        return max((each for each in saved if self._start <= each <= here), default=self._start)

    def _must_watch(self) -> bool:
        """Whether the ops outside of native loops have to be looked at."""
        goal, frame = self._goal, self.machine.frame
        if self._every or self._closely is not None or self._breakpoints.by_number:
            return True
        if self._edits:
            return True
        if frame is not None and frame.pending is not None:  # operands are read already
            return True
        if isinstance(goal, Epochs):
            return goal.over or goal.left <= 1 or self._no_chunk
        return not isinstance(goal, End)

    def _at_boundary(self, frame: Frame, op: Op) -> bool:
        """Where an iteration begins: run on natively if that will do. Whether to halt."""
        if self._halts_outside():
            return True
        loop = op.loops[-1]
        self._note_entry(frame, loop)
        count = self._allowed(frame, loop)
        chunk = None
        if count != 0:
            chunk = self.timeline.forward.chunk(frame.code, loop, self._checks)
        if chunk is None or (chunk.jumps and not isinstance(self._goal, End)):
            self._no_chunk = self._no_chunk or loop.node is self._main
            self.timeline.pause(0.0)
            return self._ops_follow()
        ended = self._run_chunk(chunk, frame, op, count)
        if self._trouble is not None:
            return True
        if ended == BOUNDARY and (self._halts_outside() or not self._can_stand(frame, op)):
            return True
        return self._ops_follow()

    def _can_stand(self, frame: Frame, op: Op) -> bool:
        """Do what was typed in at a loop's head to which native iterations have led."""
        self._moved = True
        try:
            self._apply_edits(frame, op)
        except Exception as error:
            self._failure = error
        return self._failure is None

    def _note_entry(self, frame: Frame, loop: Loop) -> None:
        if loop.node is self._main:
            self.timeline.course.entry = path_of(frame)[:-2]

    def _run_chunk(self, chunk: Chunk, frame: Frame, op: Op, count: int | None) -> str:
        at = chunk.loop.slot + 1
        before, head = frame.temps[at], path_of(frame)
        if before < 0:
            self.timeline.take_if_quick()  # what was prepared for the loop isn't done again
        if self._checks is not None:
            self._checks.on_fire = self._hide
        self.recorder.part_with_events()
        self._latest = self._arrived = None
        try:
            ended = self.timeline.run(chunk, frame, count, self._pause, self._checks)
        except ChunkError as error:
            # It is done again from where the iteration begins.
            frame.temps[at] += max(0, error.begun - 1)
            self._trouble = _Trouble(path_of(frame), error.error)
            self._goal.skipped(chunk.loop, frame.temps[at] - before, False)
            return BOUNDARY
        self._goal.skipped(chunk.loop, frame.temps[at] - before, ended != BOUNDARY)
        if ended != BOUNDARY:
            self.timeline.note_end(chunk, head, frame.temps[at] - before, ended)
        if ended == LOOP_EXHAUSTED:
            self._note_loop_end(frame, op)
        elif ended == BOUNDARY:
            self.recorder.start(frame)  # the head's op runs in another iteration now
        return ended

    def _hide(self) -> None:
        """A check has fired: what the script prints from now on, it will print again."""
        self.timeline.forward.hurry()  # the script may catch what should leave the loop
        for stream in self._streams:
            stream.hidden = True

    def _note_loop_end(self, frame: Frame, op: Op) -> None:
        behind, frame.pc = frame.pc, op.index
        self.recorder.start(frame)
        frame.pc = behind
        self._latest = lambda: self.recorder.after(frame, op, (), EXHAUSTED, self._printed.text)

    def _ops_follow(self) -> bool:
        """The machine goes on by itself, or, when it has to be watched for that, anew."""
        self._again = not self._watching and self._must_watch()
        return self._again

    def _allowed(self, frame: Frame, loop: Loop) -> int | None:
        """How many iterations of a loop may run without being looked at; None: any number."""
        if self._closely is not None:
            if path_of(frame)[: len(self._closely)] <= self._closely:
                return 0
            self._closely = None
        if self._checks is not None and not self._checks.possible:
            return 0
        if any(each.watch and each.watch.is_absent(frame) for each in self._watched()):
            return 0
        wanted = self._goal.allows(frame, loop, self.machine.depth)
        if wanted != 0 and not self.timeline.may_repeat:
            return 0
        if not self._edits:
            return wanted
        left = iterations_before(path_of(frame), self._edits[0].path)
        return left if wanted is None else wanted if left is None else min(left, wanted)

    def _pause(self, took: float) -> float | None:
        """Between two slices."""
        if self._printed.failure is not None or self.interrupted:
            return None
        return self.timeline.pause(took)

    def _halts_outside(self) -> bool:
        """Whether something that isn't the script's affair ends the motion."""
        if self._printed.failure is not None:
            self._failure, self._printed.failure = self._printed.failure, None
        elif self.interrupted:
            self.reason, self.interrupted = "interrupted", False
        else:
            return False
        return True

    def _do_again(self, trouble: _Trouble) -> None:
        """Go to where an op or an iteration began that was not carried through.

        After that it is executed op by op, unless it was broken off by hand.
        """
        self.interrupted = self.timeline.interrupted = False
        for stream, hidden in self._streams.items():
            stream.hidden = hidden
        try:
            with self.timeline.protecting():
                self.timeline.go(trouble.path)
        except Unreachable:
            # It goes on from where it strayed: there is no other place.
            self.timeline.repeated[_STRAYED] = None
            self._goal.over = True
        self._breakpoints.forget_place()
        self.recorder.last = self._latest = self._arrived = None
        self._edits = self.timeline.edits_after(trouble.path)
        self._refresh_watches()
        self._moved = trouble.path != self._start
        if isinstance(trouble.error, Halted):
            self.reason = "interrupted"
            return
        # What fires in vain is looked at for longer each time.
        self._vain += 1
        *rest, iteration, head = trouble.path
        self._closely = (*rest, iteration + (1 << min(self._vain, 12)) // 2 - 1, head)

    # The observer's side.

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Halt here, if the motion is over or a breakpoint lies here."""
        try:
            if self._raised is not None:
                return True
            self._apply_edits(frame, op)
            if self._moved and self._halts(frame, op):
                return True
        except Exception as error:
            self._failure = error
            return True
        if op.kind == NEXT:
            self.timeline.pause(0.0)
            self._note_entry(frame, op.loops[-1])
        self._moved = True
        self._breakpoints.passed(frame, op, self.machine.depth)
        self._arrived = frame, op
        self._operands = ()
        self._latest = None
        self.recorder.start(frame)
        return False

    def _apply_edits(self, frame: Frame, op: Op) -> None:
        """Do again what was typed into this course of time at this moment."""
        if not self._moved or not self._edits or self._edits[0].path[-1] != op.index:
            return
        here = path_of(frame)
        while self._edits and self._edits[0].path == here:
            self._edits.pop(0).apply()

    def _halts(self, frame: Frame, op: Op) -> bool:
        if self._failure is not None or self._printed.failure is not None:
            self._failure = self._failure or self._printed.failure
            self._printed.failure = None
            return True
        reached = self._goal.reached(frame, op, self.machine.depth)
        for each in self._breakpoints.at(frame, op, self.machine.depth):
            self._hit(each, frame)
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

    def _hit(self, each: Breakpoint, frame: Frame) -> None:
        """A breakpoint halts, if its condition holds and it isn't to be ignored."""
        if not self._breakpoints.holds(each, frame, self._evaluate):
            return
        if each.ignore > 0:
            each.ignore -= 1
            each.hits += 1
        else:
            self._hits.append(each)

    def _note_hits(self) -> None:
        self.reason, self.breakpoint = "breakpoint", self._hits[0]
        watch = self.breakpoint.watch
        self.change = watch.change if watch is not None else None
        for each in {each.number: each for each in self._hits}.values():
            each.hits += 1
            if each.temporary:
                self._breakpoints.by_number.pop(each.number, None)
        self._hits = []

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """Note the operands, and what may change."""
        self._operands = operands
        self.recorder.before(frame, op, operands)
        if self._breakpoints.of_kind("catch", "nan"):
            self._was_finite = all(is_finite(each) for each in operands)

    def after(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        """An op is done."""
        exhausted = value is EXHAUSTED
        self._goal.did(frame, op, exhausted)
        if exhausted and op.loops[-1].node is self._main:
            self.timeline.note_last(path_of(frame))
        if self._breakpoints.by_number:
            self._look_at_values(frame, op, operands, value)
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
                self._check_names(frame, op, operands, event)

    def _look_at_values(
        self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any
    ) -> None:
        """Halt when a watched value has changed, or one isn't finite any more."""
        found = [
            each for each in self._breakpoints.of_kind("watch")
            if each.watch is not None and each.watch.has_changed(self.machine.frame or frame)
        ]
        nan = self._breakpoints.of_kind("catch", "nan")
        if nan and op.kind in _COMPUTING and self._was_finite:
            returned = self._arrived is not None and self._arrived[0] is not frame
            if not returned and not all(is_finite(each) for each in (value, *operands)):
                found += nan
        self._check(tuple(found), frame)

    def _watched(self) -> list[Breakpoint]:
        return self._breakpoints.of_kind("watch") if self._breakpoints.by_number else []

    def _refresh_watches(self) -> None:
        for each in self._breakpoints.of_kind("watch"):
            if each.watch is not None:
                each.watch.refresh(self.machine.frame)

    def _guards(self) -> Guards:
        """What to look for within native loops."""
        found = [
            Guard(each.kind, each.number if each.kind == "watch" else each.where, each.condition)
            for each in self._breakpoints.by_number.values() if each.kind != "catch"
        ]
        found += [Guard("finite", "", None) for _ in self._breakpoints.of_kind("catch", "nan")]
        found += [
            Guard("exception", "", None) for _ in self._breakpoints.of_kind("catch", "exception")
        ]
        if self._goal.text is not None:
            found.append(Guard("everywhere", "", self._goal.text))
        return tuple(found)

    def watched_has_changed(self, number: int) -> bool:
        """Whether a watched value has changed; asked within native loops."""
        watch = self._breakpoints.by_number[number].watch
        return watch is not None and watch.has_changed(self.machine.frame)

    def _check_names(
        self, frame: Frame, op: Op, operands: tuple[Any, ...], event: Event
    ) -> None:
        changed = [each.value for each in event.mutated]
        points = self._breakpoints
        self._check((
            *points.bound(event.names),
            *points.stored(op, operands, frame, self._evaluate),
            *points.replaced(event.mutated, frame, self._evaluate),
            *points.changed(frame, changed),
        ), frame)

    def _check(self, bound: tuple[Breakpoint, ...], frame: Frame) -> None:
        try:
            # `w -= g` binds a name and changes its value, which counts once.
            for each in {each.number: each for each in bound}.values():
                self._hit(each, frame)
        except Exception as error:
            self._failure = error

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """A function is stepped into: its parameters are bound."""
        self._breakpoints.entered(callee, self.machine.depth)
        if self._every:
            self.recorder.entered(frame, op, operands)
        else:
            self._latest = lambda: self.recorder.entered(frame, op, operands)
        self._check(tuple(self._breakpoints.bound(callee.locals)), callee)

    def raised(self, frame: Frame, op: Op, error: BaseException) -> None:
        """An op has raised; if that is caught, the run goes on."""
        operands = self._operands if self._arrived == (frame, op) else ()
        here = self.timeline.here()
        if self._breakpoints.of_kind("catch", "exception") and here != self._passing:
            self._raised = self._raised or here

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


def _forget_callers(event: Event) -> None:
    """Have done with the frames of ours that made a motion whose event leads to an exception.

    Its traceback knows them, and they know the event: none would die in time.
    """
    for each in (event.exception, event.value, *(value for _, value in event.operands)):
        if is_a(each, BaseException):
            forget_engine_frames(each, ends=True)


def is_good_exit(error: BaseException | None) -> bool:
    """Whether it is what `sys.exit()` raises when all is well."""
    return isinstance(error, SystemExit) and error.code in (None, 0)


class _Settle(Observer):
    """Halts at the first op at which stepping can."""

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Here."""
        return True
