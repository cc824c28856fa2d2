"""A small drawing surface of character cells: braille dots, coloured half blocks, plain ASCII.

It knows dots, lines, marks and fills; not data, scales or axes (axes.py), and not what any of it
means. Positions count from the top left corner.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from nnstep.views.paint import Pen, runs

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
# A cell, as (row, column), and the character and style that stand in it.
Marks = Mapping[tuple[int, int], tuple[str, str]]

# The bit of each dot of a braille cell, by its row and column.
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint8)
_BRAILLE = 0x2800


class Canvas:
    """Lines and points of several series, at two by four dots a cell, or one a cell in ASCII.

    In a cell that several series cross, they take turns from column to column, so that none is
    hidden behind another; or the last series wins, if it is told so.

    Attributes:
        columns: how many cells wide.
        rows: how many cells high.
        across: how many dots wide.
        down: how many dots high.
        skipped: how many points were left out, for not being finite.
    """

    def __init__(
        self,
        columns: int,
        rows: int,
        pens: Sequence[Pen],
        *,
        ascii: bool = False,
        last_wins: bool = False,
    ) -> None:
        """An empty one.

        Args:
            columns: cells a line; no line is wider.
            rows: lines.
            pens: what each series is drawn with.
            ascii: the marks of the series in the place of dots.
            last_wins: a cell shows the last of its series, not all in turn.
        """
        self.columns, self.rows = max(columns, 1), max(rows, 1)
        self._cell = (1, 1) if ascii else (2, 4)
        self.across, self.down = self.columns * self._cell[0], self.rows * self._cell[1]
        self.skipped = 0
        self._pens, self._ascii, self._last_wins = list(pens), ascii, last_wins
        self._dots = np.zeros((len(self._pens), self.down, self.across), np.bool_)
        self._marks: dict[tuple[int, int], tuple[str, str]] = {}

    def point(self, x: float, y: float, series: int = 0) -> None:
        """One dot, if it is on the surface."""
        if not (math.isfinite(x) and math.isfinite(y)):
            self.skipped += 1
        elif -0.5 <= x < self.across - 0.5 and -0.5 <= y < self.down - 0.5:
            self._dots[series, math.floor(y + 0.5), math.floor(x + 0.5)] = True

    def line(
        self, start: tuple[float, float], end: tuple[float, float], series: int = 0,
        pattern: Sequence[bool] = (True,),
    ) -> None:
        """A straight line from one dot to another, cut off where the surface ends.

        Args:
            start: x and y in dots.
            end: likewise.
            series: what it belongs to.
            pattern: which dots along it are set, again and again, such as (True, False).
        """
        if not all(map(math.isfinite, (*start, *end))):
            self.skipped += 1
            return
        inside = _clipped(start, end, self.across - 1, self.down - 1)
        if inside is None:
            return
        xs, ys = _bresenham(*inside)
        drawn = np.resize(np.array(pattern, np.bool_), len(xs))
        self._dots[series, ys[drawn], xs[drawn]] = True

    def path(self, xs: Floats, ys: Floats, series: int = 0) -> None:
        """A line through points in dots, shape (n,) each; interrupted where one isn't finite."""
        before: tuple[float, float] | None = None
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
            if not (math.isfinite(x) and math.isfinite(y)):
                self.skipped += 1
                before = None
                continue
            self.point(x, y, series)
            if before is not None:
                self.line(before, (x, y), series)
            before = (x, y)

    def mark(self, column: int, row: int, text: str, style: str = "") -> None:
        """Characters in the cells from one on, over everything else."""
        for place, char in enumerate(text, column):
            if 0 <= row < self.rows and 0 <= place < self.columns:
                self._marks[row, place] = (char, style)

    def cells_of(self, series: int) -> Ints:
        """Which cells a series has dots in, shape (n, 2): row and column of each, by column."""
        found = np.argwhere(self._by_cell()[series].any(axis=(1, 3)))
        return found[np.argsort(found[:, 1], kind="stable")]

    def lines(self) -> list[Text]:
        """What was drawn, a `Text` a row, each as wide as the surface."""
        cells = self._by_cell()
        owners: NDArray[np.bool_] = np.asarray(cells.any(axis=(2, 4)), np.bool_)
        bits = np.zeros((self.rows, self.columns), np.uint8)
        if not self._ascii:
            every = cells.any(axis=0) if len(cells) else np.zeros(cells.shape[1:], np.bool_)
            bits = (every * _BITS[:, None, :]).sum(axis=(1, 3)).astype(np.uint8)
        every_row = (
            [self._at(row, column, owners, bits) for column in range(self.columns)]
            for row in range(self.rows)
        )
        return [Text.assemble(*runs(cells)) for cells in every_row]

    def _by_cell(self) -> NDArray[np.bool_]:
        """The dots, shape (series, rows, dots a cell down, columns, dots a cell across)."""
        across, down = self._cell
        return self._dots.reshape(len(self._pens), self.rows, down, self.columns, across)

    def _at(
        self, row: int, column: int, owners: NDArray[np.bool_], bits: NDArray[np.uint8]
    ) -> tuple[str, str]:
        """The character of a cell and its style."""
        if (row, column) in self._marks:
            return self._marks[row, column]
        drawn = np.flatnonzero(owners[:, row, column])
        if not drawn.size:
            return " ", ""
        pen = self._pens[int(drawn[-1 if self._last_wins else column % drawn.size])]
        return (pen.mark if self._ascii else chr(_BRAILLE + int(bits[row, column]))), pen.ink


