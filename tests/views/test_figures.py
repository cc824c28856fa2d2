"""Figures hold the data that was given, and are the same bytes each time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

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
from nnstep.views.figures import SUFFIXES, figure_of, picture
from nnstep.views.paint import INKS, NEGATIVE, PALE, POSITIVE
from nnstep.views.sketches import sketch

XS = np.arange(5.0)
PLACES = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [0.5, np.nan]])
LABELS = np.array([0, 1, 1, 0])
CLASSES = np.array([[0, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1]])
WEIGHTS = np.array([[1.0, -0.5, 0.01], [np.nan, 0.25, -2.0]])

EVERY: dict[str, Drawing] = {
    "curve": Curves({"cost": (XS, XS**2)}, "epoch", False),
    "curves": Curves({"_a": (XS, XS - 2), "b": (XS, XS)}, "index", True),
    "points": Points("X", PLACES, LABELS),
    "regions": Regions("probs, line 3", CLASSES, (0.0, 2.0, -1.0, 1.0), PLACES, LABELS),
    "maps": Maps("probs, line 3", [
        Panel("H = 1", ("cost 0.5",), CLASSES, (0.0, 2.0, -1.0, 1.0), PLACES, LABELS),
        Panel("H = 2", grid=np.where(CLASSES, 2, np.nan)), Panel("H = x", error="NameError: x"),
    ]),
    "spread": Spread("zh", np.array([0.1, 0.2, 0.25, 0.9, np.inf])),
    "heat": Heat("wh", WEIGHTS),
    "activation": Activation("sigmoid", np.array([-9.0, 0.0, 0.1]), "values that became ah"),
    "net": Net("wh (2, 3)", [("input", None), ("output", [0.5, -1.0, 2.0])], [WEIGHTS]),
}


def axes_of(drawing: Drawing) -> Axes:
    return figure_of(drawing).axes[0]


def said(drawing: Drawing) -> str:
    """What stands beneath a figure."""
    return figure_of(drawing).get_supxlabel()


def run(code: str) -> bytes:
    """What code prints in a process of its own, beside this file."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("MPLBACKEND", None)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=environment,
        cwd=Path(__file__).parent,
    ).stdout


