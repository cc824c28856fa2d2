"""Going back: where each reverse motion ends, found by executing again what lies before.

Every forward motion has its reverse: `back` for `step`, `rnext` for `next`, and so on. A traveller
goes to moments and looks for moments; it shows nothing and decides nothing for the script.
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from math import inf
from typing import NamedTuple

from nnstep.driver import Driver
from nnstep.engine.events import Event
from nnstep.engine.frames import Frame
from nnstep.engine.iterators import items_left
from nnstep.engine.machine import Machine
from nnstep.engine.moments import Path, moment, path_of, standing
from nnstep.engine.observer import Observer
from nnstep.engine.ops import NEXT, Op
from nnstep.engine.timeline import Interrupted, Timeline, Unreachable
from nnstep.goals import Goal, Steps


class Passed(NamedTuple):
    """A stop that was passed.

    Attributes:
        path: its moment.
        op: the op that ran there.
        depth: how many functions deep.
    """

    path: Path
    op: Op
    depth: int


class _TooMany(Exception):
    """There are more stops than were to be noted."""


class _Collector(Observer):
    """Notes the stops that are passed, or so many of the last.

    Attributes:
        passed: the stops, in the order of time.
        gave_up: whether it halted because there were too many.
    """

    def __init__(self, machine: Machine, count: int | None, most: float) -> None:
        self.passed: deque[Passed] = deque(maxlen=count)
        self.gave_up = False
        self._machine = machine
        self._left = most

    def arrive(self, frame: Frame, op: Op) -> bool:
        """One more."""
        self.passed.append(Passed(path_of(frame), op, self._machine.depth))
        self._left -= 1
        self.gave_up = self._left < 0
        return self.gave_up


class _Finder(Observer):
    """Halts at a moment that is known by its text."""

    def __init__(self, text: str, main: ast.AST | None, end: Path) -> None:
        self.found: Path | None = None
        self._text = text
        self._main = main
        self._end = end

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Whether this is it, or all that was run is over."""
        here = moment(standing(frame), self._main)
        if here.text == self._text:
            self.found = here.path
        return self.found is not None or here.path > self._end