def _bresenham(x0: int, y0: int, x1: int, y1: int) -> tuple[Ints, Ints]:
    """All dots of a line between two, whole numbers throughout."""
    count = max(abs(x1 - x0), abs(y1 - y0), 1)
    steps = np.arange(count + 1)
    return (
        x0 + (2 * steps * (x1 - x0) + count) // (2 * count),
        y0 + (2 * steps * (y1 - y0) + count) // (2 * count),
    )


def _clipped(
    start: tuple[float, float], end: tuple[float, float], right: int, bottom: int
) -> tuple[int, int, int, int] | None:
    """The part of a line within the surface, after Liang and Barsky; None when there is none."""
    (x0, y0), (x1, y1) = start, end
    first, last = 0.0, 1.0
    for origin, step, low, high in ((x0, x1 - x0, 0, right), (y0, y1 - y0, 0, bottom)):
        if not math.isfinite(step):
            return None
        if abs(step) < 1e-9:  # along the edge, where a division would tell nothing
            if not low - 0.5 <= origin <= high + 0.5:
                return None
            continue
        one, two = (low - 0.5 - origin) / step, (high + 0.5 - origin) / step
        first, last = max(first, min(one, two)), min(last, max(one, two))
    if first > last:
        return None
    ends = (x0 + first * (x1 - x0), y0 + first * (y1 - y0))
    others = (x0 + last * (x1 - x0), y0 + last * (y1 - y0))
    (a, b), (c, d) = ((_whole(x, right), _whole(y, bottom)) for x, y in (ends, others))
    return a, b, c, d


def _whole(place: float, most: int) -> int:
    return max(0, min(most, math.floor(place + 0.5)))


def half_blocks(pixels: Ints, palette: Sequence[str], marks: Marks | None = None) -> list[Text]:
    """Coloured pixels, two in a cell, one above the other.

    Args:
        pixels: an index into the palette each, negative for none; shape (2 * rows, columns).
        palette: colours.
        marks: what stands over them, by cell; its style needs no background, it gets that of
            the cell's upper pixel.
    """
    pixels = np.asarray(pixels, np.intp)
    if pixels.ndim != 2 or len(pixels) % 2:
        raise ValueError(f"pixels need the shape (2 * rows, columns), not {pixels.shape}")
    lines = []
    for row, (above, below) in enumerate(zip(pixels[::2], pixels[1::2], strict=True)):
        cells = []
        for column, (top, bottom) in enumerate(zip(above.tolist(), below.tolist(), strict=True)):
            mark = (marks or {}).get((row, column))
            cells.append(_half(top, bottom, palette) if mark is None else _on(mark, top, palette))
        lines.append(Text.assemble(*runs(cells)))
    return lines


def _half(top: int, bottom: int, palette: Sequence[str]) -> tuple[str, str]:
    if top < 0 and bottom < 0:
        return " ", ""
    if bottom < 0:
        return "▀", palette[top]
    if top < 0:
        return "▄", palette[bottom]
    if top == bottom:
        return " ", f"on {palette[top]}"
    return "▀", f"{palette[top]} on {palette[bottom]}"


def _on(mark: tuple[str, str], behind: int, palette: Sequence[str]) -> tuple[str, str]:
    text, style = mark
    return text, f"{style} on {palette[behind]}" if behind >= 0 else style


def fills(
    levels: Ints, chars: str, inks: Sequence[str] = (), marks: Marks | None = None
) -> list[Text]:
    """Cells filled with a character each, where there are no half blocks or no colours.

    Args:
        levels: an index into the characters each, negative for a blank; shape (rows, columns).
        chars: the characters.
        inks: a style for each of them, or none at all.
        marks: what stands over them, by cell.
    """
    levels = np.asarray(levels, np.intp)
    if levels.ndim != 2:
        raise ValueError(f"levels need the shape (rows, columns), not {levels.shape}")
    lines = []
    for row, values in enumerate(levels.tolist()):
        cells = [
            (marks or {}).get((row, column))
            or (" " if level < 0 else chars[level], inks[level] if inks and level >= 0 else "")
            for column, level in enumerate(values)
        ]
        lines.append(Text.assemble(*runs(cells)))
    return lines
