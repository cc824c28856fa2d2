"""Rows and columns of cells laid out into lines: true indices around them, the middle elided.

The lines are laid out by hand, which takes a tenth of the time of rich's own tables. Not the
facts above the cells (facts.py), and not arrays of other than two axes (tables.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.text import Text

from nnstep.views.numbers import DIGITS, columns_of
from nnstep.views.paint import NEGATIVE, POSITIVE
from nnstep.views.text import ALARM, CHANGED, DIM, ELLIPSIS, pad, styled

_GAP = 2
# `full` shows so many cells at most: a page that nobody can scroll through helps nobody.
FULL_CELLS = 100_000
# How large a cell is beside the largest one, in steps with a sign, and the style of each.
_LEVELS = 3
_SHADES = {
    -3: f"bold {NEGATIVE}", -2: NEGATIVE, -1: "", 0: "", 1: "", 2: POSITIVE, 3: f"bold {POSITIVE}",
}
_NOT_FINITE = re.compile(r"(?:^|[-+])(?:nan|inf|nat)(?:$|[-+j])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grid:
    """A 2-d piece of an array, as it is to be drawn.

    Attributes:
        data: the cells, shape (rows, columns), neither of them 0.
        hidden: which of them are masked, or None.
        changed: which of them are to be marked, or None.
        row_heads: the true index of each row, or None for a strip without row heads.
        column_heads: the true index of each column.
    """

    data: NDArray[Any]
    hidden: NDArray[np.bool_] | None
    changed: NDArray[np.bool_] | None
    row_heads: NDArray[np.intp] | None
    column_heads: NDArray[np.intp]


class Limits(NamedTuple):
    """How much may be shown.

    Attributes:
        width: no line is wider.
        rows: so many rows at most.
        columns: so many columns at most.
        full: all rows and columns instead, the columns in blocks one below the other.
        ascii: nothing but ASCII characters.
    """

    width: int
    rows: int
    columns: int
    full: bool
    ascii: bool


class _Column(NamedTuple):
    """One column as text.

    Attributes:
        head: its index.
        cells: the text of each row.
        marks: for each row, whether it is marked.
        shades: for each row, the style that tells sign and size.
        marked: whether any of them is, so that room is kept for the mark.
        width: of the widest of all these.
    """

    head: str
    cells: list[str]
    marks: list[bool]
    shades: list[str]
    marked: bool
    width: int

    @classmethod
    def of(cls, head: str, cells: list[str], marks: list[bool], shades: list[str]) -> _Column:
        marked = any(marks)
        width = max(len(head), *(cell_len(cell) + marked for cell in cells))
        return cls(head, cells, marks, shades, marked, width)


def grid_lines(grid: Grid, limits: Limits) -> list[Text]:
    """Heads, cells, and a note of what is left out."""
    n_rows, n_columns = grid.data.shape
    rows = ends(n_rows, max(1, FULL_CELLS // n_columns) if limits.full else limits.rows)
    heads = [""] * len(rows)
    if grid.row_heads is not None:
        heads = [f"[{grid.row_heads[row]}]" for row in rows]
        if len(rows) < n_rows:
            heads.insert((len(rows) + 1) // 2, ELLIPSIS)
    margin = max(map(len, heads))
    room = limits.width - margin
    places = ends(n_columns, FULL_CELLS if limits.full else limits.columns)
    columns = _columns(grid, rows, places, room, limits.ascii)
    if not limits.full:
        columns = _fitting(columns, room, elided=len(places) < n_columns)
    shown = len(columns)
    if shown < n_columns:
        dots = [ELLIPSIS] * len(columns[0].cells)
        none = [False] * len(dots), [""] * len(dots)
        columns.insert((shown + 1) // 2, _Column.of(ELLIPSIS, dots, *none))
    lines: list[Text] = []
    for block in _blocks(columns, room):
        lines.append(_head_line(block, margin))
        lines += [_row_line(block, row, head, margin) for row, head in enumerate(heads)]
    note = _left_out(len(rows), shown, grid)
    return [*lines, styled(note, DIM)] if note else lines


def ends(count: int, most: int) -> list[int]:
    """Which of so many are shown: all, or as many as allowed from both ends."""
    if count <= most:
        return list(range(count))
    most = max(most, 1)
    front = (most + 1) // 2
    return [*range(front), *range(count - (most - front), count)]


def _columns(
    grid: Grid, rows: list[int], places: list[int], room: int, ascii: bool
) -> list[_Column]:
    """The columns at these places, with as many digits as leave room for all, at least four."""
    corner = np.ix_(rows, places)
    block = grid.data[corner]
    hidden = None if grid.hidden is None else grid.hidden[corner]
    marks = np.zeros(block.shape, bool) if grid.changed is None else grid.changed[corner]
    heads = [f"[{grid.column_heads[place]}]" for place in places]
    shades = _shades(block)
    elided = len(places) < grid.data.shape[1]
    columns: list[_Column] = []
    for digits in DIGITS if block.dtype.kind in "fc" else DIGITS[:1]:
        texts = _masked(columns_of(block, digits, ascii), hidden)
        columns = [
            _Column.of(head, cells, mark, shade)
            for head, cells, mark, shade in zip(
                heads, texts, marks.T.tolist(), shades, strict=True
            )
        ]
        if _width(columns, elided) <= room:
            break
    if len(rows) < grid.data.shape[0]:
        for column in columns:
            column.cells.insert((len(rows) + 1) // 2, ELLIPSIS)
            column.marks.insert((len(rows) + 1) // 2, False)
            column.shades.insert((len(rows) + 1) // 2, "")
    return columns


def _shades(block: NDArray[Any]) -> list[list[str]]:
    """By column, the style of each cell: its sign, and how large it is beside the others shown."""
    if block.dtype.kind != "f":
        return [[""] * len(block) for _ in range(block.shape[1])]
    known = np.where(np.isfinite(block), block, 0.0)
    most = np.abs(known).max()
    if not most:
        return [[""] * len(block) for _ in range(block.shape[1])]
    levels = np.rint(known / most * _LEVELS).astype(np.intp)
    return [[_SHADES[level] for level in column] for column in levels.T.tolist()]


def _masked(texts: list[list[str]], hidden: NDArray[np.bool_] | None) -> list[list[str]]:
    """The cells with `--` in the place of masked ones."""
    if hidden is None:
        return texts
    return [
        ["--" if mask else text for text, mask in zip(column, masks, strict=True)]
        for column, masks in zip(texts, hidden.T, strict=True)
    ]


def _width(columns: Sequence[_Column], elided: bool) -> int:
    gap = _GAP + len(ELLIPSIS) if elided else 0
    return gap + sum(_GAP + column.width for column in columns)


def _fitting(columns: list[_Column], room: int, elided: bool) -> list[_Column]:
    """As many columns from both ends as there is room for, at least one."""
    for count in range(len(columns), 1, -1):
        kept = [columns[place] for place in ends(len(columns), count)]
        if _width(kept, elided or count < len(columns)) <= room:
            return kept
    return columns[:1]


def _blocks(columns: list[_Column], room: int) -> list[list[_Column]]:
    """The columns in blocks that fit; one block unless `full` wants more columns than fit."""
    blocks: list[list[_Column]] = [[]]
    for column in columns:
        if blocks[-1] and _width([*blocks[-1], column], elided=False) > room:
            blocks.append([])
        blocks[-1].append(column)
    return blocks


def _head_line(columns: list[_Column], margin: int) -> Text:
    cells = []
    for column in columns:
        # The head stands over the digits, not over the marks.
        mark = " " if column.marked else ""
        cells.append(pad(column.head + mark, column.width, right=True)[-column.width :])
    return styled(" " * (margin + _GAP) + (" " * _GAP).join(cells), DIM)


def _row_line(columns: list[_Column], row: int, head: str, margin: int) -> Text:
    text = pad(head, margin)
    spans = [(DIM, 0, margin)]
    for column in columns:
        cell, marked = column.cells[row], column.marks[row]
        shown = cell + ("*" if marked else " ") if column.marked else cell
        text += " " * _GAP + pad(shown, column.width, right=True)
        style = CHANGED if marked else ALARM if _NOT_FINITE.search(cell) else column.shades[row]
        if style:
            spans.append((style, len(text) - len(shown), len(text)))
    line = Text(text)
    for style, start, end in spans:
        line.stylize(style, start, end)
    return line


def _left_out(rows: int, columns: int, grid: Grid) -> str:
    """What is shown of how much, empty when everything is."""
    n_rows, n_columns = grid.data.shape
    if (rows, columns) == (n_rows, n_columns):
        return ""
    if grid.row_heads is None:
        return f"{columns} of {n_columns} elements"
    return f"{_part(rows, n_rows, 'row')}, {_part(columns, n_columns, 'column')}"


def _part(shown: int, count: int, noun: str) -> str:
    plural = noun if count == 1 else f"{noun}s"
    return f"{count} {plural}" if shown == count else f"{shown} of {count} {plural}"
