"""A drawing as a picture for a file, by matplotlib: what the terminal shows, with finer lines.

The only module that imports matplotlib, and only when a picture is made. It keeps away from pyplot
and gives every setting back: what the script itself draws is none of its business. Where the
picture is written is for shell/saving.py.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnstep.views.activations import FUNCTIONS, lying
from nnstep.views.axes import Floats, floats, left_out, scale_of, ticks
from nnstep.views.drawings import (
    Activation,
    Curves,
    Drawing,
    Heat,
    Maps,
    Net,
    Panel,
    Points,
    Regions,
    Spread,
)
from nnstep.views.heat import told as told_of_matrix
from nnstep.views.histograms import EDGES, binned, odd
from nnstep.views.histograms import told as told_of_values
from nnstep.views.nets import FAINT, joined, shares_of, unit_value, units_shown
from nnstep.views.paint import DIVERGING, INKS, MARKS, NEGATIVE, POSITIVE, Pen, pens
from nnstep.views.plots import (
    Classes,
    Series,
    classes_of,
    drawable,
    entry,
    gaps_of,
    lost_points,
    points_of,
    series_of,
)
from nnstep.views.regions import Extent, answered
from nnstep.views.text import crop, plain, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE = (7.2, 4.6)  # inches
_PANEL, _ACROSS = (2.6, 2.5), 4  # inches of one map of several, and how many are in a row
_NAME_WIDTH, _TITLE_WIDTH, _REMARK_WIDTH = 45, 80, 110  # characters
_MARKERS = dict(zip(MARKS, "o^sDo^sD", strict=True))
_HOLLOW = MARKS[4:]
_MARKS_A_CURVE = 8
_TICKS = 6  # of a log scale
_MOST_UNITS = 16
_MOST_NUMBERS = 150  # cells of a matrix that are told in numbers, too
_BINS = 60  # of the values beneath an activation
_GRID: dict[str, Any] = {"color": "#e4e4e4", "linewidth": 0.6}
# What a weight is drawn with, whether it is positive or not, and what is said of it.
_SIGNS: dict[bool, tuple[str, Any, str]] = {
    True: (POSITIVE, "-", "positive"), False: (NEGATIVE, "--", "negative"),
}  # fmt: skip
_STYLE = {
    "figure.dpi": 100, "savefig.dpi": 160, "font.size": 10, "axes.titlesize": 11,
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": "#555555", "axes.unicode_minus": False,
    "legend.fontsize": 9, "legend.frameon": False,
    # A name is no formula, whatever characters it has.
    "text.parse_math": False,
    # Text stays text, and the names of the parts of a picture are the same each time.
    "svg.fonttype": "none", "svg.hashsalt": "nnstep", "pdf.fonttype": 42,
}  # fmt: skip
# Without the time at which they were made, so that the same picture is the same bytes.
_METADATA = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
SUFFIXES = tuple(f".{each}" for each in _METADATA)


def load() -> None:
    """Import matplotlib.

    Raises:
        ImportError: it isn't installed.
    """
    import matplotlib.figure
    import matplotlib.style  # noqa: F401


def picture(drawing: Drawing, suffix: str) -> bytes:
    """A drawing as the content of a file.

    Args:
        drawing: what is to be seen.
        suffix: one of `SUFFIXES`.

    Raises:
        ImportError: matplotlib isn't installed.
        ValueError, ArithmeticError: its numbers are too large for matplotlib.
    """
    from matplotlib import style

    kind, held = suffix.lstrip("."), io.BytesIO()
    with style.context(["default", _STYLE]), warnings.catch_warnings():
        # Such as for a character that the font hasn't, or an axis that has to be widened.
        warnings.simplefilter("ignore")
        figure_of(drawing).savefig(held, format=kind, metadata=_METADATA[kind])
    return held.getvalue()


def figure_of(drawing: Drawing) -> Figure:
    """A drawing as a figure of matplotlib, in the style that is set."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, layout="constrained")
    remarks = _drawn(figure, drawing)
    lines = [line for text in remarks if text for line in wrap(text, _REMARK_WIDTH)]
    if lines:
        figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8, color="#444444")
    return figure


