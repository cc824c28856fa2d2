"""What counts as the same, line by line and number by number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstep.matching import merged, mismatches, same

TABLE = """z  (7, 1) float64  range 0.7258 .. 0.9344  mean 0.8401
          [0]
[0]  0.824823
[1]  0.790949
...       ...
[6]  0.824823
8 of 70 rows, 1 column""".splitlines()


@pytest.mark.parametrize(
    ("expected", "found", "agrees"),
    [
        ("a  b", "a b", True),
        ("a b", "a c", False),
        ("0.5", "0.54", True),  # half a unit of the last digit
        ("0.5", "0.56", False),
        ("0.50", "0.54", False),
        ("1.651", "1.6512", True),
        ("3", "3", True),
        ("3", "4", False),
        ("3", "3.0", False),
        ("(7, 1)", "(7, 2)", False),
        ("1e-05", "1.2e-05", True),
        ("1.0e-05", "1.2e-05", False),
        ("nan", "nan", True),
        ("nan", "1.0", False),
        ("-0.5", "0.5", False),
        ("line 64", "line 65", False),
        ("x1 = 0.5", "x2 = 0.5", False),
        ("1234567.0", "1234567.9", True),  # a millionth of it
        ("range ... mean 0.5", "range 0 .. 1  mean 0.5", True),
        ("range ... mean 0.5", "range 0 .. 1  mean 0.6", False),
        ("... mean ...", "range 0 .. 1  mean 0.6  1 zero", True),
        ("mean 0.5 ...", "a mean 0.5 b", False),
        ("... 12", "3 of 112", False),
        (r"took \d+ s (re)", "took 17 s", True),
        (r"took \d+ s (re)", "took 17 ms", False),
    ],
)
def test_a_line(expected: str, found: str, agrees: bool) -> None:
    assert same(expected, found) is agrees
    assert (not mismatches([expected], [found])) is agrees


def test_a_line_of_its_own_stands_for_any_lines() -> None:
    assert not mismatches(["a", "...", "d"], ["a", "b", "c", "d"])
    assert not mismatches(["a", "...", "d"], ["a", "d"])
    assert mismatches(["a", "...", "d"], ["a", "b", "c"])
    assert not mismatches(["...", "c", "..."], ["a", "b", "c"])


def test_a_tolerance_of_ones_own() -> None:
    assert mismatches(["0.50000"], ["0.50100"])
    assert not mismatches(["0.50000"], ["0.50100"], tolerance=0.01)
    assert mismatches(["5"], ["6"], tolerance=1.0)  # whole numbers are exact


def test_the_element_and_the_amount_are_named() -> None:
    came = [line.replace("0.790949", "0.790999") for line in TABLE]
    (wrong,) = mismatches(TABLE, came)
    assert wrong.at == 3
    assert wrong.words == "z[1, 0]: expected 0.790949, came 0.790999, 5e-05 apart"
    strip = ["w  (3,) float64  all 0.5", "  [0]  [1]  [2]", "  0.5  0.5  0.5"]
    (wrong,) = mismatches(strip, [*strip[:2], "  0.5  0.5  0.7"])
    assert wrong.words.startswith("w[2]: expected 0.5, came 0.7")


def test_lines_that_are_missing_or_more() -> None:
    (missing,) = mismatches(TABLE, [*TABLE[:2], *TABLE[3:]])
    assert (missing.at, missing.words) == (2, "expected `[0]  0.824823`, which didn't come")
    (more,) = mismatches(TABLE[:-1], TABLE)
    assert more.words == "came `8 of 70 rows, 1 column`, which wasn't expected"


@given(st.data())
def test_one_digit_word_or_shape_that_is_another_is_seen(data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([0, 1, 2, 3, 5, 6]))
    tokens = [*re.finditer(r"[A-Za-z]+|\d", TABLE[at])]
    token = data.draw(st.sampled_from(tokens))
    other = "9" if token[0] == "0" else "0" if token[0].isdigit() else token[0] + "x"
    changed = TABLE[at][: token.start()] + other + TABLE[at][token.end() :]
    came = [*TABLE[:at], changed, *TABLE[at + 1 :]]
    if float(token[0]) == float(other) if token[0].isdigit() else False:
        return
    assert mismatches(TABLE, came) and mismatches(came, TABLE)


@pytest.mark.parametrize(
    ("expected", "found", "wanted"),
    [
        (["a", "0.5"], ["a", "0.9"], ["a", "0.9"]),
        (["a", "0.5"], ["a", "0.52"], ["a", "0.5"]),
        (["a ... b", "c 1"], ["a x b", "c 2"], ["a ... b", "c 2"]),
        ([r"\d+ (re)", "c 1"], ["17", "c 2"], [r"\d+ (re)", "c 2"]),
        (["a", "...", "d 1"], ["a", "b", "c", "d 2"], ["a", "...", "d 2"]),
        ([], ["a"], ["a"]),
        (["a"], [], []),
    ],
)
def test_only_what_differs_is_brought_up_to_date(
    expected: list[str], found: list[str], wanted: list[str]
) -> None:
    once = merged(expected, found)
    assert once == wanted
    assert merged(once, found) == once
    assert not mismatches(once, found)


LINES = st.lists(st.sampled_from(["a 1", "a 2", "b 0.5", "b 0.7", "...", "c ... 1", "c x 1", ""]))


@given(LINES, LINES)
def test_merged_twice_they_are_the_same(expected: list[str], found: list[str]) -> None:
    once = merged(expected, found)
    assert not mismatches(once, found)
    assert merged(once, found) == once


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("[0. 0.]", "[0.4 0.3]"), ("[1. 2.]", "[1.4 1.6]"), ("cost ... 5.0", "cost -5.0"),
        ("cost ... 5.0", "cost of -5.0"), ("cost ... 25", "cost is 3.25"),
        ("cost 3 ...", "cost 3.999"), ("a 12 ...", "a 12,345"), ("x # 3 4", "x 3 # 4"),
        ("a #", "a 5"), ("x 1e99999999999999999999", "x 2e99999999999999999999"),
        ("1e999999999 y", "2e999999999 y"), ("x 0 y", "x \0 y"),
    ],
)
def test_what_does_not_agree_though_it_looks_alike(expected: str, found: str) -> None:
    assert not same(expected, found)
    (mismatch,) = mismatches([expected], [found])
    assert mismatch.words


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("[0. 1.]", "[0. 1.]"), ("cost ... 5.0", "cost is 5.0"), ("... 25 ...", "a 25 b"),
        ("a ... (1)", "a b (1)"), ("3. of", "3.0000001 of"), ("a,...,b", "a,1,000,b"),
    ],
)
def test_what_agrees_though_it_looks_different(expected: str, found: str) -> None:
    assert same(expected, found)
