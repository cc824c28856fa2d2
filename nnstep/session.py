"""Session: one script under nnstep. What the shell, replay and `import nnstep` use.

    >>> session = nnstep.open("mse_hidden")
    >>> session.until("epoch == 3")
    >>> session["zh"].shape
    (100, 4)
"""

from __future__ import annotations

import ast
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from operator import length_hint
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from nnstep.branches import Branch, Branches
from nnstep.driver import Driver, is_good_exit
from nnstep.engine import frameeval
from nnstep.engine.events import Event, Moment
from nnstep.engine.fastforward import FastForward
from nnstep.engine.frames import Frame
from nnstep.engine.guards import Checks, Guards
from nnstep.engine.mainloop import leads_to, main_loop
from nnstep.engine.memory import is_mutable, known_values
from nnstep.engine.moments import Path, epoch_of, moment, standing
from nnstep.engine.names import imports
from nnstep.engine.ops import BIND, CALL, COMPUTE, OPERATOR
from nnstep.engine.outside import Outside
from nnstep.engine.program import Program
from nnstep.engine.snapshot import Snapshots
from nnstep.engine.stops import Breakpoint, Breakpoints
from nnstep.engine.timeline import MEMORY, Timeline, Unreachable
from nnstep.engine.values import frozen
from nnstep.engine.writes import written_in_place
from nnstep.goals import Before, End, Epochs, Finish, Goal, NextStatement, Steps, Until
from nnstep.inquiry import Notes, Probe
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
from nnstep.travel import Traveller

__all__ = [
    "Bisected", "BranchInfo", "Comparison", "FrameInfo", "History", "LoopInfo", "NextOp",
    "Position", "Progress", "Session", "Stop", "open",
]

GRAINS = ("op", "all")


def open(
    script: str | os.PathLike[str], argv: Sequence[str] = (), into: Sequence[str] = (),
    memory: int = MEMORY,
) -> Session:
    """Open a lesson by its name, or a script by its path.

    Args:
        script: such as `"mse_hidden"`, or a path.
        argv: the script's arguments.
        into: packages whose functions are stepped into besides the script's own.
        memory: how many bytes the states may take that are saved for going back.

    Raises:
        LookupError: there is no such lesson and no such file.
        OSError: the file can't be read.
        SyntaxError: it is no Python.
    """
    from nnstep.lessons import resolve

    return Session(resolve(os.fspath(script)), argv, into, memory)


