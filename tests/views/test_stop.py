"""What a step shows, for each kind of event."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from view_helpers import rendered, whole

from nnstep.engine.events import Event, Moment, Mutation, Operand
from nnstep.engine.source import Source, Span
from nnstep.views.stop import stop_view

SCRIPT = """# %% Forward
# The hidden layer.
zh = np.dot(x, wh)
delta3[range(2), y] -= 1
"""
SOURCE = Source("/home/me/net.py", SCRIPT)


def event(kind: str, text: str, value: Any = None, line: int = 3, **more: Any) -> Event:
    """An event at the whole of a line of the script, under the moment 12.17."""
    given = {"names": (), "operands": (), "function": "<module>", "path": SOURCE.path} | more
    place = Span(line, 0, line, len(SOURCE.line(line)))
    moment = Moment((1,), 12, "12.17")
    return Event(kind=kind, text=text, value=value, line=line, span=place, moment=moment, **given)


def test_a_binding() -> None:
    operands = (Operand("np.dot", np.dot), Operand("x", np.ones((100, 2))), Operand("2", 2))
    value = np.full((2, 2), 0.5)
    bound = event("bind", "zh = np.dot(x, wh)", value, names=("zh",), operands=operands)
    assert rendered(stop_view(bound, SOURCE, width=80)) == [
        "12.17  net.py:3",
        "The hidden layer.",
        "> 3  zh = np.dot(x, wh)",
        "     ^^^^^^^^^^^^^^^^^^",
        "  4  delta3[range(2), y] -= 1",
        "zh  (2, 2) float64  all 0.5",
        "     [0]  [1]",
        "[0]  0.5  0.5",
        "[1]  0.5  0.5",
        "from x (100, 2)",
    ]


def test_a_store_names_every_alias_and_marks_the_cells() -> None:
    before = np.array([[0.5, 0.25]])
    after = np.array([[0.5, -0.75]])
    changed_here = Mutation("delta3", ("probs", "z"), before, after)
    store = event("store", "delta3[range(2), y] -= 1", -0.75, 4, mutated=(changed_here,))
    lines = rendered(stop_view(store, SOURCE, width=80))
    words = "delta3 changed in place, and with it probs, z (same memory): 1 of 2 values"
    assert words in lines
    assert "[0]  0.50  -0.75*" in lines
    assert sum(line.startswith("delta3  (1, 2)") for line in lines) == 1


def test_a_change_too_large_to_compare() -> None:
    unknown = Mutation("x", (), None, np.ones(2))
    text = whole(stop_view(event("store", "x", mutated=(unknown,)), SOURCE, width=80))
    assert "x changed in place (too large to tell which values)" in text


def test_an_in_place_binding_shows_the_array_once() -> None:
    wh = np.ones((1, 2))
    bound = event("bind", "wh -= g", wh, names=("wh",), mutated=(Mutation("wh", (), wh + 1, wh),))
    lines = rendered(stop_view(bound, SOURCE, width=80))
    assert sum(line.startswith("wh  (1, 2)") for line in lines) == 1


def test_a_changed_list() -> None:
    change = Mutation("costs", (), [], [0.5])
    lines = rendered(
        stop_view(event("native", "costs.append(c)", mutated=(change,)), SOURCE, width=80)
    )
    assert lines[-2:] == ["costs changed in place", "costs = [0.5]"]


def test_several_names() -> None:
    both = event("bind", "x, y = load()", (np.ones(2), 3), names=("x", "y"))
    text = whole(stop_view(both, SOURCE, width=80))
    assert "x  (2,) float64  all 1" in text and "y = 3" in text


def test_prints() -> None:
    printing = event("native", "print(a)", printed="epoch 1\n\x1b[31mred\n" + "more\n" * 9)
    lines = rendered(stop_view(printing, SOURCE, width=80))
    assert "prints: epoch 1" in lines
    assert "        ?[31mred" in lines
    assert lines[-1] == "        ... 6 more lines"
    assert not any("None" in line for line in lines)


def test_a_call_and_a_loop() -> None:
    call = event("call", "sigmoid(zh)", operands=(Operand("zh", np.ones(3)),), function="f")
    lines = rendered(stop_view(call, SOURCE, width=80))
    assert lines[0] == "12.17  net.py:3 in f" and lines[-1] == "with zh (3,)"
    loop = event("loop", "epoch", 4, names=("epoch",))
    assert rendered(stop_view(loop, SOURCE, width=80))[-1] == "epoch = 4"
    assert rendered(stop_view(event("loop end", "for"), SOURCE, width=80))[-1] == "the loop ends"


def test_an_error_tells_shapes_and_the_exceptions_own_words() -> None:
    operands = (Operand("np.dot", np.dot), Operand("x", np.ones((2, 3))), Operand("lr", 0.1))
    error = ValueError("shapes (2,3) and (2,3) not aligned: 3 (dim 1) != 2 (dim 0)")
    failed = event("error", "np.dot(x, x)", operands=operands, exception=error)
    lines = rendered(stop_view(failed, SOURCE, width=80))
    assert lines[-4:] == [
        "  x (2, 3)",
        "  lr 0.1",
        "(2, 3) · (2, 3): the inner sizes 3 and 2 differ; `x.T` (3, 2) would fit",
        "ValueError: shapes (2,3) and (2,3) not aligned: 3 (dim 1) != 2 (dim 0)",
    ]


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def test_an_exception_that_cannot_speak() -> None:
    text = whole(stop_view(event("error", "f()", exception=Mute()), SOURCE, width=80))
    assert "Mute" in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_everything_fits(width: int) -> None:
    many = tuple(Operand(f"operand_number_{number}", np.ones((3, 3))) for number in range(20))
    value = np.random.default_rng(0).normal(size=(100, 30))
    change = Mutation("a_rather_long_name", ("another_long_name",) * 5, value, value + 1)
    busy = event(
        "bind", "zh = é", value, names=("zh",), operands=many, mutated=(change,),
        printed="é" * 300, function="a_function" * 5,
    )  # fmt: skip
    assert rendered(stop_view(busy, SOURCE, width=width), width)
    assert whole(stop_view(busy, None, width=width, ascii=True), width).isascii()


def test_a_small_op_takes_few_lines() -> None:
    value = np.random.default_rng(0).normal(size=(100, 4))
    bound = event("bind", "zh = np.dot(x, wh)", value, names=("zh",))
    assert len(rendered(stop_view(bound, SOURCE, width=80))) <= 20
