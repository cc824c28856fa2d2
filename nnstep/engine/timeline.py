"""Time: saved states along a run, and going to any moment by executing again from one of them.

Keyframes are taken while the script runs, as many as cost little time and memory. To go to a
moment is to restore the last one before it and run on: natively while whole iterations lie
between, op by op at the end. What is executed again prints and asks nothing, and what was typed
into the run is applied again where it was.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from operator import length_hint
from time import perf_counter
from typing import Any

from nnstep.engine.contents import Lost
from nnstep.engine.fastforward import BOUNDARY, EXHAUSTED, Chunk, ChunkError, FastForward
from nnstep.engine.frames import Frame
from nnstep.engine.iterators import ITERATORS
from nnstep.engine.machine import Halted, Machine
from nnstep.engine.moments import END, ERROR, Path, path_of
from nnstep.engine.observer import Observer
from nnstep.engine.ops import Op
from nnstep.engine.snapshot import Snapshot, Snapshots

MEMORY = 64 << 20  # bytes
_SHARE = 0.01  # of the run's time that may be spent on keyframes
_SLICE = 0.05  # seconds between two looks at what happens outside


class Unreachable(Exception):
    """A moment can't be reached; the message says why."""


class _Again(Exception):
    """A loop raises on the way: it has to be executed op by op."""


@dataclass(slots=True)
class Keyframe:
    """A saved state.

    Attributes:
        path: where it was taken.
        state: what was there.
        clock: seconds that the script had run until then.
        marks: how far each log had grown.
    """

    path: Path
    state: Snapshot
    clock: float
    marks: tuple[Any, ...]


@dataclass(slots=True)
class Edit:
    """Something that was typed into the run, and is applied again when it is passed."""

    path: Path
    apply: Callable[[], object]
    text: str


@dataclass(slots=True)
class Course:
    """One course that the run can take: what was saved of it, and what was changed in it.

    Attributes:
        keyframes: in the order of time.
        edits: in the order of time.
        beginning: the moment of the first stop.
        frontier: the latest moment that was reached.
        entry: the path to the main loop's head as it was entered last, without the iteration.
    """

    beginning: Path = ()
    frontier: Path = ()
    entry: Path = ()
    keyframes: list[Keyframe] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    def until(self, path: Path) -> Course:
        """The part of it that lies before a moment, or at it."""
        return Course(
            self.beginning,
            path,
            self.entry if self.entry < path else (),
            [each for each in self.keyframes if each.path < path],
            [each for each in self.edits if each.path <= path],
        )


