"""Summaries against plain Python as the oracle, over every kind of value."""

from __future__ import annotations

import enum
import math
import time
from collections import OrderedDict, namedtuple
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnstep.insight import arrays
from nnstep.insight.arrays import changed, dtype_name, short_text, summarize

FLOATS = [np.float16, np.float32, np.float64, np.longdouble, ">f8"]
OTHERS = [bool, np.int8, np.int64, np.uint64, np.complex64, np.complex128, "U5", "S3", object]
ODD = ["M8[ns]", "M8[D]", "m8[s]", [("x", "f8"), ("y", "i4")]]
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6)


@st.composite
def any_arrays(draw: st.DrawFn) -> np.ndarray:
    dtype = np.dtype(draw(st.sampled_from(FLOATS + OTHERS + ODD)))
    shape = draw(SHAPES)
    if dtype.kind == "O":
        return draw(hnp.arrays(object, shape, elements=st.none() | st.integers() | st.text()))
    if dtype == np.longdouble:
        return draw(hnp.arrays(np.float64, shape)).astype(np.longdouble)
    return draw(hnp.arrays(dtype, shape))


@settings(deadline=None)
@given(hnp.arrays(np.float64, SHAPES))
def test_facts_of_floats(value: np.ndarray) -> None:
    summary = summarize(value)
    places = list(np.ndindex(value.shape))
    finite = [float(value[place]) for place in places if math.isfinite(value[place])]
    nans = [place for place in places if math.isnan(value[place])]
    infs = [place for place in places if math.isinf(value[place])]
    assert (summary.nans, summary.first_nan) == (len(nans), nans[0] if nans else None)
    assert (summary.infs, summary.first_inf) == (len(infs), infs[0] if infs else None)
    assert summary.zeros == (finite.count(0.0) if places else None)
    assert summary.low == (min(finite) if finite else None)
    assert summary.high == (max(finite) if finite else None)
    if finite:
        size = max(map(abs, finite))
        mean = float(sum(map(Fraction, finite)) / len(finite))
        assert summary.mean == pytest.approx(mean, rel=1e-12, abs=1e-14 * size + 1e-320)
    assert not summary.sampled and summary.searched


@settings(deadline=None)
@given(any_arrays())
def test_any_array_has_a_summary_and_is_left_alone(value: np.ndarray) -> None:
    value.flags.writeable = False
    before, state = value.tobytes(), np.random.get_state()[1].tobytes()
    summary = summarize(value)
    assert summary.kind == "array"
    assert summary.shape == value.shape
    assert summary.type == dtype_name(value.dtype)
    assert (value.tobytes(), np.random.get_state()[1].tobytes()) == (before, state)


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint64, bool])
def test_range_of_whole_numbers_is_exact(dtype: type) -> None:
    edge = [False, True] if dtype is bool else [np.iinfo(dtype).min, np.iinfo(dtype).max]
    summary = summarize(np.array(edge, dtype))
    assert [summary.low, summary.high] == edge
    assert type(summary.low) in (int, bool)


@pytest.mark.parametrize("dtype", FLOATS)
def test_huge_values_do_not_spoil_the_mean(dtype: type) -> None:
    top = np.finfo(dtype).max
    summary = summarize(np.full(5, top, dtype))
    assert summary.mean == pytest.approx(top) or summary.mean == top
    assert summary.infs == 0


def test_nothing_finite() -> None:
    summary = summarize(np.array([[np.nan, np.inf], [np.nan, -np.inf]]))
    assert (summary.nans, summary.first_nan, summary.infs, summary.first_inf) == (
        2, (0, 0), 2, (0, 1),
    )  # fmt: skip
    assert summary.low is summary.high is summary.mean is None


def test_complex_values_have_a_mean_and_no_range() -> None:
    summary = summarize(np.array([1 + 1j, 3 - 1j, complex(np.nan, np.inf)]))
    assert (summary.mean, summary.low, summary.nans, summary.infs) == (2, None, 1, 0)


def test_dates_keep_their_unit_and_count_nat() -> None:
    summary = summarize(np.array(["2020-01-02", "NaT", "2020-01-01"], "M8[ns]"))
    assert summary.low == np.datetime64("2020-01-01", "ns")
    assert (summary.nans, summary.first_nan, summary.mean) == (1, (1,), None)


