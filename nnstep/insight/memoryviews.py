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


def same_view(value: Any, content: Any) -> Any:
    """The view into another owner that a value is into its own."""
    owner = owner_of(value)
    if value is owner or not isinstance(value, np.ndarray):
        return content
    return View.of(value, owner)(content)


@dataclass(frozen=True, slots=True)
class View:
    """How a view looks into its owner."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    size: int
    turned: bool
    whole: bool

    @classmethod
    def of(cls, value: Any, owner: Any) -> View:
        offset = value.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        same = value.shape == owner.shape and value.strides == owner.strides
        turned = not owner.flags.c_contiguous
        backwards = value.shape[::-1] == owner.shape and value.strides[::-1] == owner.strides
        whole = offset == 0 and (same or backwards)
        return cls(
            value.shape, value.strides, offset, owner.itemsize, turned, whole and backwards
        ) if not same or offset else cls((), (), 0, 0, False, whole=True)

    def __call__(self, content: Any) -> Any:
        if self.whole:
            return content.T if self.size else content
        ratio = content.itemsize // self.size
        buffer = content.T if self.turned else content
        return np.ndarray(
            self.shape, content.dtype, buffer, self.offset * ratio,
            tuple([each * ratio for each in self.strides]),
        )


def view_into(value: Any) -> Callable[[Any], Any]:
    """What looks into another owner as a value does into its own."""
    owner = owner_of(value)
    if value is owner or not isinstance(value, np.ndarray):
        return lambda content: content
    return View.of(value, owner)
