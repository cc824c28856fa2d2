"""Scales, ticks and the frame around a plot: from numbers to places, and what stands beside them.

Ticks lie at 1, 2 or 5 times a power of ten, on a log scale at powers of ten where there are
enough. Not the drawing itself (canvas.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.text import Text

from nnstep.insight.arrays import hidden_cells
from nnstep.views.numbers import number
from nnstep.views.text import ALARM, DIM, pad, styled, wrap

Floats = NDArray[np.float64]

_LARGEST = float(np.finfo(np.float64).max)
_TINY = 1e-290  # below, a tenth of a step may not be told from 0
_CLOSE = 1e-12  # relative span below which rounding would spoil the ticks
_WIDEST_FIXED = 1e7


class Scale(NamedTuple):
    """An axis: which numbers lie at its ends.

    Attributes:
        low: the number at the beginning, finite.
        high: the number at the end, above `low`.
        log: whether it goes by the logarithm; both ends are positive then.
        whole: whether nothing but whole numbers lies on it, such as epochs.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def at(self, values: Floats) -> Floats:
        """Where numbers lie: 0 at the beginning, 1 at the end; NaN for what has no place."""
        with np.errstate(all="ignore"):
            if self.log:
                low, high = math.log10(self.low), math.log10(self.high)
                places: Floats = (np.log10(np.where(values > 0, values, np.nan)) - low)
                return places / (high - low)
            # In units of the larger end, since the span itself may overflow.
            unit = max(abs(self.low), abs(self.high))
            span = self.high / unit - self.low / unit
            shifted: Floats = (values / unit - self.low / unit) / span
            return shifted


class Tick(NamedTuple):
    """A number that is written at an axis."""

    value: float
    label: str


def floats(values: Any) -> Floats:
    """Anything array-like as float64 of the same shape; what is no real number becomes NaN.

    Masked elements and complex ones with an imaginary part are NaN, too.
    """
    data = np.asarray(values)
    hidden = hidden_cells(values) if isinstance(values, np.ndarray) else None
    with np.errstate(all="ignore"):
        if data.dtype.kind in "biuf":
            found = data.astype(np.float64)
        elif data.dtype.kind == "c":
            found = np.where(data.imag == 0, data.real, np.nan).astype(np.float64)
        else:
            found = np.array([_float(each) for each in data.ravel()], np.float64)
            found = found.reshape(data.shape)
    if hidden is not None:
        found[hidden] = np.nan
    return found


def _float(value: Any) -> float:
    if not isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating)):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def left_out(values: Floats) -> str:
    """How many NaN and Inf there are, as `2 NaN, 1 Inf`; empty without any."""
    found = [(int(np.isnan(values).sum()), "NaN"), (int(np.isinf(values).sum()), "Inf")]
    return ", ".join(f"{count} {what}" for count, what in found if count)


def scale_of(values: Floats, *, log: bool = False, nice: int = 0) -> Scale:
    """A scale that holds all finite numbers (with `log`: all positive ones); 0 to 1 without any.

    Args:
        values: numbers.
        log: a log scale.
        nice: make the ends of a linear scale ticks, of about so many; 0 leaves them as they are.
    """
    kept = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not kept.size:
        return Scale(0.1, 1.0, True) if log else Scale(0.0, 1.0)
    low, high = float(kept.min()), float(kept.max())
    if log:
        return Scale(*_apart_by_factor(low, high), True)
    low, high = _apart(low, high)
    step = _step(low, high, nice) if nice else None
    if step is not None:
        first, last = _floor(low, *step), -_floor(-high, *step)
        ends = (_number(first, *step), _number(last, *step))
        if all(map(math.isfinite, ends)):
            low, high = min(low, ends[0]), max(high, ends[1])
    return Scale(low, high)


def _apart(low: float, high: float) -> tuple[float, float]:
    """Two different ends also where all numbers are the same."""
    if low != high:
        return low, high
    if not low:
        return -1.0, 1.0
    half = abs(low) / 2
    low, high = max(low - half, -_LARGEST), min(high + half, _LARGEST)
    return (low, high) if low < high else (min(low, 0.0), max(high, 0.0))


def _apart_by_factor(low: float, high: float) -> tuple[float, float]:
    if math.log10(high) - math.log10(low) > 1e-9:
        return low, high
    return max(low / 2, 5e-324), min(high, _LARGEST / 2) * 2


def ticks(scale: Scale, count: int) -> list[Tick]:
    """About so many ticks within a scale, at least its two ends."""
    if scale.log:
        return _log_ticks(scale, count)
    step = _step(scale.low, scale.high, max(count, 2))
    if step is None:
        return _ends(scale)
    if scale.whole and step[1] < 0:
        step = (1, 0)
    first, last = -_floor(-scale.low, *step), _floor(scale.high, *step)
    values = [_number(at, *step) for at in range(first, last + 1)]
    if len(values) < 2:
        return _ends(scale)
    labels = _labels(values, step[1])
    return [Tick(value, label) for value, label in zip(values, labels, strict=True)]


def _ends(scale: Scale) -> list[Tick]:
    texts = [number(end) for end in scale[:2]]
    if texts[0] == texts[1]:
        texts = [repr(end) for end in scale[:2]]
    return [Tick(end, text) for end, text in zip(scale[:2], texts, strict=True)]


