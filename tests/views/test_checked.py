"""A check of gradients on the screen: the tables, the words, the wrong op."""

from __future__ import annotations

import numpy as np
from view_helpers import rendered, whole

from nnstep.checking import Report
from nnstep.engine.source import Source, Span
from nnstep.insight.faults import Fault, Mend
from nnstep.insight.gradients import Checked
from nnstep.insight.identities import SLOPE, TRUTH, Identity
from nnstep.insight.verdicts import FACTOR, RIGHT, WRONG, Example, Verdict, undecided
from nnstep.views.gradients import mended_view, report_view

TEXT = "x = 1\nfor i in range(3):\n    # its slope\n    d = slope(z) * error\n    w -= d\n"
SOURCE = Source("net.py", TEXT)
GOOD = Verdict("dW", "d cost/d W", RIGHT, 2.5e-9, 1.0, 1.0, 8, 8)
LARGE = Verdict("dV", "d cost/d V", RIGHT, 3e-8, 1.0, 1.0, 128, 5000)
BAD = Verdict(
    "dw, 7 times", "d cost/d w", WRONG, 0.4069, 0.96, 1.488, 3, 3,
    example=Example("w[2, 0]", 1e-3, 0.000203006, 0.000342361),
)  # fmt: skip
MENDS = (Mend("d = slope(x) * error", ("dw, 7 times",)), Mend("d = error", ("dV",)))
FAULT = Fault(
    "slope(z)", 4, Span(4, 8, 4, 16), "net.py", ("dw, 7 times", "dV"),
    np.arange(20.0), np.where(np.arange(20) < 15, np.arange(20.0), -1.5), MENDS,
)  # fmt: skip


def source(path: str) -> Source | None:
    return SOURCE if path == "net.py" else None


def checked(*verdicts: Verdict, epoch: int = 0, **options: object) -> Checked:
    return Checked(epoch, "E.sum()", 17.55399668, 93, verdicts, **options)  # type: ignore[arg-type]


def shown(*epochs: Checked, width: int = 80, chosen: str = "lesson", ascii: bool = False) -> str:
    report = Report("E.sum()", chosen, epochs)
    return whole(report_view(report, source, width=width, ascii=ascii), width)


def test_verdicts_stand_in_a_table_below_the_cost() -> None:
    assert shown(checked(GOOD, BAD)).splitlines()[:5] == [
        "epoch 0: wrong",
        "cost: E.sum() = 17.553997, read before line 93 (the script's own)",
        "gradient     is to be    verdict  error  cosine  factor  tested",
        "dW           d cost/d W  right    <1e-6       1       1       8",
        "dw, 7 times  d cost/d w  wrong    0.407    0.96   1.488       3",
    ]


def test_who_has_chosen_the_cost() -> None:
    assert "(as given)" in shown(checked(GOOD), chosen="given")
    assert "(proposed here)" in shown(checked(GOOD), chosen="proposed")


def test_of_large_parameters_it_is_told_how_much_was_tested() -> None:
    assert "128 of 5000, and random directions" in shown(checked(LARGE))


def test_what_was_not_tested_has_no_numbers() -> None:
    lines = shown(checked(undecided("dW", "d cost/d W", "the cost is too rough"))).splitlines()
    assert lines[3].split() == ["dW", "d", "cost/d", "W", "not", "decidable", *"----"]
    assert lines[4] == "`dW`: the cost is too rough"


def test_one_reason_of_all_is_told_once() -> None:
    first = Verdict("dW", "d cost/d W", FACTOR, 0.995, 1.0, 200.0, 8, 8, why="1/n is left out")
    second = Verdict("db", "d cost/d b", FACTOR, 0.995, 1.0, 200.0, 8, 8, why="1/n is left out")
    assert "\nall: 1/n is left out" in shown(checked(first, second))
    assert "\n`dW` and `db`: 1/n is left out" in shown(checked(first, second, GOOD))


def test_what_other_values_are() -> None:
    others = (
        Identity(TRUTH, "d cost/d z2", "delta3", 200.0000000083),
        Identity(TRUTH, "d cost/d a1, transposed", "back"),
        Identity(SLOPE, "the slope of ao in zo, element by element", "dao_dzo"),
    )
    assert shown(checked(GOOD, others=others)).splitlines()[-3:] == [
        "`delta3` is d cost/d `z2`, 200 times",
        "`back` is d cost/d `a1`, transposed",
        "`dao_dzo` is the slope of ao in zo, element by element",
    ]


