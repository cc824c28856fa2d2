"""Maps of a plane by class or by probability, with the data over them.

They show what a net answers where. Not how the answers are computed, and no line is fitted: the
boundary is where the fill changes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from nnstep.views.axes import Floats, Scale, floats, left_out, notes, warnings
from nnstep.views.canvas import fills, half_blocks
from nnstep.views.drawings import Panel
from nnstep.views.paint import DIVERGING, Pen, pens
from nnstep.views.plots import (
    Classes,
    Frame,
    classes_of,
    heading,
    legend,
    lost_points,
    marks_at,
    points_of,
)
from nnstep.views.text import ALARM, DIM, NAME, crop, flow, pad, plain, stack, styled, wrap

Ints = NDArray[np.intp]
Extent = tuple[float, float, float, float]

_NARROWEST = 24
_LOWEST = 3
_MOST_CLASSES = 20
_GAP = 2
_SMALLEST_MAP, _WIDEST_MAP, _HIGHEST_MAP = 24, 40, 16  # columns, columns and lines
# Of the cells of a small map: on a colour a mark leaves the region to be seen, else it doesn't.
_CROWDED, _CROWDED_PLAIN = 0.5, 0.2
# Without the middle: where the colour changes from blue to orange, the probability is a half.
_GRADES = tuple(each for each in DIVERGING if each != DIVERGING[len(DIVERGING) // 2])
_SHADES = ".:=#"
_RANGES = ("below 0.25", "0.25 to 0.5", "0.5 to 0.75", "above 0.75")


class _Map(NamedTuple):
    """What is to be filled with what.

    Attributes:
        values: which answer there is, shape (h, w); NaN where there is none.
        graded: whether the values are probabilities; else they are indices of classes.
        classes: how many classes there are.
    """

    values: Floats
    graded: bool
    classes: int

    @classmethod
    def of(cls, grid: Any) -> _Map:
        values = floats(grid)
        if values.ndim != 2:
            raise ValueError(f"the map needs the shape (h, w), not {values.shape}")
        finite = values[np.isfinite(values)]
        graded = bool(finite.size and (finite != np.floor(finite)).any())
        if graded:
            return cls(values, True, 2)
        usable = np.where((values >= 0) & (values < _MOST_CLASSES), values, np.nan)
        most = int(np.nanmax(usable)) + 1 if np.isfinite(usable).any() else 0
        return cls(usable, False, max(most, 2))

    def at(self, rows: int, columns: int) -> Floats:
        """The values at the middles of so many cells, the first row at the top; NaN if empty."""
        high, wide = self.values.shape
        if not self.values.size:
            return np.full((rows, columns), np.nan)
        down = ((np.arange(rows)[::-1] + 0.5) * high / rows).astype(np.intp)
        across = ((np.arange(columns) + 0.5) * wide / columns).astype(np.intp)
        return self.values[np.ix_(down, across)]

    def wrong(self, places: Floats, labels: Any, extent: Extent) -> tuple[int, int]:
        """How many points lie where the map says another class than their label; of how many."""
        if labels is None or not self.values.size:
            return 0, 0
        right = floats(labels).ravel()
        if (right < 0).any() or (np.isfinite(right) & (right != np.floor(right))).any():
            return 0, 0  # these are no indices of classes
        high, wide = self.values.shape
        with np.errstate(all="ignore"):
            x = Scale(*extent[:2]).at(places[:, 0]) * wide
            y = Scale(*extent[2:]).at(places[:, 1]) * high
        inside = (x >= 0) & (x <= wide) & (y >= 0) & (y <= high) & np.isfinite(right)
        rows = np.minimum(y[inside].astype(np.intp), high - 1)
        columns = np.minimum(x[inside].astype(np.intp), wide - 1)
        said = self.values[rows, columns]
        said = np.where(np.isnan(said), said, said >= 0.5) if self.graded else said
        return int((said != right[inside]).sum()), int(inside.sum())


def boundary_view(
    grid: Any,
    extent: Extent,
    points: Any = None,
    labels: Any = None,
    answers: Any = None,
    *,
    width: int,
    height: int = 20,
    names: Sequence[str] | None = None,
    title: str = "",
    ascii: bool = False,
    colour: bool = True,
) -> Text:
    """The plane filled by what a net answers there, with the data points over it.

    Args:
        grid: shape (h, w), the row 0 at the bottom (`extent[2]`), as `np.meshgrid` makes it.
            Whole numbers are indices of classes, others the probability of class 1. NaN is left
            blank.
        extent: the x at the left and right edge, and the y at the bottom and top edge.
        points: shape (n, 2), or None.
        labels: the class of each point, shape (n,) or (n, 1), or None; an index as in the grid.
        answers: what the net answers at each point, likewise; the map tells it if None.
        width: no line is wider; at least 40.
        height: lines of the whole plot, without the title and the remarks.
        names: what the classes 0, 1, ... are called.
        title: stands above.
        ascii: nothing but ASCII characters.
        colour: whether colours can be shown; else fill characters tell the regions apart.

    Raises:
        ValueError: a shape is another one, or the extent isn't two rising pairs of numbers.
    """
    width = max(width, _NARROWEST)
    what, places = _Map.of(grid), points_of([] if points is None else points)
    extent = _checked(extent)
    classes = _classes(what, labels, len(places), names, ascii)
    rows = max(height - 2, _LOWEST)
    plot = Frame.of(Scale(*extent[:2]), Scale(*extent[2:]), width, rows)
    drawing, crowded = _drawn(what, plot, places, classes, colour and not ascii)
    lines = heading(title, width, ascii) + plot.around(drawing, "", ascii)
    lines += _legend(what, classes, len(places), width, colour and not ascii)
    lines += notes([*answered(grid, extent, places, labels, answers), crowded], width)
    return stack([*lines, *warnings([_without(grid), lost_points(places)], width)])


class _Multiple(NamedTuple):
    """A panel whose data were looked at; `what` is None where there is no map."""

    panel: Panel
    what: _Map | None
    extent: Extent
    places: Floats
    classes: Classes


def panel_size(width: int, count: int) -> tuple[int, int]:
    """The lines and columns of each map of small multiples, of which some stand side by side.

    Args:
        width: of the screen.
        count: how many maps there are.
    """
    width = max(width, _NARROWEST)
    across = max(min((width + _GAP) // (_SMALLEST_MAP + _GAP), count), 1)
    columns = (width + _GAP) // across - _GAP
    return min(max(columns * 2 // 5, _LOWEST), _HIGHEST_MAP), min(columns, _WIDEST_MAP)


def boundaries_view(
    panels: Sequence[Panel],
    *,
    width: int,
    title: str = "",
    names: Sequence[str] | None = None,
    ascii: bool = False,
    colour: bool = True,
) -> Text:
    """Several maps side by side, each under its title, with one legend.

    Where the points would hide too much of a map, none are drawn, and it says so.

    Args:
        panels: the maps.

    The other arguments are those of `boundary_view`.

    Raises:
        ValueError: as there.
    """
    width = max(width, _NARROWEST)
    lines, size = heading(title, width, ascii), panel_size(width, len(panels))
    every = _multiples(panels, names, ascii)
    known = [each for each in every if each.what is not None]
    colour = colour and not ascii
    hidden = any(_is_crowded(each, *size, colour) for each in known)
    if hidden:
        every = [each._replace(places=each.places[:0]) for each in every]
    across = (width + _GAP) // (size[1] + _GAP)
    for start in range(0, len(every), across):
        row = every[start : start + across]
        lines += _side_by_side(row, size, ascii, colour)
    if not known:
        nothing = "" if every else "nothing to draw: no maps"
        return stack([*lines, *notes([nothing], width)])
    lines += _legends(known, hidden, width, colour)
    lines += notes(_about(known, hidden), width)
    return stack([*lines, *warnings([text for each in known for text in _lost(each)], width)])


def _multiples(
    panels: Sequence[Panel], names: Sequence[str] | None, ascii: bool
) -> list[_Multiple]:
    """The panels with their data, a class drawn alike in all of them."""
    maps = [None if each.grid is None else _Map.of(each.grid) for each in panels]
    widest = max(filter(None, maps), key=lambda what: what.classes, default=None)
    found = []
    for each, what in zip(panels, maps, strict=True):
        places = points_of([] if each.points is None else each.points)
        classes = _classes(widest or _Map.of([[0]]), each.labels, len(places), names, ascii)
        found.append(_Multiple(each, what, _checked(each.extent), places, classes))
    return found


def _frame(each: _Multiple, rows: int, columns: int) -> Frame:
    return Frame(Scale(*each.extent[:2]), Scale(*each.extent[2:]), columns, rows)


def _is_crowded(each: _Multiple, rows: int, columns: int, colour: bool) -> bool:
    """Whether the points cover so much of a map that its regions can't be seen."""
    marks, _ = marks_at(_frame(each, rows, columns), each.places, each.classes, deep=False)
    return len(marks) > (_CROWDED if colour else _CROWDED_PLAIN) * rows * columns


