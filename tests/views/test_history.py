"""One number over the epochs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from view_helpers import rendered

from nnstep.views.history import history_columns, history_view

FALLING = [float(value) for value in range(16, 0, -1)]


def shown(values: list[float | None], first: int = 0, width: int = 80, ascii: bool = False):  # type: ignore[no-untyped-def]
    return rendered(history_view("loss", first, values, width=width, ascii=ascii), width)


def test_the_ends_and_the_extremes() -> None:
    lines = shown([3.0, 1.0, 2.0], first=5)
    assert lines == [
        "loss  epochs 5 .. 7  first 3  last 2  min 1 (epoch 6)  max 3 (epoch 5)",
        "█▁▅",
    ]


def test_only_ascii() -> None:
    lines = shown(FALLING, ascii=True)
    assert lines[-1] == "##**++==--::..__"
    assert "\n".join(lines).isascii()


def test_many_epochs_are_compressed_and_it_says_so() -> None:
    lines = shown([float(value) for value in range(1000)], width=40)
    assert lines[-1] == "a character is the mean of 25 epochs"
    assert len(lines[-2]) == 40
    lines = shown([float(value) for value in range(100)], width=40)
    assert lines[-1] == "a character is the mean of 2 or 3 epochs"


def test_a_wide_range_is_drawn_on_a_log_scale() -> None:
    lines = shown([10.0**-value for value in range(8)])
    assert lines[-2:] == ["█▇▆▅▄▃▂▁", "log scale"]


def test_nan_inf_and_missing_values_are_told() -> None:
    lines = shown([None, 1.0, 2.0, math.nan, math.inf, 3.0], first=10)
    text = "\n".join(lines)
    assert "1 NaN, first at epoch 13" in text
    assert "1 Inf, first at epoch 14" in text
    assert "1 epochs without a value, first at epoch 10" in text
    assert lines[-2] == " ▁▅!!█"
    assert lines[-1] == "! has NaN or Inf"


def test_nothing_but_nan() -> None:
    assert shown([math.nan, math.nan]) == ["loss  epochs 0 .. 1", "2 NaN, first at epoch 0"]


def test_one_epoch_and_a_constant() -> None:
    assert shown([2.5]) == ["loss  epoch 0  always 2.5"]
    lines = shown([2.5] * 4)
    assert lines[0] == "loss  epochs 0 .. 3  always 2.5"
    assert len(set(lines[1])) == 1


def test_huge_values_do_not_overflow() -> None:
    with np.errstate(all="raise"):
        assert "max 1.7e+308" in "\n".join(shown([1e-300] * 99 + [1.7e308] * 99))


def test_the_values_in_columns() -> None:
    view = history_columns("loss", 98, [3.0, 12.25, None, math.nan], width=40)
    assert rendered(view, 40) == [
        "loss  epochs 98 .. 101",
        " 98      3.00    100  no value",
        " 99     12.25    101       NaN",
    ]


@pytest.mark.parametrize("width", [40, 80])
def test_very_many_values_leave_out_the_middle(width: int) -> None:
    view = history_columns("loss", 0, [float(value) for value in range(999)], width=width)
    lines = rendered(view, width)
    assert lines[-1] == "200 of 999 values, the middle left out"
    text = " ".join(lines)
    assert " 99 " in text and " 899 " in text and " 500 " not in text
    assert text.count("...") == 1
