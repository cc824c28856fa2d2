"""One number over the epochs: its ends, its extremes, and its course as a line of characters.

Not where the numbers come from, and no plot with axes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from nnstep.views.facts import title
from nnstep.views.numbers import columns_of, number
from nnstep.views.text import ALARM, DIM, ELLIPSIS, pad, plain, stack, styled

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.:-=+*#"
_NOT_FINITE = "!"
_MISSING = " "
_DIGITS = 6
_WIDE = 1000  # largest through smallest, from which the line is drawn on a log scale
_LISTED = 200


def history_view(
    text: str, first: int, values: Sequence[float | None], *, width: int, ascii: bool = False
) -> Text:
    """A number over the epochs: the facts, then a line that rises and falls with it.

    Args:
        text: the expression.
        first: the epoch of the first value.
        values: one number an epoch, None where there was none.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    data, none = _floats(values), np.array([each is None for each in values], bool)
    last = first + len(values) - 1
    epochs = f"epoch {first}" if len(values) == 1 else f"epochs {first} .. {last}"
    lines = title(plain(text, ascii), [epochs, *_facts(data, first)], width)
    lines += [styled(each, ALARM) for each in _gaps(data, none, first)]
    if np.isfinite(data).sum() > 1:
        lines += _line(data, none, width, ascii)
    return stack(lines)


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([math.nan if each is None else float(each) for each in values], np.float64)


def _facts(data: Floats, first: int) -> list[str]:
    """First, last, smallest and largest."""
    finite = np.flatnonzero(np.isfinite(data))
    if not finite.size:
        return []
    low = int(finite[np.argmin(data[finite])])
    high = int(finite[np.argmax(data[finite])])
    if data[low] == data[high]:
        return [f"always {_exact(data[low])}"]
    return [
        f"first {_exact(data[0])}",
        f"last {_exact(data[-1])}",
        f"min {_exact(data[low])} (epoch {first + low})",
        f"max {_exact(data[high])} (epoch {first + high})",
    ]


def _exact(value: float) -> str:
    return number(float(value), _DIGITS) if np.isfinite(value) else _gap_name(value)


def _gap_name(value: float) -> str:
    return "NaN" if np.isnan(value) else "Inf" if value > 0 else "-Inf"


def _gaps(data: Floats, none: Mask, first: int) -> list[str]:
    """How many NaN and Inf there are, how many epochs have no value, and where it begins."""
    found = [
        (np.isnan(data) & ~none, "NaN"), (np.isinf(data), "Inf"), (none, "epochs without a value")
    ]
    return [
        f"{int(mask.sum())} {what}, first at epoch {first + int(np.argmax(mask))}"
        for mask, what in found
        if mask.any()
    ]


def _line(data: Floats, none: Mask, width: int, ascii: bool) -> list[Text]:
    """The line, and what a character of it stands for."""
    count = min(width, len(data))
    parts = np.array_split(data, count)
    finite = data[np.isfinite(data)]
    log = bool(finite.min() > 0 and finite.max() > _WIDE * finite.min())
    heights = np.array([_mean(part) for part in parts])
    drawn = list(_drawn(np.log(heights) if log else heights, _ASCII if ascii else _BLOCKS))
    for at, bad in enumerate(np.array_split(~np.isfinite(data) & ~none, count)):
        drawn[at] = _NOT_FINITE if bad.any() else drawn[at]
    most, least = len(parts[0]), len(parts[-1])
    each = str(most) if most == least else f"{least} or {most}"
    notes = [f"a character is the mean of {each} epochs"] * (most > 1)
    notes += ["log scale"] * log
    notes += [f"{_NOT_FINITE} has NaN or Inf"] * (_NOT_FINITE in drawn)
    return [Text("".join(drawn)), *([styled("; ".join(notes), DIM)] if notes else [])]


def _mean(part: Floats) -> float:
    """The mean of the finite ones, NaN where there is none."""
    finite = part[np.isfinite(part)]
    if not finite.size:
        return math.nan
    scale = float(np.abs(finite).max()) or 1.0  # a sum of large numbers would overflow
    return float((finite / scale).mean() * scale)


def _drawn(heights: Floats, steps: str) -> Iterator[str]:
    known = heights[np.isfinite(heights)]
    low, high = float(known.min()), float(known.max())
    for height in heights:
        if np.isnan(height):
            yield _MISSING
            continue
        share = (float(height) - low) / (high - low) if high > low else 0.5
        yield steps[min(int(share * len(steps)), len(steps) - 1)]


def history_columns(
    text: str, first: int, values: Sequence[float | None], *, width: int, ascii: bool = False
) -> Text:
    """The numbers themselves, each behind its epoch, in as many columns as there is room for.

    The arguments are those of `history_view`. Of many, the middle ones are left out.
    """
    places = list(range(len(values)))
    if len(places) > _LISTED:
        places = places[: _LISTED // 2] + places[-_LISTED // 2 :]
    column = _floats([values[place] for place in places]).reshape(-1, 1)
    cells = [
        "no value" if values[place] is None else cell
        for place, cell in zip(places, columns_of(column, _DIGITS)[0], strict=True)
    ]
    room, widest = len(str(first + places[-1])), max(map(len, cells))
    pairs = [
        f"{first + place:>{room}}  {cell:>{widest}}"
        for place, cell in zip(places, cells, strict=True)
    ]
    if len(places) < len(values):
        pairs.insert(_LISTED // 2, pad(ELLIPSIS, room + 2 + widest))
    lines = title(plain(text, ascii), [f"epochs {first} .. {first + len(values) - 1}"], width)
    lines += [Text(line) for line in _in_columns(pairs, width)]
    if len(places) < len(values):
        lines.append(styled(f"{len(places)} of {len(values)} values, the middle left out", DIM))
    return stack(lines)


def _in_columns(pairs: Sequence[str], width: int) -> list[str]:
    """Texts of one length, one below the other and then side by side."""
    gap = "    "
    across = max((width + len(gap)) // (len(pairs[0]) + len(gap)), 1)
    down = -(-len(pairs) // across)
    return [gap.join(pairs[at::down]) for at in range(down)]