def answered(
    grid: Any, extent: Extent, places: Floats, labels: Any, answers: Any = None
) -> list[str]:
    """How many points get another class than theirs, and how many lie beyond the map."""
    if answers is None or labels is None:
        wrong, of = _Map.of(grid).wrong(places, labels, extent)
        told = f"{wrong} of {of} points lie where the map answers another class than theirs"
    else:
        wrong, of = int((floats(answers).ravel() != floats(labels).ravel()).sum()), len(places)
        told = f"{wrong} of {of} points get another class than theirs"
    return [text for text in (told if of else "", _outside(places, extent)) if text]


def _side_by_side(
    row: Sequence[_Multiple], size: tuple[int, int], ascii: bool, colour: bool
) -> list[Text]:
    """Titles, below each what is told of it, and its map."""
    rows, columns = size
    if all(each.what is None for each in row):
        rows = min(rows, max(len(_why_not(each, columns, ascii)) for each in row))
    told = [flow(_told(each, ascii), columns, indent="") for each in row]
    heads = max(map(len, told))
    lines = [Text() for _ in range(1 + heads + rows)]
    for at, each in enumerate(row):
        texts = [*told[at], *[""] * (heads - len(told[at]))]
        title = crop(plain(each.panel.title, ascii), columns)
        drawing = [
            styled(pad(title, columns), NAME),
            *(styled(pad(text, columns), DIM) for text in texts),
            *_filled(each, rows, columns, ascii, colour),
        ]
        for line, part in zip(lines, drawing, strict=True):
            line.append(" " * _GAP if at else "")
            line.append_text(part)
    return lines


