"""Watches: whether a value has changed since it was looked at last, in place too."""

from __future__ import annotations

from collections.abc import Hashable
from types import CodeType
from typing import Any

import numpy as np

from nnstep.engine.frames import Frame
from nnstep.engine.ops import Code
from nnstep.engine.values import frozen


class _Unbound:
    """Stands for the value of a name that isn't there."""

    def __repr__(self) -> str:
        return "no value"


UNBOUND: Any = _Unbound()
"""The value of a name that isn't there."""


class Watch:
    """One value that is watched.

    Attributes:
        change: what it was and what it is, when it was found changed the last time.
    """

    def __init__(self, test: CodeType, scope: Code | None) -> None:
        """Args:
        test: the expression.
        scope: the function whose variable it is; None for the module's.
        """
        self.change: tuple[Any, Any] | None = None
        self._test = test
        self._scope = scope
        self._frozen: Hashable = None
        self._value: Any = UNBOUND

    def read(self, frame: Frame | None) -> Any:
        """The value now, UNBOUND when there is none."""
        while frame is not None and self._scope is not None and frame.code is not self._scope:
            frame = frame.back
        if frame is None:
            return UNBOUND
        names = frame.code.module
        if self._scope is not None:
            names = names | frame.variables()
        try:
            return eval(self._test, names)
        except (Exception, SystemExit):
            return UNBOUND

    def is_absent(self, frame: Frame | None) -> bool:
        """Whether it is a function's variable, and the function isn't in progress."""
        while frame is not None and frame.code is not self._scope:
            frame = frame.back
        return self._scope is not None and frame is None

    def refresh(self, frame: Frame | None) -> None:
        """Look at it, whatever it was."""
        value = self.read(frame)
        self._frozen = frozen(value)
        self._value = _copy(value)

    def has_changed(self, frame: Frame | None) -> bool:
        """Whether it is another value than the last time."""
        value = self.read(frame)
        now = frozen(value)
        if now == self._frozen:
            return False
        kept = _copy(value)
        self.change = self._value, kept
        self._frozen, self._value = now, kept
        return True


def _copy(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.array(value)
    return value.copy() if type(value) in (list, dict, set, bytearray) else value