def _drawn(figure: Figure, drawing: Drawing) -> list[str]:
    """Draw it; what is to be said of it beneath."""
    match drawing:
        case Curves():
            return _curves(figure, drawing)
        case Points():
            return _points(figure, drawing)
        case Regions():
            return _regions(figure, drawing)
        case Maps():
            return _maps(figure, drawing)
        case Spread():
            return _spread(figure, drawing)
        case Heat():
            return _heat(figure, drawing)
        case Activation():
            return _activation(figure, drawing)
        case Net():
            return _net(figure, drawing)


# Curves and points.


def _curves(figure: Figure, drawing: Curves) -> list[str]:
    found = [series_of(name, *pair, ascii=False) for name, pair in drawing.series.items()]
    only = found[0] if len(found) == 1 else None
    axes = _axes(figure, _entry(only) if only else ", ".join(each.name for each in found))
    brushes = pens(len(found))
    for at, (pen, each) in enumerate(zip(brushes, found, strict=True)):
        _curve(axes, each, pen, drawing.log, at / len(found) if not only else None)
    if drawing.log:
        _log_scale(axes, np.concatenate([np.empty(0), *(each.ys for each in found)]))
    axes.grid(**_GRID)
    axes.set_xlabel(drawing.x)
    axes.locator_params(axis="x", integer=True)  # epochs, or places in a vector
    if only:
        axes.set_ylabel(crop(only.name, _NAME_WIDTH))
    else:
        _legend(axes, axes.get_lines(), [_entry(each) for each in found])
    gaps = [text for each in found for text in gaps_of(each, drawing.log)]
    return ["log scale", *gaps] if drawing.log else gaps


