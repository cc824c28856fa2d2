"""What is typed at a stop: evaluated in the frame, leaving no trace."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstep.engine import frameeval
from nnstep.engine.frames import Frame
from nnstep.engine.program import Program


def bug(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, reason=reason)


SCRIPT = """
    import numpy as np

    g = 1
    shadow = "module"


    def outer(a):
        c = 10

        def inner(b):
            shadow = "frame"
            here = b + c
            return here

        return inner(a)


    outer(5)
"""


class _HaltAt:
    def __init__(self, function: str, text: str) -> None:
        self.function, self.wanted = function, text

    def arrive(self, frame: Frame, op: Any) -> bool:
        return frame.code.name == self.function and frame.code.text(op) == self.wanted

    def before(self, *_: Any) -> None: ...

    after = entered = raised = before


@pytest.fixture
def halted(tmp_path: Path) -> Callable[[str, str], Frame]:
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(SCRIPT).lstrip("\n"))

    def halt(function: str, text: str) -> Frame:
        machine = Program(path).machine()
        machine.run(_HaltAt(function, text))
        assert machine.frame is not None
        return machine.frame

    return halt


def value(frame: Frame, text: str) -> Any:
    return frameeval.evaluate(frameeval.compiled(text, "eval"), frame)


def run(frame: Frame, text: str) -> tuple[str, ...]:
    return frameeval.execute(frameeval.compiled(text, "exec"), frame)


@pytest.fixture
def inner(halted: Callable[[str, str], Frame]) -> Frame:
    return halted("inner", "return here")


@pytest.fixture
def module(halted: Callable[[str, str], Frame]) -> Frame:
    return halted("<module>", "outer(5)")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("here", 15), ("b + c + g", 16), ("shadow", "frame"), ("[b + i for i in range(2)]", [5, 6]),
        ("[[b * c for _ in [g]] for _ in [b]]", [[50]]), ("(lambda q: q + here)(1)", 16),
        ("sum(b for _ in range(c))", 50), ("len([1])", 1), ("np.ones(b).shape", (5,)),
        ("  b  ", 5), ("{k: here for k in 'a'}", {"a": 15}),
        ("sorted([2, 1], key=lambda v: v * b)", [1, 2]),
    ],
)
def test_evaluate_in_a_function(inner: Frame, text: str, wanted: Any) -> None:
    assert value(inner, text) == wanted


def test_evaluate_leaves_nothing_behind(inner: Frame) -> None:
    before = dict(inner.variables()), set(inner.code.module)
    value(inner, "[(t := i) for i in range(3)]")
    value(inner, "b")
    assert (dict(inner.variables()), set(inner.code.module)) == before


def test_evaluate_leaves_nothing_behind_in_the_module(module: Frame) -> None:
    before = set(module.code.module)
    value(module, "(w := 3)")
    assert set(module.code.module) == before


def test_evaluate_in_the_module(module: Frame) -> None:
    assert value(module, "[g + i for i in range(2)]") == [1, 2]
    assert value(module, "shadow") == "module"
    assert value(module, "__name__") == "__main__"
    with pytest.raises(NameError):
        value(module, "here")


def test_random_states_are_put_back(module: Frame) -> None:
    np.random.seed(7)
    random.seed(7)
    text = "np.random.rand(), np.random.randn(3).tolist(), __import__('random').random()"
    first = value(module, text)
    assert value(module, text) == first
    assert np.random.rand() == first[0]
    with pytest.raises(ZeroDivisionError):
        value(module, "[np.random.seed(0), 1 / 0]")
    assert random.random() == first[2]
    assert np.random.randn(3).tolist() == first[1]


def test_execute_binds_in_the_frame_that_has_the_name(inner: Frame) -> None:
    assert run(inner, "here = 0") == ("here",)
    assert run(inner, "b, c = 1, 2") == ("b", "c")
    assert run(inner, "g = 100") == ("g",)
    assert run(inner, "brand_new = 3") == ("brand_new",)
    assert inner.variables() == {"b": 1, "c": 2, "shadow": "frame", "here": 0}
    assert inner.code.module["g"] == 100
    assert inner.code.module["brand_new"] == 3
    assert inner.back is not None
    assert inner.back.variables()["c"] == 2


def test_execute_gives_only_what_it_bound_anew(module: Frame) -> None:
    assert run(module, "g") == ()
    assert run(module, "g = g") == ()
    assert run(module, "for k in range(2): z = k") == ("k", "z")
    assert run(module, "import math") == ("math",)
    assert module.code.module["z"] == 1


def test_execute_deletes_in_the_module(module: Frame) -> None:
    run(module, "del shadow")
    assert "shadow" not in module.code.module


def test_execute_that_raises_keeps_what_ran(module: Frame) -> None:
    with pytest.raises(ZeroDivisionError):
        run(module, "g = 5; 1 / 0")
    assert module.code.module["g"] == 5


def test_execute_that_raises_keeps_what_ran_in_a_function(inner: Frame) -> None:
    with pytest.raises(ZeroDivisionError):
        run(inner, "here = 5; 1 / 0")
    assert inner.variables()["here"] == 5


@bug("a function defined at a stop in a function sees a copy of the module")
def test_a_function_defined_at_a_stop_sees_the_module(inner: Frame) -> None:
    run(inner, "def late(): return g")
    run(inner, "g = 50")
    assert value(inner, "late()") == 50


def test_what_is_no_python() -> None:
    for text, mode in [("a =", "exec"), ("a = 1", "eval"), ("", "eval"), ("1 +", "eval")]:
        with pytest.raises(SyntaxError):
            frameeval.compiled(text, mode)
