"""What came back after going back, and what a watch has seen."""

from __future__ import annotations

import numpy as np
import pytest
from view_helpers import rendered

from nnstep.engine.watches import UNBOUND
from nnstep.views.changes import change_view, elided, restored_view


def told(again: list[list[tuple[str, object]]], not_yet: list[str], width: int = 80) -> list[str]:
    view = restored_view(again, not_yet, width=width, ascii=True)
    assert view is not None
    return rendered(view, width)


def test_nothing_changed() -> None:
    assert restored_view([], [], width=80) is None


def test_names_of_one_array_stand_together() -> None:
    probs = np.ones((200, 2))
    assert told([[("delta3", probs), ("probs", probs)]], []) == [
        "restored: delta3 = probs (200, 2)"
    ]


def test_a_part_of_an_array_is_told_as_one() -> None:
    whole = np.arange(12.0)
    names = [("theta", whole), ("W1", whole[:8].reshape(2, 4)), ("copy", whole[:])]
    assert told([names], []) == ["restored: theta = copy (12,) with W1 (2, 4)"]


def test_plain_values_and_containers() -> None:
    again: list[list[tuple[str, object]]] = [
        [("epoch", 2)], [("loss", 0.12345678)], [("losses", [1.0, 2.0])], [("é", True)],
    ]
    assert told(again, []) == [
        "restored: epoch = 2, loss = 0.1235, losses list of 2, \\xe9 = True"
    ]
    assert told([[("word", "x" * 99)]], []) == [f"restored: word = '{'x' * 26}..."]


def test_names_without_a_value_stand_on_a_line_of_their_own() -> None:
    assert told([[("i", 1)]], ["dW2", "db2"]) == ["restored: i = 1", "not yet: dW2, db2"]


@pytest.mark.parametrize("width", [40, 80])
def test_many_are_elided_in_the_middle_with_a_count(width: int) -> None:
    names = [f"name{at}" for at in range(50)]
    (line,) = told([], names, width)
    shown = [each for each in names if f"{each}," in f"{line},"]
    assert line.startswith("not yet: name0, ")
    assert line.endswith(", name49")
    assert f"... {50 - len(shown)} more ..." in line


def test_what_fits_nowhere_is_cropped() -> None:
    assert elided("not yet: ", ["x" * 100], 40) == "not yet: " + "x" * 28 + "..."
    assert elided("not yet: ", ["short", "x" * 100], 40) == "not yet: short, ... 1 more"


def test_a_scalar_that_was_watched() -> None:
    def shown(before: object, after: object) -> list[str]:
        return rendered(change_view("lr", before, after, width=80))

    assert shown(0.5, 0.05) == ["lr: 0.5 -> 0.05"]
    assert shown(UNBOUND, 3) == ["lr: no value -> 3"]
    assert shown(3, UNBOUND) == ["lr: 3 -> no value"]
    assert shown(None, "a b") == ["lr: None -> 'a b'"]


def test_an_array_that_was_watched() -> None:
    before = np.array([[1.0, 2.0], [np.nan, 4.0]])
    after = before.copy()
    after[0, 1] = 2.5
    lines = rendered(change_view("w", before, after, width=80))
    assert lines[0] == "w: 1 of 4 values changed, by at most 0.5"
    assert any("2.5*" in line for line in lines)
    assert rendered(change_view("w", before, after, width=80, shown=True)) == lines[:1]


def test_an_array_of_another_shape_or_the_first_one() -> None:
    after = np.ones((2, 2))
    lines = rendered(change_view("w", np.ones(3), after, width=80))
    assert lines[0] == "w: (3,) float64 -> (2, 2) float64"
    assert lines[1].startswith("w  (2, 2) float64")
    lines = rendered(change_view("w", UNBOUND, after, width=80, shown=True))
    assert lines == ["w: no value -> (2, 2) float64"]


def test_arrays_without_numbers() -> None:
    before, after = np.array(["a", "b"]), np.array(["a", "c"])
    lines = rendered(change_view("words", before, after, width=80))
    assert lines[0] == "words: 1 of 2 values changed"