def _curve(axes: Axes, series: Series, pen: Pen, log: bool, share: float | None) -> None:
    """A line with gaps, and its mark on it now and then if it has a share of the places."""
    there = np.isfinite(series.xs) & np.isfinite(drawable(series.ys, log))
    ys = np.where(there, series.ys, np.nan)
    marks: dict[str, Any] = {}
    if share is not None:
        apart = max(len(ys) // _MARKS_A_CURVE, 1)
        marks = {**_marked(pen), "markersize": 5, "markevery": (int(share * apart), apart)}
    axes.plot(series.xs, ys, color=pen.ink, linewidth=1.5, **marks)
    # A number between two gaps, or the only one, makes no line.
    beside = np.pad(there, 1)
    alone = there & ~beside[:-2] & ~beside[2:]
    if alone.any():
        axes.scatter(series.xs[alone], ys[alone], s=16, color=pen.ink)


def _entry(series: Series) -> str:
    """A curve and the number it ends on, which a long name doesn't push out."""
    return entry(series._replace(name=crop(series.name, _NAME_WIDTH)))


def _log_scale(axes: Axes, values: Floats) -> None:
    """The ticks of the terminal; those of matplotlib are formulas, which are switched off."""
    axes.set_yscale("log")
    marks = ticks(scale_of(values, log=True), _TICKS)
    axes.set_yticks([mark.value for mark in marks], [mark.label for mark in marks])
    axes.yaxis.set_minor_formatter("")


def _points(figure: Figure, drawing: Points) -> list[str]:
    places = points_of(drawing.points)
    axes = _axes(figure, drawing.title)
    classes = classes_of(drawing.labels, len(places), None, False)
    _legend(axes, *_dots(axes, places, classes, deep=False), beside=True)
    axes.grid(**_GRID)
    axes.set_axisbelow(True)
    _plane(axes)
    return [lost_points(places)]


def _dots(
    axes: Axes, places: Floats, classes: Classes, *, deep: bool, size: int = 30
) -> tuple[list[Any], list[str]]:
    """Points by class, each with its mark; the handles and texts of their legend."""
    handles: list[Any] = []
    texts: list[str] = []
    for at, (pen, (_, text)) in enumerate(zip(classes.pens, classes.legend(), strict=True)):
        held = places[classes.at == at]
        if not len(held):
            continue
        ink = pen.deep if deep else pen.ink
        hollow = pen.mark in _HOLLOW
        handles.append(axes.scatter(
            held[:, 0], held[:, 1], s=size, marker=_marker(pen), linewidths=1.2 if hollow else 0.5,
            facecolors="none" if hollow else ink, edgecolors=ink if hollow else "white",
        ))  # fmt: skip
        texts.append(text)
    return handles, texts


def _marker(pen: Pen) -> str:
    """The shape of a mark; letters and digits are marks themselves."""
    return _MARKERS.get(pen.mark, f"${pen.mark}$")


def _marked(pen: Pen) -> dict[str, Any]:
    fill = {"markerfacecolor": "white"} if pen.mark in _HOLLOW else {}
    return {"marker": _marker(pen), **fill}


def _plane(axes: Axes) -> None:
    axes.set_xlabel("first coordinate")
    axes.set_ylabel("second coordinate")


# Maps.


def _regions(figure: Figure, drawing: Regions) -> list[str]:
    places, answers = points_of(drawing.points), floats(drawing.classes)
    count = _classes_in([answers])
    axes = _axes(figure, drawing.title)
    _fill(axes, answers, drawing.extent, count)
    classes = classes_of(drawing.labels, len(places), None, False, known=count)
    handles, texts = _dots(axes, places, classes, deep=True)
    fills = _fills(count)
    _legend(
        axes, [*fills, *handles], [*(str(each.get_label()) for each in fills), *texts], beside=True
    )
    _plane(axes)
    told = answered(answers, drawing.extent, places, drawing.labels, drawing.answers)
    return [*told, lost_points(places)]


def _classes_in(grids: Sequence[Floats]) -> int:
    """How many classes some maps are of, two at least."""
    known = [each[np.isfinite(each)] for each in grids]
    return max(*(int(each.max(initial=0)) + 1 for each in known), 2)


def _fills(count: int) -> list[Any]:
    """What the colours of a map mean."""
    from matplotlib.patches import Patch

    return [Patch(color=pen.pale, label=f"answer {at}") for at, pen in enumerate(pens(count))]


def _fill(axes: Axes, answers: Floats, extent: Extent, count: int) -> None:
    """A map of so many classes, with outlines."""
    from matplotlib.colors import ListedColormap

    axes.imshow(
        np.ma.masked_invalid(answers), origin="lower", extent=extent, aspect="auto",
        interpolation="nearest", cmap=ListedColormap([pen.pale for pen in pens(count)]),
        vmin=-0.5, vmax=count - 0.5,
    )
    across, up = (
        np.linspace(low, high, 2 * cells + 1)[1::2]
        for low, high, cells in zip(extent[::2], extent[1::2], answers.shape[::-1], strict=True)
    )
    # So the regions are told apart without their colours, too.
    there = np.unique(answers[np.isfinite(answers)])
    for at in there[1:] if min(answers.shape) > 1 else ():
        axes.contour(across, up, answers >= at, [0.5], colors="#444444", linewidths=0.7)
    axes.set_xlim(*extent[:2])
    axes.set_ylim(*extent[2:])


def _maps(figure: Figure, drawing: Maps) -> list[str]:
    across = min(len(drawing.panels), _ACROSS) or 1
    down = -(-len(drawing.panels) // across)
    figure.set_size_inches(_PANEL[0] * across, _PANEL[1] * down + 1)
    figure.suptitle(crop(plain(drawing.title), _TITLE_WIDTH), x=0.01, ha="left", fontsize=11)
    known = [floats(each.grid) for each in drawing.panels if each.grid is not None]
    count, told = _classes_in(known), dict[str, Any]()
    for at, panel in enumerate(drawing.panels):
        told |= _panel(figure.add_subplot(down, across, at + 1), panel, count)
    fills = _fills(count)
    figure.legend([*fills, *told.values()], [*(str(each.get_label()) for each in fills), *told],
                  loc="outside lower right", ncols=4)  # fmt: skip
    return []


def _panel(axes: Axes, panel: Panel, count: int) -> dict[str, Any]:
    """One map of several; the handles of its points by what they mean."""
    lines = [panel.title, ", ".join(panel.told)]
    axes.set_title("\n".join(crop(plain(each), _NAME_WIDTH) for each in lines), fontsize=9)
    if panel.grid is None:
        axes.set_axis_off()
        axes.text(0, 0.5, "\n".join(wrap(plain(panel.error), _NAME_WIDTH)), fontsize=8)
        return {}
    _fill(axes, floats(panel.grid), panel.extent, count)
    axes.tick_params(labelsize=7)
    if panel.points is None:
        return {}
    places = points_of(panel.points)
    classes = classes_of(panel.labels, len(places), None, False, known=count)
    handles, texts = _dots(axes, places, classes, deep=True, size=8)
    return dict(zip(texts, handles, strict=True))


def _heat(figure: Figure, drawing: Heat) -> list[str]:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.ticker import MaxNLocator

    data = floats(drawing.matrix)
    known = np.where(np.isfinite(data), data, 0.0)
    limit = float(np.abs(known).max(initial=0.0)) or 1.0
    colours = LinearSegmentedColormap.from_list("around 0", list(DIVERGING)).with_extremes(
        bad="#222222"
    )
    axes = _axes(figure, f"{drawing.name}: {', '.join(told_of_matrix(data))}")
    image = axes.imshow(
        np.ma.masked_invalid(data), cmap=colours, vmin=-limit, vmax=limit, aspect="auto",
        interpolation="nearest",
    )
    figure.colorbar(image, ax=axes)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("column")
    axes.set_ylabel("row")
    if data.size <= _MOST_NUMBERS:
        _numbers(axes, data, limit)
    gaps = left_out(data)
    return [f"{gaps}, shown black"] if gaps else []


def _numbers(axes: Axes, data: Floats, limit: float) -> None:
    """The number of each cell, readable on its colour."""
    for (row, column), value in np.ndenumerate(data):
        dark = not np.isfinite(value) or abs(value) > 0.7 * limit
        axes.text(
            column, row, unit_value(float(value)), ha="center", va="center", fontsize=8,
            color="white" if dark else "#222222",
        )


# Values.


def _spread(figure: Figure, drawing: Spread) -> list[str]:
    data = floats(drawing.values).ravel()
    axes = _axes(figure, f"{drawing.name}: {', '.join(told_of_values(data))}")
    found = binned(drawing.values)
    held, ends = [each.held for each in found], [each.ends for each in found if each.ends]
    if ends:
        lows, highs = np.array(ends).T
        bars = axes.bar(
            lows, held, highs - lows, align="edge", color=INKS[0], edgecolor="white"
        )
    else:
        bars = axes.bar(range(len(found)), held, 0.8, color=INKS[0])
        axes.set_xticks(range(len(found)), [each.text for each in found])
    axes.bar_label(bars, padding=1, fontsize=9)
    axes.set_xlabel(crop(plain(drawing.name), _NAME_WIDTH))
    axes.set_ylabel("values")
    return [EDGES if len(ends) > 1 else "", *odd(data)]


def _activation(figure: Figure, drawing: Activation) -> list[str]:
    function = FUNCTIONS[drawing.kind]
    data = np.empty(0) if drawing.values is None else floats(drawing.values).ravel()
    finite = data[np.isfinite(data)]
    rows = 2 if finite.size else 1
    axes, *below = np.atleast_1d(
        figure.subplots(rows, sharex=True, height_ratios=(3, 1)[:rows])
    ).tolist()
    axes.set_title(drawing.kind)
    zs = np.linspace(-function.end, function.end, 401)
    curves = (function.value, function.slope)
    for at, (pen, curve) in enumerate(zip(pens(2), curves, strict=True)):
        axes.plot(
            zs, curve(zs), color=pen.ink, linewidth=1.8, **_marked(pen),
            markevery=(25 + 25 * at, 100), markersize=6,
        )
    axes.grid(**_GRID)
    axes.set_ylim(min(function.up[0], 0) - 0.05, function.up[1] + 0.05)
    _legend(axes, axes.get_lines(), [drawing.kind, "its slope"])
    if below:
        below[0].hist(finite, np.linspace(-function.end, function.end, _BINS + 1), color=INKS[2])
        below[0].set_ylabel("values")
    (below or [axes])[0].set_xlabel("z, what goes in")
    axes.set_xlim(-function.end, function.end)
    return _told_of_inputs(data, drawing, function.end)


def _told_of_inputs(data: Floats, drawing: Activation, end: float) -> list[str]:
    """How many values let no gradient through, and how many aren't seen."""
    finite, called = data[np.isfinite(data)], plain(drawing.values_name)
    beyond, gaps = int((np.abs(finite) > end).sum()), left_out(data)
    return [
        f"below: {lying(finite, drawing.kind, called)}" if finite.size else "",
        f"{beyond} lie beyond -{end:g} .. {end:g}" if beyond else "",
        f"{called}: {gaps} left out" if gaps else "",
    ]


# The net.


def _net(figure: Figure, drawing: Net) -> list[str]:
    values, matrices, sizes = joined(drawing.layers, drawing.weights)
    axes = _axes(figure, drawing.title)
    axes.set_axis_off()
    shown = [units_shown(size, _MOST_UNITS) for size in sizes]
    places = [floats(np.arange(len(units))[::-1] - (len(units) - 1) / 2) for units in shown]
    top = max((float(each[0]) for each in places if len(each)), default=0.0)
    for at, matrix in enumerate(matrices):
        left, right = (
            [each for each in zip(places[side], shown[side], strict=True) if each[1] is not None]
            for side in (at, at + 1)
        )
        _weights(axes, at, left, right, shares_of(matrix))
    for at, ((name, _), units) in enumerate(zip(drawing.layers, shown, strict=True)):
        _units(axes, at, places[at], units, values[at])
        axes.text(at, top + 0.6, f"{plain(name)} ({sizes[at]})", ha="center")
    axes.set_xlim(-0.3, len(sizes) - 0.7)
    axes.set_ylim(-top - 0.5, top + 0.8)
    _keys(axes)
    missing = sum(int((~np.isfinite(each)).sum()) for each in matrices)
    return [
        f"the wider, the larger beside the largest {drawing.lines} between the two layers; below "
        f"{FAINT:g} of it no line",
        "; ".join(
            f"{plain(name)}: {len(units) - 1} of them shown"
            for (name, _), units in zip(drawing.layers, shown, strict=True) if None in units
        ),
        f"{missing} {drawing.lines}s with NaN or Inf not drawn" if missing else "",
    ]


def _weights(
    axes: Axes, at: int, left: Sequence[tuple[Any, Any]], right: Sequence[tuple[Any, Any]],
    shares: Floats,
) -> None:
    """The lines from one layer to the next, the strongest over the others.

    Args:
        axes: where they are drawn.
        at: which layer they begin at.
        left: the height of each of its units that are shown, and which one it is.
        right: likewise of the next layer.
        shares: the weights in units of the largest one, shape (n, m).
    """
    from matplotlib.collections import LineCollection

    lines = [
        (float(shares[one, two]), [(at, start), (at + 1, end)])
        for start, one in left for end, two in right if abs(shares[one, two]) >= FAINT
    ]  # fmt: skip
    lines.sort(key=lambda line: abs(line[0]))
    signs = [_SIGNS[share > 0] for share, _ in lines]
    axes.add_collection(LineCollection(
        [ends for _, ends in lines], linewidths=[0.4 + 3 * abs(share) for share, _ in lines],
        colors=[colour for colour, *_ in signs], linestyles=[dashes for _, dashes, _ in signs],
        alpha=0.85, zorder=1,
    ))  # fmt: skip


def _units(
    axes: Axes, at: int, places: Floats, units: list[int | None], values: Floats | None
) -> None:
    """A column of circles, with the values in them where they are known."""
    there = [place for place, unit in zip(places, units, strict=True) if unit is not None]
    size = (420 if values is None else 900) * min(1.0, 8 / max(len(units), 1)) ** 2
    axes.scatter(
        [at] * len(there), there, s=size, facecolors="white", edgecolors="#333333", zorder=2
    )
    for place, unit in zip(places, units, strict=True):
        text = "⋮" if unit is None else "" if values is None else unit_value(float(values[unit]))
        if text:
            axes.text(at, place, text, ha="center", va="center", fontsize=8, zorder=3)


def _keys(axes: Axes) -> None:
    """What the lines mean."""
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=colour, linestyle=dashes, linewidth=2)
             for colour, dashes, _ in _SIGNS.values()]  # fmt: skip
    _legend(axes, lines, [text for *_, text in _SIGNS.values()], beside=True)


# What several of them have.


def _axes(figure: Figure, title: str) -> Axes:
    axes: Axes = figure.add_subplot()
    axes.set_title(crop(plain(title), _TITLE_WIDTH))
    return axes


def _legend(axes: Axes, handles: list[Any], texts: list[str], *, beside: bool = False) -> None:
    """What the marks mean; inside where there is room, or at the right."""
    where: dict[str, Any] = {"loc": "best", "frameon": True}
    if beside:
        where = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)}
    made = axes.legend(handles, [" "] * len(handles), **where)
    # Set afterwards, for matplotlib leaves out whatever begins with an underscore.
    for entry_, text in zip(made.get_texts(), texts, strict=True):
        entry_.set_text(crop(text, _NAME_WIDTH))