def _step(low: float, high: float, count: int) -> tuple[int, int] | None:
    """The step for about so many ticks, as (1, 2 or 5, power of ten); None when none would do."""
    half = high / 2 - low / 2
    raw = half / max(count, 1) * 2
    if not _TINY < raw < _LARGEST or raw * count < _CLOSE * max(abs(low), abs(high)):
        return None
    power = math.floor(math.log10(raw))
    share = raw / float(f"1e{power}")
    for digit in (1, 2, 5):
        if share <= digit * (1 + 1e-9):
            return digit, power
    return 1, power + 1


def _number(at: int, digit: int, power: int) -> float:
    """A multiple of a step, correctly rounded."""
    return float(f"{at * digit}e{power}")


def _floor(value: float, digit: int, power: int) -> int:
    """How many whole steps there are below a number; one that is a multiple counts itself."""
    at = math.floor(value / float(f"{digit}e{power}"))
    if _number(at, digit, power) > value:
        return at - 1
    return at + 1 if _number(at + 1, digit, power) <= value else at


def _labels(values: Sequence[float], power: int) -> list[str]:
    """One notation for all: fixed, or scientific where that would be long."""
    largest = max(map(abs, values))
    if largest < _WIDEST_FIXED and power > -7:
        return [f"{value:.{max(-power, 0)}f}" for value in values]
    digits = max(math.floor(math.log10(largest)) - power, 0) if largest else 0
    return [f"{value:.{digits}e}" if value else "0" for value in values]


def _log_ticks(scale: Scale, count: int) -> list[Tick]:
    """Powers of ten; with 2 and 5 between where they are few, else evenly spaced numbers."""
    first = math.ceil(math.log10(scale.low) - 1e-9)
    last = math.floor(math.log10(scale.high) + 1e-9)
    powers = [power for power in range(first, last + 1) if -308 <= power <= 308]
    if len(powers) >= 3 or (len(powers) == 2 and count < 4):
        apart = max(math.ceil((len(powers) - 1) / max(count - 1, 1)), 1)
        return [Tick(float(f"1e{power}"), _power(power)) for power in powers[::apart]]
    between = [
        Tick(value, number(value))
        for power in range(max(first - 1, -307), min(last + 1, 307) + 1)
        for value in (float(f"{digit}e{power}") for digit in (1, 2, 5))
        if scale.low <= value <= scale.high
    ]
    if len(between) >= 2:
        return between
    return ticks(Scale(scale.low, scale.high), count)


def _power(power: int) -> str:
    return number(float(f"1e{power}")) if -4 <= power <= 6 else f"1e{power:+03d}"


def margin_of(marks: Sequence[Tick]) -> int:
    """How wide the labels of the vertical axis are."""
    return max((len(tick.label) for tick in marks), default=0)


def framed(
    drawing: Sequence[Text],
    across: tuple[Scale, Sequence[Tick]],
    up: tuple[Scale, Sequence[Tick]],
    *,
    columns: int,
    name: str = "",
    ascii: bool = False,
) -> list[Text]:
    """A drawing with its two axes: labels at the left, labels below, and the name under those.

    Args:
        drawing: its lines, each `columns` cells wide.
        across: the scale and the ticks of the horizontal axis.
        up: those of the vertical one.
        columns: how wide the drawing is.
        name: what the horizontal axis is.
        ascii: nothing but ASCII characters.
    """
    bar, tick, corner, flat, down = "|++-+" if ascii else "│┤└─┬"
    margin = margin_of(up[1])
    labels = _places(up, len(drawing), flip=True)
    lines = []
    for row, line in enumerate(drawing):
        head = pad(labels.get(row, ""), margin, right=True)
        lines.append(styled(f"{head} {tick if row in labels else bar}", DIM) + line)
    below = _places(across, columns)
    base = [down if column in below else flat for column in range(columns)]
    lines.append(styled(" " * (margin + 1) + corner + "".join(base), DIM))
    lines.append(styled(_under(below, margin + 2, columns), DIM))
    if name:
        room = max(columns - cell_len(name), 0) // 2
        lines.append(styled(" " * (margin + 2 + room) + name, DIM))
    return lines


def _places(axis: tuple[Scale, Sequence[Tick]], cells: int, flip: bool = False) -> dict[int, str]:
    """The labels by the cell that each tick lies in; of two in one cell the first is kept."""
    scale, marks = axis
    found: dict[int, str] = {}
    shares = scale.at(np.array([tick.value for tick in marks], np.float64))
    for share, tick in zip(shares.tolist(), marks, strict=True):
        if math.isfinite(share) and -0.01 <= share <= 1.01:
            at = max(0, min(cells - 1, math.floor(share * (cells - 1) + 0.5)))
            found.setdefault(cells - 1 - at if flip else at, tick.label)
    return found


def _under(labels: dict[int, str], start: int, columns: int) -> str:
    """Labels centred under their ticks, those left out that would touch the one before."""
    line = ""
    for column, label in sorted(labels.items()):
        at = start + column - len(label) // 2
        at = max(0, min(at, start + columns - len(label)))
        if not line or at >= len(line) + 1:
            line += " " * (at - len(line)) + label
    return line


def notes(texts: Sequence[str], width: int) -> list[Text]:
    """Remarks under a plot: what was left out, what the marks mean."""
    return [styled(line, DIM) for text in texts if text for line in wrap(text, width, "  ")]


def warnings(texts: Sequence[str], width: int) -> list[Text]:
    """Remarks that must not be overlooked, such as NaN."""
    return [styled(line, ALARM) for text in texts if text for line in wrap(text, width, "  ")]
