"""Dots, lines, marks and fills end up in the cells where they belong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import Color
from view_helpers import contrast, rendered

from nnstep.views.canvas import Canvas, fills, half_blocks
from nnstep.views.paint import ASCII_MARKS, DEEP, FILLS, INKS, PALE, pens
from nnstep.views.text import stack


def shown(canvas: Canvas) -> list[str]:
    return rendered(stack(canvas.lines()), canvas.columns)


def test_braille_has_two_by_four_dots_a_cell() -> None:
    canvas = Canvas(2, 1, pens(1))
    assert (canvas.across, canvas.down) == (4, 4)
    canvas.point(0, 0)
    canvas.point(3, 3)
    assert shown(canvas) == ["⠁⢀"]


def test_a_line_from_corner_to_corner() -> None:
    canvas = Canvas(4, 2, pens(1))
    canvas.line((0, 0), (7, 7))
    assert shown(canvas) == ["⠑⢄", "  ⠑⢄"]
    canvas = Canvas(4, 4, pens(1, True), ascii=True)
    canvas.line((0, 3), (3, 0))
    assert shown(canvas) == ["   *", "  *", " *", "*"]


def test_a_pattern_leaves_dots_out() -> None:
    canvas = Canvas(6, 1, pens(1, True), ascii=True)
    canvas.line((0, 0), (5, 0), pattern=(True, True, False))
    assert shown(canvas) == ["** **"]


def test_series_that_share_a_cell_take_turns() -> None:
    canvas = Canvas(6, 1, pens(2, True), ascii=True)
    for series in (0, 1):
        canvas.line((0, 0), (5, 0), series)
    assert shown(canvas) == ["*o*o*o"]
    canvas = Canvas(3, 1, pens(2, True), ascii=True, last_wins=True)
    for series in (1, 0):
        canvas.line((0, 0), (2, 0), series)
    assert shown(canvas) == ["ooo"]


def test_what_is_not_finite_is_skipped_and_counted() -> None:
    canvas = Canvas(5, 1, pens(1, True), ascii=True)
    canvas.path(np.array([0.0, 1.0, math.nan, 3.0, 4.0]), np.array([0.0, 0, 0, 0, math.inf]))
    canvas.line((0, 0), (math.inf, 0))
    assert shown(canvas) == ["** *"]
    assert canvas.skipped == 3


def test_marks_stand_over_lines_and_are_cut_at_the_edge() -> None:
    canvas = Canvas(4, 1, pens(1, True), ascii=True)
    canvas.line((0, 0), (3, 0))
    canvas.mark(2, 0, "abc")
    canvas.mark(0, 7, "no")
    assert shown(canvas) == ["**ab"]


PLACE = st.floats(-1e300, 1e300) | st.floats(-20, 20) | st.sampled_from([math.nan, math.inf])


@settings(max_examples=200, deadline=None)
@given(st.tuples(PLACE, PLACE), st.tuples(PLACE, PLACE), st.booleans())
def test_any_line_is_cut_to_the_surface(
    start: tuple[float, float], end: tuple[float, float], ascii: bool
) -> None:
    canvas = Canvas(5, 3, pens(1, ascii), ascii=ascii)
    canvas.line(start, end)
    assert [line.cell_len for line in canvas.lines()] == [5, 5, 5]


@given(*[st.integers(0, 11)] * 4)
def test_a_line_is_unbroken_and_holds_its_ends(a: int, b: int, c: int, d: int) -> None:
    canvas = Canvas(12, 12, pens(1, True), ascii=True)
    canvas.line((a, b), (c, d))
    cells = {(int(column), int(row)) for row, column in canvas.cells_of(0)}
    assert {(a, b), (c, d)} <= cells
    assert len(cells) == max(abs(a - c), abs(b - d)) + 1


def test_half_blocks_hold_two_pixels() -> None:
    lines = half_blocks(
        np.array([[0, 0, -1, -1], [0, 1, 1, -1]]), ["#ff0000", "#0000ff"], {(0, 3): ("x", "bold")}
    )
    assert [line.plain for line in lines] == [" ▀▄x"]
    styles = [str(span.style) for span in lines[0].spans]
    assert styles == ["on #ff0000", "#ff0000 on #0000ff", "#0000ff", "bold"]
    with pytest.raises(ValueError, match="shape"):
        half_blocks(np.zeros((3, 2), int), ["red"])


def test_fills_are_characters() -> None:
    lines = fills(np.array([[0, 1, -1], [1, 1, 0]]), ".#", marks={(1, 1): ("o", "")})
    assert [line.plain for line in lines] == [".# ", "#o."]


def _contrast(one: str, two: str) -> float:
    return contrast(Color.parse(one).get_truecolor(), Color.parse(two).get_truecolor())


def test_colours_are_readable_on_dark_and_light_and_on_fills() -> None:
    for ink in INKS:
        assert _contrast(ink, "#000000") >= 3 and _contrast(ink, "#ffffff") >= 3, ink
    for deep in DEEP:
        assert all(_contrast(deep, pale) >= 4.5 for pale in PALE), deep


def test_every_mark_is_its_own() -> None:
    for ascii in (False, True):
        marks = [pen.mark for pen in pens(60, ascii)]
        assert len(set(marks)) == 60
    assert not set(FILLS) & set(ASCII_MARKS)
    assert "".join(pen.mark for pen in pens(60, True)).isascii()