class Timeline:
    """The keyframes of a run, and the ways from one moment to another.

    Attributes:
        course: the one that the run is on.
        forward: runs loops natively.
        memory: how many bytes the keyframes may take.
        interrupted: set to have a journey given up; from a signal handler.
        lost: what was not as it should be when it was restored, in words, once each.
        ended: of the loops that were run to their end on the last journey, the last heads.
    """

    def __init__(
        self, machine: Machine, snapshots: Snapshots, logs: Any, forward: FastForward,
        memory: int = MEMORY,
    ) -> None:
        """Args:
        machine: what runs the script.
        snapshots: takes its states.
        logs: what lies outside of the machine and goes back with it; has `modules`, `marks`,
            `back_to` and `hidden`.
        forward: runs loops natively.
        memory: how many bytes the keyframes may take.
        """
        self.course = Course()
        self.forward = forward
        self.memory = memory
        self.interrupted = False
        self.lost: dict[str, None] = {}
        self.ended: list[Path] = []
        self._machine = machine
        self._snapshots = snapshots
        self._logs = logs
        self._clock = 0.0
        self._taken = 0.0  # when the last keyframe was
        self._cost = 0.001  # seconds that one takes
        self._spacing = 0.0  # seconds of the run between two

    @property
    def hindrance(self) -> str:
        """Why no state could be saved the last time, if so."""
        return self._snapshots.hindrance

    @property
    def kept(self) -> dict[str, str]:
        """What is kept as it is when going back: a name by the type's name."""
        return self._snapshots.kept

    # Saving.

    def begin(self) -> None:
        """Save the state before the first op."""
        self.take(())

    def take(self, path: Path) -> bool:
        """Save the state; whether it could be."""
        keyframes = self.course.keyframes
        at = bisect.bisect_left(keyframes, path, key=_path)
        known = at < len(keyframes) and keyframes[at].path == path
        start = perf_counter()
        if known:
            self._taken = start
            return True
        state = self._snapshots.take(self._machine, self._logs.modules())
        if state is not None:
            made = Keyframe(path, state, self._clock, self._logs.marks())
            keyframes.insert(at, made)
        now = perf_counter()
        self._cost += (min(now - start, 10 * self._cost) - self._cost) / 4
        self._taken = now
        if len(keyframes) % 64 == 0:
            self._thin()
        return state is not None

    def here(self) -> Path:
        """The machine's moment."""
        path = path_of(self._machine.frame)
        return path if self._machine.error is None else (*path, *ERROR)

    def reached(self) -> None:
        """The run has come to the present moment."""
        self.course.frontier = max(self.course.frontier, self.here())

    def edit(self, apply: Callable[[], object], text: str) -> None:
        """Note that the state was changed by hand, at the present moment."""
        here, course = self.here(), self.course
        course.keyframes = [each for each in course.keyframes if each.path < here]
        course.edits = [each for each in course.edits if each.path <= here]
        course.edits.append(Edit(here, apply, text))
        course.frontier = here

    def pause(self, took: float) -> float | None:
        """Between two slices of a loop: save the state if it is time to.

        Args:
            took: the seconds that the last slice has run.

        Returns:
            The seconds that the next may take; None after an interruption.
        """
        self._clock += took
        wait = max(self._cost / _SHARE, self._spacing)
        due = self._taken + wait - perf_counter()
        if due <= 0:
            self.take(self.here())
            due = max(self._cost / _SHARE, self._spacing)
        return None if self.interrupted else min(due, _SLICE)

    def run(
        self, chunk: Chunk, frame: Frame, count: int | None,
        pause: Callable[[float], float | None],
    ) -> str:
        """Run iterations of a loop natively, and save the state some iterations before the last.

        So it is quick to go back from there. The arguments are those of `FastForward.run`.
        """
        items, at, done = frame.temps[chunk.loop.slot], chunk.loop.slot + 1, 0
        known = count
        if known is None:
            known = length_hint(items) if type(items) in ITERATORS else 0
        for near in _NEAR:
            ahead = known - near - done
            if ahead <= 0:
                continue
            before = frame.temps[at]
            ended = self.forward.run(chunk, frame, ahead, pause)
            ran = frame.temps[at] - before
            if ended != BOUNDARY or ran < ahead:
                return ended
            done += ran
            self.take(path_of(frame))
        return self.forward.run(chunk, frame, None if count is None else count - done, pause)

    def size(self) -> int:
        """About how many bytes the keyframes take."""
        known: set[int] = set()
        return sum(each.state.measure(known) for each in self.course.keyframes)

    def _thin(self) -> None:
        """Drop keyframes, evenly, when they take too much memory."""
        while self.size() > self.memory and len(self.course.keyframes) > 2:
            keyframes = self.course.keyframes
            duration = keyframes[-1].clock - keyframes[0].clock
            even = 2 * duration / len(keyframes)
            self._spacing = max(2 * self._spacing, even)
            kept = keyframes[:1]
            for each in keyframes[1:-1]:
                if each.clock - kept[-1].clock >= self._spacing:
                    kept.append(each)
            if len(kept) + 1 >= len(keyframes):
                kept = keyframes[:-1:2]
            self.course.keyframes = [*kept, keyframes[-1]]

    # Going.

    def before(self, path: Path) -> Keyframe:
        """The last keyframe before a moment, or at it."""
        at = bisect.bisect_right(self.course.keyframes, path, key=_path)
        return self.course.keyframes[at - 1]

    def go(self, target: Path, *, watch: Observer | None = None) -> None:
        """Go to a moment.

        Args:
            target: the path of an op at which stepping can halt, or of a loop's head.
            watch: watches the ops on the way there that are executed one by one.

        Raises:
            Unreachable: the run doesn't come there any more, or was interrupted.
        """
        slow: set[int] = set()
        with self.hidden():
            while True:
                self.ended.clear()
                keyframe = self._restore(target)
                try:
                    for edit in [*self.course.edits]:
                        if keyframe.path < edit.path <= target:
                            self._advance(edit.path, None, slow)
                            edit.apply()
                    self._advance(target, watch, slow)
                    return
                except _Again:
                    continue

    def go_on(self, target: Path, watch: Observer | None = None) -> None:
        """Go to a later moment from where the machine stands, each op on the way watched.

        Raises:
            Unreachable: as for `go`.
        """
        here = self.here()
        with self.hidden():
            for edit in [*self.course.edits]:
                if here < edit.path <= target:
                    self._advance(edit.path, watch, None)
                    edit.apply()
            self._advance(target, watch, None)

    def hidden(self) -> AbstractContextManager[None]:
        """Pass nothing on of what the script prints."""
        hidden: AbstractContextManager[None] = self._logs.hidden()
        return hidden

    def _restore(self, target: Path) -> Keyframe:
        """Put back the last state before a moment that can be put back."""
        while True:
            keyframe = self.before(target)
            try:
                keyframe.state.restore(self._machine)
            except Lost as lost:
                if not keyframe.path:
                    raise Unreachable(f"the beginning can't be restored: {lost}") from lost
                self.lost.setdefault(str(lost))
                self.course.keyframes.remove(keyframe)
                continue
            self._logs.back_to(keyframe.marks)
            self._clock = keyframe.clock
            self._taken = perf_counter()
            return keyframe

    def _advance(self, target: Path, watch: Observer | None, slow: set[int] | None) -> None:
        """Run on to a later moment; `slow` are the loops to be run op by op, None for all."""
        if self.here() == target or not target:
            return
        if target[-1:] == ERROR:
            self._advance(target[:-1], watch, slow)
            self._machine.run(watch or Observer())
            return
        seeker = _Seeker(self, target, watch, slow)
        try:
            self._machine.run(seeker, None if slow is None else seeker.boundary)
        except Halted:
            raise Unreachable("interrupted") from None
        if seeker.again:
            raise _Again
        if seeker.trouble:
            raise Unreachable(seeker.trouble)
        if not seeker.found and (target != END or self._machine.frame is not None):
            raise Unreachable(_STRAYED)


