"""A feed-forward net as a drawing: units in columns, and lines for the weights between them.

The line tells the sign (solid or dashed, and the colour) and the size (in ASCII by its
characters). Biases aren't drawn, and what a unit computes isn't said.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from nnstep.views.axes import Floats, floats, notes
from nnstep.views.canvas import Canvas
from nnstep.views.grid import ends
from nnstep.views.numbers import number
from nnstep.views.paint import NEGATIVE, POSITIVE, Pen
from nnstep.views.plots import legend
from nnstep.views.text import ELLIPSIS, NAME, crop, pad, plain, stack, styled, wrap

_NARROWEST = 24
_MOST_UNITS = 8
_SMALLEST_GAP = 7
_WIDEST_GAP = 24
FAINT = 0.05  # of the largest weight: what is smaller isn't drawn
STRONG = 0.5
_SOLID, _DASHED = (True,), (True, True, False, False)


class _Layer(NamedTuple):
    """One column.

    Attributes:
        name: what it is called, with how many units it has.
        units: which of them are shown, None for the place of those left out.
        texts: what stands at each.
    """

    name: str
    units: list[int | None]
    texts: list[str]

    @property
    def width(self) -> int:
        """Cells of the widest unit."""
        return max(map(cell_len, self.texts), default=1)


def net_view(
    layers: Sequence[tuple[str, Any]],
    weights: Sequence[Any],
    *,
    width: int,
    units: int = _MOST_UNITS,
    title: str = "",
    lines: str = "weight",
    ascii: bool = False,
) -> Text:
    """A net from its inputs at the left to its outputs at the right.

    Args:
        layers: the name of each layer, with the value of each of its units for one sample,
            shape (n,) or (1, n), or None.
        weights: between each layer and the next, shape (n, m), or all of them (m, n).
        width: no line is wider; at least 40.
        units: so many units of a layer at most; the middle ones are left out.
        title: stands above.
        lines: what a line stands for.
        ascii: nothing but ASCII characters.

    Raises:
        ValueError: the shapes don't fit together.
    """
    width = max(width, _NARROWEST)
    values, matrices, sizes = joined(layers, weights)
    drawn = [styled(each, NAME) for each in wrap(plain(title, ascii), width, "  ")]
    if not layers:
        return stack([*drawn, *notes(["nothing to draw: no layers"], width)])
    shown = [
        _layer(plain(name, ascii), size, value, max(units, 2), ascii)
        for (name, _), size, value in zip(layers, sizes, values, strict=True)
    ]
    count, gap = _fitting(shown, width)
    told = []
    if gap < _SMALLEST_GAP or count < len(shown):
        bare = [_bare(layer, ascii) for layer in shown]
        count, gap = _fitting(bare, width)
        told += ["too narrow for the values"] if bare != shown else []
        shown = bare
    drawn += _drawing(shown[:count], matrices, gap, width, ascii)
    drawn += _keys(matrices[: count - 1], lines, width, ascii)
    told += [
        f"{layer.name}: {len(layer.units) - 1} of them shown"
        for layer in shown[:count] if None in layer.units
    ]
    told += [f"the first {count} of {len(shown)} layers"] if count < len(shown) else []
    odd = sum(int((~np.isfinite(each)).sum()) for each in matrices)
    plural = "" if odd == 1 else "s"
    told += [f"{odd} {lines}{plural} with NaN or Inf not drawn"] if odd else []
    return stack([*drawn, *notes(["; ".join(told)], width)])


def joined(
    layers: Sequence[tuple[str, Any]], weights: Sequence[Any]
) -> tuple[list[Floats | None], list[Floats], list[int]]:
    """A net as numbers.

    Returns:
        The values of each layer, shape (n,), or None; the weights from each to the next, shape
        (n, m); and how many units each has.

    Raises:
        ValueError: the shapes don't fit together.
    """
    values = [_values(name, each) for name, each in layers]
    matrices = _chained(values, [floats(each) for each in weights])
    return values, matrices, _sizes(values, matrices)


def _values(name: str, values: Any) -> Floats | None:
    if values is None:
        return None
    data = floats(values)
    if data.ndim == 2 and 1 in data.shape:
        data = data.ravel()
    if data.ndim != 1:
        raise ValueError(
            f"the values of {plain(name)} need the shape (n,), those of one sample, "
            f"not {data.shape}"
        )
    return data


def _chained(values: Sequence[Floats | None], weights: list[Floats]) -> list[Floats]:
    """The weights, turned if need be, so that rows are units before and columns units behind."""
    if len(weights) != max(len(values) - 1, 0):
        raise ValueError(
            f"{len(values)} layers need {max(len(values) - 1, 0)} matrices of weights, "
            f"not {len(weights)}"
        )
    for each in weights:
        if each.ndim != 2:
            raise ValueError(f"weights need the shape (n, m), not {each.shape}")
    for chain in (weights, [each.T for each in weights]):
        if _fit(values, chain):
            return chain
    shapes = ", ".join(str(each.shape) for each in weights)
    sizes = ", ".join("?" if each is None else str(len(each)) for each in values)
    raise ValueError(f"weights of the shapes {shapes} don't join layers of {sizes} units")


def _fit(values: Sequence[Floats | None], weights: Sequence[Floats]) -> bool:
    if any(one.shape[1] != two.shape[0] for one, two in pairwise(weights)):
        return False
    sizes = _sizes(values, weights)
    return all(
        value is None or len(value) == size for value, size in zip(values, sizes, strict=True)
    )


def _sizes(values: Sequence[Floats | None], weights: Sequence[Floats]) -> list[int]:
    """How many units each layer has."""
    if not weights:
        return [0 if value is None else len(value) for value in values]
    return [len(weights[0]), *(each.shape[1] for each in weights)]


def _layer(name: str, size: int, values: Floats | None, most: int, ascii: bool) -> _Layer:
    units = units_shown(size, most)
    texts = [
        ELLIPSIS if unit is None else "o" if values is None and ascii else "○" if values is None
        else f"({unit_value(float(values[unit]))})"
        for unit in units
    ]
    return _Layer(f"{name} ({size})", units, texts)


def units_shown(size: int, most: int) -> list[int | None]:
    """Which units of a layer are drawn, None for the place of those left out."""
    units: list[int | None] = list(ends(size, most if size <= most else most - 1))
    if len(units) < size:
        units.insert((len(units) + 1) // 2, None)
    return units


def unit_value(value: float) -> str:
    """What a unit has become, in a few digits."""
    if np.isfinite(value):
        return number(value, 3)
    return "NaN" if np.isnan(value) else "Inf" if value > 0 else "-Inf"


def _bare(layer: _Layer, ascii: bool) -> _Layer:
    """A layer without the values, for the narrow."""
    mark = "o" if ascii else "○"
    return layer._replace(texts=[ELLIPSIS if unit is None else mark for unit in layer.units])


def _fitting(layers: Sequence[_Layer], width: int) -> tuple[int, int]:
    """How many layers fit side by side, and how many cells are between two."""
    for count in range(len(layers), 1, -1):
        left = width - sum(layer.width for layer in layers[:count])
        gap = left // (count - 1)
        if gap >= _SMALLEST_GAP:
            return count, min(gap, _WIDEST_GAP)
    return 1, _SMALLEST_GAP - 1 if len(layers) > 1 else _SMALLEST_GAP


def _drawing(
    layers: Sequence[_Layer], weights: Sequence[Floats], gap: int, width: int, ascii: bool
) -> list[Text]:
    """The names of the layers, then units and lines."""
    rows = max(2 * max(len(layer.units) for layer in layers) - 1, 1)
    places = [_spread(len(layer.units), rows) for layer in layers]
    lines = [Text() for _ in range(rows)]
    for at, layer in enumerate(layers):
        stands = dict(zip(places[at], layer.texts, strict=True))
        for row, line in enumerate(lines):
            line.append(pad(stands.get(row, ""), layer.width, right=True), NAME)
        if at + 1 < len(layers):
            pair = (layer, layers[at + 1])
            between = _lines(pair, (places[at], places[at + 1]), weights[at], gap, rows, ascii)
            for line, part in zip(lines, between, strict=True):
                line.append_text(part)
    return [*_names(layers, gap, width), *lines]


def _names(layers: Sequence[_Layer], gap: int, width: int) -> list[Text]:
    """The name of each layer over its units, cropped where the next one begins.

    Where they are too long, only what their values are called.
    """
    full = [layer.name for layer in layers]
    line, whole = _set_out(full, layers, gap, width)
    if not whole:
        line, _ = _set_out([each.rpartition(": ")[2] for each in full], layers, gap, width)
    return [styled(line, NAME)]


def _set_out(
    names: list[str], layers: Sequence[_Layer], gap: int, width: int
) -> tuple[str, bool]:
    """Names in a line, and whether none was cropped."""
    starts = [sum(layer.width + gap for layer in layers[:at]) for at in range(len(layers))]
    if len(names) > 1:
        # The last one ends with its units, and may begin before them, or end behind them.
        wide = cell_len(names[-1])
        before = starts[-2] + cell_len(names[-2]) + 1
        ending = starts[-1] + layers[-1].width - wide
        starts[-1] = max(min(max(min(ending, starts[-1]), before), width - wide), starts[-2] + 2)
    line = ""
    for name, start, end in zip(names, starts, [*starts[1:], width + 1], strict=True):
        line = pad(line, start) + _cropped(name, end - start - 1)
    return line, all(name in line for name in names)


def _cropped(name: str, room: int) -> str:
    """The name of a layer; how many units it has is left out last."""
    called, _, count = name.rpartition(" ")
    left = room - cell_len(count) - 1
    if cell_len(name) <= room or left <= len(ELLIPSIS):
        return crop(name, room)
    return f"{crop(called, left)} {count}"


def _spread(count: int, rows: int) -> list[int]:
    """The rows of so many units, evenly, the middle of them in the middle."""
    return [int((2 * at + 1) * rows / (2 * count)) for at in range(count)]


def _lines(
    pair: tuple[_Layer, _Layer], places: tuple[list[int], list[int]], weights: Floats, gap: int,
    rows: int, ascii: bool,
) -> list[Text]:
    """The lines between two layers, the strongest over the others."""
    pens = [
        Pen("-", f"dim {NEGATIVE}", "", "", ""), Pen("+", f"dim {POSITIVE}", "", "", ""),
        Pen("=", f"bold {NEGATIVE}", "", "", ""), Pen("#", f"bold {POSITIVE}", "", "", ""),
    ]
    canvas = Canvas(gap - 2, rows, pens, ascii=ascii, last_wins=True)
    shares = shares_of(weights)
    down = canvas.down / rows
    for one, start in zip(pair[0].units, places[0], strict=True):
        for two, end in zip(pair[1].units, places[1], strict=True):
            share = 0.0 if one is None or two is None else float(shares[one, two])
            if abs(share) < FAINT:
                continue
            pattern = _SOLID if share > 0 or ascii else _DASHED
            kind = (share > 0) + 2 * (abs(share) >= STRONG)
            for shift in range(2 if abs(share) >= STRONG and not ascii else 1):
                canvas.line(
                    (0, (start + 0.4) * down + shift),
                    (canvas.across - 1, (end + 0.4) * down + shift), kind, pattern,
                )
    return [Text(" ") + line + Text(" ") for line in canvas.lines()]


def shares_of(weights: Floats) -> Floats:
    """Weights in units of the largest one, from -1 to 1; 0 for what isn't finite."""
    known = np.where(np.isfinite(weights), weights, 0.0)
    most = float(np.abs(known).max(initial=0.0))
    return known / most if most else known


def _keys(weights: Sequence[Floats], what: str, width: int, ascii: bool) -> list[Text]:
    """What the lines mean."""
    if not weights:
        return []
    if ascii:
        entries = [
            (styled("##", ""), "positive, large"), (styled("++", ""), "positive"),
            (styled("==", ""), "negative, large"), (styled("--", ""), "negative"),
        ]
    else:
        entries = [
            (styled("⠶⠶⠶", f"bold {POSITIVE}"), "positive, large"),
            (styled("⠒⠒⠒", POSITIVE), "positive"),
            (styled("⠶ ⠶ ⠶", f"bold {NEGATIVE}"), "negative, large"),
            (styled("⠒ ⠒ ⠒", NEGATIVE), "negative"),
        ]
    text = (
        f"large: at least {STRONG:g} of the largest {what} between two layers; "
        f"below {FAINT:g} of it no line"
    )
    return [*legend(entries, width), *notes([text], width)]