class Session:
    """A script that is stepped.

    Every motion gives the last event of what it ran, or None when nothing was left to run;
    `run` gives None, too, when it has reached the end of the script.

    Attributes:
        source: the script's text.
        on_print: is given the text that the script prints, as it does.
        on_progress: is told how far a motion has come, some times a second.
        main: the loop whose iterations are the epochs, None if there is none.
    """

    def __init__(
        self, script: str | os.PathLike[str], argv: Sequence[str] = (), into: Sequence[str] = (),
        memory: int = MEMORY,
    ) -> None:
        """Open a script; see `nnstep.open`."""
        # Absolute, with the folder as it is now: the script may change it.
        self._given = os.fspath(script)
        self._folder = os.getcwd()
        self._modules = set(sys.modules)
        self._argv = tuple(argv)
        self._into = tuple(into)
        self._memory = memory
        self._cost: str | None = None
        self.on_progress: Callable[[Progress], None] | None = None
        self._told_at = self._began = 0.0
        self._doing = ""
        self._grain = "op"
        self.on_print: Callable[[str], None] | None = None
        self._breakpoints: Breakpoints | None = None
        self._load()

    def _load(self) -> None:
        self._program = Program(self._given, self._argv, self._into)
        self.source = self._program.source
        self.main: ast.AST | None = main_loop(self._program.tree)
        if self._breakpoints is None:
            self._breakpoints = Breakpoints(self.source, self._program.tree)
        else:
            self._breakpoints.moved_to(self.source, self._program.tree)
        self._outside = Outside(self._program)
        self._printed = self._outside.printed
        self._outside.errors.listener = _to_standard_error
        self._outside.effects.on_write = self._on_write
        self._machine = self._program.machine()
        own = self._program.is_own_module
        tree = self._program.tree
        self._written = written_in_place([tree])
        snapshots = Snapshots(own, self._written, imports(tree, "random"))
        self._timeline = Timeline(
            self._machine, snapshots, self._outside, FastForward(), self._memory
        )
        self._driver = Driver(
            self._machine, self.main, self._printed, self._breakpoints, frameeval.evaluate,
            self._timeline, self._checks_for,
        )
        self._checks: dict[Guards, Checks] = {}
        self._traveller = Traveller(self._machine, self._timeline, self._driver)
        self._timeline.on_pause = self._on_pause
        self._branches = Branches(self._timeline, self._outside)
        self._told: set[str] = set()
        self._histories: dict[tuple[str, str], _Noted] = {}
        self._origins: list[_Origin] = []
        self._pending: Iterator[Event] | None = None
        self._kept: list[Any] = []
        with self._running():
            self._timeline.begin()
            self._driver.settle()
        self._timeline.course.beginning = self._timeline.here()

    def _checks_for(self, guards: Guards) -> Checks | None:
        """What looks for breakpoints within native loops; None when there are none."""
        if not guards:
            return None
        if guards not in self._checks:
            made = Checks(
                self._program, guards, self._written, self._driver.watched_has_changed
            )
            quiet = all(each.test is None or frameeval.is_quiet(each.test) for each in guards)
            made.possible = made.possible and quiet
            self._checks[guards] = made
        # Only the script's own text is checked, not the modules beside it.
        found = self._checks[guards]
        found.possible = found.possible and len(self._outside.modules()) == 1
        return found

    @contextmanager
    def _running(self) -> Iterator[None]:
        self._printed.listener = self.on_print
        with self._program.installed(), self._outside.between():
            yield

    # Motions.

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

    def until(self, cond: str | Callable[[Session], Any]) -> Event | None:
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

    def _condition(self, cond: str | Callable[[Session], Any]) -> Callable[[Frame], bool]:
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
        """Run to the next `# %%` section."""
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
        with self._running():
            event = self._driver.go(goal, every=every)
        self._reached()
        return event

    def _reached(self) -> None:
        frame = self._machine.frame
        text = str(moment(standing(frame), self.main)) if frame is not None else "the end"
        self._timeline.reached(text)

    def _begin(self, doing: str) -> None:
        self._began, self._doing = time.monotonic(), doing

    def _remember(self, motion: str, n: int, origin: Path) -> None:
        """Where a motion came from, so that its reverse leads there exactly."""
        del self._origins[:-_REMEMBERED]
        self._origins.append(_Origin(motion, n, origin, self._timeline.here()))

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

    def runtil(self, cond: str | Callable[[Session], Any]) -> Event | None:
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
                "`loop` lists its loops, and `loop LINE` picks one"
            )

    def _travel(self, motion: Callable[[], Event | None], hidden: bool = True) -> Event | None:
        """Go back, or put everything as it was where that fails."""
        self._pending = None
        self._began = time.monotonic()
        self._driver.interrupted = self._timeline.interrupted = False
        self._driver.recorder.part_with_events()
        here = self._timeline.here()
        event, failure = None, None
        with self._running():
            try:
                with self._timeline.hidden() if hidden else nullcontext():
                    event = motion()
            except (Unreachable, ValueError) as error:
                failure = error
            # Not within the handler: what the script raises would have it as context.
            if failure is not None:
                with suppress(Unreachable):
                    self._timeline.interrupted = False
                    self._timeline.go(here)
                raise failure
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

    def restart(self) -> None:
        """Begin anew, the script read again; breakpoints stay.

        Raises:
            OSError, SyntaxError: the script can't be read any more; the session is as before.
        """
        os.chdir(self._folder)
        for name in sys.modules.keys() - self._modules:
            if self._program.is_own_module(sys.modules[name]):
                del sys.modules[name]
        self._load()

    def interrupt(self) -> None:
        """Halt at the next op, or behind the iteration that is under way; for signal handlers."""
        self._driver.interrupt()

    def close(self) -> None:
        """Drop the script and all that it holds."""
        self._machine.frame = None
        self._program.globals.clear()

    # The main loop.

    def loops(self) -> list[LoopInfo]:
        """The loops of the script, in the order of the text."""
        tree = self._program.tree
        found = [each for each in ast.walk(tree) if isinstance(each, ast.For | ast.While)]
        return [
            LoopInfo(each.lineno, self.source.line(each.lineno).strip(), each is self.main)
            for each in sorted(found, key=lambda each: each.lineno)
        ]

    def use_loop(self, line: int) -> None:
        """Take another loop for the main one, whose iterations are the epochs.

        Raises:
            ValueError: none begins on that line.
        """
        tree = self._program.tree
        for each in ast.walk(tree):
            if isinstance(each, ast.For | ast.While) and each.lineno == line:
                self.main = self._driver.recorder.main = each
                self._driver.use_loop(each)
                self._histories.clear()
                return
        lines = ", ".join(str(each.line) for each in self.loops())
        there = f"loops begin on lines {lines}" if lines else "the script has no loop"
        raise ValueError(f"no loop begins on line {line}; {there}")

    @property
    def cost(self) -> str | None:
        """The expression for the cost: the lesson's, or one that was set; None if there is none."""
        if self._cost is None:
            from nnstep.lessons import measures

            self._cost = measures(self.source.text).cost
        return self._cost or None

    @cost.setter
    def cost(self, text: str) -> None:
        code = frameeval.compiled(text, "eval")
        assert self._breakpoints is not None
        self._breakpoints.check_names(code, self.names())
        self._cost = text.strip()

    # Questions to the whole run.

    def history(self, text: str) -> History:
        """An expression over all epochs that were run, its last value in each.

        Raises:
            SyntaxError: it is no expression.
            ValueError: the script has no epochs, or a name in it occurs nowhere.
        """
        self._check_epochs()
        assert self._breakpoints is not None
        self._breakpoints.check_names(frameeval.compiled(text, "eval"), self.names())
        key, frontier = (self._branches.current.name, text), self._timeline.course.frontier
        known = self._histories.get(key)
        if known is not None and known.until == frontier:
            return History(text, 0, known.values)
        notes = Notes(text)
        self._doing = f"history of {text}"
        self._travel(lambda: self._note(notes, frontier))
        values = [notes.values.get(epoch) for epoch in range(max(notes.values, default=-1) + 1)]
        self._histories[key] = _Noted(frontier, values)
        return History(text, 0, values)

    def _note(self, notes: Notes, frontier: Path) -> Event | None:
        """Run from the main loop's beginning to the latest moment, and come back."""
        here = self._timeline.here()
        entry = self._traveller.entry(self._epochs)
        if entry < frontier:
            self._timeline.go((*entry, 0, entry[-1]))
            self._timeline.go_on(frontier, notes=notes)
        self._timeline.go(here)
        return None

    def bisect(self, cond: str) -> Bisected:
        """Find the op at which a condition became true, and stand behind it.

        Asked only where epochs begin, by halves, and then at each op of the epoch found.

        Raises:
            ValueError: it isn't true at the end of what was run, or nothing is called so.
        """
        self._check_epochs()
        holds = self._condition(cond)
        found: list[Bisected] = []
        self._doing = f"bisect {cond}"
        self._travel(lambda: self._bisect(cond, holds, found))
        return found[0]

    def _bisect(
        self, cond: str, holds: Callable[[Frame], bool], found: list[Bisected]
    ) -> Event | None:
        here, traveller, timeline = self._timeline.here(), self._traveller, self._timeline
        entry = traveller.entry(self._epochs)
        last = traveller.last_head(self._epochs)
        probe = Probe(timeline, entry, holds)
        first = probe.first(last)
        if first is None:
            timeline.go(here)
            raise ValueError(f"`{cond}` is not true at the end of epoch {last - 1}")
        if first > 0:
            timeline.go((*entry, first - 1, entry[-1]))
        else:
            timeline.go(timeline.course.beginning)
        end = (*entry, first, entry[-1])
        with self._driver.deaf():
            event = self._driver.go(Before(Until(holds, text=cond), end), every=False)
        epoch = first - 1 if first > 0 else None
        found.append(Bisected(epoch, event, probe.is_monotone, len(probe.found)))
        self._driver.reason = "bisect"
        return event

    # Branches.

    def branches(self) -> list[BranchInfo]:
        """The courses that the run has taken: one more for each change made in its past."""
        return self._branches.infos()

    def switch(self, name: str) -> Event | None:
        """Go over to another branch, to where it was left.

        Raises:
            KeyError: there is none of that name.
        """
        branch = self._branches.find(name)
        if branch is self._branches.current:
            return None

        def over() -> Event | None:
            self._branches.enter(branch)
            return self._traveller.stand(self._timeline.here(), "switch")

        event = self._travel(over)
        self._origins.clear()
        return event

    def compare(self, a: str, b: str) -> Comparison:
        """Two branches side by side: the variables that differ, and the cost in common epochs.

        Each is looked at where it was left. The session stands where it stood afterwards.

        Raises:
            KeyError: there is no such branch.
        """
        first, second = self._branches.find(a), self._branches.find(b)
        home, here = self._branches.current, self._timeline.here()
        home.here = here
        seen: list[dict[str, Any]] = []
        costs: list[list[Any]] = []
        for branch in (first, second):
            self._change_to(branch)
            seen.append({name: _kept(value) for name, value in self.names().items()})
            with suppress(ValueError):
                costs.append(self.history(self.cost).values if self.cost else [])
        self._change_to(home)
        names = [name for name in seen[0] if name in seen[1]]
        values = [
            (name, seen[0][name], seen[1][name]) for name in names
            if frozen(seen[0][name]) != frozen(seen[1][name]) and _is_data(seen[0][name])
        ]
        pairs = [
            (epoch, float(one), float(other))
            for epoch, (one, other) in enumerate(zip(*costs, strict=False))
            if _is_number(one) and _is_number(other)
        ] if len(costs) == 2 else []
        return Comparison((a, b), values, pairs, self.cost or "")

    def _change_to(self, branch: Branch) -> None:
        def over() -> Event | None:
            self._branches.enter(branch)
            return None

        if branch is not self._branches.current:
            self._travel(over)

    # What is told while it runs, and once.

    def _on_write(self, deed: str) -> None:
        """The script does something that can't be undone."""
        timeline = self._timeline
        if self._outside.printed.hidden or timeline.here() < timeline.course.frontier:
            again = f"going through the past executes the script again: once more it {deed}"
            timeline.repeated[again] = None
        else:
            timeline.fence()

    def _on_pause(self) -> None:
        """Tell how far it has come, some times a second."""
        now = time.monotonic()
        if self.on_progress is None or now - self._told_at < _OFTEN:
            return
        self._told_at = now
        frame, epoch, epochs = self._machine.frame, None, None
        while frame is not None and epoch is None:
            for loop, count in zip(
                frame.op.loops, standing(frame)[-1].counters, strict=True
            ):
                if loop.node is self.main:
                    epoch = count + 1
                    epochs = _total(epoch, frame.temps[loop.slot])
                    break
            else:
                frame = frame.back
        seconds = now - self._began
        self.on_progress(Progress(epoch, epochs, self._cost_now(frame), seconds, self._doing))

    def _cost_now(self, frame: Frame | None) -> float | None:
        if frame is None or not self.cost:
            return None
        try:
            return float(frameeval.evaluate(frameeval.compiled(self.cost, "eval"), frame))
        except Exception:
            return None

    def notes(self) -> list[str]:
        """What is to be told once about going back, if anything has come up since."""
        timeline = self._timeline
        found = [
            f"going back leaves {name or 'something'} as it is: a {kind} can't be saved"
            for kind, name in timeline.kept.items()
        ] if timeline.went_back else []
        found += [f"a state could not be put back because of {what}" for what in timeline.lost]
        if self._outside.printed.strayed:
            found.append(
                "the script isn't deterministic: it has printed something else than before"
            )
        found += [*timeline.strays, *timeline.repeated]
        new = [each for each in found if each not in self._told]
        self._told.update(new)
        return new

    # Where it stands.

    @property
    def finished(self) -> bool:
        """Whether nothing is left to run."""
        return self._machine.finished

    @property
    def error(self) -> BaseException | None:
        """The exception that the script didn't catch. A `sys.exit()` is none."""
        error = self._machine.error
        return None if is_good_exit(error) else error

    @property
    def stop(self) -> Stop:
        """Why it stands here."""
        return Stop(self._driver.reason, self._driver.breakpoint, self._driver.change)

    @property
    def position(self) -> Position:
        """Where it stands."""
        frame = self._machine.frame
        if frame is None:
            return Position(None, None, 0, "", "<module>", self.source.path)
        return self._place(frame)

    def _place(self, frame: Frame) -> Position:
        source = frame.code.source
        line = frame.code.span(frame.op).line
        section = source.section(line)
        return Position(
            moment(standing(frame), self.main),
            epoch_of(frame, self.main),
            line,
            section.title if section else "",
            frame.code.name,
            source.path,
        )

    @property
    def next_op(self) -> NextOp | None:
        """The op that runs next, None at the end."""
        frame = self._machine.frame
        if frame is None:
            return None
        code, op = frame.code, frame.op
        span = code.span(op)
        return NextOp(code.text(op), span, span.line, code.source, code.name)

    def frames(self) -> list[FrameInfo]:
        """The functions in progress, innermost first."""
        found = []
        frame = self._machine.frame
        while frame is not None:
            code, op = frame.code, frame.op
            found.append(
                FrameInfo(
                    code.name, code.span(op).line, code.text(op), code.source.path,
                    _shown(frame.visible()),
                )
            )
            frame = frame.back
        return found

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

    @property
    def output(self) -> str:
        """All that the script has printed."""
        return self._printed.text()

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

    # Values.

    def _frame(self) -> Frame:
        """The current frame; at the end of the script, its module."""
        frame = self._machine.frame
        return frame if frame is not None else self._ended

    @property
    def _ended(self) -> Frame:
        code = self._program.main_code
        return Frame(code, self._program.globals, None, None)

    def __getitem__(self, name: str) -> Any:
        """The value of a name, in the current frame or else in the module."""
        frame = self._frame()
        variables = frame.visible()
        if name in variables:
            return variables[name]
        if name in frame.code.module:
            return frame.code.module[name]
        raise KeyError(f"there is no {name!r} here" + self._not_yet(name))

    def _not_yet(self, name: str) -> str:
        lines = [
            node.lineno
            for node in ast.walk(self._program.tree)
            if isinstance(node, ast.Name) and node.id == name
        ]
        return f"; line {min(lines)} is where it first appears" if lines else ""

    def __contains__(self, name: object) -> bool:
        """Whether a name has a value here."""
        frame = self._frame()
        return name in frame.visible() or name in frame.code.module

    def names(self) -> dict[str, Any]:
        """The variables here: of the current frame, and those of the module behind them."""
        frame = self._frame()
        return _shown(frame.code.module | frame.visible())

    def before(self, name: str) -> Any:
        """The value of a name an epoch ago, where it was bound or changed by then.

        Raises:
            KeyError: there was none.
        """
        here = self._timeline.here()
        entry = self._timeline.course.entry
        inside = entry and here[: len(entry)] == entry
        if self.main is None or not inside or here[len(entry)] < 1:
            raise KeyError("there is no epoch before this one")
        then = (*entry, here[len(entry)] - 1, *here[len(entry) + 1 :])
        if name not in self:
            raise KeyError(f"there is no {name!r} here")
        found: tuple[Any, ...] = ()
        with self._running(), self._timeline.hidden():
            with suppress(Unreachable, KeyError):
                self._timeline.go(then)
                found = (_kept(self[name]),)
            self._timeline.go(here)
        if not found:
            raise KeyError(f"{name!r} had no value an epoch ago")
        return found[0]

    def eval(self, text: str) -> Any:
        """The value of an expression here. Leaves no trace: the random state is put back.

        Raises:
            Exception: whatever the expression raises.
        """
        code = frameeval.compiled(text, "eval")
        with self._program.installed():
            return frameeval.evaluate(code, self._frame())

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

        with self._program.installed():
            names = apply()
        self._edited(apply, text)
        return names

    def set(self, name: str, value: Any) -> None:
        """Bind a name to a value: in the current frame if it has it, else in the module."""
        kept = _kept(value)
        self._forget_operands()
        self._bind(name, value)
        self._edited(lambda: self._bind(name, _kept(kept)), f"{name} = ...")

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


