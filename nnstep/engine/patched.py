"""What a script has changed in `builtins`: it is there while the script runs, and nowhere else.

This package has builtins of its own (nnstep/__init__.py), but what it calls, such as rich, has not.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_GONE = object()


class Patched:
    """The changes that a script has made to `builtins`."""

    def __init__(self) -> None:
        self._plain = dict(vars(builtins))
        self._kept: dict[str, Any] = {}
        self._runs = False

    @property
    def changes(self) -> dict[str, Any]:
        """What is otherwise than before the script, by name."""
        if not self._runs:
            return dict(self._kept)
        now, plain = vars(builtins), self._plain
        found = {name: each for name, each in now.items() if each is not plain.get(name, _GONE)}
        return found | dict.fromkeys(plain.keys() - now.keys(), _GONE)

    def go_to(self, changes: Mapping[str, Any]) -> None:
        """Make those the changes, and no others."""
        if self._runs:
            self._put(changes)
        else:
            self._kept = dict(changes)

    def _put(self, changes: Mapping[str, Any]) -> None:
        # Name by name: whatever interrupts it finds builtins there.
        now, wanted = vars(builtins), {**self._plain, **changes}
        for name, each in wanted.items():
            if each is not _GONE and now.get(name, _GONE) is not each:
                now[name] = each
        for name in [name for name in now if wanted.get(name, _GONE) is _GONE]:
            del now[name]

    @contextmanager
    def between(self) -> Iterator[None]:
        """Around the script's run."""
        if self._runs:
            yield
            return
        self._put(self._kept)
        self._runs = True
        try:
            yield
        finally:
            self._kept, self._runs = self.changes, False
            if self._kept:
                self._put({})
