"""Every number in a table is its element at the digits shown, under its true index."""

from __future__ import annotations

import re
import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from view_helpers import rendered, whole

from nnstep.insight.arrays import changed
from nnstep.views.paint import NEGATIVE, POSITIVE
from nnstep.views.slices import sliced
from nnstep.views.tables import array_table, value_view
from nnstep.views.text import ALARM

NUMBERS = ["?", "i1", "i8", "u8", "f2", "f4", "f8", ">f8", "g", "c8", "c16"]
OTHERS = ["O", "U6", "M8[ns]", "m8[s]", "S4"]
HEADS = re.compile(r"\s+(\[\d+\]|\.\.\.)(\s+(\[\d+\]|\.\.\.))*")
SLICE = re.compile(r"\[([\d, ]+), :, :\]")
PART = re.compile(r"[-+]?(?:NaN|Inf|\d+(?:\.\d+)?(?:e[-+]\d+)?)(?=[-+j]|$)")
GREAT = st.sampled_from([5e-324, 1e-300, 1.7e308, -1e16, 0.1, 99999.95, 0.00099999, -1e-9, 3e-5])


@st.composite
def any_arrays(draw: st.DrawFn, dtypes: list[str]) -> np.ndarray:
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=12))
    if dtype.kind == "O":
        things = st.none() | st.integers() | st.floats() | st.text() | st.complex_numbers()
        return draw(hnp.arrays(object, shape, elements=things))
    if dtype.kind == "f":
        plain = st.floats(-10, 10) | st.sampled_from([0.0, -0.0, 0.5, 1.0])
        elements = plain | st.floats() if draw(st.booleans()) else plain
        with np.errstate(all="ignore"):
            return draw(hnp.arrays(np.float64, shape, elements=elements | GREAT)).astype(dtype)
    return draw(hnp.arrays(dtype, shape))


def is_shown_as(text: str, value: object) -> bool:
    """Whether a cell's text is the element, correctly rounded at the digits shown."""
    if isinstance(value, (bool, np.bool_, int, np.integer)):
        return text == str(value)
    if isinstance(value, (complex, np.complexfloating)):
        real, imag = PART.findall(text)
        return is_shown_as(real, value.real) and is_shown_as(imag.lstrip("+"), value.imag)
    if not np.isfinite(value):
        return text == {True: "NaN", False: "-Inf" if value < 0 else "Inf"}[bool(value != value)]
    shown, exact = Decimal(text), Fraction(*value.as_integer_ratio())
    if not shown:
        return not exact and "-" not in text
    half = Fraction(10) ** shown.as_tuple().exponent / 2
    return abs(Fraction(shown) - exact) <= half


def check_block(lines: list[str], value: np.ndarray, rows: int = 8) -> set[int]:
    """Check the cells of one head line and the rows below it; give the columns that it showed."""
    heads = lines[0].split()
    columns = [None if head == "..." else int(head[1:-1]) for head in heads]
    strip = value.ndim == 1
    body = lines[1 : 2 if strip else 2 + min(len(value), rows) - (len(value) <= rows)]
    seen = []
    for line in body:
        cells = line.split()
        row = None if strip else cells.pop(0)
        if row == "...":
            assert cells == ["..."] * len(heads)
            continue
        at = value if row is None else value[int(row[1:-1])]
        seen.append(row)
        assert len(cells) == len(columns)
        for cell, column in zip(cells, columns, strict=True):
            assert cell == "..." if column is None else is_shown_as(cell, at[column]), cell
    if not strip:
        half = (rows + 1) // 2
        every = [f"[{number}]" for number in range(len(value))]
        short = len(value) <= rows
        assert seen == (every if short else every[:half] + every[-(rows - half) :])
    return {column for column in columns if column is not None}


