"""Views: how an array looks into the memory of another, done again on a copy of that memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


def owner_of(value: Any) -> Any:
    """What holds the memory of a value: for a view the array that it looks into."""
    while isinstance(value, np.ndarray) and isinstance(value.base, np.ndarray):
        value = value.base
    return value


@dataclass(frozen=True, slots=True)
class View:
    """How a view looks into its owner, which may be copied in another precision.

    Attributes:
        shape: of the view.
        strides: in bytes of the owner.
        offset: in bytes of the owner.
        itemsize: of the owner.
        axes: of the owner, in the order in which they lie in memory.
    """

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    itemsize: int
    axes: tuple[int, ...]

    @classmethod
    def of(cls, value: Any, owner: Any) -> View:
        offset = value.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        axes = sorted(range(owner.ndim), key=lambda axis: -owner.strides[axis])
        return cls(value.shape, value.strides, offset, owner.itemsize, tuple(axes))

    def __call__(self, content: Any) -> Any:
        ratio = content.itemsize // self.itemsize
        return np.ndarray(
            self.shape, content.dtype, content.transpose(self.axes), self.offset * ratio,
            tuple([each * ratio for each in self.strides]),
        )


def view_into(value: Any) -> Callable[[Any], Any]:
    """What looks into another owner as a value does into its own."""
    owner = owner_of(value)
    if value is owner or not isinstance(value, np.ndarray):
        return lambda content: content
    return View.of(value, owner)
