"""The tree of branches, and two of them side by side."""

from __future__ import annotations

import math

import numpy as np
from view_helpers import rendered, whole

from nnstep.views.branches import Branch, branch_tree, comparison_view

TREE = [
    Branch("main", None, ("reached 9.3",), False),
    Branch("lr=0.1", "main", ("from 2.0: lr = 0.1", "reached 7.1"), False),
    Branch("deep", "lr=0.1", ("from 3.1: wh[0, 0] = 1; wo[0, 0] = 2; lr = 3", "reached 4.2"), True),
    Branch("zero", "main", ("from 5.0: wh *= 0", "reached 5.1"), False),
]


def test_a_tree() -> None:
    assert rendered(branch_tree(TREE, width=80)) == [
        "  main  reached 9.3",
        "  ├─ lr=0.1  from 2.0: lr = 0.1  reached 7.1",
        "* │  └─ deep  from 3.1: wh[0, 0] = 1; wo[0, 0] = 2; lr = 3  reached 4.2",
        "  └─ zero  from 5.0: wh *= 0  reached 5.1",
    ]


def test_only_ascii_and_narrow() -> None:
    lines = rendered(branch_tree(TREE, width=40, ascii=True), 40)
    assert "\n".join(lines).isascii()
    assert any(line.startswith("* |  `- deep") for line in lines)


def test_one_branch() -> None:
    (line,) = rendered(branch_tree([TREE[0]._replace(current=True)], width=80))
    assert line == "* main  reached 9.3"


def compared(**given: object) -> list[str]:
    arguments = {
        "names": ("main", "lr=0.1"), "values": [], "costs": [], "cost": "", "width": 80
    } | given
    return rendered(comparison_view(**arguments), int(str(arguments["width"])))  # type: ignore[arg-type]


def test_nothing_differs() -> None:
    assert compared() == ["no variable differs", "no cost is known; `cost EXPR` sets it"]


def test_variables_that_differ() -> None:
    w = np.array([[1.0, 2.0]])
    values = [
        ("lr", 0.5, 0.1), ("w", w, w * 1.5), ("v", w, np.ones(3)), ("note", "a", None),
        ("bad", w, np.array([[np.nan, 2.5]])), ("right", w > 1, w > 2), ("done", True, False),
    ]
    assert compared(values=values)[:-1] == [
        "variable            shape           main             lr=0.1           differ by",
        "lr                                   0.5                0.1                 0.4",
        "w                  (1, 2)         1 .. 2           1.5 .. 3                   1",
        "v         (1, 2) and (3,)         1 .. 2              all 1",
        "note                                 'a'               None",
        "bad                (1, 2)         1 .. 2  2.5 .. 2.5, 1 NaN  0.5 (1 not finite)",
        "right              (1, 2)  False .. True          all False              1 of 2",
        "done                                True              False",
    ]


def test_a_narrow_screen_flows() -> None:
    values = [("feature_set", np.ones((100, 2)), np.zeros((100, 2)))]
    lines = compared(values=values, width=40)
    assert lines[0] == "feature_set  shape: (100, 2)"
    assert "differ by: 1" in "\n".join(lines)


def test_costs_at_most_ten_first_and_last_always() -> None:
    costs = [(epoch, 16.0 / (epoch + 1), 16.0) for epoch in range(98)]
    lines = compared(costs=costs, cost="error_out.sum()")
    start = lines.index("cost: error_out.sum()")
    rows = [line.split() for line in lines[start + 2 : -1]]
    assert len(rows) == 10
    assert rows[0] == ["0", "16.000000", "16.000000"]
    assert rows[-1][0] == "97"
    assert lines[-1] == "10 of 98 epochs"


def test_few_costs() -> None:
    lines = compared(costs=[(3, 1.5, math.nan)], cost="loss")
    assert lines[-2:] == ["epoch  main  lr=0.1", "3       1.5     NaN"]
    assert "no epoch in common to compare loss at" in whole(
        comparison_view(("a", "b"), [], [], "loss", width=80)
    )
