"""Time: saved states along a run, and going to any moment by executing again from one of them.

Keyframes are taken while the script runs, as many as cost little time and memory. To go to a
moment is to restore the last one before it and run on: natively while whole iterations lie
between, op by op at the end. What is executed again prints and asks nothing, and what was typed
into the run is applied again where it was.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import Any, Protocol

from nnstep.engine.contents import Lost
from nnstep.engine.course import Course, Edit, Keyframe, path_of_keyframe
from nnstep.engine.fastforward import BOUNDARY, EXHAUSTED, Armed, Chunk, ChunkError, FastForward
from nnstep.engine.frames import Frame
from nnstep.engine.halted import Halted
from nnstep.engine.iterators import items_left
from nnstep.engine.machine import Machine
from nnstep.engine.moments import ERROR, Path, path_of, stands_at
from nnstep.engine.observer import Observer
from nnstep.engine.ops import Loop, Op
from nnstep.engine.snapshot import Snapshots

MEMORY = 64 << 20  # bytes
_QUICK = 0.003  # seconds
_FILL = 0.75  # of the memory, as it is estimated
_ENDS = 200  # loops whose ends are remembered
_STAY = 8  # keyframes near the present that are dropped last
_SHARE = 0.01  # of the run's time that may be spent on keyframes
_SLICE = 0.05  # seconds between two looks at what happens outside


class Unreachable(Exception):
    """A moment can't be reached; the message says why."""


class Interrupted(Unreachable):
    """A journey was given up because someone asked for it."""


class _Again(Exception):
    """A loop raises on the way: it has to be executed op by op."""


class Notes(Armed, Protocol):
    """Notes something in each epoch."""

    native: bool

    def begin(self, epoch: int, /) -> None:
        """The next note is that of an epoch."""

    def at_head(self, frame: Frame, epoch: int, /) -> None:
        """An epoch is about to begin."""


