"""Expressions that are shown after every motion, with what has changed since the last one."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from nnstep.insight.arrays import changed, is_array

if TYPE_CHECKING:
    from nnstep.shell.stage import Stage

# Above this size, a copy after every step would take longer than the step.
_KEPT = 1_000_000


class Displays:
    """The expressions, by number."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}
        self._last: dict[int, Any] = {}
        self._numbers = itertools.count(1)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str) -> int:
        """Add an expression; its number. One that is there already keeps its own."""
        for number, known in self._texts.items():
            if known == text:
                return number
        number = next(self._numbers)
        self._texts[number] = text
        return number

    def remove(self, what: str) -> bool:
        """Remove one by its number or its text; whether it was there."""
        for number, text in list(self._texts.items()):
            if what in (str(number), text):
                del self._texts[number]
                self._last.pop(number, None)
                return True
        return False

    def clear(self) -> None:
        """Remove all."""
        self._texts.clear()
        self._last.clear()

    def show(self, shell: Stage) -> None:
        """Show all. An expression that has no value yet says so, and isn't a failure."""
        for number in self._texts:
            self.show_one(shell, number)

    def show_one(self, shell: Stage, number: int) -> None:
        """Show one, its changed cells marked."""
        from nnstep.shell.registry import CommandError

        text = self._texts[number]
        label = f"{number}: {text}"
        try:
            value = shell.evaluate(text)
        except CommandError as error:
            shell.output.hint(f"{label} has no value here ({error})")
            return
        if not is_array(value):
            shell.show_value(label, value)
            return
        shell.show_value(label, value, changed=changed(self._last.get(number), value))
        # A copy: the script may change the array in place.
        self._last[number] = value.copy() if value.size <= _KEPT else None
