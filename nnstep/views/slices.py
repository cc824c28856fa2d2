"""A part of an array together with the true indices of its rows and columns.

So that `table X[3:5, :]` labels its rows `[3]` and `[4]`. Not the parsing of what was typed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Labels = tuple[NDArray[np.intp] | None, ...]


class Part(NamedTuple):
    """What an index picked from an array.

    Attributes:
        value: the part: an array, or one element.
        labels: for each axis of the part the indices along the original axis, shape (length,);
            None for an axis whose elements have no single such index.
    """

    value: Any
    labels: Labels


class _Axis(NamedTuple):
    """One item of an index and the length of its axis; None for a new axis and for `...`."""

    item: Any
    length: int | None


def sliced(value: NDArray[Any], key: Any) -> Part:
    """Apply a NumPy index, basic or fancy, and find the true indices of what it picks.

    Args:
        value: the array.
        key: anything that NumPy takes between brackets: ints, slices, `...`, None, lists.

    Raises:
        IndexError: the index doesn't fit the array.
    """
    part = value[key]
    shape = np.shape(part)
    try:
        labels = _labels(_axes(np.shape(value), key))
    except ValueError:
        return Part(part, (None,) * len(shape))
    fits = len(labels) == len(shape) and all(
        label is None or len(label) == length for label, length in zip(labels, shape, strict=True)
    )
    return Part(part, labels if fits else (None,) * len(shape))


def _axes(shape: tuple[int, ...], key: Any) -> list[_Axis]:
    """The items of an index, `...` and missing axes written out as full slices.

    Raises:
        ValueError: an item covers several axes, such as a mask of the array's own shape.
    """
    items = list(key) if isinstance(key, tuple) else [key]
    items = [np.asarray(item) if _is_list(item) else item for item in items]
    if any(isinstance(item, np.ndarray) and item.ndim != 1 for item in items):
        raise ValueError("an index of several axes has no labels")
    missing = len(shape) - sum(item is not None and item is not ... for item in items)
    gap = next((place for place, item in enumerate(items) if item is ...), len(items))
    # A `...` that stands for no axis still stands between its neighbours.
    nothing = [...] if gap < len(items) else []
    items[gap : gap + 1] = [slice(None)] * missing or nothing
    lengths = iter(shape)
    return [_Axis(item, None if item is None or item is ... else next(lengths)) for item in items]


def _is_list(item: Any) -> bool:
    return not (item is None or item is ... or isinstance(item, (int, np.integer, slice)))


def _labels(axes: list[_Axis]) -> Labels:
    """The indices along each axis of the part.

    Raises:
        ValueError: several lists pick elements together, so an element has several indices.
    """
    lists = [place for place, axis in enumerate(axes) if isinstance(axis.item, np.ndarray)]
    if len(lists) > 1:
        raise ValueError("several lists have no labels")
    found: list[NDArray[np.intp] | None] = []
    for axis in axes:
        if isinstance(axis.item, (int, np.integer)) or axis.item is ...:
            continue
        found.append(None if axis.length is None else np.arange(axis.length)[axis.item])
    if lists and _moves_to_front(axes):
        before = [axis for axis in axes[: lists[0]] if axis.item is not ...]
        place = sum(not isinstance(axis.item, (int, np.integer)) for axis in before)
        found.insert(0, found.pop(place))
    return tuple(found)


def _moves_to_front(axes: list[_Axis]) -> bool:
    """NumPy's rule: a list and ints with a slice between them put the list's axis first."""
    fancy = [
        place
        for place, axis in enumerate(axes)
        if isinstance(axis.item, (int, np.integer, np.ndarray))
    ]
    return fancy[-1] - fancy[0] >= len(fancy)
