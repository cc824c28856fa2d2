"""Curves and scattered points with axes, ticks and a legend.

Not maps of a plane (regions.py), not bars (histograms.py), and not where the numbers come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from nnstep.views.axes import (
    Floats,
    Scale,
    floats,
    framed,
    left_out,
    margin_of,
    notes,
    scale_of,
    ticks,
    warnings,
)
from nnstep.views.canvas import Canvas
from nnstep.views.numbers import number
from nnstep.views.paint import Pen, pens
from nnstep.views.text import NAME, crop, plain, stack, styled

Ints = NDArray[np.intp]

_NARROWEST = 24
_LOWEST = 3
_MARK_EVERY = 18  # cells between two marks on a curve, when there are several
_TICK_CELLS = (10, 3)  # about so many cells from tick to tick, across and up
_OTHERS = "?"
_MOST_CLASSES = 20


class Series(NamedTuple):
    """One curve.

    Attributes:
        name: what it is called.
        xs: shape (n,).
        ys: shape (n,).
    """

    name: str
    xs: Floats
    ys: Floats


class Classes(NamedTuple):
    """Points by class.

    Attributes:
        at: for each point, which class it has; the last one is of all those without a mark.
        names: what the classes are called.
        pens: what each is drawn with.
    """

    at: Ints
    names: list[str]
    pens: list[Pen]

    def legend(self, drawn: NDArray[np.bool_] | None = None) -> list[tuple[Text, str]]:
        """A mark and `name (count)` for each class, of the points that are drawn."""
        at = self.at if drawn is None else self.at[drawn]
        counts = np.bincount(at, minlength=len(self.names))
        return [
            (styled(pen.mark, pen.ink), f"{name} ({count})")
            for pen, name, count in zip(self.pens, self.names, counts, strict=True)
        ]


def curve_view(
    series: Mapping[str, tuple[Any, Any]],
    *,
    width: int,
    height: int = 20,
    log: bool = False,
    title: str = "",
    x: str = "epoch",
    ascii: bool = False,
) -> Text:
    """Curves over a common axis, each with a mark of its own when there are several.

    Args:
        series: by name, the x and the y of a curve, both of shape (n,). NaN and Inf are gaps.
        width: no line is wider; at least 40.
        height: lines of the whole plot, without the title and the remarks.
        log: a log scale upwards; numbers that aren't positive are left out, and it says so.
        title: stands above.
        x: what the horizontal axis is.
        ascii: nothing but ASCII characters.

    Raises:
        ValueError: x and y of a curve aren't both of one shape (n,).
    """
    width = max(width, _NARROWEST)
    found = [series_of(name, *pair, ascii) for name, pair in series.items()]
    lines = heading(title, width, ascii)
    drawn = [each._replace(ys=drawable(each.ys, log)) for each in found]
    ys = _joined([each.ys[np.isfinite(each.xs)] for each in drawn])
    remarks = [text for each in found for text in gaps_of(each, log)]
    if not np.isfinite(ys).any():
        nothing = "nothing to draw" if found else "nothing to draw: no series"
        return stack([*lines, *notes([nothing], width), *warnings(remarks, width)])
    rows = max(height - 3, _LOWEST)
    up = scale_of(ys, log=log, nice=max(rows // _TICK_CELLS[1], 2))
    xs = _joined([each.xs[np.isfinite(each.ys)] for each in drawn])
    across = scale_of(xs)._replace(whole=bool((xs[np.isfinite(xs)] % 1 == 0).all()))
    plot = Frame.of(across, up, width, rows)
    brushes = pens(len(found), ascii)
    canvas = Canvas(plot.columns, rows, brushes, ascii=ascii)
    for at, each in enumerate(drawn):
        _draw(canvas, plot, each, at)
    if len(found) > 1 and not ascii:
        _mark(canvas, brushes)
    lines += plot.around(canvas.lines(), plain(x, ascii), ascii)
    entries = zip(brushes, found, strict=True)
    lines += legend([(styled(pen.mark, pen.ink), entry(each)) for pen, each in entries], width)
    lines += notes(["log scale"] * log, width)
    return stack([*lines, *warnings(remarks, width)])


def scatter_view(
    points: Any,
    labels: Any = None,
    *,
    width: int,
    height: int = 20,
    names: Sequence[str] | None = None,
    title: str = "",
    axes: tuple[str, str] = ("", ""),
    ascii: bool = False,
) -> Text:
    """Points in a plane, every class with its own mark and colour.

    Args:
        points: their coordinates, shape (n, 2).
        labels: the class of each, shape (n,) or (n, 1); None when they have none.
        width: no line is wider; at least 40.
        height: lines of the whole plot, without the title and the remarks.
        names: what the classes are called, in the order of their sorted labels.
        title: stands above.
        axes: what the horizontal and the vertical axis are.
        ascii: nothing but ASCII characters.

    Raises:
        ValueError: points or labels have another shape.
    """
    width = max(width, _NARROWEST)
    places = points_of(points)
    classes = classes_of(labels, len(places), names, ascii)
    lines = heading(title, width, ascii)
    drawn = np.isfinite(places).all(axis=1)
    rows = max(height - 3, _LOWEST)
    kept = places[drawn]
    nice = max(rows // _TICK_CELLS[1], 2)
    plot = Frame.of(scale_of(kept[:, 0], nice=6), scale_of(kept[:, 1], nice=nice), width, rows)
    canvas = Canvas(plot.columns, rows, [])
    marks, crowded = marks_at(plot, places, classes, deep=False)
    for (row, column), (mark, style) in marks.items():
        canvas.mark(column, row, mark, style)
    if drawn.any():
        lines += plot.around(canvas.lines(), _axes_named(axes, ascii), ascii)
    else:
        lines += notes(["nothing to draw: no points"], width)
    lines += legend(classes.legend(), width)
    return stack([*lines, *notes([crowded], width), *warnings([lost_points(places)], width)])


class Frame(NamedTuple):
    """Where a plot lies: its two scales, and how many cells there are for it.

    Attributes:
        across: the horizontal scale.
        up: the vertical one.
        columns: cells of a line.
        rows: lines.
    """

    across: Scale
    up: Scale
    columns: int
    rows: int

    @classmethod
    def of(cls, across: Scale, up: Scale, width: int, rows: int) -> Frame:
        """As wide as the labels at the left leave room for."""
        margin = margin_of(ticks(up, max(rows // _TICK_CELLS[1], 2))) + 2
        return cls(across, up, max(width - margin, 1), rows)

    def around(self, drawing: Sequence[Text], name: str, ascii: bool) -> list[Text]:
        """A drawing with the axes around it."""
        marks = ticks(self.across, max(self.columns // _TICK_CELLS[0], 2))
        up = ticks(self.up, max(self.rows // _TICK_CELLS[1], 2))
        return framed(
            drawing, (self.across, marks), (self.up, up), columns=self.columns, ascii=ascii,
            name=crop(name, self.columns),
        )

    def places(self, xs: Floats, ys: Floats, across: int, down: int) -> tuple[Floats, Floats]:
        """Where points lie on so many dots, from the top left corner."""
        # Far outside is as good as a bit outside, and doesn't overflow.
        right, up = (np.clip(part, -1e6, 1e6) for part in (self.across.at(xs), self.up.at(ys)))
        return right * (across - 1), (1 - up) * (down - 1)


def heading(title: str, width: int, ascii: bool) -> list[Text]:
    """The title's line, none when it is empty."""
    return [styled(crop(plain(title, ascii), width), NAME)] if title.strip() else []


