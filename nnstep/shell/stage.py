"""A session and the screen it is shown on: opening, moving, evaluating, each with its view.

What the commands work with. Not what is typed: lines are the shell's affair (shell.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import nnstep.session
from nnstep import lessons
from nnstep.engine.events import Event
from nnstep.engine.source import Source
from nnstep.session import Session
from nnstep.shell import scenes
from nnstep.shell.displays import Displays
from nnstep.shell.failures import UNREADABLE, describe, unreadable
from nnstep.shell.interrupts import halting
from nnstep.shell.output import Output, OutputClosed
from nnstep.shell.registry import CommandError, find, nearest
from nnstep.views.tables import value_view


class Stage:
    """A session, and where it is shown.

    Attributes:
        output: where everything is shown.
        into: the packages that are stepped into besides.
        displays: what is shown after every motion.
        listed: the last line that `list` has shown, None after a motion.
        script_failed: whether a script has ended with an exception.
    """

    def __init__(self, output: Output, into: Sequence[str] = ()) -> None:
        self.output = output
        self.into = tuple(into)
        self.displays = Displays()
        self.listed: int | None = None
        self.script_failed = False
        self._session: Session | None = None
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
        try:
            path = lessons.resolve(target)
            session = nnstep.session.open(path, arguments, self.into)
        except LookupError as error:
            raise CommandError(str(error)) from error
        except UNREADABLE as error:
            raise CommandError(unreadable(target, error)) from error
        self.close()
        session.on_print = self._script_prints
        self._session = session
        self._sources = {session.source.path: session.source}
        self.displays.clear()
        self.listed = None

    def close(self) -> None:
        """Close the open script, if any."""
        if self._session is not None:
            self._session.close()
            self._session = None

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

    # Motions.

    def move(self, motion: Callable[[Session], Event | None]) -> bool:
        """Move, and show where it led.

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
        self.listed = None
        with halting(session.interrupt):
            event = motion(session)
        self._show_stop(session, event)
        return True

    def _show_stop(self, session: Session, event: Event | None) -> None:
        output = self.output
        if event is not None:
            source = self._source(event.path)
            output.show(scenes.stop(event, source, output.width, output.ascii))
        self.displays.show(self)
        if session.finished:
            self.script_failed = self.script_failed or _has_failed(session.error)
            output.show(scenes.ended(session, output.width))
            return
        at = session.stop
        if at.reason == "breakpoint" and at.breakpoint is not None:
            output.show(scenes.stopped_at(at.breakpoint, output.ascii))
        output.show(scenes.next_line(session, output.width, output.ascii))
        if at.reason == "interrupted":
            raise CommandError("interrupted")

    def _source(self, path: str) -> Source | None:
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
            return self.session.eval(text)

    def change(self, text: str) -> None:
        """Execute a statement in the current frame, and show the names it bound."""
        with self._users_python():
            names = self.session.execute(text)
        for name in names:
            if name in self.session:
                self.show_value(name, self.session[name])

    @contextmanager
    def _users_python(self) -> Iterator[None]:
        try:
            yield
        except (CommandError, OutputClosed, KeyboardInterrupt):
            raise
        except BaseException as error:  # SystemExit too: `raise SystemExit` doesn't end the shell.
            raise CommandError(describe(error) + self._advice(error)) from error

    def _advice(self, error: BaseException) -> str:
        name = error.name if isinstance(error, NameError) else None
        if not isinstance(name, str):
            return ""
        command = find(name)
        if command is not None:
            return f"; {name} is a command: {command.usage}"
        near = nearest(name, self.session.names())
        return f"; did you mean `{near}`?" if near else ""

    def show_value(self, name: str, value: object, **options: Any) -> None:
        """Show a value under its name; options as for `value_view`."""
        output = self.output
        output.show(value_view(value, name=name, width=output.width, ascii=output.ascii, **options))


def _has_failed(error: BaseException | None) -> bool:
    """Whether a script has failed; `sys.exit()` is no failure."""
    if isinstance(error, SystemExit):
        return error.code not in (None, 0)
    return error is not None