@settings(max_examples=300, deadline=None)
@given(any_arrays(NUMBERS), st.integers(40, 200), st.booleans())
def test_every_number_is_its_element(value: np.ndarray, width: int, full: bool) -> None:
    lines = rendered(array_table(value, name="x", width=width, full=full), width)
    assert lines[0].startswith("x")
    if not value.size:
        assert lines[0].endswith("empty")
        return
    at, columns = value, set()
    for number, line in enumerate(lines):
        if match := SLICE.fullmatch(line):
            at = value[tuple(int(part) for part in match[1].split(","))]
        elif HEADS.fullmatch(line):
            columns |= check_block(lines[number:], at, rows=12 if full else 8)
    if value.ndim:
        assert columns
        if full:
            assert columns == set(range(value.shape[-1]))
        elif len(columns) < value.shape[-1]:
            assert f"{len(columns)} of {value.shape[-1]} " in lines[-1] or value.ndim == 3


@settings(max_examples=100, deadline=None)
@given(any_arrays(NUMBERS + OTHERS), st.integers(40, 120), st.data())
def test_anything_fits_and_ascii_is_ascii(
    value: np.ndarray, width: int, data: st.DataObject
) -> None:
    marks = data.draw(st.none() | hnp.arrays(bool, value.shape))
    lines = rendered(array_table(value, name="größe", width=width, changed=marks), width)
    lines += rendered(array_table(value, name="größe", width=width, ascii=True), width)[1:]
    view = value_view({"ä": value, 1: [value]}, name="größe", width=width, ascii=True)
    assert whole(view, width).isascii()


def test_a_tall_array_elides_its_middle() -> None:
    value = np.arange(400.0).reshape(100, 4) / 8
    assert rendered(array_table(value, name="zh", width=80)) == [
        "zh  (100, 4) float64  range 0 .. 49.88  mean 24.94  1 zero",
        "         [0]     [1]     [2]     [3]",
        "[0]    0.000   0.125   0.250   0.375",
        "[1]    0.500   0.625   0.750   0.875",
        "[2]    1.000   1.125   1.250   1.375",
        "[3]    1.500   1.625   1.750   1.875",
        "...      ...     ...     ...     ...",
        "[96]  48.000  48.125  48.250  48.375",
        "[97]  48.500  48.625  48.750  48.875",
        "[98]  49.000  49.125  49.250  49.375",
        "[99]  49.500  49.625  49.750  49.875",
        "8 of 100 rows, 4 columns",
    ]


def test_changed_cells_carry_a_mark() -> None:
    before = np.array([[0.5, 1.5], [2.5, np.nan]])
    after = np.array([[0.5, 1.25], [2.5, np.nan]])
    view = array_table(after, name="w", width=80, changed=changed(before, after))
    assert rendered(view)[1:] == [
        "      [0]   [1]",
        "[0]  0.50  1.25*",
        "[1]  2.50   NaN",
    ]
    assert (
        rendered(view)[0]
        == "w  (2, 2) float64  1 NaN, first at [1, 1]  range 0.5 .. 2.5  mean 1.417"
    )


def test_cells_are_shaded_by_sign_and_size() -> None:
    data = np.array([[12.0, -11.0, 6.5], [-6.5, 1.0, np.nan]])
    view = array_table(data, name="w", width=80)
    styles = {view.plain[span.start : span.end].strip(): str(span.style) for span in view.spans}
    assert {cell: style for cell, style in styles.items() if "#" in style} == {
        "12.0": f"bold {POSITIVE}", "-11.0": f"bold {NEGATIVE}", "6.5": POSITIVE,
        "-6.5": NEGATIVE, "NaN": ALARM, "1 NaN, first at [1, 2]": ALARM,
    }  # fmt: skip
    for plain in (np.zeros((2, 2)), np.arange(4).reshape(2, 2), np.full((2, 2), np.nan)):
        spans = array_table(plain, name="w", width=80).spans
        assert not [span for span in spans if "#" in str(span.style).replace(ALARM, "")]


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([-0.00001, 0.5], ["-0.00001", "0.50000"]),
        ([-1e-9, 0.5], ["-1.0e-09", "0.500000"]),
        ([-0.0, 0.5], ["0.0", "0.5"]),
        ([1e-7, 2.5e-7], ["1.0e-07", "2.5e-07"]),
        ([1e10, 0.0], ["1e+10", "0"]),
        ([255.0, 0.0], ["255.0", "0.0"]),
        ([1234.5678, 0.3], ["1234.5678", "0.3000"]),
        ([0.1 + 0.2, 0.3], ["0.300000", "0.300000"]),
    ],
)
def test_notation(cells: list[float], texts: list[str]) -> None:
    assert rendered(array_table(np.array(cells), name="x", width=80))[2].split() == texts