def _path(keyframe: Keyframe) -> Path:
    return keyframe.path


_STRAYED = "the script takes another course each time; it isn't deterministic"
_NEAR = (32, 8, 2, 1)  # iterations before the one that is gone to, where states are saved


class _Seeker(Observer):
    """Halts a machine at a moment, and runs whole iterations before it natively."""

    def __init__(
        self, timeline: Timeline, target: Path, watch: Observer | None, slow: set[int] | None
    ) -> None:
        self.found = False
        self.again = False  # a loop raises: once more, and that one op by op
        self.trouble = ""
        self._timeline = timeline
        self._target = target
        self._watch = watch
        self._slow = slow if slow is not None else set()
        self._last = target[-1] if target else -1

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Whether this is the moment."""
        if op.index == self._last and path_of(frame) == self._target:
            self.found = True
            return True
        if self._watch is not None:
            self._watch.arrive(frame, op)
        return False

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """Passed on to who watches."""
        if self._watch is not None:
            self._watch.before(frame, op, operands)

    def after(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        """Passed on to who watches."""
        if self._watch is not None:
            self._watch.after(frame, op, operands, value)

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """Passed on to who watches."""
        if self._watch is not None:
            self._watch.entered(frame, op, operands, callee)

    def raised(self, frame: Frame, op: Op, error: BaseException) -> None:
        """Passed on to who watches."""
        if self._watch is not None:
            self._watch.raised(frame, op, error)

    def boundary(self, frame: Frame, op: Op) -> bool:
        """Run the iterations before the one that leads to the moment."""
        here = path_of(frame)
        target = self._target
        if here == target:
            self.found = True
            return True
        if here > target:
            self.trouble = _STRAYED
            return True
        if self._timeline.interrupted:
            self.trouble = "interrupted"
            return True
        chunk = self._timeline.forward.chunk(frame.code, op.loops[-1])
        if chunk is None or id(chunk) in self._slow:
            return False
        prefix = len(here) - 2
        leads = here[:prefix] == target[:prefix] and len(target) > prefix
        if not leads:
            return self._run(chunk, frame, None)
        left = target[prefix] - here[prefix]
        if left and self._run(chunk, frame, left):
            return True
        if left and path_of(frame)[:-1] != target[: prefix + 1]:
            self.trouble = _STRAYED  # the loop has ended too early
            return True
        return self._is_here(frame)

    def _is_here(self, frame: Frame) -> bool:
        if self._timeline.here() == self._target:
            self.found = True
        return self.found

    def _run(self, chunk: Chunk, frame: Frame, count: int | None) -> bool:
        """Run iterations; whether that went wrong."""
        timeline = self._timeline
        here = path_of(frame)
        before = frame.temps[chunk.loop.slot + 1]
        try:
            ended = timeline.run(chunk, frame, count, timeline.pause)
        except ChunkError as error:
            if not isinstance(error.error, Halted):
                self._slow.add(id(chunk))
                self.again = True
            self.trouble = "interrupted"
            return True
        if ended != BOUNDARY:
            ran = frame.temps[chunk.loop.slot + 1] - before
            last = here[-2] + ran - (ended != EXHAUSTED)
            timeline.ended.append((*here[:-2], last, here[-1]))
        if timeline.interrupted and ended == BOUNDARY:
            self.trouble = "interrupted"
            return True
        return False