def _told(each: _Multiple, ascii: bool) -> list[str]:
    """What stands between a title and its map."""
    if each.what is None or each.panel.told:
        return [plain(text, ascii) for text in each.panel.told]
    places = points_of([] if each.panel.points is None else each.panel.points)
    wrong, of = each.what.wrong(places, each.panel.labels, each.extent)
    return [f"{wrong} of {of} wrong"] if of else []


def _filled(each: _Multiple, rows: int, columns: int, ascii: bool, colour: bool) -> list[Text]:
    """The lines of a map, or of why there is none."""
    if each.what is not None:
        frame = _frame(each, rows, columns)
        return _drawn(each.what, frame, each.places, each.classes, colour)[0]
    error = _why_not(each, columns, ascii)
    if len(error) > rows:
        error = [*error[: rows - 1], crop(" ".join(error[rows - 1 :]), columns)]
    return [styled(pad(text, columns), ALARM) for text in [*error, *[""] * (rows - len(error))]]


def _why_not(each: _Multiple, columns: int, ascii: bool) -> list[str]:
    return wrap(plain(each.panel.error, ascii), columns)


def _legends(known: Sequence[_Multiple], hidden: bool, width: int, colour: bool) -> list[Text]:
    """What fills and marks mean, once for all maps."""
    points = 0 if hidden else max(len(each.places) for each in known)
    first = known[0].classes
    if any(not np.array_equal(each.classes.at, first.at) for each in known):
        most = max((each.classes for each in known), key=lambda classes: len(classes.names))
        first = most._replace(at=np.concatenate([each.classes.at for each in known]))
    lines: list[Text] = []
    for graded in sorted({each.what.graded for each in known if each.what}):
        maps = [each.what for each in known if each.what and each.what.graded == graded]
        widest = max(maps, key=lambda what: what.classes)
        lines += _legend(widest, first, points, width, colour)
    return lines


def _about(known: Sequence[_Multiple], hidden: bool) -> list[str]:
    """Where the maps lie, and which points aren't there."""
    extent, count = known[0].extent, len(known[0].classes.at)
    span = f"x {extent[0]:.4g} .. {extent[1]:.4g}, y {extent[2]:.4g} .. {extent[3]:.4g}"
    if any(each.extent != extent for each in known):
        return ["each map goes as far as its own points"]
    if hidden:
        return [f"{span}; without the {count} points, which would hide the maps"]
    return [span, _outside(known[0].places, extent)]


def _lost(each: _Multiple) -> list[str]:
    """What isn't drawn of a map, and what else went wrong."""
    texts = [_without(each.panel.grid), lost_points(each.places), each.panel.error]
    return [f"{each.panel.title}: {text}" for text in texts if text]


def _checked(extent: Extent) -> Extent:
    try:
        left, right, low, high = (float(end) for end in extent)
    except (TypeError, ValueError):
        raise ValueError("the extent needs four numbers: left, right, bottom, top") from None
    if not (all(map(math.isfinite, (left, right, low, high))) and left < right and low < high):
        raise ValueError(
            "the extent needs four finite numbers, left below right and bottom below top, "
            f"not {left:g}, {right:g}, {low:g}, {high:g}"
        )
    return left, right, low, high