def test_masked_cells_take_no_part() -> None:
    summary = summarize(np.ma.masked_array([1.0, np.nan, 3.0, 90.0], [0, 1, 0, 1]))
    assert (summary.low, summary.high, summary.mean) == (1.0, 3.0, 2.0)
    assert (summary.masked, summary.nans) == (2, 0)
    assert summarize(np.ma.masked_all((2, 2))).low is None


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_matrix_is_an_array() -> None:
    summary = summarize(np.matrix([[1.0, 2.0]]))
    assert (summary.shape, summary.high) == ((1, 2), 2.0)


class TestBigArrays:
    """Above EXACT_SIZE range and mean come from a sample, which is said; NaN is never missed."""

    @pytest.fixture(autouse=True)
    def small_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(arrays, "EXACT_SIZE", 1000)
        monkeypatch.setattr(arrays, "SAMPLE_SIZE", 200)

    @pytest.mark.parametrize("layout", ["C", "F", "strided"])
    def test_the_sample_is_even_and_marked(self, layout: str) -> None:
        value = np.tile(np.arange(40.0), (100, 1))
        value = value[::2, ::2] if layout == "strided" else np.asarray(value, order=layout)
        wide = np.concatenate([value, value])
        summary = summarize(wide)
        assert summary.sampled
        assert summary.low == 0.0
        assert summary.high == wide.max()
        assert summary.mean == pytest.approx(wide.mean(), rel=0.05)

    def test_a_single_nan_is_found(self) -> None:
        value = np.ones((100, 40))
        value[71, 13] = np.nan
        value[80, 1] = np.inf
        summary = summarize(value)
        assert (summary.nans, summary.first_nan) == (1, (71, 13))
        assert (summary.infs, summary.first_inf) == (1, (80, 1))

    def test_an_array_too_big_to_search_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(arrays, "SCAN_BYTES", 10)
        summary = summarize(np.full((100, 40), np.nan))
        assert not summary.searched
        assert summary.nans > 0 and summary.first_nan is None

    def test_masked(self) -> None:
        value = np.ma.masked_array(np.ones((100, 40)), np.zeros((100, 40), bool))
        value[:, 3] = np.ma.masked
        assert (summarize(value).masked, summarize(value).high) == (100, 1.0)


def test_a_broadcast_giant_is_not_unrolled() -> None:
    start = time.process_time()
    assert summarize(np.broadcast_to(1.5, (10**6, 10**5))).high == 1.5
    assert time.process_time() - start < 2


class Net:
    def __init__(self) -> None:
        self.W1, self.b1, self.lr = np.ones((2, 4)), np.ones((1, 4)), 0.1


class Broken:
    def __repr__(self) -> str:
        raise ZeroDivisionError


class Verbose:
    def __repr__(self) -> str:
        return "line\n" * 10**6


class Liar:
    @property
    def __class__(self) -> type:
        raise RuntimeError


class Kind(enum.StrEnum):
    RELU = "relu"