class _Noted(NamedTuple):
    """The values of an expression, and up to which moment they are known."""

    until: Path
    values: list[Any]


class _Origin(NamedTuple):
    """Where a motion came from, and where it led."""

    motion: str
    n: int
    start: Path
    end: Path


_REMEMBERED = 1000  # motions
_OFTEN = 0.06  # seconds between two looks at how far it has come


def _parsed(text: str) -> ast.AST:
    try:
        return ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no expression: {error.msg}") from None


def _own_names(frame: Frame) -> set[str]:
    return set() if frame.code.is_module else {*frame.code.native.co_varnames, *frame.locals}


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


def _shown(names: dict[str, Any]) -> dict[str, Any]:
    """The variables that hold data: no modules, functions, classes, or names of Python's own."""
    hidden = (ModuleType, FunctionType, type)
    return {
        name: value
        for name, value in names.items()
        if not (name.startswith("__") or isinstance(value, hidden) or _from_library(value))
    }


def _from_library(value: Any) -> bool:
    return type(value).__name__ in _LIBRARY


_LIBRARY = {"builtin_function_or_method", "ufunc", "_ArrayFunctionDispatcher"}


def _total(epoch: int, items: Any) -> int | None:
    """How many epochs there are, where the iterator knows."""
    known = type(items) in (type(iter(range(0))), type(iter([])), type(iter(())))
    return epoch + length_hint(items) if known else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _is_data(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float | complex | str | list | dict)


def _kept(value: Any) -> Any:
    """A value as it is now, an array copied."""
    return np.array(value) if isinstance(value, np.ndarray) else value


def _to_standard_error(text: str) -> None:
    """Pass on what the script writes to the standard error."""
    assert sys.__stderr__ is not None
    sys.__stderr__.write(text)
    sys.__stderr__.flush()
