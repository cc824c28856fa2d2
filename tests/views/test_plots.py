"""Plots show what is in the data, say what they leave out, and fit, whatever the data is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rich.text import Text
from view_helpers import rendered, whole

from nnstep.views.activations import activation_view
from nnstep.views.axes import Scale, scale_of, ticks
from nnstep.views.drawings import Panel
from nnstep.views.heat import heat_view
from nnstep.views.histograms import histogram_view, mini_histogram
from nnstep.views.nets import net_view
from nnstep.views.plots import curve_view, scatter_view
from nnstep.views.regions import boundaries_view, boundary_view, panel_size

GREAT = st.sampled_from(
    [
        5e-324, -5e-324, 1e-300, 1.7e308, -1.7e308, 1e16, 1 + 2e-16, 0.1, math.nan, math.inf,
        -math.inf,
    ]
)
NUMBERS = st.floats(-10, 10) | st.floats() | GREAT
DTYPES = st.sampled_from(["f8", "f4", "i8", "?", "u1", "g"])
EXTENT = (-1.0, 1.0, -1.0, 1.0)


@st.composite
def arrays(draw: st.DrawFn, *sides: int | None) -> np.ndarray:
    """Any numbers, of a shape whose unknown sides are 0 to 30."""
    shape = tuple(draw(st.integers(0, 30)) if side is None else side for side in sides)
    dtype = np.dtype(draw(DTYPES))
    if dtype.kind != "f":
        return draw(hnp.arrays(dtype, shape))
    with np.errstate(all="ignore"):
        return draw(hnp.arrays(np.float64, shape, elements=NUMBERS)).astype(dtype)


def fits(view: Text, width: int, ascii: bool) -> list[str]:
    lines = rendered(view, width)
    assert lines and any(lines)
    assert not ascii or "\n".join(lines).isascii()
    return lines


ANY = (st.sampled_from([40, 53, 80, 120]), st.booleans())


@settings(max_examples=150, deadline=None)
@given(st.data(), *ANY, st.booleans(), st.integers(3, 30))
def test_curves_fit(data: Any, width: int, ascii: bool, log: bool, height: int) -> None:
    series = {}
    for name in ("a", "b")[: data.draw(st.integers(0, 2))]:
        ys = data.draw(arrays(None))
        given_xs = data.draw(st.booleans())
        xs = data.draw(arrays(len(ys))) if given_xs else np.arange(len(ys))
        series[name] = (xs, ys)
    fits(curve_view(series, width=width, height=height, log=log, ascii=ascii), width, ascii)


@settings(max_examples=100, deadline=None)
@given(arrays(None, 2), st.data(), *ANY)
def test_points_and_maps_fit(points: np.ndarray, data: Any, width: int, ascii: bool) -> None:
    labels = data.draw(st.none() | arrays(len(points)))
    fits(scatter_view(points, labels, width=width, ascii=ascii), width, ascii)
    grid, colour = data.draw(arrays(None, None)), data.draw(st.booleans())
    view = boundary_view(grid, EXTENT, points, labels, width=width, ascii=ascii, colour=colour)
    fits(view, width, ascii)
    maps = [
        Panel("one", ("cost 0.25", "accuracy 0.5"), grid, EXTENT, points, labels),
        Panel("another", (), grid[:1], EXTENT, points, labels, "cost: it is no number"),
        Panel("a third", error="ValueError: " + "it is too long to be drawn " * 20),
    ]
    view = boundaries_view(maps, width=width, title="all", ascii=ascii, colour=colour)
    fits(view, width, ascii)


@settings(max_examples=100, deadline=None)
@given(arrays(None, None), *ANY, st.booleans(), st.sampled_from(["sigmoid", "tanh", "relu"]))
def test_the_other_views_fit(
    data: np.ndarray, width: int, ascii: bool, colour: bool, name: str
) -> None:
    fits(heat_view(data, "w", width=width, ascii=ascii, colour=colour), width, ascii)
    fits(activation_view(name, data, width=width, ascii=ascii), width, ascii)
    layers = [("x", None), ("y", data[:1] if len(data) else None)]
    fits(net_view(layers, [data], width=width, ascii=ascii), width, ascii)


@settings(max_examples=200, deadline=None)
@given(arrays(None), *ANY, st.none() | st.integers(1, 30))
def test_a_histogram_counts_every_value(
    data: np.ndarray, width: int, ascii: bool, bins: int | None
) -> None:
    lines = fits(histogram_view(data, "w", width=width, bins=bins, ascii=ascii), width, ascii)
    assert len(mini_histogram(data, 8, ascii)) == 8
    counts = [int(m[1]) for line in lines if (m := re.search(r"\S  +(\d+)  [█▏▎▍▌▋▊▉#.]", line))]
    empty = [line for line in lines if re.search(r"\S  +0$", line)]
    with np.errstate(all="ignore"):
        finite = np.isfinite(data.astype(np.float64)).sum()
    assert sum(counts) == finite
    assert len(counts) + len(empty) <= len(lines)


@given(NUMBERS.filter(math.isfinite), NUMBERS.filter(math.isfinite), st.integers(2, 12))
def test_ticks_lie_on_the_scale_and_rise(one: float, two: float, count: int) -> None:
    for log in (False, True):
        scale = scale_of(np.array([one, two]), log=log)
        assert scale.low < scale.high
        marks = ticks(scale, count)
        values = [tick.value for tick in marks]
        assert 2 <= len(marks) <= 3 * count + 3
        assert values == sorted(set(values))
        assert len({tick.label for tick in marks}) == len(marks)
        first, last = scale.at(np.array([values[0], values[-1]]))
        assert first > -1e-9 and last < 1 + 1e-9  # no further outside than rounding takes them


def test_an_end_right_above_a_round_number() -> None:
    scale = scale_of(np.array([10.0, 1.0000000000000002]), log=True)
    assert [tick.label for tick in ticks(scale, 2)] == ["1", "10"]


def test_ticks_are_round() -> None:
    assert [tick.label for tick in ticks(Scale(0, 1), 3)] == ["0.0", "0.5", "1.0"]
    assert [tick.label for tick in ticks(Scale(0, 3, whole=True), 6)] == ["0", "1", "2", "3"]
    assert [tick.label for tick in ticks(Scale(0, 1999), 5)] == ["0", "500", "1000", "1500"]
    assert [tick.label for tick in ticks(Scale(1e-3, 10, True), 6)] == [
        "0.001", "0.01", "0.1", "1", "10",
    ]


def test_a_curve() -> None:
    points = ([0, 1, 2, 3, 4], [4, 2, 1, 0.5, 0])
    view = curve_view({"cost": points}, width=40, height=8, ascii=True)
    assert rendered(view, 40) == [
        "4 +***",
        "  |   ****",
        "2 +       *******",
        "  |              *********",
        "0 +                       **************",
        "  ++-----------------+-----------------+",
        "   0                 2                 4",
        "                   epoch",
        "* cost (last 0)",
    ]


def test_two_curves_have_two_marks() -> None:
    xs = np.arange(50)
    for ascii, marks in ((True, "*o"), (False, "●▲")):
        text = whole(curve_view({"a": (xs, xs), "b": (xs, 50 - xs)}, width=60, ascii=ascii), 60)
        for mark in marks:
            assert text.count(mark) > 2
    assert "● a (last 49)   ▲ b (last 1)" in text


def test_a_spike_among_very_many_points_is_seen() -> None:
    ys = np.zeros(200_000)
    ys[123_456] = 1
    lines = rendered(curve_view({"a": (np.arange(len(ys)), ys)}, width=80, ascii=True))
    assert all("*" in line for line in lines[:16])


def test_gaps_are_told_and_not_bridged() -> None:
    ys = [1.0, 1, 1, math.nan, 1, 1, math.inf]
    lines = rendered(curve_view({"a": (range(7), ys)}, width=40, ascii=True), 40)
    assert "a: 1 NaN, 1 Inf left out" in lines
    drawn = next(line for line in lines if "**" in line)
    assert re.search(r"\*+ {5,}\*+", drawn)


def test_a_log_scale_leaves_out_what_is_not_positive() -> None:
    text = whole(curve_view({"a": (range(4), [100, 1, 0, -1])}, width=60, log=True), 60)
    assert "a: 2 not above 0 left out of the log scale" in text
    assert "100 ┤" in text and "10 ┤" in text


def test_nothing_one_point_and_a_constant() -> None:
    assert "nothing to draw" in whole(curve_view({}, width=60))
    assert "nothing to draw" in whole(curve_view({"a": ([], [])}, width=60))
    assert "*" in whole(curve_view({"a": ([3], [7])}, width=60, ascii=True))
    lines = rendered(curve_view({"a": ([3, 4], [7, 7])}, width=60, ascii=True), 60)
    assert sum("*" * 50 in line for line in lines) == 1


def test_scattered_points_by_class() -> None:
    points = [[0, 0], [0, 1], [1, 0], [1, 1], [math.nan, 1]]
    names = ["left", "right"]
    text = whole(scatter_view(points, [0, 0, 1, 1, 1], names=names, width=40, ascii=True))
    assert "* left (2)   o right (3)" in text
    assert "1 point with NaN or Inf left out" in text
    plot = text.split("* left")[0]
    assert plot.count("*") == plot.count("o") == 2


def test_classes_that_share_a_cell_are_told() -> None:
    text = whole(scatter_view([[0, 0], [0, 0], [0, 0]], [1, 1, 0], width=40))
    assert "1 cell holds points of several classes" in text


def test_a_map_without_colours() -> None:
    view = boundary_view(
        [[0, 1], [0, 0]], EXTENT, [[0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]], [1, 0, 1],
        width=40, height=8, colour=False,
    )
    lines = rendered(view, 40)
    drawing = [line.split("│")[-1].split("┤")[-1] for line in lines[:6]]
    assert all(set(line) <= set(".●▲") for line in drawing[:3])
    assert all(set(line) <= set(".=▲") and line.endswith("=") for line in drawing[3:])
    assert ".. answer 0   == answer 1" in lines
    assert "1 of 3 points lie where the map answers" in " ".join(lines)


def test_probabilities_and_small_multiples() -> None:
    grid = np.linspace(0, 1, 50).reshape(1, -1)
    lines = rendered(boundary_view(grid, EXTENT, width=60, height=5, ascii=True), 60)
    assert re.search(r"\|?\.+:+=+#+$", lines[0])
    panels = [Panel(f"{at} units", grid=grid, extent=EXTENT) for at in range(3)]
    text = whole(boundaries_view(panels, width=40), 40)
    assert text.index("0 units") < text.index("1 units") < text.index("2 units")
    assert text.count("probability of 1") == 1


def panels(count: int, **others: Any) -> list[Panel]:
    """Maps that are one class at the left and another at the right."""
    points = [[-0.5, 0.5], [0.5, -0.5]]
    made = Panel("", ("cost 0.03079", "accuracy 0.975"), [[0, 1]], EXTENT, points, [0, 1])
    return [replace(made, title=f"H = {at}", **others) for at in range(count)]


@pytest.mark.parametrize(("width", "across"), [(40, 1), (80, 3), (120, 4)])
@pytest.mark.parametrize("ascii", [True, False])
def test_as_many_side_by_side_as_can_be_read(width: int, across: int, ascii: bool) -> None:
    lines = rendered(boundaries_view(panels(7), width=width, ascii=ascii, colour=False), width)
    heads = [re.findall("H = .", line) for line in lines if "H = " in line]
    rows, columns = panel_size(width, 7)
    assert [len(each) for each in heads][:-1] == [across] * (6 // across)
    assert sum(map(len, heads)) == 7
    assert sum("answer 0" in line for line in lines) == 1
    assert all("accuracy 0.975" in line for line in lines if "accuracy" in line)
    at = next(at for at, line in enumerate(lines) if line.startswith("..."))
    assert len({line[:columns].count("=") for line in lines[at : at + rows]}) <= 2
    assert (not ascii) or "".join(lines).isascii()


def test_seven_fit_on_a_screen() -> None:
    assert len(rendered(boundaries_view(panels(7), width=80, title="seven"), 80)) <= 45


def test_what_could_not_be_drawn_stands_in_its_place() -> None:
    failed = Panel("H = 9", error="ZeroDivisionError: division by zero (line 3)")
    lines = rendered(boundaries_view([*panels(1), failed, *panels(1)], width=80), 80)
    assert lines[0].count("H = ") == 3
    column = lines[0].index("H = 9")
    said = " ".join(line[column : column + 25].strip() for line in lines[3:6])
    assert said.split() == "ZeroDivisionError: division by zero (line 3)".split()
    alone = rendered(boundaries_view([failed], width=40), 40)
    assert alone == ["H = 9", "ZeroDivisionError: division by zero", "(line 3)"]
    told = rendered(boundaries_view(panels(2, error="cost: it is NaN"), width=80), 80)
    assert told[-2:] == ["H = 0: cost: it is NaN", "H = 1: cost: it is NaN"]


def test_many_points_would_hide_small_maps() -> None:
    across = np.stack(np.meshgrid(np.linspace(-1, 1, 15), np.linspace(-1, 1, 8)), axis=2)
    others: dict[str, Any] = {"points": across.reshape(-1, 2), "labels": [0] * 120}
    plain = whole(boundaries_view(panels(3, **others), width=80, colour=False))
    assert "●" not in plain and "without the 120 points" in plain
    coloured = whole(boundaries_view(panels(3, **others), width=80))
    assert "●" in coloured and "without" not in coloured


def test_maps_of_different_points() -> None:
    wider = panels(1, extent=(-2.0, 2.0, -2.0, 2.0), points=[[0.0, 0.0]], labels=[1])
    text = whole(boundaries_view([*panels(1), *wider], width=80))
    assert "each map goes as far as its own points" in text
    assert "● 0 (1)   ▲ 1 (2)" in text


def test_wrong_points_are_counted_where_nothing_is_told() -> None:
    text = whole(boundaries_view(panels(1, told=(), labels=[1, 1]), width=80))
    assert "1 of 2 wrong" in text


def test_how_many_values_are_saturated() -> None:
    text = " ".join(whole(activation_view("sigmoid", [-9.0, 0, 1, 50], width=60), 60).split())
    assert "2 of them (50 %) where the slope is below 0.01" in text
    assert "<- 1 beyond" in text and "1 beyond ->" in text
    with pytest.raises(ValueError, match="sigmoid, tanh, relu"):
        activation_view("swish", None, width=60)


def test_a_histogram() -> None:
    view = histogram_view([0, 0.5, 1, 1.5, 1.75, 2, math.nan, -math.inf], "w", width=40, bins=2)
    assert rendered(view, 40) == [
        "w  8 values  range 0 .. 2",
        "0 .. 1  2  ██████████████▌",
        "1 .. 2  4  █████████████████████████████",
        "a value on an edge counts in the upper",
        "  range",
        "1 NaN",
        "1 Inf (1 of them -Inf)",
    ]
    lines = rendered(histogram_view(np.array([True, False, True]), "m", width=40, ascii=True), 40)
    assert lines[1].startswith("False  1  ###") and lines[2].startswith(" True  2  ###")


def test_a_mini_histogram() -> None:
    assert mini_histogram([0, 0, 0, 0, 1]) == "█      ▂"
    assert mini_histogram([0, 0, 0, 0, 1], 4, ascii=True) == "#  :"
    assert mini_histogram([]) == " " * 8
    assert mini_histogram([3, 3]).strip() == "█"


def test_a_heat_map_without_colours_shows_sign_and_size() -> None:
    told = rendered(heat_view([[1.0, -1.0], [0.1, math.nan]], "w", width=60), 60)
    assert told[2].split() == ["[0]", "1", "-1"] and told[3].split()[:2] == ["[1]", "0.1"]
    narrow = rendered(heat_view([[1.0, -1.0] * 12], "w", width=40), 40)  # signs, where no more fits
    assert "".join(narrow[2].split()[1:]) == "+-" * 12
    lines = rendered(heat_view([[1.0, -1.0], [0.1, math.nan]], "w", width=40, ascii=True), 40)
    assert lines[:3] == ["w  (2, 2)  range -1 .. 1", "    [0] [1]", "[0] +## -##"]
    assert lines[3] == "[1] +.. !"
    assert lines[-1] == "1 NaN, shown as !"


def test_a_large_matrix_is_reduced_and_it_says_so() -> None:
    text = " ".join(rendered(heat_view(np.ones((1000, 300)), "w", width=60, height=10), 60))
    assert "1000 x 300 cells drawn as 20 x 54" in text


def test_a_net() -> None:
    view = net_view([("x", [1, 2]), ("y", [0.5])], [[[1.0], [-0.1]]], width=40, ascii=True)
    lines = rendered(view, 40)
    assert lines[0].split() == ["x", "(2)", "y", "(1)"]
    assert lines[1].startswith("(1) ###") and lines[3].startswith("(2) ---")
    assert lines[2].endswith("(0.5)")


def test_a_large_net_is_shortened_and_it_says_so() -> None:
    weights = [np.ones((2, 100)), np.ones((100, 1))]
    text = whole(net_view([("x", None), ("h", None), ("y", None)], weights, width=60))
    assert "h (100): 7 of them shown" in text and "..." in text
    turned = [each.T for each in weights]
    assert whole(net_view([("x", None), ("h", None), ("y", None)], turned, width=60)) == text


def test_values_that_are_no_numbers_and_a_net_that_is_too_narrow_for_them() -> None:
    layers = [("input: x", [math.nan, math.inf]), ("output: y", [-math.inf])]
    lines = rendered(net_view(layers, [[[1.0], [math.nan]]], width=40, ascii=True), 40)
    assert lines[0].split() == ["input:", "x", "(2)", "output:", "y", "(1)"]
    assert lines[1].startswith("(NaN)") and lines[3].startswith("(Inf)")
    assert lines[2].endswith("(-Inf)")
    assert lines[-1] == "1 weight with NaN or Inf not drawn"
    deep = [(f"hidden {at}: h{at}", [-0.123456]) for at in range(5)]
    view = net_view(deep, [[[1.0]]] * 4, width=40, lines="gradient")
    text = " ".join(whole(view, 40).split())
    assert "too narrow for the values" in text and "0.123" not in text
    assert "too narrow" not in whole(net_view(deep, [[[1.0]]] * 4, width=80), 80)
    assert "of the largest gradient between" in text


def test_long_names_of_layers_give_way_to_those_of_their_values() -> None:
    layers = [("input: features", [1]), ("hidden 1: activated", [2]), ("output: guess", [3])]
    weights = [[[1.0]], [[1.0]]]
    for width, names in [
        (80, "input: features (1) hidden 1: activated (1) output: guess (1)"),
        (53, "features (1) activated (1) guess (1)"),
    ]:
        lines = rendered(net_view(layers, weights, width=width, ascii=True), width)
        assert " ".join(lines[0].split()) == names


WRONG: list[Callable[[], Text]] = [
    lambda: curve_view({"a": ([1, 2], [1])}, width=60),
    lambda: curve_view({"a": ([[1]], [[1]])}, width=60),
    lambda: scatter_view([[1, 2, 3]], width=60),
    lambda: scatter_view([[1, 2]], [1, 2], width=60),
    lambda: boundary_view([1, 2], EXTENT, width=60),
    lambda: heat_view([1, 2], "w", width=60),
    lambda: net_view([("x", None)], [np.ones((2, 2))], width=60),
    lambda: net_view([("x", [1]), ("y", None)], [np.ones((2, 2))], width=60),
    lambda: net_view([("x", np.ones((5, 2))), ("y", None)], [np.ones((2, 2))], width=60),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_shapes_are_told(wrong: Callable[[], Text]) -> None:
    with pytest.raises(ValueError, match=r"shape|layers"):
        wrong()
    with pytest.raises(ValueError, match="extent"):
        boundary_view([[1]], (1, 0, 0, 1), width=60)
