"""How values are distributed: bars with counts, and a line of a few characters for tables.

Not the facts about an array (facts.py), and not where the single values lie in it.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from nnstep.views.axes import Floats, Scale, floats, notes, scale_of, ticks, warnings
from nnstep.views.facts import title
from nnstep.views.numbers import number
from nnstep.views.paint import INKS
from nnstep.views.text import DIM, pad, plain, stack, styled

Ints = NDArray[np.intp]

EDGES = "a value on an edge counts in the upper range"
_NARROWEST = 24
_BINS = 10
_MOST_BINS = 200
_BAR = " ▏▎▍▌▋▊▉█"
_LEVELS = " ▁▂▃▄▅▆▇█"
_ASCII_LEVELS = " .:-=+*#"
_MOST_WHOLE = 20


class Bin(NamedTuple):
    """One bar.

    Attributes:
        text: its range in words, or its only value.
        held: how many values lie in it.
        ends: where the range begins and where it ends; None for a single value.
    """

    text: str
    held: int
    ends: tuple[float, float] | None = None


def histogram_view(
    values: Any,
    name: str,
    *,
    width: int,
    bins: int | None = None,
    ascii: bool = False,
) -> Text:
    """How many values lie in which range, a bar each.

    Args:
        values: numbers, of any shape. NaN and Inf are counted apart.
        name: what they are called.
        width: no line is wider; at least 40.
        bins: about so many ranges, their ends at 1, 2 or 5 times a power of ten; 10 if None, or
            one a value where there are few different whole numbers.
        ascii: nothing but ASCII characters.
    """
    width = max(width, _NARROWEST)
    data = floats(values).ravel()
    lines = title(plain(name, ascii), told(data), width)
    found = binned(values, bins)
    lines += _bars(found, width, ascii)
    if len(found) > 1 and found[0].ends:
        lines += notes([EDGES], width)
    return stack([*lines, *warnings(odd(data), width)])


def told(data: Floats) -> list[str]:
    """How many values there are, and from where to where."""
    finite = data[np.isfinite(data)]
    size = "1 value" if data.size == 1 else f"{data.size} values"
    pieces = [size if data.size else "empty"]
    if finite.size:
        low, high = number(float(finite.min())), number(float(finite.max()))
        pieces.append(f"range {low} .. {high}" if low != high else f"all {low}")
    return pieces


def mini_histogram(values: Any, cells: int = 8, ascii: bool = False) -> str:
    """How values are distributed from the smallest to the largest, in so many characters.

    A range with no value is a blank, one with any value at least the lowest block. Values that
    are all the same are one block in the middle; NaN and Inf take no part.
    """
    cells = max(cells, 1)
    data = floats(values).ravel()
    finite = data[np.isfinite(data)]
    if not finite.size:
        return " " * cells
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        shares = np.full(finite.shape, 0.5)
    else:
        shares = Scale(low, high).at(finite)
    return drawn_density(shares, cells, ascii)


def drawn_density(shares: Floats, cells: int, ascii: bool) -> str:
    """How many shares between 0 and 1 fall into each of so many cells, as blocks."""
    levels = _ASCII_LEVELS if ascii else _LEVELS
    at = np.clip(np.floor(shares * cells), 0, cells - 1).astype(np.intp)
    counts = np.bincount(at, minlength=cells)
    most = max(int(counts.max()), 1)
    return "".join(levels[math.ceil(count / most * (len(levels) - 1))] for count in counts.tolist())


def binned(values: Any, bins: int | None = None) -> list[Bin]:
    """The bars of a histogram; NaN and Inf are in none of them.

    Args:
        values: numbers, of any shape.
        bins: as in `histogram_view`.
    """
    data = floats(values).ravel()
    finite = data[np.isfinite(data)]
    if not finite.size:
        return []
    kind = np.asarray(values).dtype.kind
    if kind == "b":
        ones = int(finite.sum())
        return [Bin("False", finite.size - ones), Bin("True", ones)]
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        return [Bin(number(low), finite.size)]
    if kind in "iu" and bins is None and high - low < _MOST_WHOLE:
        counts = np.bincount((finite - low).astype(np.intp))
        return [Bin(str(int(low) + at), int(count)) for at, count in enumerate(counts)]
    return _ranges(finite, min(max(bins or _BINS, 1), _MOST_BINS))


def _ranges(finite: Floats, bins: int) -> list[Bin]:
    """Ranges of one width that hold all values; the last one includes its end."""
    scale = scale_of(finite, nice=bins)
    marks = ticks(scale, bins)
    edges = np.array([tick.value for tick in marks])
    edges[0], edges[-1] = min(edges[0], scale.low), max(edges[-1], scale.high)
    at = np.clip(np.searchsorted(edges, finite, side="right") - 1, 0, len(edges) - 2)
    counts = np.bincount(at, minlength=len(edges) - 1).tolist()
    room = max(len(tick.label) for tick in marks)
    return [
        Bin(
            f"{pad(one.label, room, True)} .. {pad(two.label, room, True)}", count,
            (one.value, two.value),
        )
        for one, two, count in zip(marks[:-1], marks[1:], counts, strict=True)
    ]


def _bars(found: list[Bin], width: int, ascii: bool) -> list[Text]:
    if not found:
        return []
    most = max(each.held for each in found)
    room, digits = max(len(each.text) for each in found), len(str(most))
    longest = width - room - digits - 4
    lines = []
    for each in found:
        line = styled(f"{pad(each.text, room, True)}  ", DIM)
        line.append(f"{each.held:>{digits}}  ")
        if longest > 0:
            line.append(_bar(each.held / most * longest, ascii), INKS[0])
        lines.append(line)
    return lines


def _bar(cells: float, ascii: bool) -> str:
    """A bar of so many cells; whatever isn't nothing is seen."""
    if ascii:
        return "#" * round(cells) or ("." if cells else "")
    eighths = max(round(cells * 8), 1 if cells else 0)
    return "█" * (eighths // 8) + _BAR[eighths % 8].strip()


def odd(data: Floats) -> list[str]:
    """How many are not finite."""
    nans, infs = int(np.isnan(data).sum()), int(np.isinf(data).sum())
    minus = int((data == -np.inf).sum())
    return [
        *([f"{nans} NaN"] if nans else []),
        *([f"{infs} Inf ({minus} of them -Inf)" if minus else f"{infs} Inf"] if infs else []),
    ]