def test_a_counterexample_has_plain_numbers() -> None:
    assert shown(checked(BAD)).splitlines()[-1] == (
        "nudge `w[2, 0]` by 0.001: the cost moves by 0.000203, the gradient says 0.000342"
    )
    near = Verdict("d", "w", WRONG, 1e-4, example=Example("w[0]", 1e-3, 0.1234561, 0.1234569))
    assert "moves by 0.123456, the gradient says 0.123457" in shown(checked(near))


def test_the_wrong_op_with_what_is_and_what_should_be() -> None:
    lines = shown(checked(BAD, faults=(FAULT,))).splitlines()
    start = lines.index("the first wrong op, line 4")
    assert lines[start + 1 :] == [
        "  3      # its slope",
        "> 4      d = slope(z) * error",
        "             ^^^^^^^^",
        "  5      w -= d",
        "it spoils `dw`, 7 times and `dV`",
        "        is  should be",
        "[15]  15.0       -1.5",
        "[16]  16.0       -1.5",
        "[17]  17.0       -1.5",
        "[18]  18.0       -1.5",
        "[19]  19.0       -1.5",
        "the 5 furthest apart of 20 elements",
        "mend 1: with `d = slope(x) * error` `dw`, 7 times comes out right",
        "mend 2: with `d = error` `dV` comes out right",
    ]


def test_a_wrong_op_that_nothing_mends() -> None:
    fault = Fault("slope(z)", 4, Span(4, 8, 4, 16), "gone.py", ("dW",), np.array(2.0))
    text = shown(checked(BAD, faults=(fault,)))
    assert "\nslope(z)\nit spoils `dW`\nno simple change of this op puts it right" in text


def test_one_mend_of_all_and_a_single_number() -> None:
    fault = Fault("a", 4, Span(4, 8, 4, 16), "net.py", ("dW",), 2.0, 3.5, (Mend("b", ("dW",)),))
    lines = shown(checked(BAD, faults=(fault,))).splitlines()
    assert lines[-2:] == ["it is 2.0, and should be 3.5", "with `b` it comes out right"]


def test_several_epochs_and_the_worst_in_full() -> None:
    worse = Verdict("dw, 7 times", "d cost/d w", WRONG, 0.9, 0.5, 1.0, 3, 3)
    factor = Verdict("dW", "d cost/d W", FACTOR, 0.99, 1.0, 100.0, 8, 8)
    text = shown(checked(GOOD, BAD), checked(factor, worse, epoch=10), checked(GOOD, epoch=100))
    assert text.splitlines()[:8] == [
        "cost: E.sum() (the script's own)",
        "epoch    cost  verdict          W       w",
        "    0  17.554  wrong        <1e-6  0.407*",
        "   10  17.554  wrong    100 times    0.9*",
        "  100  17.554  right        <1e-6       -",
        "errors: |a - n| / (|a| + |n|), a the gradient, n the truth; * is wrong; `times`:",
        "  right up to that factor",
        "",
    ]
    assert "epoch 10: wrong" in text
    assert "epoch 0: wrong" not in text


def test_where_there_is_little_room() -> None:
    for width in (40, 60):
        text = shown(checked(GOOD, BAD, LARGE, faults=(FAULT,)), checked(GOOD), width=width)
        assert "wrong" in text
    assert shown(checked(GOOD), width=40).splitlines()[3:] == [
        "dW  d cost/d W  right  error <1e-6", "  cosine 1  factor 1  tested 8",
    ]  # fmt: skip


def test_ascii_only() -> None:
    odd = Verdict("dÄ", "d cost/d Ä", RIGHT, 1e-9, 1.0, 1.0, 2, 2)
    text = shown(checked(odd), checked(odd, epoch=1), ascii=True)
    assert text.isascii()
    assert "d\\xc4" in text


def test_two_courses_side_by_side() -> None:
    one: list[float | None] = [float(each) for each in range(101)]
    other: list[float | None] = [1.0, 0.5]
    view = mended_view("a", "b", 4, "E", (one, other), width=80, rows=3)
    assert rendered(view) == [
        "line 4: `a`",
        "mended: `b`",
        "cost: E",
        "epoch  as it is  mended",
        "    0       0.0     1.0",
        "   50      50.0     NaN",
        "  100     100.0     NaN",
        "3 of 101 epochs",
    ]
    assert rendered(mended_view("a", "b", 4, "E", ([], []), width=80))[-1] == "no epoch was run"