def legend(entries: Sequence[tuple[Text, str]], width: int) -> list[Text]:
    """Marks and what they stand for, in as many lines as it takes."""
    lines: list[Text] = []
    for mark, meaning in entries:
        entry = mark + Text(f" {crop(meaning, width - mark.cell_len - 1)}")
        if lines and lines[-1].cell_len + 3 + entry.cell_len <= width:
            lines[-1] = lines[-1] + Text("   ") + entry
        else:
            lines.append(Text() + entry)
    return lines


def points_of(points: Any) -> Floats:
    """Points as numbers, shape (n, 2).

    Raises:
        ValueError: they have another shape.
    """
    places = floats(points)
    if places.size == 0 and places.ndim < 2:
        return np.empty((0, 2))
    if places.ndim != 2 or places.shape[1] != 2:
        raise ValueError(f"points need the shape (n, 2), not {places.shape}")
    return places


def classes_of(
    labels: Any, count: int, names: Sequence[str] | None, ascii: bool, *, known: int = 0
) -> Classes:
    """Which class each of so many points has.

    Args:
        labels: shape (count,) or (count, 1), or None.
        count: how many points there are.
        names: what the classes are called.
        ascii: nothing but ASCII characters.
        known: the labels 0 to `known` - 1 are classes, even without points; the pen of a class
            is that of its label then.

    Raises:
        ValueError: labels have another shape.
    """
    if labels is None:
        word = names[0] if names else "points"
        return Classes(np.zeros(count, np.intp), [plain(word, ascii)], pens(1, ascii))
    data = np.asarray(labels)
    if data.size != count or data.ndim > 2 or (data.ndim == 2 and 1 not in data.shape):
        raise ValueError(f"labels need the shape ({count},), one a point, not {data.shape}")
    kept = [_label(each) for each in data.ravel().tolist()]
    first = [str(at) for at in range(known)]
    order = first + sorted({*kept} - {*first}, key=_label_order)
    index = {label: at for at, label in enumerate(order)}
    at = np.array([index[label] for label in kept], np.intp)
    called = [
        plain(names[at], ascii) if names is not None and at < len(names) else label
        for at, label in enumerate(plain(label, ascii) for label in order)
    ]
    brushes = pens(len(order), ascii)
    if len(order) > _MOST_CLASSES:
        rest = len(order) - _MOST_CLASSES + 1
        at = np.minimum(at, _MOST_CLASSES - 1)
        called = [*called[: _MOST_CLASSES - 1], f"{rest} other classes"]
        last = brushes[_MOST_CLASSES - 1]._replace(mark=_OTHERS)
        brushes = [*brushes[: _MOST_CLASSES - 1], last]
    return Classes(at, called, brushes)


