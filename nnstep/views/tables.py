"""A value under its name: an array as a table, a holder of arrays by entry, the rest in a line.

Not the layout of cells (grid.py), and not the list of all names (names.py).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from nnstep.insight.arrays import hidden_cells, is_array, short_text, summarize
from nnstep.views.facts import facts, title
from nnstep.views.grid import FULL_CELLS, Grid, Limits, ends, grid_lines
from nnstep.views.names import entries_table, holds_arrays, one_line
from nnstep.views.slices import Labels
from nnstep.views.text import DIM, NAME, plain, shortened, stack, styled

Mask = NDArray[np.bool_]

_NARROWEST = 24


class _Cells(NamedTuple):
    """An array without its wrappings, the masks that go with it, and the true indices."""

    data: NDArray[Any]
    hidden: Mask | None
    changed: Mask | None
    heads: list[NDArray[np.intp]]

    def grid(self, place: Any, rows: NDArray[np.intp] | None) -> Grid:
        """The 2-d piece at a place."""
        hidden = None if self.hidden is None else self.hidden[place]
        changed = None if self.changed is None else self.changed[place]
        return Grid(self.data[place], hidden, changed, rows, self.heads[-1])


def value_view(
    value: object,
    *,
    name: str,
    width: int,
    changed: Mask | None = None,
    full: bool = False,
    ascii: bool = False,
) -> Text:
    """Any value under its name: an array as a table, a holder of arrays by entry, else one line.

    Args:
        value: what is shown.
        name: what it is called, such as `zh` or `np.dot(x, w)`.
        width: no line is wider; at least 40.
        changed: for an array, the cells to be marked with `*`, of its shape.
        full: all rows, columns and entries.
        ascii: nothing but ASCII characters.
    """
    if is_array(value):
        return array_table(value, name=name, width=width, changed=changed, full=full, ascii=ascii)
    if holds_arrays(value):
        return entries_table(value, name=name, width=width, full=full, ascii=ascii)
    return one_line(value, name=name, width=width, ascii=ascii)


def array_table(
    value: NDArray[Any],
    *,
    name: str,
    width: int,
    changed: Mask | None = None,
    rows: int = 8,
    cols: int = 8,
    full: bool = False,
    index: str = "",
    labels: Labels | None = None,
    ascii: bool = False,
) -> Text:
    """An array of any shape and dtype as lines no wider than a width.

    Args:
        value: the array, or the part of one that is to be shown.
        name: what it is called.
        width: no line is wider; at least 40.
        changed: the cells to be marked with `*`, of the array's shape.
        rows: so many rows at most; the middle ones are left out.
        cols: so many columns at most, fewer where the width doesn't allow them.
        full: show all rows and columns, the columns in several blocks if need be.
        index: the slice that picked the part, such as `[3:5, :]`, shown behind the name.
        labels: the true indices along each axis of the part, as `sliced` finds them.
        ascii: nothing but ASCII characters.
    """
    data, width = np.asarray(value), max(width, _NARROWEST)
    cells = _Cells(data, hidden_cells(value), changed, _heads(data.shape, labels))
    name = plain(name + index, ascii)
    if data.ndim == 0:
        text = _single(cells, ascii)
        name = f"{shortened(name, text, width)} = {text}"
    lines = title(name, facts(summarize(value)), width)
    if data.ndim == 0 or not data.size:
        return stack(lines)
    limits = Limits(width, rows, cols, full, ascii)
    if data.ndim == 1:
        lines += grid_lines(cells.grid(np.newaxis, None), limits)
    elif data.ndim == 2:
        lines += grid_lines(cells.grid(..., cells.heads[0]), limits)
    else:
        lines += _slices(cells, limits)
    return stack(lines)


def _heads(shape: tuple[int, ...], labels: Labels | None) -> list[NDArray[np.intp]]:
    given = labels if labels is not None and len(labels) == len(shape) else (None,) * len(shape)
    return [
        np.arange(length) if label is None else label
        for length, label in zip(shape, given, strict=True)
    ]


def _single(cells: _Cells, ascii: bool) -> str:
    """The one element of a 0-d array, with all its digits."""
    if cells.hidden is not None and cells.hidden.any():
        return "--"
    marked = cells.changed is not None and bool(cells.changed.any())
    return plain(short_text(cells.data[()]), ascii) + ("*" if marked else "")


def _slices(cells: _Cells, limits: Limits) -> list[Text]:
    """The first and the last 2-d slice of an array of three or more axes, or all when full."""
    outer, inner = cells.data.shape[:-2], cells.data.shape[-2:]
    count = math.prod(outer)
    shown = ends(count, max(2, FULL_CELLS // math.prod(inner)) if limits.full else 2)
    lines: list[Text] = []
    for flat in shown:
        place = tuple(int(part) for part in np.unravel_index(flat, outer))
        true = [str(head[part]) for head, part in zip(cells.heads, place, strict=False)]
        lines.append(styled(f"[{', '.join(true)}, :, :]", NAME))
        lines += grid_lines(cells.grid(place, cells.heads[-2]), limits)
    if len(shown) < count:
        lines.append(styled(f"{len(shown)} of {count} slices", DIM))
    return lines
