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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from nnstep.driver import Driver, is_good_exit
from nnstep.engine import frameeval
from nnstep.engine.events import Event, Moment
from nnstep.engine.fastforward import FastForward
from nnstep.engine.frames import Frame
from nnstep.engine.mainloop import leads_to, main_loop
from nnstep.engine.memory import is_mutable, known_values
from nnstep.engine.moments import Path, epoch_of, moment, standing
from nnstep.engine.names import imports
from nnstep.engine.ops import BIND, CALL, COMPUTE, OPERATOR
from nnstep.engine.outside import Outside
from nnstep.engine.printed import open_input
from nnstep.engine.program import Program
from nnstep.engine.snapshot import Snapshots
from nnstep.engine.source import Source, Span
from nnstep.engine.stops import Breakpoint, Breakpoints
from nnstep.engine.timeline import MEMORY, Timeline, Unreachable
from nnstep.engine.writes import written_in_place
from nnstep.goals import End, Epochs, Finish, Goal, NextStatement, Steps, Until
from nnstep.travel import Traveller

GRAINS = ("op", "all")


class Position(NamedTuple):
    """Where a session stands.

    Attributes:
        moment: the coordinate of time, shown as `epoch.op`; None at the end of the script.
        epoch: the iteration of the main loop, None outside of it.
        line: the 1-based line of the next op, 0 at the end.
        section: the title of the `# %%` section, or an empty string.
        function: the function's name, `<module>` outside of any.
        path: the file.
    """

    moment: Moment | None
    epoch: int | None
    line: int
    section: str
    function: str
    path: str


class Stop(NamedTuple):
    """Why a session stands where it stands.

    Attributes:
        reason: `start`, `step`, `breakpoint`, `epoch`, `until`, `section`, `finish`, `end`,
            `error` or `interrupted`.
        breakpoint: the breakpoint, when that is the reason.
    """

    reason: str
    breakpoint: Breakpoint | None


class NextOp(NamedTuple):
    """The op that runs next: its text and its place."""

    text: str
    span: Span
    line: int
    source: Source
    function: str


class FrameInfo(NamedTuple):
    """One function in progress: where it stands, and its variables."""

    function: str
    line: int
    text: str
    path: str
    names: dict[str, Any]


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
        self._machine = self._program.machine()
        own = self._program.is_own_module
        tree = self._program.tree
        snapshots = Snapshots(own, written_in_place([tree]), imports(tree, "random"))
        self._timeline = Timeline(
            self._machine, snapshots, self._outside, FastForward(), self._memory
        )
        self._driver = Driver(
            self._machine, self.main, self._printed, self._breakpoints, frameeval.evaluate,
            self._timeline,
        )
        self._traveller = Traveller(self._machine, self._timeline, self._driver)
        self._origins: list[_Origin] = []
        self._pending: Iterator[Event] | None = None
        self._kept: list[Any] = []
        with self._running():
            self._timeline.begin()
            self._driver.settle()
        self._timeline.course.beginning = self._timeline.here()

    @contextmanager
    def _running(self) -> Iterator[None]:
        self._printed.listener = self.on_print
        with (
            self._program.installed(), self._printed.capturing(),
            self._outside.errors.capturing(), open_input(),
        ):
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
        return self._go(Until(self._condition(cond)), every=False)

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

    def run(self) -> Event | None:
        """Run to the next breakpoint, or to the end."""
        return self._go(End(), every=False)

    def _go(self, goal: Goal, *, every: bool = True) -> Event | None:
        self._pending = None
        self._outside.pass_again()
        with self._running():
            event = self._driver.go(goal, every=every)
        self._timeline.reached()
        return event

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

        def on() -> Path | None:
            with self._driver.deaf():
                self._driver.go(Until(holds), every=False)
            return self._timeline.here() if self._driver.reason == "until" else None

        return self._travel(lambda: self._traveller.last_where(on, "until"))

    def rcontinue(self) -> Event | None:
        """Go back to the last moment at which a breakpoint halts; to the beginning if none."""

        def on() -> Path | None:
            self._driver.go(End(), every=False)
            return self._timeline.here() if self._driver.reason == "breakpoint" else None

        assert self._breakpoints is not None
        with self._breakpoints.uncounted():
            return self._travel(lambda: self._traveller.last_where(on, "breakpoint"))

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
        self._timeline.reached()
        return event

    def _check_epochs(self) -> None:
        if self.main is None:
            raise ValueError(
                "the script has no epochs: no loop of it updates a number or an array"
            )

    def _travel(self, motion: Callable[[], Event | None], hidden: bool = True) -> Event | None:
        """Go back, or put everything as it was where that fails."""
        self._pending = None
        self._driver.recorder.part_with_events()
        here = self._timeline.here()
        with self._running():
            try:
                with self._timeline.hidden() if hidden else nullcontext():
                    event = motion()
            except (Unreachable, ValueError):
                with suppress(Unreachable):
                    self._timeline.interrupted = False
                    self._timeline.go(here)
                raise
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
        return Stop(self._driver.reason, self._driver.breakpoint)

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
        with self._running(), self._timeline.hidden():
            try:
                self._timeline.go(then)
                value = _kept(self[name])
            except (Unreachable, KeyError):
                raise KeyError(f"{name!r} had no value an epoch ago") from None
            finally:
                self._timeline.go(here)
        return value

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
        self._timeline.edit(apply, text)
        self._outside.forget_future()

    def _protect_events(self, frame: Frame) -> None:
        if self._driver.recorder.holds_events:
            values = [(name, value) for name, value in known_values(frame) if is_mutable(value)]
            self._driver.recorder.protect(values)


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


def _kept(value: Any) -> Any:
    """A value as it is now, an array copied."""
    return np.array(value) if isinstance(value, np.ndarray) else value


def _to_standard_error(text: str) -> None:
    """Pass on what the script writes to the standard error."""
    assert sys.__stderr__ is not None
    sys.__stderr__.write(text)
    sys.__stderr__.flush()