def _label(value: object) -> str:
    """A label as text: 0, 0.0 and False are one class."""
    if isinstance(value, (bool, float)):
        if value != value:
            return "NaN"
        return number(float(value), 6)
    return str(value)


def _label_order(label: str) -> tuple[bool, float, str]:
    try:
        value = float(label)
    except ValueError:
        return True, 0.0, label
    return (True, 0.0, label) if value != value else (False, value, label)


def marks_at(
    plot: Frame, places: Floats, classes: Classes, *, deep: bool
) -> tuple[dict[tuple[int, int], tuple[str, str]], str]:
    """The mark of every cell with points in it, and a remark where classes share a cell.

    Args:
        plot: where they are drawn.
        places: the points, shape (n, 2); those outside and those not finite have no mark.
        classes: what they are.
        deep: dark colours, for marks on a fill.
    """
    right, below = plot.places(places[:, 0], places[:, 1], plot.columns, plot.rows)
    inside = (right >= -0.5) & (right <= plot.columns - 0.5)
    inside &= (below >= -0.5) & (below <= plot.rows - 0.5)
    columns = np.clip(np.floor(right[inside] + 0.5), 0, plot.columns - 1).astype(np.intp)
    rows = np.clip(np.floor(below[inside] + 0.5), 0, plot.rows - 1).astype(np.intp)
    counts = np.zeros((plot.rows, plot.columns, len(classes.names)), np.intp)
    np.add.at(counts, (rows, columns, classes.at[inside]), 1)
    found = {}
    for row, column in np.argwhere(counts.any(axis=2)).tolist():
        pen = classes.pens[int(np.argmax(counts[row, column]))]
        found[row, column] = (pen.mark, pen.deep if deep else pen.ink)
    shared = int(((counts > 0).sum(axis=2) > 1).sum())
    return found, (
        f"{shared} {'cell holds' if shared == 1 else 'cells hold'} points of several classes: "
        "the most frequent one is shown" if shared else ""
    )


def lost_points(places: Floats) -> str:
    """How many points have no place, for having NaN or Inf as a coordinate."""
    lost = int((~np.isfinite(places).all(axis=1)).sum())
    points = "point" if lost == 1 else "points"
    return f"{lost} {points} with NaN or Inf left out" if lost else ""