class Timeline:
    """The keyframes of a run, and the ways from one moment to another.

    Attributes:
        course: the one that the run is on.
        others: all that it has ever been on.
        on_pause: is called now and then while loops run natively.
        forward: runs loops natively.
        memory: how many bytes the keyframes may take.
        interrupted: set to have a journey given up; from a signal handler.
        lost: what was not as it should be when it was restored, in words, once each.
        strays: what was different when a moment was passed again, in words.
        repeated: what was done to the outside once more, in words.
        went_back: whether any state was ever restored.
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
        self.others: list[Course] = []
        self.on_pause: Callable[[], None] | None = None
        self.forward = forward
        self.memory = memory
        self.interrupted = False
        self.lost: dict[str, None] = {}
        self.strays: list[str] = []
        self.repeated: dict[str, None] = {}
        self.went_back = False
        self._newest: Keyframe | None = None  # from which it is quick to go back
        self._worked = 0.0  # seconds of ops one by one since the last keyframe
        self._grown = 0  # bytes of the keyframes since they were counted, about
        self.protected = False  # whether nothing may interrupt now
        self.frozen = False  # whether no states are saved now
        self._fenced = False  # since the last state that was saved
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
        at = bisect.bisect_left(keyframes, path, key=path_of_keyframe)
        known = at < len(keyframes) and keyframes[at].path == path
        if self.frozen:
            return known
        start = perf_counter()
        if known:
            self._compare(keyframes[at])
            self._taken = start
            return True
        state = self._snapshots.take(self._machine, self._logs.modules())
        if state is not None:
            self._fenced = False
            self._newest = Keyframe(path, state, self._clock, self._logs.marks())
            keyframes.insert(at, self._newest)
        now = perf_counter()
        self._cost += (min(now - start, 10 * self._cost) - self._cost) / 4
        self._taken, self._worked = now, 0.0
        self._grown += state.size if state is not None else 0
        if self._grown > self.memory // 8:
            self._thin()
        return state is not None

    def _compare(self, keyframe: Keyframe) -> None:
        """A moment is passed again: see whether it is the same, the first time."""
        if keyframe.passed_again or self.strays:
            return
        keyframe.passed_again = True
        now = self._snapshots.take(self._machine, self._logs.modules())
        names = keyframe.state.differences(now) if now is not None else []
        if names:
            rest = f" and {len(names) - 3} more" if len(names) > 3 else ""
            self.strays.append(
                "the script isn't deterministic: executed again, it has other values of "
                + ", ".join(names[:3]) + rest
            )

    def here(self) -> Path:
        """The machine's moment."""
        path = path_of(self._machine.frame)
        return path if self._machine.error is None else (*path, *ERROR)

    def fence(self) -> None:
        """The script has done what should not be done again: go on from behind it if possible."""
        self._fenced = True
        self.forward.hurry()

    @property
    def may_repeat(self) -> bool:
        """Whether what comes can be executed again without doing again what should not be."""
        if self._fenced:
            self._fenced = not self.take(self.here())
        return not self._fenced

    @property
    def frame(self) -> Frame | None:
        """The machine's frame."""
        return self._machine.frame

    def reached(self, text: str) -> None:
        """The run has come to the present moment, which is shown so."""
        here = self.here()
        if here >= self.course.frontier:
            self.course.frontier, self.course.reached = here, text

    def edit(self, apply: Callable[[], object], text: str) -> None:
        """Note that the state was changed by hand, at the present moment."""
        here, course = self.here(), self.course
        course.keyframes = [each for each in course.keyframes if each.path < here]
        course.edits = [each for each in course.edits if each.path <= here]
        course.edits.append(Edit(here, apply, text))
        course.frontier = here
        course.ends = {prefix: each for prefix, each in course.ends.items() if each < here}

    def note_end(self, chunk: Chunk, head: Path, ran: int, ended: str) -> None:
        """A loop was run to its end.

        Args:
            chunk: the loop.
            head: where it was run from.
            ran: the iterations that it has begun since.
            ended: how it has ended.
        """
        # The iterator of a `for` is asked once more at its head; a `while` counts its last test.
        last = head[-2] + ran - (ended != EXHAUSTED or chunk.is_while)
        self.note_last((*head[:-2], last, head[-1]))

    def note_last(self, head: Path) -> None:
        """This is the head of a loop's last iteration."""
        ends = self.course.ends
        ends.pop(head[:-2], None)
        ends[head[:-2]] = head
        if len(ends) > _ENDS:
            inner = [each for each in ends if len(each) > 1]
            del ends[inner[0] if inner else next(iter(ends))]

    def ends_before(self, here: Path) -> list[Path]:
        """The last heads of loops that ended before a moment, the latest first."""
        ends = self.course.ends.values()
        return sorted((each for each in ends if each < here), reverse=True)

    def edits_after(self, here: Path) -> list[Edit]:
        """What was typed into this course behind a moment."""
        return [each for each in self.course.edits if each.path > here]

    def pause(self, took: float) -> float | None:
        """Between two slices of a loop: save the state if it is time to.

        Args:
            took: the seconds that the last slice has run.

        Returns:
            The seconds that the next may take; None after an interruption.
        """
        self._clock += took
        if self.on_pause is not None:
            self.on_pause()
        wait = max(self._cost / _SHARE, self._spacing)
        due = self._taken + wait - perf_counter()
        if due <= 0 or self._fenced:
            self.take(self.here())
            due = max(self._cost / _SHARE, self._spacing)
        return None if self.interrupted and not self.protected else min(due, _SLICE)

    def run(
        self, chunk: Chunk, frame: Frame, count: int | None,
        pause: Callable[[float], float | None], checks: Armed | None = None,
    ) -> str:
        """Run iterations of a loop natively, and save the state some iterations before the last.

        So it is quick to go back from there. The arguments are those of `FastForward.run`.
        """
        items, at, done = frame.temps[chunk.loop.slot], chunk.loop.slot + 1, 0
        known = count
        if known is None:
            known = items_left(items) or 0
        for near in _NEAR:
            ahead = known - near - done
            if ahead <= 0:
                continue
            before = frame.temps[at]
            ended = self.forward.run(chunk, frame, ahead, pause, checks)
            ran = frame.temps[at] - before
            if ended != BOUNDARY or ran < ahead:
                return ended
            done += ran
            self.take(path_of(frame))
            if self._last_is_heavy:
                break
        left = None if count is None else count - done
        return self.forward.run(chunk, frame, left, pause, checks)

    @property
    def _last_is_heavy(self) -> bool:
        """Whether the last state held so much that was new that few like it can be kept."""
        return self._newest is not None and self._newest.state.size > self.memory // 8

    def size(self) -> int:
        """About how many bytes the keyframes take."""
        known = self._snapshots.living_arrays()
        return sum(
            each.state.measure(known)
            for course in {id(each): each for each in (*self.others, self.course)}.values()
            for each in course.keyframes
        )

    def _thin(self) -> None:
        """Drop keyframes, evenly, when they take too much memory."""
        self._grown = 0
        # The objects that hold it all take memory, too.
        while self.size() > _FILL * self.memory:
            keyframes = self.course.keyframes
            duration = keyframes[-1].clock - keyframes[0].clock
            self._spacing = max(2 * self._spacing, 2 * duration / len(keyframes))
            near = self._near_present()
            every = {id(each): each for each in (*self.others, self.course)}.values()
            dropped = sum(each.thin(self._spacing, near) for each in every)
            if not dropped and not sum(each.drop_farthest(self._newest) for each in every):
                return

    def _near_present(self) -> list[Keyframe]:
        """The latest keyframes before the one that was taken or restored last, and that."""
        keyframes = self.course.keyframes
        at = next((at for at, each in enumerate(keyframes) if each is self._newest), -1) + 1
        return keyframes[max(0, at - _STAY) : at]

    # Going.

    def before(self, path: Path) -> Keyframe:
        """The last keyframe before a moment, or at it."""
        at = bisect.bisect_right(self.course.keyframes, path, key=path_of_keyframe)
        return self.course.keyframes[at - 1]

    def near(self, here: Path) -> list[Path]:
        """Saved moments before one: the last, and others further and further away."""
        keyframes = self.course.keyframes
        at, back = bisect.bisect_left(keyframes, here, key=path_of_keyframe) - 1, 1
        found = []
        while at >= 0:
            found.append(keyframes[at].path)
            at, back = at - back, 2 * back
        return found

    def go(
        self, target: Path, *, watch: Observer | None = None
    ) -> None:
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

    def go_on(
        self, target: Path, watch: Observer | None = None, notes: Notes | None = None
    ) -> None:
        """Go to a later moment from where the machine stands.

        Each op on the way is watched, or else something is noted in each epoch. Who watches may
        halt it on the way.

        Raises:
            Unreachable: as for `go`.
        """
        here = self.here()
        slow: set[int] | None = None if notes is None else set()
        with self.hidden():
            for edit in self.edits_after(here):
                if edit.path <= target:
                    self._advance(edit.path, watch, slow, notes)
                    edit.apply()
            self._advance(target, watch, slow, notes)

    @contextmanager
    def protecting(self) -> Iterator[None]:
        """Nothing interrupts for a while: a journey that puts things right is carried through."""
        before, self.protected, self.interrupted = self.protected, True, False
        try:
            yield
        finally:
            self.protected, self.interrupted = before, False

    def take_if_quick(self) -> None:
        """Save the state before a motion, unless one was saved a short while ago."""
        if self._cost < _QUICK or perf_counter() - self._taken > self._cost / _SHARE:
            self.take(self.here())

    def worked(self, seconds: float) -> None:
        """Ops were executed one by one: save the state if it takes long to come here again."""
        self._worked += seconds
        if self._worked > max(_QUICK, 2 * self._cost):
            self.take(self.here())

    def pass_by(self) -> None:
        """On the way to a moment, op by op: the same."""
        if not self.frozen and perf_counter() - self._taken > max(_QUICK, 2 * self._cost):
            self.take(self.here())

    def hidden(self) -> AbstractContextManager[None]:
        """Pass nothing on of what the script prints."""
        hidden: AbstractContextManager[None] = self._logs.hidden()
        return hidden

    def _restore(self, target: Path) -> Keyframe:
        """Put back the last state before a moment that can be put back."""
        while True:
            keyframe = self.before(target)
            self._snapshots.keep_living(self._machine, self._logs.modules())
            before, self.protected = self.protected, True
            try:
                keyframe.state.restore(self._machine)
            except Lost as lost:
                if not keyframe.path:
                    raise Unreachable(f"the beginning can't be restored: {lost}") from lost
                self.lost.setdefault(str(lost))
                self.course.keyframes.remove(keyframe)
                continue
            finally:
                self.protected = before
            self.went_back = True
            self._logs.back_to(keyframe.marks)
            self._clock = keyframe.clock
            self._taken, self._worked = perf_counter(), 0.0
            self._newest = keyframe
            return keyframe

    def _advance(
        self, target: Path, watch: Observer | None, slow: set[int] | None,
        notes: Notes | None = None,
    ) -> None:
        """Run on to a later moment; `slow` are the loops to be run op by op, None for all."""
        if self.here() == target or not target:
            return
        seeker = _Seeker(self, target, watch, slow, notes)
        try:
            self._machine.run(seeker, None if slow is None else seeker.boundary)
        except Halted:
            raise Interrupted("interrupted") from None
        if seeker.halted:
            return
        if seeker.again:
            raise _Again
        if seeker.interrupted:
            raise Interrupted("interrupted")
        if seeker.trouble:
            raise Unreachable(seeker.trouble)
        if self.here() != target:
            if self.interrupted and not self.protected:  # where a function begins or ends
                raise Interrupted("interrupted")
            raise Unreachable(_STRAYED)


