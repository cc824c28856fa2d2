"""A script that is open: where it stands, and what its names hold. Nothing here moves it."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

from nnstep.driver import Driver, is_good_exit
from nnstep.engine import frameeval
from nnstep.engine.fastforward import FastForward
from nnstep.engine.frames import Frame
from nnstep.engine.guards import Checks, Guards
from nnstep.engine.iterators import items_left
from nnstep.engine.mainloop import function_around, main_loop
from nnstep.engine.moments import epoch_of, moment, standing
from nnstep.engine.names import imports
from nnstep.engine.ops import NEXT
from nnstep.engine.outside import Outside
from nnstep.engine.program import Program
from nnstep.engine.snapshot import Snapshots
from nnstep.engine.stops import Breakpoints
from nnstep.engine.timeline import MEMORY, Timeline
from nnstep.engine.values import is_a
from nnstep.engine.writes import written_in_place
from nnstep.reports import (
    FrameInfo,
    NextOp,
    Position,
    Stop,
)


class Stand:
    """A script in progress.

    Attributes:
        source: the script's text.
        on_print: is given the text that the script prints, as it does.
        on_error: is given what it writes to its standard error.
        main: the loop whose iterations are the epochs, None if there is none.
    """

    def __init__(
        self, script: str | os.PathLike[str], argv: Sequence[str] = (), into: Sequence[str] = (),
        memory: int = MEMORY, on_figure: Callable[[Any], None] | None = None,
    ) -> None:
        """Open a script; see `nnstep.open`."""
        # Absolute, with the folder as it is now: the script may change it.
        self._given = os.fspath(script)
        self._folder = os.getcwd()
        self._modules = set(sys.modules)
        self._argv = tuple(argv)
        self._into = tuple(into)
        self._memory = memory
        self.on_print: Callable[[str], None] | None = None
        self.on_error: Callable[[str], None] | None = _to_standard_error
        self._on_figure = on_figure
        self._breakpoints: Breakpoints | None = None
        self._load()

    def _load(self) -> None:
        self._program = Program(self._given, self._argv, self._into)
        self.source = self._program.source
        self.main: ast.AST | None = main_loop(self._program.tree, self._program.trees_beside)
        if self._breakpoints is None:
            self._breakpoints = Breakpoints(self.source, self._program.tree)
        else:
            self._breakpoints.moved_to(self.source, self._program.tree)
        if self._on_figure is not None:
            _close_figures()
        self._outside = Outside(self._program)
        self._printed = self._outside.printed
        self._machine = self._program.machine()
        own = self._program.is_own_module
        tree = self._program.tree
        # Of modules beside the script nothing is known.
        beside = self._program.has_modules_beside
        self._written = written_in_place([tree]) | ({"*"} if beside else set())
        draws = beside or imports(tree, "random")
        resizes = any(map(_resizes, (tree, *self._program.trees_beside)))
        snapshots = Snapshots(own, self._written, draws, _suspends(tree), resizes)
        self._timeline = Timeline(
            self._machine, snapshots, self._outside, FastForward(), self._memory
        )
        self._driver = Driver(
            self._machine, self.main, self._printed, self._breakpoints, frameeval.evaluate,
            self._timeline, self._checks_for, (self._printed, self._outside.errors),
        )
        self._checks: dict[Guards, Checks] = {}
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
        self._printed.listener, self._outside.errors.listener = self.on_print, self.on_error
        self._outside.effects.on_figure = self._on_figure
        with self._program.installed(), self._outside.between():
            yield

    def settle(self) -> None:
        """After an interruption that came anywhere: put back what belongs to the script."""
        self._outside.settle()

    @contextmanager
    def _beside(self) -> Iterator[None]:
        """Around what is typed: Python in the script's place that isn't the script's."""
        self._outside.effects.on_figure = self._on_figure
        with self._program.installed(), self._outside.effects.beside():
            yield

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
    def no_epoch_follows(self) -> bool:
        """Whether it stands at the head of the main loop, and that is about to end."""
        frame = self._machine.frame
        if frame is None or frame.op.kind != NEXT or frame.op.loops[-1].node is not self.main:
            return False
        return items_left(frame.temps[frame.op.slot]) == 0

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
    def output(self) -> str:
        """All that the script has printed."""
        return self._printed.text()

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
        raise KeyError(self.absence(name) or f"there is no {name!r} here")

    def mentions(self, name: str) -> bool:
        """Whether a name stands in the script."""
        return any(
            isinstance(each, ast.Name) and each.id == name for each in ast.walk(self._program.tree)
        )

    def absence(self, name: str | None) -> str:
        """What there is to say of a name of the script that has no value here: where it gets one.

        Returns:
            Empty where the script knows no such name, or it has a value.
        """
        tree = self._program.tree
        found = [each for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id == name]
        if not found or name in self:
            return ""
        words = f"there is no {name!r} here"
        stored = [each for each in found if isinstance(each.ctx, ast.Store)]
        homes = [function_around(tree, each) for each in stored]
        named = list(dict.fromkeys(f"{home.name}()" for home in homes if home is not None))
        if not named or None in homes or f"{self._frame().code.name}()" in named:
            return f"{words}; line {min(each.lineno for each in found)} is where it first appears"
        *others, last = named
        of = f"{', '.join(others)} and {last}" if others else last
        return (
            f"{words}: it is a variable of {of}; `tbreak {name}` and then "
            "`continue`, or `rcontinue` for the way back, leads there"
        )

    def at(self, text: str) -> Any:
        """The value of a name, or of another expression, here.

        Raises:
            KeyError: a name without a value; where it gets one is said.
            Exception: whatever the expression raises.
        """
        return self[text.strip()] if text.strip().isidentifier() else self.eval(text)

    def __contains__(self, name: object) -> bool:
        """Whether a name has a value here."""
        frame = self._frame()
        return name in frame.visible() or name in frame.code.module

    def names(self) -> dict[str, Any]:
        """The variables here: of the current frame, and those of the module behind them."""
        frame = self._frame()
        return _shown(frame.code.module | frame.visible())

    def eval(self, text: str) -> Any:
        """The value of an expression here. Leaves no trace: the random state is put back.

        Raises:
            Exception: whatever the expression raises.
        """
        code = frameeval.compiled(text, "eval")
        with self._beside():
            return frameeval.evaluate(code, self._frame())


