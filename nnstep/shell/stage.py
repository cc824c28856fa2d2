"""A session and the screen it is shown on: opening, moving, evaluating, each with its view.

What the commands work with. Not what is typed: lines are the shell's affair (shell.py).
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import nnstep.session
from nnstep import lessons
from nnstep.engine.events import Event
from nnstep.engine.source import Source
from nnstep.engine.timeline import MEMORY
from nnstep.session import Session, Stop
from nnstep.shell import progress, scenes
from nnstep.shell.displays import Displays
from nnstep.shell.failures import UNREADABLE, describe, unreadable
from nnstep.shell.interrupts import halting
from nnstep.shell.output import Output, OutputClosed
from nnstep.shell.registry import CommandError, find, nearest
from nnstep.shell.remembered import Remembered, Restored
from nnstep.views.numbers import number
from nnstep.views.tables import value_view

if TYPE_CHECKING:
    from nnstep.checking import Report
    from nnstep.showing import Shown

# A name, an attribute or an entry, perhaps summed up.
_AT_HAND = re.compile(r"[\w.]+(\[[^\[\]]*\])*(\.(sum|mean)\(\))?")


class Stage:
    """A session, and where it is shown.

    Attributes:
        output: where everything is shown.
        into: the packages that are stepped into besides.
        memory: how many bytes the states may take that are saved for going back.
        displays: what is shown after every motion.
        before: the variables as they were before the last motion.
        listed: the last line that `list` has shown, None after a motion.
        script_failed: whether a script has ended with an exception.
        checked: what the last check of gradients has found.
    """

    def __init__(
        self, output: Output, into: Sequence[str] = (), memory: int | None = None
    ) -> None:
        self.output = output
        self.into = tuple(into)
        self.memory = MEMORY if memory is None else memory
        self.displays = Displays()
        self.before: Remembered | None = None
        self.listed: int | None = None
        self.script_failed = False
        self.checked: Report | None = None
        self._session: Session | None = None
        self._figures: dict[int, Shown] = {}  # drawn on, and not shown yet
        self._figures_shown = 0
        self._sources: dict[str, Source | None] = {}

    # The session.

    @property
    def session(self) -> Session:
        """The session of the open script.

        Raises:
            CommandError: none is open.
        """
        if self._session is None:
            raise CommandError(
                "no script is open: `open mse_hidden` opens a lesson, `lessons` lists them"
            )
        return self._session

    @property
    def has_session(self) -> bool:
        """Whether a script is open."""
        return self._session is not None

    def open(self, target: str, arguments: Sequence[str] = ()) -> None:
        """Open a lesson or a script in place of the one that is open.

        Args:
            target: the name of a lesson, or a path.
            arguments: what a script finds in `sys.argv` behind its name.

        Raises:
            CommandError: there is none, or it can't be read or parsed; the old one stays open.
        """
        if target.endswith(".md") and lessons.has_front_matter(Path(target)):
            raise CommandError(f"{target} is a lesson file; `nnstep lesson {target}` plays it")
        try:
            path = lessons.resolve(target)
            session = nnstep.session.open(
                path, arguments, self.into, self.memory, self._script_shows
            )
        except LookupError as error:
            raise CommandError(str(error)) from error
        except UNREADABLE as error:
            raise CommandError(unreadable(target, error)) from error
        self.close_script()
        self._figures_shown = 0
        session.on_print = self._script_prints
        self._session = session
        self._sources = {session.source.path: session.source}
        self.displays.clear()
        self.before = self.listed = self.checked = None

    def close_script(self) -> None:
        """Close the open script, if any."""
        if self._session is not None:
            self._session.close()
            self._session = None
            self._figures.clear()

    def show_opening(self) -> None:
        """Show which script is open and where it starts."""
        output, session = self.output, self.session
        output.show(scenes.banner(session, output.width, output.ascii))
        self.show_start()

    def show_start(self) -> None:
        """Show the op that runs first."""
        self.listed = None
        self.output.show(scenes.start(self.session, self.output.width, self.output.ascii))

    def _script_prints(self, text: str) -> None:
        try:
            self.output.text(text)
        except OutputClosed:
            # Not the script's fault, so it must not be raised in it: halt, and see it then.
            self.session.interrupt()

    def _script_shows(self, shown: Shown) -> None:
        if shown.waits:
            self._show_figures([shown])
        else:  # of what goes on being drawn, only the last one
            self._figures[shown.number] = shown

    def _show_drawn(self) -> None:
        """Show what has been drawn on and not shown yet."""
        self._show_figures(list(self._figures.values()))

    def _show_figures(self, shown: Sequence[Shown]) -> None:
        if not shown:
            return
        from nnstep.shell import figures

        try:
            for each in shown:
                self._figures.pop(each.number, None)
                self._figures_shown += 1
                path = self.session.source.path
                figures.show(each, self._figures_shown, path, self.output)
        except OutputClosed:
            self.session.interrupt()

    # Motions.

    def move(self, motion: Callable[[Session], Event | None]) -> bool:
        """Move on, and show where it led.

        Args:
            motion: what moves the session.

        Returns:
            Whether there was anything left to run.

        Raises:
            CommandError: it was interrupted.
        """
        session = self.session
        if session.finished:
            self.output.show(scenes.ended(session, self.output.width))
            return False
        before = Remembered(session)
        with self.under_way() as session:
            event = motion(session)
        self.before = before
        self._show_stop(session, event)
        return True

    def travel(
        self, motion: Callable[[Session], Event | None], *, elsewhere: bool = False
    ) -> None:
        """Move back or anywhere, and show where it led and what came back.

        Args:
            motion: what moves the session; at the end of the script, too.
            elsewhere: whether it leads to another branch, so that nothing comes back.
        """
        before = Remembered(self.session)
        with self.under_way() as session:
            event = motion(session)
        self.before = before
        self._show_stop(session, event, None if elsewhere else before.restored())

    @contextmanager
    def under_way(self) -> Iterator[Session]:
        """Around what takes time: Ctrl-C halts it, and it is shown how far it is."""
        session = self.session
        self.listed = None
        with halting(session.interrupt), progress.shown(session, self.output):
            yield session
        self._show_drawn()

    def _show_stop(
        self, session: Session, event: Event | None, found: Restored | None = None
    ) -> None:
        output, at = self.output, session.stop
        if event is not None:
            source = self.source_of(event.path)
            output.show(scenes.stop(event, source, at, output.width, output.ascii))
            unhealthy = scenes.health_after(event, session, output.width, output.ascii)
            if unhealthy is not None:
                output.show(unhealthy)
        elif at.reason == "start":
            output.show(scenes.place(session, output.width, output.ascii))
        came_back = scenes.restored(found, output.width, output.ascii) if found else None
        if came_back is not None:
            output.show(came_back)
        self.displays.show(self)
        self._show_where(session, at)
        self.tell_notes()
        if at.reason == "interrupted":
            raise CommandError("interrupted")

    def _show_where(self, session: Session, at: Stop) -> None:
        """Why it stands where, and what comes next."""
        output = self.output
        if session.finished:
            self.script_failed = self.script_failed or _has_failed(session.error)
            output.show(scenes.ended(session, output.width))
            return
        if at.reason == "breakpoint":
            output.show(scenes.stopped_at(at.breakpoint, output.ascii))
        output.show(scenes.next_line(session, output.width, output.ascii))
        if at.reason == "start":
            output.hint("at the beginning of the script")

    def tell_notes(self) -> None:
        """Show what the session has to say once."""
        for note in self.session.notes():
            self.output.hint(note)

    def source_of(self, path: str) -> Source | None:
        """The text of a file of the script's, None where it can't be read."""
        if path not in self._sources:
            try:
                self._sources[path] = Source.read(path)
            except (OSError, SyntaxError):
                self._sources[path] = None
        return self._sources[path]

    # Values.

    def evaluate(self, text: str) -> Any:
        """The value of an expression in the current frame.

        Raises:
            CommandError: the expression raises; the message names the exception.
        """
        with self._users_python():
            value = self.session.eval(text)
        self._show_drawn()
        return value

    def change(self, text: str) -> tuple[str, ...]:
        """Execute a statement in the current frame, and show what it bound; the names of that."""
        before = len(self.session.branches())
        with self._users_python():
            names = self.session.execute(text)
        self._show_drawn()
        for name in names:
            if name in self.session:
                self.show_value(name, self.session[name])
        for place in _places(text):
            with suppress(Exception):  # it may have gone again
                self.show_value(place, self.session.eval(place))
        self._tell_branch(before)
        return names

    def _tell_branch(self, before: int) -> None:
        """Say that a change in the past has begun another branch."""
        branches = self.session.branches()
        current = next((each for each in branches if each.current), None)
        if len(branches) > before and current is not None:
            self.output.hint(
                f"branch {current.name} begins here; `switch {current.parent}` goes back to the "
                "other course"
            )

    @contextmanager
    def _users_python(self) -> Iterator[None]:
        """Around what is typed: what it prints is shown, what it raises is told."""
        try:
            with redirect_stdout(_Typed(self.output)):
                yield
        except (CommandError, OutputClosed, KeyboardInterrupt):
            raise
        except BaseException as error:  # SystemExit too: `raise SystemExit` doesn't end the shell.
            absent = self._absent(error)
            raise CommandError(absent or describe(error) + self._advice(error)) from error

    def _absent(self, error: BaseException) -> str:
        """Of a name of the script that has no value yet, where it gets one."""
        return self.session.absence(error.name) if isinstance(error, NameError) else ""

    def _advice(self, error: BaseException) -> str:
        name = error.name if isinstance(error, NameError) else None
        if not isinstance(name, str):
            return ""
        command = find(name)
        if command is not None:
            return f"; {name} is a command: {command.usage}"
        near = nearest(name, self.session.names())
        return f"; did you mean `{near}`?" if near else ""

    def cost_in_short(self) -> str:
        """The cost as it is here, such as `cost 0.25`; empty where it isn't known or not at hand.

        Only what is quickly looked up: it is told with each prompt.
        """
        text = self.session.cost
        if text is None or not _AT_HAND.fullmatch(text):
            return ""
        try:
            value = self.session.eval(text)
        except Exception:
            return ""
        single = isinstance(value, float | int | np.number | np.ndarray) and np.size(value) == 1
        return f"cost {number(np.asarray(value).item())}" if single else ""

    def no_cost(self) -> str:
        """What is said where the cost would be needed and none is set."""
        if self.checked is not None:
            text = self.checked.cost
            return f"no cost is set; `cost {text}` keeps the one that the last check has taken"
        return (
            "no cost is known; `cost EXPR` sets it, such as `cost loss`, and `check` looks for one "
            "that fits"
        )

    def show_value(self, name: str, value: object, **options: Any) -> None:
        """Show a value under its name; options as for `value_view`."""
        output = self.output
        output.show(value_view(value, name=name, width=output.width, ascii=output.ascii, **options))


def _places(text: str) -> list[str]:
    """The elements and attributes that a statement gives values, such as `wh[0, 0]`."""
    given = [
        each for each in ast.parse(text.strip()).body
        if isinstance(each, ast.Assign | ast.AugAssign | ast.AnnAssign)
    ]
    return [
        ast.unparse(node) for each in given for node in ast.walk(each)
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store)
    ]


def _has_failed(error: BaseException | None) -> bool:
    """Whether a script has failed; `sys.exit()` is no failure."""
    if isinstance(error, SystemExit):
        return error.code not in (None, 0)
    return error is not None


class _Typed(io.TextIOBase):
    """The standard output of what is typed."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def write(self, text: str) -> int:
        self._output.text(text)
        return len(text)