def series_of(name: str, xs: Any, ys: Any, ascii: bool) -> Series:
    """A curve as numbers.

    Raises:
        ValueError: x and y aren't both of one shape (n,).
    """
    right, up = floats(xs), floats(ys)
    if right.ndim != 1 or right.shape != up.shape:
        raise ValueError(
            f"x and y of {plain(name)!r} need one shape (n,), not {right.shape} and {up.shape}"
        )
    return Series(plain(name, ascii), right, up)


def drawable(ys: Floats, log: bool) -> Floats:
    """The numbers that have a place on the scale, NaN for the others."""
    return np.where((ys > 0) | (not log), ys, np.nan)


def _joined(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)


def gaps_of(series: Series, log: bool) -> list[str]:
    """What of a curve isn't drawn, and why."""
    gaps = left_out(series.ys)
    lost = int((~np.isfinite(series.xs)).sum())
    below = int((np.isfinite(series.ys) & (series.ys <= 0)).sum()) if log else 0
    return [
        *([f"{series.name}: {gaps} left out"] if gaps else []),
        *([f"{series.name}: {lost} without a place on the x axis left out"] if lost else []),
        *([f"{series.name}: {below} not above 0 left out of the log scale"] if below else []),
    ]


def entry(series: Series) -> str:
    """A curve in the legend, with the number it ends on."""
    count = len(series.ys)
    if not count:
        return f"{series.name} (empty)"
    last = series.ys[-1]
    text = number(float(last)) if np.isfinite(last) else left_out(series.ys[-1:])[2:]
    return f"{series.name} ({'last ' if count > 1 else ''}{text})"


def _draw(canvas: Canvas, plot: Frame, series: Series, at: int) -> None:
    """A curve, interrupted where a point is missing; a point for itself is a dot."""
    kept, gaps = _thinned(series, 2 * canvas.across)
    xs, ys = plot.places(series.xs[kept], series.ys[kept], canvas.across, canvas.down)
    for piece in np.split(np.arange(len(kept)), np.flatnonzero(np.diff(gaps)) + 1):
        canvas.path(xs[piece], ys[piece], at)


def _thinned(series: Series, pieces: int) -> tuple[Ints, Ints]:
    """Which points to draw: of each piece the first, the lowest, the highest and the last one.

    So no spike is lost. With each goes how many gaps there are before it.
    """
    there = np.isfinite(series.xs) & np.isfinite(series.ys)
    gaps: Ints = np.asarray(np.cumsum(~there)[there], np.intp)
    kept = np.flatnonzero(there)
    if len(kept) > 4 * pieces:
        ys = series.ys[kept]
        chosen: set[int] = set()
        for part in np.array_split(np.arange(len(kept)), pieces):
            low, high = part[np.argmin(ys[part])], part[np.argmax(ys[part])]
            chosen |= {int(part[0]), int(low), int(high), int(part[-1])}
        places = np.array(sorted(chosen), np.intp)
        kept, gaps = kept[places], gaps[places]
    return kept, gaps


def _mark(canvas: Canvas, brushes: Sequence[Pen]) -> None:
    """Put the mark of each curve on it now and then, the curves in turn, and at its end."""
    apart = max(_MARK_EVERY, 3 * len(brushes))
    for at, pen in enumerate(brushes):
        cells = canvas.cells_of(at)
        if not len(cells):
            continue
        offset = (at * apart) // len(brushes) + 2
        wanted = set(range(offset, canvas.columns, apart))
        for column in wanted & set(cells[:, 1].tolist()):
            rows = cells[cells[:, 1] == column, 0]
            canvas.mark(column, int(rows[len(rows) // 2]), pen.mark, pen.ink)
    for at, pen in enumerate(brushes):
        if len(cells := canvas.cells_of(at)):
            canvas.mark(int(cells[-1, 1]), int(cells[-1, 0]), pen.mark, pen.ink)


def _axes_named(axes: tuple[str, str], ascii: bool) -> str:
    across, up = (plain(axis, ascii) for axis in axes)
    return f"{across} across, {up} up" if across and up else across or up