def _close_figures() -> None:
    """Close what another script, or the same one before, has left open."""
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")


def _suspends(tree: ast.AST) -> bool:
    """Whether something of a script may be half-way: a generator, a file, a context."""
    return any(
        isinstance(each, ast.Yield | ast.YieldFrom | ast.GeneratorExp | ast.AsyncFunctionDef)
        or (isinstance(each, ast.Name) and each.id == "open")
        for each in ast.walk(tree)
    )


def _resizes(tree: ast.AST) -> bool:
    """Whether a script may resize an array, and have NumPy check that nothing else knows it."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(ast.Call(ast.Attribute(attr="resize"), keywords=named)):
                if not any(each.arg == "refcheck" and _is_false(each.value) for each in named):
                    return True
    return False


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _shown(names: dict[str, Any]) -> dict[str, Any]:
    """The variables that hold data: no modules, functions, classes, or names of Python's own."""
    hidden = (ModuleType, FunctionType, type)
    return {
        name: value
        for name, value in names.items()
        if not (name.startswith("__") or is_a(value, hidden) or _from_library(value))
    }


def _from_library(value: Any) -> bool:
    return type(value).__name__ in _LIBRARY


_LIBRARY = {"builtin_function_or_method", "ufunc", "_ArrayFunctionDispatcher"}


def _to_standard_error(text: str) -> None:
    """Pass on what the script writes to the standard error."""
    assert sys.__stderr__ is not None
    sys.__stderr__.write(text)
    sys.__stderr__.flush()
