"""The motions of a session, there and back. Where they end is for goals.py and travel.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from time import monotonic
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine import frameeval
from nnstep.engine.events import Event, Moment
from nnstep.engine.frames import Frame
from nnstep.engine.halted import Halted
from nnstep.engine.mainloop import leads_to
from nnstep.engine.moments import Path, moment, standing
from nnstep.engine.ops import BIND, CALL, COMPUTE, OPERATOR
from nnstep.engine.stops import Breakpoint
from nnstep.engine.timeline import Interrupted, Unreachable
from nnstep.goals import Before, End, Epochs, Finish, Goal, NextStatement, Steps, Until
from nnstep.stand import Stand
from nnstep.travel import Traveller

GRAINS = ("op", "all")


class Motions(Stand):
    """A script that is stepped, there and back.

    Every motion gives the last event of what it ran, or None when nothing was left to run;
    `run` gives None, too, when it has reached the end of the script.
    """

    _grain = "op"
    _began = 0.0  # when the motion under way did
    _doing = ""  # what it is, for who is told of progress

    def _load(self) -> None:
        super()._load()
        self._traveller = Traveller(self._machine, self._timeline, self._driver)
        self._origins: list[_Origin] = []
        self._pending: Iterator[Event] | None = None
        self._kept: list[Any] = []

    def step(self, n: int = 1) -> Event | None:
        """Run so many ops, into the functions of the script.

        Raises:
            ValueError: `n` is less than 1; so for `next` and `epoch`.
        """
        _check_count(n)
        if self._grain == "all" and not self.finished:
            return self._step_all(n)
        return self._go(Steps(n))

    def next(self, n: int = 1) -> Event | None:
        """Run so many statements, over the functions that they call."""
        _check_count(n)
        event = None
        for _ in range(n):
            frame = self._machine.frame
            if frame is None or self.finished:
                break
            goal = NextStatement(frame.op, self._machine.depth)
            origin = self._timeline.here()
            event = self._go(goal, every=False) or event
            self._remember("next", 1, origin)
            if self.stop.reason != goal.reason:
                break
        return event

    def finish(self) -> Event | None:
        """Run to the end of the function; at module level to the end of the script."""
        return self._go(Finish(self._machine.depth), every=False)

    def until(self, cond: str | Callable[[Any], Any]) -> Event | None:
        """Run until a condition is true, asked after every op.

        Args:
            cond: an expression, evaluated where the script stands, or a function of the session.
                An expression with a name that isn't there yet counts as false.

        Raises:
            SyntaxError: the expression is none.
            ValueError: it has a name that occurs nowhere in the script.
        """
        text = cond if isinstance(cond, str) else None
        return self._go(Until(self._condition(cond), text=text), every=False)

    def _condition(self, cond: str | Callable[[Any], Any]) -> Callable[[Frame], bool]:
        if callable(cond):
            return lambda frame: bool(cond(self))
        code = frameeval.compiled(cond, "eval")
        assert self._breakpoints is not None
        self._breakpoints.check_names(code, self.names())

        def holds(frame: Frame) -> bool:
            try:
                return bool(frameeval.evaluate(code, frame))
            except NameError:
                return False

        return holds

    def epoch(self, n: int = 1) -> Event | None:
        """Run to the beginning of the next epoch, or of the n-th: its variable bound, no more.

        Raises:
            ValueError: no loop of the script updates anything, so it has no epochs.
        """
        _check_count(n)
        self._check_epochs()
        origin = self._timeline.here()
        event = self._go(self._epochs(n), every=False)
        self._remember("epoch", n, origin)
        return event

    def _epochs(self, n: int) -> Epochs:
        main, tree = self.main, self._program.tree
        assert main is not None
        return Epochs(main, n, lambda start: leads_to(tree, start, main))

    def section(self) -> Event | None:
        """Run to the next `# %%` section.

        Raises:
            ValueError: the script has none.
        """
        if not self.source.sections:
            raise ValueError("the script has no sections; a line `# %% title` begins one")
        home = self._machine.frame
        start = self.position.section

        def elsewhere(frame: Frame) -> bool:
            # Functions called on the way have sections of their own, or none.
            deeper = frame is not home and home is not None and _is_below(frame, home)
            return not deeper and self._place(frame).section != start

        return self._go(Until(elsewhere, "section"), every=False)

    def run(self, deaf: bool = False) -> Event | None:
        """Run to the next breakpoint, or to the end.

        Args:
            deaf: pass all breakpoints by.
        """
        with self._driver.deaf() if deaf else nullcontext():
            return self._go(End(), every=False)

    def _go(self, goal: Goal, *, every: bool = True) -> Event | None:
        self._pending = None
        self._begin("")
        self._outside.pass_again()
        here = self._timeline.here()
        try:
            with self._running():
                event = self._driver.go(goal, every=every)
        except (Halted, KeyboardInterrupt):
            with self._running():
                self._put_back(here)  # it was broken off where nothing halts
            raise
        self._reached()
        return event

    def _put_back(self, here: Path) -> None:
        """Go back to where an operation began that was broken off."""
        while True:
            try:
                with suppress(Unreachable), self._timeline.protecting():
                    self._timeline.go(here)
                return
            except Halted:  # once more, right before the protection
                continue

    def _reached(self) -> None:
        frame = self._machine.frame
        text = str(moment(standing(frame), self.main)) if frame is not None else "the end"
        self._timeline.reached(text)

    def _begin(self, doing: str) -> None:
        self._began, self._doing = monotonic(), doing

    def _remember(self, motion: str, n: int, origin: Path) -> None:
        """Where a motion came from, so that its reverse leads there exactly."""
        del self._origins[:-_REMEMBERED]
        self._origins.append(_Origin(motion, n, origin, self._timeline.here()))

    def interrupt(self) -> bool:
        """Halt at the next op, or behind the iteration that is under way; for signal handlers.

        Returns:
            Whether the op under way may be broken off by raising `Halted`.
        """
        self._driver.interrupt()
        return not self._timeline.protected

    # Going back. Each motion gives the event of the op before where it ends, None at the
    # beginning.

    def back(self, n: int = 1) -> Event | None:
        """Go back so many ops: the reverse of `step`.

        Raises:
            ValueError: `n` is less than 1.
            Unreachable: the script takes another course when it is executed again; so for all
                that go back.
        """
        _check_count(n)
        return self._travel(lambda: self._traveller.back(n))

    def rnext(self, n: int = 1) -> Event | None:
        """Go back so many statements, over the functions that they called."""
        _check_count(n)
        event = None
        for _ in range(n):
            event = self._to_origin("next", 1, self._traveller.rnext)
        return event

    def rfinish(self) -> Event | None:
        """Go back to where the function was called; at module level to the beginning."""
        return self._travel(self._traveller.rfinish)

    def runtil(self, cond: str | Callable[[Any], Any]) -> Event | None:
        """Go back to the last moment at which a condition was true; to the beginning if none."""
        holds = self._condition(cond)
        text = cond if isinstance(cond, str) else None

        def on(end: Path) -> Path | None:
            with self._driver.deaf():
                self._driver.go(Before(Until(holds, text=text), end), every=False)
            return self._timeline.here() if self._driver.reason == "until" else None

        return self._travel(lambda: self._traveller.last_where(on, "until"))

    def rcontinue(self) -> Event | None:
        """Go back to the last moment at which a breakpoint halts; to the beginning if none."""
        hits: dict[Path, tuple[Breakpoint | None, Any]] = {}

        def on(end: Path) -> Path | None:
            self._driver.go(Before(End(), end), every=False)
            if self._driver.reason != "breakpoint":
                return None
            here = self._timeline.here()
            hits[here] = self._driver.breakpoint, self._driver.change
            return here

        assert self._breakpoints is not None
        if not self._breakpoints.by_number:
            self.rewind()
            return None
        with self._breakpoints.uncounted():
            event = self._travel(lambda: self._traveller.last_where(on, "breakpoint"))
        self._driver.hit_again(hits.get(self._timeline.here()))
        return event

    def repoch(self, n: int = 1) -> Event | None:
        """Go back to the beginning of the epoch, or of the one before if it stands there."""
        _check_count(n)
        self._check_epochs()
        return self._to_origin("epoch", n, lambda: self._traveller.epochs_back(n, self._epochs))

    def rewind(self) -> None:
        """Go back to the beginning of the script."""
        self._travel(self._traveller.rewind)

    def goto(self, moment: str | Moment | None = None, epoch: int | None = None) -> Event | None:
        """Go to a moment of the past, or to the beginning of an epoch, past or future.

        Raises:
            ValueError: there is no such moment or epoch.
        """
        if (moment is None) == (epoch is None):
            raise ValueError("go to a moment or to an epoch")
        if epoch is not None:
            self._check_epochs()
            if epoch < 0:
                raise ValueError(f"epochs are counted from 0; there is none {epoch}")
            event = self._travel(lambda: self._traveller.to_epoch(epoch, self._epochs), False)
        elif isinstance(moment, Moment):
            event = self._travel(lambda: self._traveller.stand(moment.path))
        else:
            text = str(moment)
            event = self._travel(lambda: self._traveller.find(text, self.main, self._epochs))
        self._reached()
        return event

    def _check_epochs(self) -> None:
        if self.main is None:
            raise ValueError(
                "the script has no epochs: no loop of it updates a number or an array; "
                "in the prompt, `loop` lists its loops, and `loop LINE` picks one"
            )

    def _travel(self, motion: Callable[[], Event | None], hidden: bool = True) -> Event | None:
        """Go back, or put everything as it was where that fails."""
        self._pending = None
        self._began = monotonic()
        self._driver.interrupted = self._timeline.interrupted = False
        self._driver.recorder.part_with_events()
        here = self._timeline.here()
        event, failure = None, None
        with self._running():
            try:
                with self._timeline.hidden() if hidden else nullcontext():
                    event = motion()
            except (Exception, Halted) as error:
                failure = error
            # Not within the handler: what the script raises would have it as context.
            if failure is not None:
                self._put_back(here)
                raise Interrupted("interrupted") if isinstance(failure, Halted) else failure
        assert self._breakpoints is not None
        self._breakpoints.forget_place()
        return event

    def _to_origin(
        self, motion: str, n: int, otherwise: Callable[[], Event | None]
    ) -> Event | None:
        """Undo the motion that led here, or make its reverse."""
        here = self._timeline.here()
        while self._origins and self._origins[-1].end > here:
            self._origins.pop()
        latest = self._origins[-1] if self._origins else None
        if latest is not None and latest[:2] == (motion, n) and latest.end == here:
            self._origins.pop()
            return self._travel(lambda: self._traveller.stand(latest.start, f"r{motion}"))
        return self._travel(otherwise)

    # Stepping from operand to operand.

    @property
    def grain(self) -> str:
        """How finely `step` stops: `op`, or `all` for every operand that is read, too."""
        return self._grain

    @grain.setter
    def grain(self, grain: str) -> None:
        if grain not in GRAINS:
            raise ValueError(f"the grain is one of {', '.join(GRAINS)}, not {grain!r}")
        self._forget_operands()
        self._grain = grain

    def _step_all(self, n: int) -> Event | None:
        """Step with stops at the reading of each operand, too."""
        event: Event | None = None
        for _ in range(n):
            if self._pending is None:
                self._pending = self._operands()
            event = next(self._pending, None)
            if event is None:
                event = self._go(Steps(1))
                if self.finished or self.stop.reason != "step":
                    break
        return event

    def _operands(self) -> Iterator[Event]:
        """Read the operands of the next op, and show them one by one."""
        frame = self._machine.frame
        assert frame is not None
        op = frame.op
        if op.kind not in (COMPUTE, CALL, BIND, OPERATOR):
            return
        self._kept = list(frame.temps)
        try:
            with self._running():
                frame.pending = op.load(frame.locals, frame.temps)
        except Exception:
            frame.temps[:] = self._kept  # the op itself will raise it, in its place
            return
        for at, value in enumerate(frame.pending):
            if op.operands[at]:
                self._driver.reason, self._driver.breakpoint = "step", None
                yield self._driver.recorder.loaded(frame, op, at, value)

    def _forget_operands(self) -> None:
        """Read the operands anew: something was changed by hand."""
        frame = self._machine.frame
        if frame is not None and frame.pending is not None:
            frame.temps[:] = self._kept
            frame.pending = None
        self._pending = None


class _Origin(NamedTuple):
    """Where a motion came from, and where it led."""

    motion: str
    n: int
    start: Path
    end: Path


_REMEMBERED = 1000  # motions


def _check_count(n: int) -> None:
    if not isinstance(n, int):
        raise TypeError(f"a motion takes a whole number, not {n!r}")
    if n < 1:
        raise ValueError(f"a motion goes 1 or more, not {n}")


def _is_below(frame: Frame, caller: Frame) -> bool:
    back = frame.back
    while back is not None and back is not caller:
        back = back.back
    return back is caller


def kept(value: Any) -> Any:
    """A value as it is now, an array copied."""
    return np.array(value) if isinstance(value, np.ndarray) else value