Point = namedtuple("Point", "x y")
LOOP: list[object] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "none", "None"),
        (True, "number", "True"),
        (-0.0, "number", "0.0"),
        (0.1, "number", "0.1"),
        (np.float64(0.1), "number", "0.1"),
        (np.float32(0.1), "number", "0.1"),
        (np.longdouble(2), "number", "2.0"),
        (1 + 2j, "number", "(1+2j)"),
        (np.bool_(True), "number", "True"),
        ("a\nb", "text", r"'a\nb'"),
        (Kind.RELU, "object", "Kind.RELU"),
        (b"ab", "text", "b'ab'"),
        ("x" * 100, "text", "'" + "x" * 60 + "'... (100 characters)"),
        (list(range(100)), "container", "[0, 1, 2, 3, 4, 5, ... 94 more]"),
        ((1,), "container", "(1,)"),
        (set(), "container", "set()"),
        ({1}, "container", "{1}"),
        ({"W": np.ones((2, 3))}, "container", "{'W': array (2, 3)}"),
        ([[[[1]]]], "container", "[[[...]]]"),
        (Point(1, 2), "container", "(1, 2)"),
        (OrderedDict(a=1), "container", "{'a': 1}"),
        (len, "function", "function len"),
        (np.dot, "function", "function dot"),
        (np.exp, "function", "function exp"),
        (np.random.rand, "function", "function rand"),
        (np, "module", "module numpy"),
        (Net, "class", "class Net"),
        (Net(), "object", "Net object with W1 (2, 4), b1 (1, 4), lr 0.1"),
        (object(), "object", "object object"),
        (range(3), "object", "range(0, 3)"),
        (Broken(), "object", "Broken object (its repr raises ZeroDivisionError)"),
        (LOOP, "container", "[[[...]]]"),
        (np.random.default_rng(0), "object", "Generator(PCG64)"),
        (np.ones((2, 3)), "array", "(2, 3) float64"),
        (np.array(["a"]), "array", "(1,) str"),
        (np.zeros(1, "V4"), "array", "(1,) void"),
        (np.zeros(2, [("x", "f8")]), "array", "(2,) struct (x)"),
    ],
)
def test_kind_and_text(value: object, kind: str, text: str) -> None:
    summary = summarize(value)
    assert (summary.kind, summary.text) == (kind, text)
    assert short_text(value) == text


def test_a_lying_class_is_not_asked() -> None:
    assert summarize(Liar()).text == "Liar object"


def test_an_int_too_long_to_write() -> None:
    assert summarize(10**5000).text == "int of 16610 bits"


def test_a_huge_repr_is_cut() -> None:
    assert len(summarize(Verbose()).text) < 200


def test_big_containers_are_not_walked_through() -> None:
    big = [list(range(10**6)), set(range(10**6)), dict.fromkeys(range(10**6)), "x" * 10**7]
    start = time.process_time()
    for value in big:
        summarize(value)
    assert time.process_time() - start < 0.05


@settings(deadline=None)
@given(any_arrays())
def test_nothing_differs_from_a_copy(value: np.ndarray) -> None:
    mask = changed(value, value.copy())
    assert mask is not None
    assert mask.shape == value.shape and not mask.any()


@settings(max_examples=50, deadline=None)
@given(hnp.arrays(np.float64, SHAPES), st.data())
def test_exactly_the_changed_cells_differ(value: np.ndarray, data: st.DataObject) -> None:
    chosen = data.draw(hnp.arrays(bool, value.shape))
    after = value.copy()
    after[chosen] = np.where(after[chosen] == 0.25, 0.5, 0.25)
    mask = changed(value, after)
    assert mask is not None and np.array_equal(mask, chosen)


def test_nan_equals_nan_and_zeros_have_no_sign() -> None:
    before = np.array([np.nan, -0.0, 1.0, np.nan])
    assert changed(before, np.array([np.nan, 0.0, np.nextafter(1, 2), 1.0])).tolist() == [
        False, False, True, True,
    ]  # fmt: skip


def test_what_cannot_be_compared() -> None:
    ones = np.ones(3)
    for other in (np.ones(4), np.ones((1, 3)), np.ones(3, int), [1, 1, 1], None):
        assert changed(ones, other) is None
        assert changed(other, ones) is None


def test_objects_dates_structs_and_masks() -> None:
    items = np.array([1, "a", None, np.ones(2), float("nan")], object)
    after = items.copy()
    after[1], after[3], after[4] = "b", np.ones(2), float("nan")
    assert changed(items, after).tolist() == [False, True, False, True, False]
    dates = np.array(["NaT", "2020-01-01"], "M8[D]")
    assert changed(dates, dates + np.timedelta64(1, "D")).tolist() == [False, True]
    voids = np.array([b"ab", b"cd"], "V2")
    assert changed(voids, np.array([b"ab", b"ce"], "V2")).tolist() == [False, True]
    structs = np.zeros(2, [("x", "f8")])
    assert changed(structs, np.array([(0,), (1,)], structs.dtype)).tolist() == [False, True]
    masked = np.ma.masked_array([1.0, 2.0, 3.0], [0, 1, 0])
    other = np.ma.masked_array([1.0, 9.0, 3.0], [0, 1, 1])
    assert changed(masked, other).tolist() == [False, False, True]