class Traveller:
    """Moves a machine along its timeline."""

    def __init__(self, machine: Machine, timeline: Timeline, driver: Driver) -> None:
        self._machine = machine
        self._timeline = timeline
        self._driver = driver

    @property
    def here(self) -> Path:
        """The present moment."""
        return self._timeline.here()

    # Motions: each gives the event of the op before where it ends, None at the beginning.

    def back(self, count: int) -> Event | None:
        """So many stops."""
        before = self.stops_before(self.here, count + 1)
        return self._arrive(before, max(0, len(before) - count), "back")

    def rnext(self) -> Event | None:
        """To where the statement before began, or this one, in the same function or its caller."""
        here, depth = self.here, self._machine.depth
        for start in self.starts(here):
            passed = list(self.passed_between(start, here))
            begun = [at for at in _beginnings(passed) if passed[at].depth <= depth]
            if begun and (_is_known(passed, begun[-1]) or start == self._beginning()):
                return self._arrive(passed, begun[-1], "rnext")
        return self.rewind()

    def rfinish(self) -> Event | None:
        """To the call of the function; at module level to the beginning."""
        frame = self._machine.frame
        if frame is None or frame.back is None:
            return self.rewind()
        return self.stand(path_of(frame.back), "rfinish")

    def rewind(self) -> Event | None:
        """To the beginning."""
        self._timeline.go(self._beginning())
        self._driver.reason, self._driver.breakpoint = "start", None
        return None

    def last_where(self, motion: Callable[[Path], Path | None], reason: str) -> Event | None:
        """To the last moment before the present one at which a motion ends.

        Args:
            motion: moves on to the next such moment, or to a given one if that comes first; gives
                the path, None in the latter case.
            reason: what is said of the stop.
        """
        here = self.here
        for prefix, last in self._loops_before(here):
            found = self._last_in_loop(prefix, last, here, motion)
            if found is not None:
                return self.stand(found, reason)
        self._timeline.go(self._beginning())
        found = self._last_on_the_way(here, motion)
        return self.stand(found, reason) if found is not None else self.rewind()

    def _last_on_the_way(self, end: Path, motion: Callable[[Path], Path | None]) -> Path | None:
        """The last of the moments on the way from where the machine stands."""
        latest = None
        while (path := motion(end)) is not None and path < end:
            latest = path
        return latest

    def _last_in_loop(
        self, prefix: Path, last: int, here: Path, motion: Callable[[Path], Path | None]
    ) -> Path | None:
        """The last of the moments since a loop began: further and further back, then by halves."""
        at, back, end, found = len(prefix), 0, here, None
        while found is None:
            first = max(0, last - back)
            self._timeline.go((*prefix, first, prefix[-1]))
            found = motion(end)
            if found is None or found >= here:
                if first == 0:
                    return None
                found, end, back = None, self._behind(prefix, first), 2 * back + 1
        top = last + 1 if end == here else end[at]
        while found[:at] == prefix and top - found[at] > 1:
            middle = (found[at] + top) // 2
            self._timeline.go((*prefix, middle, prefix[-1]))
            later = motion(end)
            if later is not None and later < here:
                found = later
            else:
                end, top = self._behind(prefix, middle), middle
        if found[:at] == prefix:
            self._timeline.go((*prefix, found[at], prefix[-1]))
        return self._last_on_the_way(end, motion) or found

    @staticmethod
    def _behind(prefix: Path, iteration: int) -> Path:
        """Right behind the head of an iteration: no motion that begins there ends there."""
        return (*prefix, iteration, prefix[-1], 0)

    def _loops_before(self, here: Path) -> list[tuple[Path, int]]:
        """The loops that began before the present moment, the latest first, with iterations."""
        frame = self._machine.frame
        own = list(_heads(frame)) if frame is not None else []
        ended = [(each[:-2], each[-2]) for each in self._timeline.ends_before(here)]
        around = {prefix for prefix, _ in own}
        return own + [each for each in ended if each[0] not in around]

    def to_epoch(self, number: int, epochs: Callable[[int], Goal]) -> Event | None:
        """To the beginning of an epoch, counted from 0, in the past or the future.

        Args:
            number: which.
            epochs: makes the goal of going on by so many epochs.

        Raises:
            ValueError: the main loop has no such epoch.
        """
        entry = self.entry(epochs)
        head = (*entry, number, entry[-1])
        if head > self._timeline.course.frontier and number >= self._how_many(entry, number):
            raise ValueError(f"the main loop has no epoch {number}")
        frontier = self._timeline.course.frontier
        self._driver.reason = ""
        try:
            if head <= frontier:
                self._timeline.go(head)
                with self._timeline.hidden(), self._driver.deaf():
                    event = self._driver.go(epochs(1), every=False)
            else:
                self._timeline.go(frontier)
                event = self._on_to_epoch(number, entry, epochs)
        except Interrupted:
            raise
        except Unreachable:
            event = None
        if self._driver.reason == "interrupted":
            return event
        self._driver.reason, self._driver.breakpoint = "goto", None
        if self.here[: len(head) - 1] != head[:-1]:
            raise ValueError(f"the main loop has no epoch {number}")
        return event

    def _how_many(self, entry: Path, number: int) -> int:
        """How many epochs there are, where the loop knows; else more than a number."""
        self._timeline.go((*entry, 0, entry[-1]))
        frame = self._machine.frame
        assert frame is not None
        loop = frame.op.loops[-1]
        left = items_left(frame.temps[loop.slot]) if frame.op.kind == NEXT else None
        return left if left is not None else number + 1

    def _on_to_epoch(
        self, number: int, entry: Path, epochs: Callable[[int], Goal]
    ) -> Event | None:
        here = self.here
        done = here[len(entry)] if here[: len(entry)] == entry else -1
        if here == (*entry, done, entry[-1]):
            done -= 1  # that one is about to begin
        if done == number:
            return None
        with self._driver.deaf():
            return self._driver.go(epochs(number - done), every=False)

    def entry(self, epochs: Callable[[int], Goal]) -> Path:
        """The path to the head of the main loop, as it was entered last."""
        course = self._timeline.course
        if not course.entry:
            self._timeline.go(self._beginning())
            with self._timeline.hidden(), self._driver.deaf():
                self._driver.go(epochs(1), every=False)
        if not course.entry:
            raise ValueError("the script never comes to its main loop")
        return course.entry

    def last_head(self, epochs: Callable[[int], Goal]) -> int:
        """The last iteration of the main loop whose head was reached."""
        entry, frontier = self.entry(epochs), self._timeline.course.frontier
        if frontier[: len(entry)] == entry:
            return frontier[len(entry)]
        self._timeline.go(frontier)
        return self._last_epoch(entry, epochs)

    def epochs_back(self, count: int, epochs: Callable[[int], Goal]) -> Event | None:
        """To the beginning of this epoch, or so many epochs earlier than that."""
        here, entry = self.here, self.entry(epochs)
        if here < entry:
            return self.rewind()
        if here[: len(entry)] == entry:
            number = here[len(entry)]
            self.to_epoch(number, epochs)
            number -= count if self.here >= here else count - 1
        else:
            number = self._last_epoch(entry, epochs)
            with suppress(ValueError):
                self.to_epoch(number, epochs)
            begun = self.here[: len(entry) + 1] == (*entry, number)
            number -= count if not begun else count - 1
        return self.to_epoch(number, epochs) if number >= 0 else self.rewind()

    def _last_epoch(self, entry: Path, epochs: Callable[[int], Goal]) -> int:
        """The last epoch of a main loop that has ended."""
        timeline, at = self._timeline, len(entry)
        known = timeline.course.ends.get(entry)
        if known is not None:
            return known[-2]
        passed = [each.path for each in timeline.course.keyframes if each.path[:at] == entry]
        number = max((path[at] for path in passed), default=0)
        timeline.go((*entry, number, entry[-1]))
        before: Path = ()
        while self.here[:at] == entry and self.here != before:  # it may end with an exception
            before = self.here
            number = before[at]
            with timeline.hidden(), self._driver.deaf():
                self._driver.go(epochs(1), every=False)
        timeline.note_last((*entry, number, entry[-1]))
        return number

    def find(self, text: str, main: ast.AST | None, epochs: Callable[[int], Goal]) -> Event | None:
        """To a moment as it is shown, such as `1200.17`.

        Raises:
            ValueError: there is none in what has been run.
        """
        match = re.match(r"(\d+)\.", text)
        course = self._timeline.course
        start = self._beginning()
        if match and main is None:
            raise ValueError(f"there is no moment {text}: the script has no epochs")
        if match:
            entry = self.entry(epochs)
            start = (*entry, int(match[1]), entry[-1])
            if start > course.frontier:
                raise ValueError(f"there is no moment {text} in what has been run")
        elif text.startswith("end."):
            start = course.ends.get(course.entry, start)
        try:
            self._timeline.go(start)
        except Interrupted:
            raise
        except Unreachable:
            raise ValueError(f"there is no moment {text} in what has been run") from None
        finder = _Finder(text, main, self._timeline.course.frontier)
        with self._timeline.hidden():
            self._machine.run(finder)
        if finder.found is None:
            raise ValueError(f"there is no moment {text} in what has been run")
        return self.stand(finder.found)

    def stand(self, path: Path, reason: str = "goto") -> Event | None:
        """To a stop whose moment is known.

        Raises:
            Unreachable: the run doesn't come there any more.
        """
        if path == self._beginning():
            return self.rewind()
        self._timeline.go(path)
        before = self.stops_before(path, 1)
        if not before:
            return self.rewind()
        return self._step_to(before[-1].path, reason)

    def _beginning(self) -> Path:
        return self._timeline.course.beginning

    def _arrive(self, passed: Sequence[Passed], at: int, reason: str) -> Event | None:
        """Go to one of the stops that were passed."""
        if not passed:
            return self.rewind()
        if at == 0:
            return self.stand(passed[0].path, reason)
        return self._step_to(passed[at - 1].path, reason)

    def _step_to(self, before: Path, reason: str) -> Event | None:
        """Go to the stop behind another one."""
        self._timeline.go(before)
        with self._timeline.hidden(), self._driver.deaf():
            event = self._driver.go(Steps(1), every=False)
        self._driver.reason, self._driver.breakpoint = reason, None
        return event

    # Looking back.

    def stops_before(self, here: Path, count: int) -> list[Passed]:
        """The last stops before a moment, at which the machine stands, in their order.

        There are fewer than `count` only where the script begins. The machine stands at the
        moment again afterwards.
        """
        try:
            return self._last_stops(here, count, _MOST)
        except _TooMany:
            # To note all stops of a long way takes longer than to go it, and saves no states.
            self._timeline.go(here)
            return self._last_stops(here, count, inf)

    def _last_stops(self, here: Path, count: int, most: float) -> list[Passed]:
        """The last stops before a moment, noting at most so many at a time."""
        found: deque[Passed] = deque()
        for start in self.starts(here):
            found = self._collected(start, here, count, most)
            if len(found) >= count:
                break
        return list(found)

    def passed_between(self, start: Path, end: Path) -> deque[Passed]:
        """The stops from one moment on, up to the one before another."""
        return self._collected(start, end, None, inf)

    def _collected(self, start: Path, end: Path, count: int | None, most: float) -> deque[Passed]:
        collector = _Collector(self._machine, count, most)
        self._timeline.go(start)
        self._timeline.go_on(end, collector)
        if collector.gave_up:
            raise _TooMany
        return collector.passed

    def starts(self, here: Path) -> Iterator[Path]:
        """Moments before the present one, further and further away, each quickly gone to.

        The machine must stand at the present moment when the first is asked for.
        """
        first = self._beginning()
        found = {
            start
            for prefix, iteration in self._loops_before(here)
            for start in _doubling(prefix, iteration)
        }
        found.update(self._timeline.near(here))
        yield from sorted((each for each in found if first < each < here), reverse=True)
        yield first


