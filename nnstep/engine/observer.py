"""How a machine is watched."""

from __future__ import annotations

from typing import Any, Protocol

from nnstep.engine.frames import Frame
from nnstep.engine.ops import Op


class Refused(Exception):
    """An observer won't go on. The script has nothing to do with it, and can't catch it."""


class Boundary(Protocol):
    """Asked where an iteration of a loop is about to begin, or the loop to end."""

    def __call__(self, frame: Frame, op: Op, /) -> bool:
        """Whether to halt there.

        It may run iterations by itself, and leave the frame at the loop's head again or behind
        the loop.
        """


class Observer:
    """Watches a machine. Its methods are called for every op, so they should be quick.

    These here do nothing.
    """

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Before an op at which stepping may halt: whether to halt there."""
        return False

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """The operands are read, the op is about to run."""

    def after(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        """The op has run and its value is stored."""

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """The op has called a function that is stepped into."""

    def raised(self, frame: Frame, op: Op, error: BaseException) -> None:
        """The op has raised."""
