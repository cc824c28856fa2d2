"""What lies outside of a machine and goes back in time with it.

The texts that the script has printed, the modules of the script that it has imported, and which
figures are open.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from nnstep.engine.effects import Effects
from nnstep.engine.patched import Patched
from nnstep.engine.printed import Printed
from nnstep.engine.program import Program


def _figures() -> dict[Any, Any]:
    """The figures that matplotlib holds open, the current one last; its own table of them."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return helpers.Gcf.figs if helpers is not None else {}


class Outside:
    """What a script has done outside of its frames.

    Attributes:
        printed: stands in for the standard output.
        errors: stands in for the standard error.
        effects: what it gets from outside, and does to it.
    """

    def __init__(self, program: Program) -> None:
        self.printed = Printed()
        self.errors = Printed("stderr")
        self.effects = Effects(program.is_own_file)
        self._program = program
        self._patched = Patched()
        self._numpy_errors = np.geterr()
        self._before = set(sys.modules)
        self._seen = -1  # how many modules there were when the script's own were looked for
        self._own: dict[str, ModuleType] = {}

    def modules(self) -> list[dict[str, Any]]:
        """The globals of the script and of its own modules."""
        return [self._program.globals, *(each.__dict__ for each in self._imported().values())]

    def _imported(self) -> dict[str, ModuleType]:
        if len(sys.modules) != self._seen:
            new = sys.modules.keys() - self._before
            self._own = {
                name: module for name in new
                if isinstance(module := sys.modules[name], ModuleType)
                and module is not self._program.module
                and self._program.is_own_module(module)
            }
            self._seen = len(sys.modules)
        return self._own

    def marks(self) -> tuple[Any, ...]:
        """How far everything has come."""
        return (
            self.printed.length, self.errors.length, self.printed.standing_in,
            self.errors.standing_in, self._imported(), self.effects.answers.place,
            dict(_figures()), self._patched.changes,
        )

    def back_to(self, marks: tuple[Any, ...]) -> None:
        """Go back to where everything had come so far."""
        printed, errors, stdout, stderr, imported, place, figures, patched = marks
        self.effects.answers.place = place
        self._patched.go_to(patched)
        self.printed.back_to(printed)
        self.errors.back_to(errors)
        self.printed.standing_in, self.errors.standing_in = stdout, stderr
        if self._imported() != imported:
            for name in self._own.keys() - imported.keys():
                del sys.modules[name]
            sys.modules.update(imported)
            self._own, self._seen = dict(imported), len(sys.modules)
        now = _figures()
        if list(now.items()) != list(figures.items()):  # their order tells the current one
            now.clear()
            now.update(figures)

    def forget_future(self) -> None:
        """What was printed and answered behind the present is not what will be."""
        self.effects.answers.forget_future()
        self.printed.forget_future()
        self.errors.forget_future()

    def known(self) -> tuple[str, str, list[tuple[str, Any]]]:
        """What was printed and answered in this course of time."""
        return self.printed.known, self.errors.known, list(self.effects.answers.known)

    def take_for_known(self, known: tuple[str, str, list[tuple[str, Any]]]) -> None:
        """Go over to another course of time, in which that was printed and answered."""
        self.printed.known, self.errors.known, answers = known
        self.effects.answers.known[:] = answers

    def pass_again(self) -> None:
        """What the script prints from here on is passed on, known or not."""
        self.printed.pass_again()
        self.errors.pass_again()

    @contextmanager
    def between(self) -> Iterator[None]:
        """Stand between the script and the outside for a while."""
        with (
            self.printed.capturing(), self.errors.capturing(), self.effects.between(),
            self._patched.between(),
        ):
            try:
                yield
            finally:
                self._numpy_errors = np.geterr()

    def settle(self) -> None:
        """Put back what is left when Ctrl-C came right before a context would have done so."""
        if np.geterr() != self._numpy_errors:
            np.seterr(**self._numpy_errors)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is printed for a while isn't the script's: shown once, and kept nowhere."""
        before, printed = sys.stdout, self.printed
        sys.stdout = io.StringIO() if printed.hidden else printed.real
        try:
            with self.effects.beside():
                yield
        finally:
            sys.stdout = before

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Pass nothing on for a while."""
        all_ways: tuple[Any, ...] = (self.printed, self.errors, self.effects)
        before = [each.hidden for each in all_ways]
        for each in all_ways:
            each.hidden = True
        try:
            yield
        finally:
            for each, was in zip(all_ways, before, strict=True):
                each.hidden = was
