"""What is wrong with values: each finding where it is, and none on what is healthy."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from nnstep.insight.health import Finding, activations, health
from nnstep.session import Session

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.py"))


def kinds(found: list[Finding]) -> list[tuple[str, str]]:
    return [(each.kind, each.name) for each in found]


def test_gaps_with_count_and_first_place() -> None:
    w = np.zeros((2, 3))
    w[1, 0] = w[1, 2] = np.nan
    w[0, 1] = -np.inf
    (found,) = health({"w": w, "whole": np.arange(3), "text": "nan", "n": float("nan")})
    assert (found.kind, found.name) == ("gap", "w")
    assert found.words == (
        "w: 2 of 6 values are NaN, first at [1, 0]; 1 of 6 values is Inf, first at [0, 1]"
    )


def test_arrays_of_a_dict_are_looked_at() -> None:
    params = {"W1": np.array([np.nan]), "n": 3, 4: np.array([np.nan])}
    assert kinds(health({"params": params})) == [("gap", "params['W1']")]
    assert kinds(health({"params": params}, only={"params"})) == [("gap", "params['W1']")]
    assert health({"params": params}, only={"other"}) == []


@pytest.mark.parametrize(
    ("maker", "values", "share"),
    [
        ("sigmoid", [0.0005, 0.9995, 1.0, 0.5], "75 %"),
        ("tanh", [-0.9995, 1.0, -1.0], "100 %"),
        ("sigmoid", [0.0005, 0.9995, 0.5, 0.5], None),  # half of them is not most of them
        ("sigmoid", [0.002, 0.998, 0.5], None),
        ("tanh", [0.0, 0.0001, -0.0001], None),  # near 0, where a sigmoid's bound is
        ("sigmoid", [-1.0, 1.0, 1.0], None),  # no sigmoid has made that
        ("relu", [0.0, 0.0, 1.0], None),
        (None, [0.0, 1.0, 1.0, 0.0], None),  # labels
    ],
)
def test_saturated_activations(
    maker: str | None, values: list[float], share: str | None
) -> None:
    found = health({"a": np.array(values)}, {"a": maker} if maker else {})
    if share is None:
        assert found == []
        return
    assert kinds(found) == [("saturated", "a")]
    assert f"{share} lie within 0.001 of" in found[0].words


def test_dead_units_are_columns_that_are_all_zero() -> None:
    h = np.array([[1.0, 0.0, 0.0, 2.0], [0.0, 0.0, 0.0, 1.0], [3.0, 0.0, 1.0, 0.0]])
    (found,) = health({"h": h}, {"h": "relu"})
    assert found == Finding("dead", "h", "h has a dead unit: column 1 is 0 for all 3 examples")
    assert health({"h": h}) == []  # nothing says that it is an activation
    assert health({"h": h}, {"h": "tanh"}) == []
    h[:, 3] = 0
    (found,) = health({"h": h}, {"h": "relu"})
    assert found.words == "h has 2 dead units: columns 1, 3 are 0 for all 3 examples"


def test_dead_units_are_rows_where_examples_stand_in_columns() -> None:
    h = np.ones((3, 100))
    h[:, 7] = 0  # an example at which no unit answers
    assert health({"h": h}, {"h": "relu"}) == []
    h[2] = 0
    (found,) = health({"h": h}, {"h": "relu"})
    assert found.words == "h has a dead unit: row 2 is 0 for all 100 examples"


def test_one_example_kills_no_unit() -> None:
    assert health({"h": np.array([[0.0, 1.0]])}, {"h": "relu"}) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("dW1", "dW2"), ("dw_2", "dw_3"), ("dcost_wh", "dcost_wo"), ("dL_dW1", "dL_dW2"),
        ("grad_W1", "grad_W2"), ("W1_grad", "W2_grad"),
    ],
)
def test_gradients_that_vanish_or_explode(first: str, second: str) -> None:
    ones = np.ones((2, 2))
    assert kinds(health({first: 1e-4 * ones, second: ones})) == [("vanishing", first)]
    assert kinds(health({first: 1e4 * ones, second: ones})) == [("exploding", first)]
    assert health({first: 2e-3 * ones, second: ones}) == []
    assert health({first: 5e2 * ones, second: ones}) == []


def test_only_gradients_of_one_family_are_compared() -> None:
    tiny, one = np.full(2, 1e-9), np.ones(2)
    assert health({"dW1": tiny, "dW3": one}) == []
    assert health({"dW1": tiny, "db2": one}) == []
    assert health({"W1": tiny, "W2": one}) == []
    assert health({"dzh_dwh": tiny, "dzo_dwo": one}) == []
    assert health({"dW1": tiny, "g": {"dW2": one}}) == []
    assert kinds(health({"g": {"dW1": tiny, "dW2": one}})) == [("vanishing", "g['dW1']")]


def test_norms_of_what_is_tiny_zero_or_gone() -> None:
    tiny = np.full(2, 1e-200)  # their squares are 0
    assert health({"dW1": tiny, "dW2": tiny}) == []
    assert health({"dW1": np.zeros(2), "dW2": np.zeros(2)}) == []
    assert kinds(health({"dW1": np.zeros(2), "dW2": np.ones(2)})) == [("vanishing", "dW1")]
    assert kinds(health({"dW1": np.full(2, np.nan), "dW2": np.ones(2)})) == [("gap", "dW1")]


def test_asking_for_some_names_only() -> None:
    names = {"dW1": np.full(2, 1e-9), "dW2": np.ones(2), "bad": np.array([np.inf])}
    assert kinds(health(names, only={"bad"})) == [("gap", "bad")]
    assert kinds(health(names, only={"dW2"})) == [("vanishing", "dW1")]
    assert health(names, only={"other"}) == []


@pytest.mark.parametrize(
    "value",
    [np.zeros((0, 3)), np.array("text"), np.array([None]), np.array(1.0), np.zeros(3, "M8[D]"),
     np.zeros(2, complex), np.zeros((2, 2), bool), np.zeros((2, 0))],
)
def test_any_array_is_taken(value: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for maker in ("sigmoid", "tanh", "relu"):
            assert health({"dW1": value, "dW2": value}, {"dW1": maker}) == []


def test_which_activation_made_what() -> None:
    text = """
ah = sigmoid(zh)
a1 = np.tanh(z1); h = relu(z)
h2 = np.maximum(0, z)
m = np.maximum(a, b)
s = 1 / (1 + np.exp(-z))
mixed = sigmoid(z)
mixed = z
y, cache = sigmoid(z), 1
self.a = self.sigmoid(z)
def f(given):
    given = np.tanh(given)
"""
    assert activations(text) == {
        "ah": "sigmoid", "a1": "tanh", "h": "relu", "h2": "relu", "s": "sigmoid", "y": "sigmoid",
        "self.a": "sigmoid",
    }
    assert activations("no python (") == {}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_lessons_are_healthy(lesson: Path, tmp_path: Path) -> None:
    text = lesson.read_text(encoding="utf-8")
    script = tmp_path / lesson.name
    script.write_text(re.sub(r"^(epochs|num_passes) = \d+", r"\1 = 7", text, flags=re.M))
    session, makers = Session(script), activations(text)
    assert makers or lesson.stem in ("logistic_baseline", "tanh_sigmoid", "l2_derivation")
    for epoch in (0, 1, 5, 6):  # the ends of 0 and 5 are the beginnings of 1 and 6
        session.goto(epoch=epoch)
        names = {name: value for each in session.frames() for name, value in each.names.items()}
        assert names
        assert health(names | session.names(), makers) == []