def legend_of(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    assert legend is not None
    return [each.get_text() for each in legend.get_texts()]


@pytest.mark.parametrize("drawing", EVERY.values(), ids=EVERY)
def test_every_form_is_shown_and_saved(drawing: Drawing) -> None:
    assert sketch(drawing, width=80).plain.strip()
    heads = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    assert set(heads) == set(SUFFIXES)
    for suffix, head in heads.items():
        made = picture(drawing, suffix)
        assert made.startswith(head)
        assert picture(drawing, suffix) == made


def test_several_maps_have_their_own_axes_and_one_legend() -> None:
    figure = figure_of(EVERY["maps"])
    one, two, failed = figure.axes
    np.testing.assert_array_equal(one.images[0].get_array(), CLASSES)
    np.testing.assert_array_equal(two.images[0].get_array().mask, CLASSES == 0)
    assert not failed.images and [each.get_text() for each in failed.texts] == ["NameError: x"]
    assert one.get_title() == "H = 1\ncost 0.5"
    (legend,) = figure.legends
    told = [each.get_text() for each in legend.get_texts()]
    assert told[:3] == ["answer 0", "answer 1", "answer 2"] and len(told) == 5


def test_where_nothing_is_answered_nothing_is_drawn() -> None:
    drawing = Regions("ao", np.full((3, 3), np.nan), (0.0, 1.0, 0.0, 1.0), PLACES, None)
    assert axes_of(drawing).images[0].get_array().mask.all()
    assert sketch(drawing, width=80).plain.strip()


def test_another_process_makes_the_same_bytes() -> None:
    code = (
        "import test_figures as t, sys\n"
        "sys.stdout.buffer.write(t.picture(t.EVERY['regions'], '.svg'))"
    )
    assert run(code) == picture(EVERY["regions"], ".svg")


def test_no_picture_tells_when_it_was_made() -> None:
    assert b"dc:date" not in picture(EVERY["curve"], ".svg")
    assert b"CreationDate" not in picture(EVERY["curve"], ".pdf")


def test_the_curves() -> None:
    series = {"_a": (XS, XS - 2), "b$x$": (XS, [1, 2, np.nan, 4, np.inf])}
    axes = axes_of(Curves(series, "epoch", False))
    one, two = axes.get_lines()
    np.testing.assert_array_equal(one.get_ydata(), XS - 2)
    np.testing.assert_array_equal(two.get_ydata(), [1, 2, np.nan, 4, np.nan])
    assert [one.get_color(), two.get_color()] == list(INKS[:2])
    assert one.get_marker() != two.get_marker()
    assert legend_of(axes) == ["_a (last 2)", "b$x$ (last Inf)"]
    assert axes.get_xlabel() == "epoch" and axes.get_yscale() == "linear"
    (dot,) = axes.collections  # 4, with nothing beside it
    np.testing.assert_array_equal(dot.get_offsets(), [[3, 4]])


def test_one_curve_needs_no_legend() -> None:
    axes = axes_of(EVERY["curve"])
    assert axes.get_legend() is None and axes.get_ylabel() == "cost"
    assert axes.get_title("left") + axes.get_title() == "cost (last 16)"


def test_a_log_scale_tells_what_it_leaves_out() -> None:
    drawing = Curves({"a": (XS, [-1, 0, 1, 10, 100])}, "epoch", True)
    axes = axes_of(drawing)
    assert axes.get_yscale() == "log"
    np.testing.assert_array_equal(axes.get_lines()[0].get_ydata(), [np.nan, np.nan, 1, 10, 100])
    labels = [each.get_text() for each in axes.get_yticklabels()]
    assert "10" in labels and not any("$" in each for each in labels)
    assert "log scale" in said(drawing) and "a: 2 not above 0 left out" in said(drawing)


def test_the_points_by_class() -> None:
    axes = axes_of(EVERY["points"])
    zero, one = axes.collections
    np.testing.assert_array_equal(one.get_offsets(), PLACES[LABELS == 1])
    assert len(zero.get_offsets()) == 2
    assert to_rgba(INKS[1]) in {tuple(each) for each in one.get_facecolors()}
    assert legend_of(axes) == ["0 (2)", "1 (2)"]
    paths = [each.get_paths()[0].vertices for each in (zero, one)]
    assert np.shape(paths[0]) != np.shape(paths[1])
    assert said(EVERY["points"]) == "1 point with NaN or Inf left out"


def test_the_regions_lie_below_the_points() -> None:
    axes = axes_of(EVERY["regions"])
    (image,) = axes.get_images()
    np.testing.assert_array_equal(np.asarray(image.get_array()), CLASSES)
    assert image.get_extent() == [0.0, 2.0, -1.0, 1.0] and image.origin == "lower"
    assert [image.to_rgba(at)[:3] for at in (0, 1)] == [to_rgba(each)[:3] for each in PALE[:2]]
    offsets = [each.get_offsets() for each in axes.collections]
    assert any(np.array_equal(each, PLACES[LABELS == 1]) for each in offsets)
    assert legend_of(axes) == ["answer 0", "answer 1", "0 (2)", "1 (2)"]
    sketched = " ".join(sketch(EVERY["regions"], width=80).plain.split())
    for line in said(EVERY["regions"]).splitlines():
        assert line in sketched


def test_regions_of_one_answer_only() -> None:
    drawing = Regions("ao", np.zeros((3, 3), int), (0.0, 1.0, 0.0, 1.0), PLACES, None)
    assert legend_of(axes_of(drawing)) == ["answer 0", "answer 1", "points (4)"]


def test_the_spread_has_the_bars_of_the_terminal() -> None:
    values = np.array([0.1, 0.2, 0.25, 0.95, 1.03, np.inf])
    axes = axes_of(Spread("zh", values))
    bars = [each for each in axes.patches if each.get_height()]
    assert sum(each.get_height() for each in bars) == 5
    for each in bars:
        low, high = each.get_x(), each.get_x() + each.get_width()
        assert ((values >= low) & (values < high)).sum() == each.get_height()
    assert "1 Inf" in said(Spread("zh", values))


def test_whole_numbers_have_a_bar_each() -> None:
    axes = axes_of(Spread("right", np.array([True, False, True])))
    assert [each.get_height() for each in axes.patches] == [1, 2]
    assert [each.get_text() for each in axes.get_xticklabels()] == ["False", "True"]


def test_the_heat_map() -> None:
    figure = figure_of(EVERY["heat"])
    axes, bar = figure.axes
    (image,) = axes.get_images()
    shown = np.ma.asarray(image.get_array())
    np.testing.assert_array_equal(shown.filled(np.nan), WEIGHTS)
    assert image.get_clim() == (-2, 2) and bar.get_ylim() == (-2, 2)
    numbers = [each.get_text() for each in axes.texts]
    assert numbers == ["1", "-0.5", "0.01", "NaN", "0.25", "-2"]
    assert figure.get_supxlabel() == "1 NaN, shown black"


def test_a_large_heat_map_has_no_numbers() -> None:
    axes = axes_of(Heat("W", np.ones((40, 40))))
    assert not axes.texts


def test_the_activation() -> None:
    figure = figure_of(EVERY["activation"])
    axes, below = figure.axes
    value, slope = axes.get_lines()
    zs = np.asarray(value.get_xdata())
    np.testing.assert_allclose(value.get_ydata(), 1 / (1 + np.exp(-zs)))
    np.testing.assert_allclose(slope.get_ydata(), np.gradient(value.get_ydata(), zs), atol=2e-3)
    assert sum(each.get_height() for each in below.patches) == 2
    assert "1 lie beyond -6 .. 6" in figure.get_supxlabel()
    assert len(figure_of(Activation("relu", None, "values")).axes) == 1


def test_the_net_tells_signs_by_colour_and_dashes() -> None:
    axes = axes_of(EVERY["net"])
    lines = axes.collections[0]
    found: dict[tuple[Any, ...], Any] = {
        tuple(map(tuple, ends)): (tuple(colour[:3]), dashes[1] is not None, width)
        for ends, colour, dashes, width in zip(
            lines.get_segments(), lines.get_colors(), lines.get_linestyles(),
            lines.get_linewidths(), strict=True,
        )
    }
    # From the first input at the top to the three outputs, then from the second one.
    up = {(0, 0.5): "first", (0, -0.5): "second"}
    told = {(up[start], end[1]): what for (start, end), what in found.items()}
    assert set(told) == {("first", 1.0), ("first", 0.0), ("second", 0.0), ("second", -1.0)}
    positive, negative = to_rgba(POSITIVE)[:3], to_rgba(NEGATIVE)[:3]
    assert told["first", 1.0][:2] == (positive, False)
    assert told["second", -1.0][:2] == (negative, True)
    assert told["second", -1.0][2] > told["first", 1.0][2] > told["second", 0.0][2]
    assert {"input (2)", "output (3)", "0.5", "-1", "2"} <= {each.get_text() for each in axes.texts}
    assert "1 weights with NaN or Inf not drawn" in said(EVERY["net"])


def test_a_large_net_tells_what_is_left_out() -> None:
    drawing = Net("W (40, 2)", [("input", None), ("output", None)], [np.ones((40, 2))])
    assert "input: 15 of them shown" in said(drawing)
    assert "input (40)" in {each.get_text() for each in axes_of(drawing).texts}


def test_text_stays_text() -> None:
    made = picture(EVERY["curves"], ".svg").decode()
    assert ">_a (last 2)</text>" in made and ">index</text>" in made


def test_nothing_of_the_scripts_own_settings_is_changed_or_used() -> None:
    plain = picture(EVERY["curve"], ".svg")
    with matplotlib.rc_context({"lines.linewidth": 9, "svg.hashsalt": "mine", "font.size": 30}):
        before = dict(matplotlib.rcParams)
        assert picture(EVERY["curve"], ".svg") == plain
        assert dict(matplotlib.rcParams) == before


def test_neither_pyplot_nor_a_backend_is_chosen() -> None:
    code = (
        "import test_figures as t, sys\n"
        "for each in t.EVERY.values(): t.picture(each, '.png')\n"
        "import matplotlib\n"
        "auto = matplotlib.rcParams._get_backend_or_none() is None\n"
        "print(auto, 'matplotlib.pyplot' in sys.modules)"
    )
    assert run(code).split() == [b"True", b"False"]
