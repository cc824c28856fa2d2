"""Lists of names: whole facts or none, every line within the width."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from view_helpers import rendered

from nnstep.views.names import lessons_table, vars_table

ROWS: dict[str, dict[str, object]] = {
    "data": {"feature_set": np.array([[0.0, 1.0], [1.0, 1.0]])},
    "parameters": {"wh": np.full((2, 4), 0.5)},
    "others": {"lr": 0.5, "f": np.tanh, "hist": [0.125] * 100},
}
LESSONS = [
    ("xor", "how a hidden layer makes what no line can separate separable", "after Minsky"),
    ("perceptron", "one weight", "Rosenblatt"),
]


def test_variables_in_columns() -> None:
    assert rendered(vars_table(ROWS, 80)) == [
        "data",
        "   feature_set  (2, 2)  float64  range 0 .. 1  mean 0.75  1 zero",
        "parameters",
        "   wh           (2, 4)  float64  all 0.5",
        "others",
        "   lr           float   0.5",
        "   f            ufunc   function tanh",
        "   hist         list    [0.125, 0.125, 0.125, 0.125, 0.125, 0.125, ... 94 more]",
    ]


def test_what_changed_and_what_is_stale() -> None:
    names: dict[str, object] = {"a": 1, "b": 2, "c": 3, "d": 4}
    shown = vars_table({"": names}, 80, changed={"a", "b", "z"}, stale={"b", "c"})
    assert rendered(shown) == [
        "*  a  int  1",
        "*~ b  int  2",
        " ~ c  int  3",
        "   d  int  4",
        "* changed since the last stop, ~ from an earlier epoch",
    ]
    assert rendered(vars_table({"": {"a": 1}}, 80)) == ["a  int  1"]
    assert rendered(vars_table({"": names}, 80, stale={"a"}))[-1] == "~ from an earlier epoch"
    narrow = rendered(vars_table({"others": names}, 40, changed={"a"}, stale={"a"}), 40)
    assert narrow[-2:] == ["* changed since the last stop, ~ from an", "earlier epoch"]


def test_variables_flow_on_a_narrow_screen() -> None:
    assert rendered(vars_table(ROWS, 40), 40)[:6] == [
        "data",
        "   feature_set  (2, 2)  float64",
        "     range 0 .. 1  mean 0.75  1 zero",
        "parameters",
        "   wh  (2, 4)  float64  all 0.5",
        "others",
    ]


def test_a_fact_is_left_out_rather_than_cut() -> None:
    value = np.array([np.nan, -1.23456e-100, 9.87654e100, np.inf])
    line = rendered(vars_table({"": {"a" * 20: value}}, 60), 60)[0]
    assert "..." in line
    assert "1.235e" not in line or "-1.235e-100 .. 9.877e+100" in line


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=60), st.text(max_size=99), st.text(max_size=40))),
    st.integers(40, 120),
)
def test_any_text_fits(rows: list[tuple[str, str, str]], width: int) -> None:
    groups = {text: {name: text} for name, text, _ in rows}
    names = {name for name, _, _ in rows[::2]}
    rendered(vars_table(groups, width, changed=names), width)
    assert "".join(rendered(vars_table(groups, width, ascii=True), width)).isascii()
    lines = "".join("".join(rendered(lessons_table(rows, width), width)).split())
    for _, teaches, _ in rows:
        words = (word for word in teaches.split() if word.isascii() and word.isalnum())
        assert all(word[:5] in lines for word in words)


def test_lessons_side_by_side() -> None:
    assert rendered(lessons_table(LESSONS, 80)) == [
        "lesson      teaches                                                 source",
        "xor         how a hidden layer makes what no line can separate      after Minsky",
        "            separable",
        "perceptron  one weight                                              Rosenblatt",
    ]


def test_lessons_on_a_narrow_screen() -> None:
    assert rendered(lessons_table(LESSONS, 40), 40) == [
        "xor",
        "  how a hidden layer makes what no line",
        "  can separate separable",
        "  after Minsky",
        "perceptron",
        "  one weight",
        "  Rosenblatt",
    ]


@pytest.mark.parametrize("width", [40, 80])
def test_no_rows(width: int) -> None:
    assert rendered(vars_table({}, width), width) == [""]
    assert rendered(lessons_table([], width), width) == ["no lessons"]