def _classes(
    what: _Map, labels: Any, count: int, names: Sequence[str] | None, ascii: bool
) -> Classes:
    """The classes of the points; those of the map have the pens of their indices."""
    if labels is None:
        points = classes_of(None, count, None, ascii)
        called = [str(at) for at in range(what.classes)]
        given = [plain(name, ascii) for name in names or ()][: what.classes]
        brushes = pens(what.classes, ascii)
        return Classes(points.at, [*given, *called[len(given) :]], brushes)
    return classes_of(labels, count, names, ascii, known=what.classes)


def _drawn(
    what: _Map, plot: Frame, places: Floats, classes: Classes, colour: bool
) -> tuple[list[Text], str]:
    """The lines of a map with its points, and a remark where classes share a cell."""
    marks, crowded = marks_at(plot, places, classes, deep=colour)
    if colour:
        pixels, palette = _levels(what, plot.rows * 2, plot.columns, len(_GRADES))
        return half_blocks(pixels, palette, marks), crowded
    levels, _ = _levels(what, plot.rows, plot.columns, len(_SHADES))
    chars = _SHADES if what.graded else "".join(pen.fill for pen in pens(what.classes))
    return fills(levels, chars, marks=marks), crowded


def _levels(what: _Map, rows: int, columns: int, grades: int) -> tuple[Ints, Sequence[str]]:
    """For each place an index into the colours or characters, -1 for none; and the colours."""
    values = what.at(rows, columns)
    there = np.isfinite(values)
    filled = np.where(there, values, 0.0)
    if what.graded:
        level = np.clip(np.floor(np.clip(filled, 0, 1) * grades), 0, grades - 1)
        return np.where(there, level, -1).astype(np.intp), _GRADES
    return np.where(there, filled, -1).astype(np.intp), [pen.pale for pen in pens(what.classes)]


def _legend(
    what: _Map, classes: Classes, points: int, width: int, colour: bool
) -> list[Text]:
    """What the fills mean, then what the marks mean."""
    if what.graded:
        name = classes.names[1] if len(classes.names) > 1 else "1"
        entries = _graded(name, colour)
    else:
        entries = [
            (_sample(pen, colour), f"answer {name}")
            for pen, name in zip(pens(what.classes), classes.names, strict=False)
        ]
    lines = legend(entries, width)
    if points:
        told = classes.legend()
        if len(classes.at) and not classes.at.any() and len(told) > 1:
            told = [each for each in told if not each[1].endswith("(0)")] or told
        lines += legend(told, width)
    return lines


def _sample(pen: Pen, colour: bool) -> Text:
    return styled("  ", f"on {pen.pale}") if colour else styled(pen.fill * 2, "")


def _graded(name: str, colour: bool) -> list[tuple[Text, str]]:
    if not colour:
        first, *others = zip(_SHADES, _RANGES, strict=True)
        head = [(styled(first[0] * 2, ""), f"probability of {name} {first[1]}")]
        return head + [(styled(char * 2, ""), text) for char, text in others]
    bar = Text("0 ")
    for each in _GRADES:
        bar.append("  ", f"on {each}")
    bar.append(" 1")
    return [(bar, f"probability of {name}")]


def _outside(places: Floats, extent: Extent) -> str:
    """How many points lie beyond the edges."""
    x, y = places[:, 0], places[:, 1]
    inside = (x >= extent[0]) & (x <= extent[1]) & (y >= extent[2]) & (y <= extent[3])
    beyond = int((np.isfinite(places).all(axis=1) & ~inside).sum())
    return f"{beyond} {'point' if beyond == 1 else 'points'} beyond the edges" if beyond else ""


def _without(grid: Any) -> str:
    """What of a map has no answer."""
    values = floats(grid)
    gaps = left_out(values)
    if not values.size:
        return "the map is empty"
    what = _Map.of(grid)
    odd = int((np.isfinite(values) & ~np.isfinite(what.values)).sum())
    beyond = int(((values < 0) | (values > 1))[np.isfinite(values)].sum()) if what.graded else 0
    pieces = [
        f"{gaps} left blank" if gaps else "",
        f"{odd} answers that are no class 0 to {_MOST_CLASSES - 1} left blank" if odd else "",
        f"{beyond} probabilities not within 0 and 1, drawn as the nearer one" if beyond else "",
    ]
    return "; ".join(filter(None, pieces))
