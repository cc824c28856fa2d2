"""A matrix as a map of its values around 0: blue below, orange above, or signs and shades.

Not the numbers themselves (tables.py). A matrix with more cells than there is room for is shown
by the means of blocks, and that is said.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from nnstep.views.axes import Floats, floats, left_out, notes, warnings
from nnstep.views.facts import title
from nnstep.views.numbers import number
from nnstep.views.paint import DIVERGING, diverging
from nnstep.views.text import ALARM, DIM, pad, plain, stack, styled

_NARROWEST = 24
_LOWEST = 3
_WIDEST_CELL = 4
_NUMBERED_CELL = 9  # wide enough for a number
_DARK = 0.7  # of the largest size: from there on white is read better than black
_SHADES = "░▒▓█"
_ASCII_SHADES = ".:=#"
_ODD = "!"


class _Blocks(NamedTuple):
    """A matrix, or the means of its blocks.

    Attributes:
        shares: -1 to 1 each, in units of the largest size; NaN where a block holds anything
            that isn't finite. Shape (r, c).
        rows: the first true row of each.
        columns: the first true column of each.
    """

    shares: Floats
    rows: list[int]
    columns: list[int]


def heat_view(
    matrix: Any,
    name: str,
    *,
    width: int,
    height: int = 20,
    ascii: bool = False,
    colour: bool = True,
) -> Text:
    """A matrix as coloured cells, with its true row and column numbers.

    Args:
        matrix: shape (rows, columns). Cells with NaN or Inf show `!`.
        name: what it is called.
        width: no line is wider; at least 40.
        height: so many lines of cells at most.
        ascii: nothing but ASCII characters.
        colour: whether colours can be shown; else a sign and a shade of size stand in a cell.

    Raises:
        ValueError: the matrix has another number of axes.
    """
    width, colour = max(width, _NARROWEST), colour and not ascii
    data = floats(matrix)
    if data.ndim != 2:
        raise ValueError(f"a heat map needs the shape (rows, columns), not {data.shape}")
    finite = data[np.isfinite(data)]
    limit = float(np.abs(finite).max()) if finite.size else 0.0
    lines = title(plain(name, ascii), told(data), width)
    gaps = left_out(data)
    if not data.size:
        return stack(lines)
    margin = len(str(len(data) - 1)) + 3
    room, signed = width - margin, bool((finite < 0).any())
    narrowest = 1 if colour or not signed else 2
    rows = max(height, _LOWEST) * (2 if colour else 1)
    blocks = _reduced(data, limit, rows, room // narrowest)
    numbered = colour and blocks.shares.shape == data.shape and len(data) <= max(height, _LOWEST)
    widest = _NUMBERED_CELL if numbered else _WIDEST_CELL
    cell = max(narrowest, min(widest, room // len(blocks.columns)))
    lines.append(_heads(blocks.columns, cell, margin))
    whole = blocks.shares.shape == data.shape
    scale = limit if whole else None
    lines += _cells(blocks, cell, margin, max(height, _LOWEST), colour, ascii, signed, scale)
    lines += _legend(limit, signed, colour, ascii, width)
    lines += notes([_told(data, blocks)], width)
    return stack([*lines, *warnings([f"{gaps}, shown as {_ODD}"] if gaps else [], width)])


def told(data: Floats) -> list[str]:
    """The shape of a matrix, and from where to where its values go."""
    finite = data[np.isfinite(data)]
    if not finite.size:
        return [str(data.shape), *([] if data.size else ["empty"])]
    low, high = number(float(finite.min())), number(float(finite.max()))
    return [str(data.shape), f"range {low} .. {high}" if low != high else f"all {low}"]


def _reduced(data: Floats, limit: float, most_rows: int, most_columns: int) -> _Blocks:
    """The matrix in units of its largest size, by the means of blocks where it is too large."""
    # In two steps: one over a number near 0 would be infinite, one over the largest near 0.
    shares = data / limit if limit else np.where(np.isfinite(data), 0.0, data)
    shares = np.where(np.isfinite(data), shares, np.nan)
    starts = [
        np.unique(np.linspace(0, count, min(count, most) + 1).astype(np.intp)[:-1])
        for count, most in zip(data.shape, (most_rows, most_columns), strict=True)
    ]
    sums = shares
    for axis, start in enumerate(starts):
        sizes = np.diff(np.append(start, data.shape[axis]))
        sums = np.add.reduceat(sums, start, axis=axis) / np.expand_dims(sizes, 1 - axis)
    return _Blocks(sums, starts[0].tolist(), starts[1].tolist())


def _heads(columns: list[int], cell: int, margin: int) -> Text:
    """The true column numbers, as many as there is room for."""
    line = " " * margin
    for at, column in enumerate(columns):
        start, label = margin + at * cell, f"[{column}]"
        if start >= len(line) and start + len(label) <= margin + len(columns) * cell + 2:
            line += " " * (start - len(line)) + label + " "
    return styled(line.rstrip(), DIM)


def _cells(
    blocks: _Blocks, cell: int, margin: int, height: int, colour: bool, ascii: bool, signed: bool,
    limit: float | None,
) -> list[Text]:
    """The rows, two in a line where there are more of them than lines.

    Where each cell is one number, of which the largest is `limit`, there may be room for it.
    """
    paired = colour and len(blocks.rows) > height
    lines = []
    for at in range(0, len(blocks.rows), 2 if paired else 1):
        line = styled(pad(f"[{blocks.rows[at]}]", margin - 1, right=True) + " ", DIM)
        above = blocks.shares[at]
        below = None
        if paired:
            below = blocks.shares[at + 1] if at + 1 < len(blocks.rows) else None
        for column, share in enumerate(above.tolist()):
            if colour and not paired and not math.isnan(share):
                line.append(*_told_cell(share, limit, cell, signed))
            elif colour:
                under = None if below is None else float(below[column])
                _append_coloured(line, share, under, cell)
            else:
                text = _shade(share, cell, ascii, signed)
                line.append(text, ALARM if _ODD in text else "")
        lines.append(line)
    return lines


def _told_cell(share: float, limit: float | None, cell: int, signed: bool) -> tuple[str, str]:
    """A cell of a colour, with its number in it, or only its sign."""
    text = number(share * limit, 3) if limit is not None else ""
    if not text or cell_len(text) >= cell:
        text = ("-" if share < 0 else "+" if share > 0 else "") if signed else ""
    ink = "#ffffff" if abs(share) > _DARK else "#000000"
    return pad(text + " " * ((cell - cell_len(text)) // 2), cell, right=True), (
        f"{ink} on {diverging(share)}"
    )


def _append_coloured(line: Text, share: float, under: float | None, cell: int) -> None:
    """A cell of one colour above another."""
    if math.isnan(share) or (under is not None and math.isnan(under)):
        line.append(_ODD * cell, ALARM)
    elif under is None:
        line.append("▀" * cell, diverging(share))
    else:
        line.append("▀" * cell, f"{diverging(share)} on {diverging(under)}")


def _shade(share: float, cell: int, ascii: bool, signed: bool) -> str:
    """One cell without colours: its sign, then a shade for its size; 0 is blank."""
    if math.isnan(share):
        return pad(_ODD, cell)
    shades = _ASCII_SHADES if ascii else _SHADES
    if not share:
        return " " * cell
    shade = shades[min(int(abs(share) * len(shades)), len(shades) - 1)]
    sign = ("-" if share < 0 else "+") if signed else ""
    return sign + shade * max(cell - len(sign) - (cell > 2), 1) + " " * (cell > 2)


def _legend(limit: float, signed: bool, colour: bool, ascii: bool, width: int) -> list[Text]:
    """What the ends and the middle of the scale stand for."""
    top = number(limit, 3)
    if colour:
        line = Text(f"-{top} " if limit else "")
        for at, each in enumerate(DIVERGING):
            middle = at == len(DIVERGING) // 2
            line.append(" 0 " if middle else "   ", f"{'#000000 ' * middle}on {each}")
        line.append(f" {top}" if limit else "")
        return [line]
    shades = _ASCII_SHADES if ascii else _SHADES
    steps = [number(limit * at / len(shades), 3) for at in range(len(shades) + 1)]
    sizes = [f"{shade} to {step}" for shade, step in zip(shades, steps[1:], strict=True)]
    signs = "sign, then size: " if signed else "size: "
    return notes([f"{signs}{', '.join(sizes)}; blank is 0"], width)


def _told(data: Floats, blocks: _Blocks) -> str:
    """How much is put together, where it is."""
    shown = (len(blocks.rows), len(blocks.columns))
    if shown == data.shape:
        return ""
    down, across = (math.ceil(all / part) for all, part in zip(data.shape, shown, strict=True))
    return (
        f"{data.shape[0]} x {data.shape[1]} cells drawn as {shown[0]} x {shown[1]}, each the mean "
        f"of up to {down} x {across}; single extremes may not be seen"
    )