def _heads(frame: Frame) -> Iterator[tuple[Path, int]]:
    """The loops around the present moment, innermost first: the path to the head, the iteration."""
    path: list[int] = []
    found: list[tuple[Path, int]] = []
    for place in standing(frame):
        path += place.attempt
        for loop, count in place.iterations():
            path.append(loop.head.pc)
            found.append((tuple(path), count))
            path.append(count)
        path.append(place.pc)
    return reversed(found)


_FAR = 10  # doublings
_MOST = 1000  # stops


def _doubling(prefix: Path, iteration: int) -> Iterator[Path]:
    """The heads of an iteration and of earlier ones; `prefix` ends with the loop's head."""
    back = 0
    for _ in range(_FAR):
        if back > iteration:
            break
        yield (*prefix, iteration - back, prefix[-1])
        back = 2 * back + 1


def _is_known(passed: Sequence[Passed], at: int) -> bool:
    """Whether a stop begins a statement for certain, as its own function or a caller was seen."""
    return any(each.depth <= passed[at].depth for each in islice(passed, at))


def _beginnings(passed: Sequence[Passed]) -> list[int]:
    """Which of the stops begin a statement, as `next` would stop there.

    The first of each function that was under way before is given, too: it may be in the midst.
    """
    found: list[int] = []
    under_way: list[Passed | None] = []  # by depth: the stop before
    for at, each in enumerate(passed):
        del under_way[each.depth :]
        while len(under_way) < each.depth:
            under_way.append(None)
        before = under_way[each.depth - 1]
        if before is None or _begins(each, before):
            found.append(at)
        under_way[each.depth - 1] = each
    return found


def _begins(stop: Passed, before: Passed) -> bool:
    """Whether a stop begins a statement, or begins it anew, behind another in its function."""
    again = stop.op.index <= before.op.index and not stop.op.comprehensions
    return again or stop.op.statement is not before.op.statement