def test_columns_of_one_size_share_a_notation_others_do_not() -> None:
    alike = rendered(array_table(np.array([[1.5, 0.25], [1, 2]]), name="x", width=80))
    assert alike[2] == "[0]  1.50  0.25"
    unlike = rendered(array_table(np.array([[1e9, 0.25], [1, 2]]), name="x", width=80))
    assert unlike[2].split() == ["[0]", "1e+09", "0.25"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_as_many_columns_as_fit(width: int) -> None:
    value = np.random.default_rng(0).normal(size=(3, 30))
    lines = rendered(array_table(value, name="x", width=width), width)
    shown = len(re.findall(r"\[\d+\]", lines[-5]))
    assert shown == {40: 3, 80: 8, 120: 8}[width]
    assert lines[-1] == f"3 rows, {shown} of 30 columns"


def test_one_axis_is_a_strip_and_no_axis_a_line() -> None:
    assert rendered(array_table(np.array([1, -2, 3]), name="v", width=80))[1:] == [
        "  [0]  [1]  [2]",
        "    1   -2    3",
    ]
    assert rendered(array_table(np.arange(100), name="v", width=80))[-1] == "8 of 100 elements"
    assert whole(array_table(np.array(1 / 3), name="v", width=80)) == (
        "v = 0.3333333333333333  () float64"
    )


def test_three_axes_show_the_first_and_the_last_slice() -> None:
    text = whole(array_table(np.arange(24).reshape(4, 3, 2), name="k", width=80))
    assert "[0, :, :]" in text and "[3, :, :]" in text and "[1, :, :]" not in text
    assert text.endswith("2 of 4 slices")


def test_true_indices_of_a_part() -> None:
    value = np.arange(400).reshape(100, 4)
    part = sliced(value, np.s_[97:, ::2])
    view = array_table(part.value, name="x", index="[97:, ::2]", labels=part.labels, width=80)
    assert rendered(view) == [
        "x[97:, ::2]  (3, 2) int64  range 388 .. 398  mean 393",
        "      [0]  [2]",
        "[97]  388  390",
        "[98]  392  394",
        "[99]  396  398",
    ]


def test_strings_with_blanks_and_wide_letters_stay_aligned() -> None:
    lines = rendered(array_table(np.array([["日本", "a b"], ["c", "é"]]), name="s", width=80))
    assert lines[1:] == ["        [0]    [1]", "[0]  '日本'  'a b'", "[1]     'c'    'é'"]


def test_masked_and_structured_arrays() -> None:
    masked = np.ma.masked_array([[1.0, 2.0]], [[0, 1]])
    assert rendered(array_table(masked, name="m", width=80))[2] == "[0]  1.0   --"
    struct = np.array([(1.5, 2)], [("x", "f8"), ("y", "i4")])
    assert rendered(array_table(struct, name="s", width=80))[2].strip() == "(1.5, 2)"


def test_numbers_in_object_arrays_are_never_cut() -> None:
    value = np.array([10**25, 10**60, 1 / 3, np.ones(2)], object)
    cells = whole(array_table(value, name="o", width=200), 200)
    assert str(10**25) in cells and "int of 200 bits" in cells and str(1 / 3) in cells


def test_a_sampled_range_says_so() -> None:
    value = np.zeros((3000, 2000))
    value[1, 1] = np.nan
    text = whole(array_table(value, name="x", width=80))
    assert "1 NaN, first at [1, 1]" in text
    assert re.search(r"range 0 \.\. 0, mean 0 of 1 in \d+ elements", text)


class Net:
    def __init__(self) -> None:
        self.W1, self.lr = np.ones((2, 4)), 0.1


def test_holders_of_arrays_are_listed_by_entry() -> None:
    assert rendered(value_view(Net(), name="net", width=80)) == [
        "net  Net, 2 entries",
        "  .W1  (2, 4)  float64  all 1",
        "  .lr  float   0.1",
    ]
    many = value_view([np.ones(2)] * 100, name="ws", width=40)
    assert rendered(many, 40)[-1] == "12 of 100 entries"
    assert rendered(value_view({}, name="d", width=80)) == ["d = {}"]


@pytest.mark.parametrize("value", [-1.2345678901234567e-100, np.array(-1.2345678901234567e-100)])
def test_a_long_name_gives_way_to_the_number(value: object) -> None:
    first = rendered(value_view(value, name="np.mean((ao - labels) ** 2) / n", width=40), 40)[0]
    assert first.startswith("np.mean(") and first.endswith("... = -1.2345678901234567e-100")


def test_other_values_take_one_line() -> None:
    assert whole(value_view(0.1 + 0.2, name="cost", width=80)) == "cost = 0.30000000000000004"
    assert whole(value_view(np.float32(0.1), name="cost", width=80)) == "cost = 0.1"
    numbers = value_view([1 / 3] * 4, name="xs", width=40)
    assert whole(numbers, 40) == "xs = [0.3333333333333333, ..."


def test_it_is_quick() -> None:
    value = np.random.default_rng(0).normal(size=(100, 8))
    best = min(_seconds(value) for _ in range(5))
    assert best < 0.02


def _seconds(value: np.ndarray) -> float:
    start = time.process_time()
    rendered(array_table(value, name="x", width=80))
    return time.process_time() - start


INDEX = st.integers(-3, 2) | st.slices(3) | st.just(...) | st.none() | st.just([0, 2])


@settings(deadline=None)
@given(st.lists(INDEX, max_size=4))
def test_labels_are_the_true_indices(items: list[object]) -> None:
    value = np.arange(27).reshape(3, 3, 3)
    try:
        value[tuple(items)]
    except IndexError:
        with pytest.raises(IndexError):
            sliced(value, tuple(items))
        return
    part, labels = sliced(value, tuple(items))
    assert len(labels) == np.ndim(part)
    coordinates = np.unravel_index(part, value.shape)
    for axis, label in enumerate(labels):
        if label is None:
            continue
        shape = [1] * np.ndim(part)
        shape[axis] = -1
        spread = np.broadcast_to(np.reshape(label, shape), np.shape(part))
        assert any(np.array_equal(spread, along) for along in coordinates)
    plain = all(isinstance(item, (int, slice)) or item is ... for item in items)
    assert not plain or all(label is not None for label in labels)


@pytest.mark.parametrize(
    ("key", "labels"),
    [
        (np.s_[0, :, [2, 0]], [[2, 0], [0, 1, 2]]),
        (np.s_[:, 0, [2, 0]], [[0, 1], [2, 0]]),
        (np.s_[[1, 0], 1:], [[1, 0], [1, 2], [0, 1, 2, 3]]),
        (np.s_[..., np.array([True, False, True, False])], [[0, 1], [0, 1, 2], [0, 2]]),
        (np.s_[-1, ::-2], [[2, 0], [0, 1, 2, 3]]),
    ],
)
def test_lists_and_masks_keep_their_labels(key: object, labels: list[list[int]]) -> None:
    part = sliced(np.arange(24).reshape(2, 3, 4), key)
    assert [list(label) for label in part.labels if label is not None] == labels


@pytest.mark.parametrize("key", [np.ones((3, 3), bool), ([0, 1], [1, 2]), [[0, 1], [1, 2]]])
def test_elements_with_several_indices_have_no_labels(key: object) -> None:
    part = sliced(np.arange(9).reshape(3, 3), key)
    assert set(part.labels) <= {None} or part.labels[0] is None