_STRAYED = "the script takes another course each time; it isn't deterministic"
_NEAR = (32, 8, 2, 1)  # iterations before the one that is gone to, where states are saved


class _Seeker(Observer):
    """Halts a machine at a moment, and runs whole iterations before it natively."""

    def __init__(
        self, timeline: Timeline, target: Path, watch: Observer | None,
        slow: set[int] | None, notes: Notes | None,
    ) -> None:
        self.interrupted = False
        self.halted = False  # by who watches
        self.again = False  # a loop raises: once more, and that one op by op
        self.trouble = ""
        self._timeline = timeline
        self._fails = target[-1:] == ERROR  # it is where the script ends with an exception
        self._target = target[:-1] if self._fails else target
        self._watch = watch
        self._notes = notes
        self._slow = slow if slow is not None else set()
        self._last = -1 if self._fails else target[-1]

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Whether this is the moment."""
        if op.index == self._last and stands_at(frame, self._target):
            return True
        self._timeline.pass_by()
        self.halted = self._watch is not None and self._watch.arrive(frame, op)
        return self.halted

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
            return not self._fails
        if here > target:
            self.trouble = _STRAYED
            return True
        if self._timeline.interrupted and not self._timeline.protected:
            self.interrupted = True
            return True
        checks = self._noting(frame, here)
        chunk = self._timeline.forward.chunk(frame.code, op.loops[-1], checks)
        if chunk is None or id(chunk) in self._slow or self._is_way_out(here, op.loops[-1]):
            return False
        prefix = len(here) - 2
        leads = here[:prefix] == target[:prefix] and len(target) > prefix
        if not leads:
            return self._run_past(chunk, frame, here, checks)
        left = target[prefix] - here[prefix]
        while left > 1 and self._asks_each(here):
            if self._run(chunk, frame, 1, None):
                return True
            left -= 1
            self._noting(frame, path_of(frame))
        if left and self._run(chunk, frame, left, checks):
            return True
        self._noting(frame, path_of(frame))
        if left and path_of(frame)[:-1] != target[: prefix + 1]:
            self.trouble = _STRAYED  # the loop has ended too early
            return True
        return path_of(frame) == target and not self._fails

    def _run_past(
        self, chunk: Chunk, frame: Frame, here: Path, checks: Armed | None
    ) -> bool:
        """Run a loop to its end, behind which the moment lies, or on the way out of it."""
        if not chunk.jumps:
            return self._run(chunk, frame, None, checks)
        end = self._timeline.course.ends.get(here[:-2])
        left = end[-2] - here[-2] if end is not None else 0
        return left > 0 and self._run(chunk, frame, left, checks)

    def _is_way_out(self, here: Path, loop: Loop) -> bool:
        """Whether the moment is at a `return` in the body, which is no part of an iteration."""
        at = len(here) - 3
        target = self._target
        if target[:at] != here[:at] or len(target) <= at:
            return False
        return loop.head.pc < target[at] < loop.end.pc

    def _asks_each(self, head: Path) -> bool:
        """Whether something is asked between any two epochs."""
        notes = self._notes
        return notes is not None and not notes.native and self._noting_here(head)

    def _noting_here(self, head: Path) -> bool:
        return head[:-2] == self._timeline.course.entry

    def _noting(self, frame: Frame, head: Path) -> Notes | None:
        """What notes the epochs, at the head of the main loop."""
        if self._notes is None or head[:-2] != self._timeline.course.entry:
            return None
        self._notes.at_head(frame, head[-2])
        self._notes.begin(head[-2])
        return self._notes if self._notes.native else None

    def _run(
        self, chunk: Chunk, frame: Frame, count: int | None, checks: Armed | None
    ) -> bool:
        """Run iterations; whether that went wrong."""
        timeline = self._timeline
        here = path_of(frame)
        if not here[-2]:
            timeline.take_if_quick()
        before = frame.temps[chunk.loop.slot + 1]
        try:
            ended = timeline.run(chunk, frame, count, timeline.pause, checks)
        except ChunkError as error:
            if not isinstance(error.error, Halted):
                self._slow.add(id(chunk))
                self.again = True
            self.interrupted = True
            return True
        if ended != BOUNDARY:
            ran = frame.temps[chunk.loop.slot + 1] - before
            timeline.note_end(chunk, here, ran, ended)
        if timeline.interrupted and not timeline.protected and ended == BOUNDARY:
            self.interrupted = True
            return True
        return False
