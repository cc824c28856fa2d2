"""An activation function with its slope, and where the values at hand lie on it.

It answers why a gradient vanishes: where the slope is near 0, little comes through. Only the
three functions that the lessons use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from rich.text import Text

from nnstep.views.axes import Floats, Scale, floats, left_out, notes, warnings
from nnstep.views.canvas import Canvas
from nnstep.views.histograms import drawn_density
from nnstep.views.numbers import number
from nnstep.views.paint import pens
from nnstep.views.plots import Frame, heading, legend
from nnstep.views.text import DIM, pad, plain, stack, styled

_NARROWEST = 24
_LOWEST = 4
_FLAT = 0.01  # a slope below this lets less than a hundredth of a gradient through


class Function(NamedTuple):
    """A function, and the part of it that is drawn.

    Attributes:
        value: what it makes of z.
        slope: its derivative at z.
        end: it is drawn from -end to end.
        up: the least and the greatest value drawn.
    """

    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    end: float
    up: tuple[float, float]


def _sigmoid(z: Floats) -> Floats:
    # Of the negative size of z, for exp would overflow.
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))


def _sigmoid_slope(z: Floats) -> Floats:
    small = np.exp(-np.abs(z))
    return np.asarray(small / (1 + small) ** 2)


def _relu_slope(z: Floats) -> Floats:
    return np.where(z > 0, 1.0, 0.0)


def _tanh_slope(z: Floats) -> Floats:
    return np.asarray(1 - np.tanh(z) ** 2)


FUNCTIONS = {
    "sigmoid": Function(_sigmoid, _sigmoid_slope, 6.0, (0.0, 1.0)),
    "tanh": Function(np.tanh, _tanh_slope, 4.0, (-1.0, 1.0)),
    "relu": Function(lambda z: np.maximum(z, 0), _relu_slope, 4.0, (0.0, 4.0)),
}


def activation_view(
    name: str,
    values: Any = None,
    *,
    width: int,
    height: int = 16,
    values_name: str = "values",
    title: str = "",
    ascii: bool = False,
) -> Text:
    """A function and its slope, and below it how many of the present values lie where.

    Args:
        name: `sigmoid`, `tanh` or `relu`.
        values: what goes into the function (not what comes out), of any shape; or None.
        width: no line is wider; at least 40.
        height: lines of the whole plot, without the title and the remarks.
        values_name: what the values are called.
        title: stands above.
        ascii: nothing but ASCII characters.

    Raises:
        ValueError: there is no such function here.
    """
    if name not in FUNCTIONS:
        raise ValueError(f"{plain(name)!r} isn't one of {', '.join(FUNCTIONS)}")
    width, function = max(width, _NARROWEST), FUNCTIONS[name]
    rows = max(height - 2, _LOWEST)
    across = Scale(-function.end, function.end)
    plot = Frame.of(across, Scale(*function.up), width, rows)
    brushes = pens(2, ascii)
    canvas = Canvas(plot.columns, rows, brushes, ascii=ascii)
    zs = np.linspace(across.low, across.high, canvas.across)
    for at, curve in enumerate((function.value, function.slope)):
        canvas.path(*plot.places(zs, curve(zs), canvas.across, canvas.down), at)
        if not ascii:
            for share in (0.15, 0.5, 0.85):
                z = np.array([across.low + (share + at * 0.07) * (across.high - across.low)])
                column, row = plot.places(z, curve(z), plot.columns, plot.rows)
                canvas.mark(round(float(column[0])), round(float(row[0])), *brushes[at][:2])
    lines = heading(title, width, ascii) + plot.around(canvas.lines(), "", ascii)
    data = None if values is None else floats(values).ravel()
    if data is not None and np.isfinite(data).any():
        lines += _row(data, plot, width, ascii)
    entries = [(name, brushes[0]), ("its slope", brushes[1])]
    lines += legend([(styled(pen.mark, pen.ink), text) for text, pen in entries], width)
    if data is not None:
        lines += _told(data, name, plain(values_name, ascii), width)
    return stack(lines)


def _row(data: Floats, plot: Frame, width: int, ascii: bool) -> list[Text]:
    """The values as a row of blocks under the axis, with those beyond its ends counted."""
    finite = data[np.isfinite(data)]
    inside = np.abs(finite) <= plot.across.high
    margin = width - plot.columns
    # Cells lie around the places of the axis, so the first and the last one are half as wide.
    shares = (plot.across.at(finite[inside]) * (plot.columns - 1) + 0.5) / plot.columns
    line = styled(pad("", margin), DIM)
    line.append(drawn_density(shares, plot.columns, ascii), pens(3)[2].ink)
    below, above = (int((sign * finite > plot.across.high).sum()) for sign in (-1, 1))
    left = f"<- {below} beyond" if below else ""
    right = f"{above} beyond ->" if above else ""
    if not (left or right):
        return [line]
    space = max(plot.columns - len(left) - len(right), 1)
    return [line, styled(pad("", margin) + left + " " * space + right, DIM)]


def _told(data: Floats, name: str, called: str, width: int) -> list[Text]:
    """How many values are where the function is flat."""
    finite = data[np.isfinite(data)]
    if not data.size:
        return notes([f"{called}: empty"], width)
    lines = []
    if finite.size:
        lines = notes([f"the row under the axis: {lying(finite, name, called)}"], width)
    gaps = left_out(data)
    return lines + warnings([f"{called}: {gaps} left out"] if gaps else [], width)


def lying(finite: Floats, name: str, called: str) -> str:
    """How many values there are, and how many of them where the function is flat.

    Args:
        finite: what goes into the function, at least one number.
        name: of the function.
        called: what the values are called.
    """
    flat = int((FUNCTIONS[name].slope(finite) < _FLAT).sum())
    share = number(100 * flat / finite.size, 3)
    why = "the slope is 0" if name == "relu" else f"the slope is below {_FLAT}"
    return (
        f"where the {finite.size} {called} lie; {flat} of them ({share} %) where {why}: hardly "
        "any gradient comes through there"
    )


