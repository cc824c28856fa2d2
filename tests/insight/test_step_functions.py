"""Training steps in functions: the cost is what they call so, and calling them is no cost."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

import pytest

from nnstep.checking import Report
from nnstep.insight.verdicts import RIGHT, WRONG
from nnstep.session import Session

DATA = """
import numpy as np
rng = np.random.default_rng(0)
x = rng.normal(size=(20, 2))
y = x @ np.array([1.0, -2.0]) + 0.5
"""
GRADIENTS = """
e = x @ w + b - y
cost = (e ** 2).mean()
gw = 2 * x.T @ e / len(y)
gb = 2 * e.mean()
"""


def step_of(text: str) -> str:
    """A script whose `GRADIENTS` are written out, as far to the right as they stand."""
    (before,) = re.findall(r"^( *)GRADIENTS$", text, re.MULTILINE)
    return text.replace(f"{before}GRADIENTS\n", textwrap.indent(GRADIENTS.lstrip("\n"), before))


GLOBALS = step_of("""
w, b = np.zeros(2), 0.0
def step(lr=0.1):
    global w, b
    GRADIENTS
    w = w - lr * gw
    b = b - lr * gb
    return cost
for epoch in range(4):
    loss = step()
""")
METHOD = step_of("""
class Net:
    def __init__(self):
        self.w, self.b = np.zeros(2), 0.0
    def step(self, lr):
        GRADIENTS
        self.w -= lr * gw
        self.b -= lr * gb
        return self.cost
net = Net()
for epoch in range(4):
    loss = net.step(0.1)
""").replace("x @ w + b", "x @ self.w + self.b").replace(" cost =", " self.cost =")
CLOSURE = step_of("""
def make():
    w, b = np.zeros(2), 0.0
    def step(lr=0.1):
        nonlocal w, b
        GRADIENTS
        w = w - lr * gw
        b = b - lr * gb
        return cost
    return step
step = make()
for epoch in range(4):
    loss = step()
""")
RETURNED = step_of("""
def step(w, b, lr=0.1):
    GRADIENTS
    return w - lr * gw, b - lr * gb, cost
w, b = np.zeros(2), 0.0
for epoch in range(4):
    w, b, loss = step(w, b)
""")
DEEPER = step_of("""
def move(lr, gw, gb):
    w[:] = w - lr * gw
    b[...] -= lr * gb
def step(lr=0.1):
    GRADIENTS
    move(lr, gw, gb)
    return cost
w, b = np.zeros(2), np.zeros(1)
for epoch in range(4):
    loss = step()
""")
STEPS = {
    "globals": (GLOBALS, "w b"), "a method": (METHOD, "net.w net.b"),
    "a closure": (CLOSURE, "step.w step.b"), "returned": (RETURNED, "w b"),
    "deeper": (DEEPER, "w b"),
}  # fmt: skip

Check = Callable[..., Report]


@pytest.fixture
def check(opened: Callable[[str], Session]) -> Check:
    def run(text: str, cost: str | None, at: tuple[int, ...] = (0, 2)) -> Report:
        return opened(DATA + text).check(cost=cost, at=at)

    return run


@pytest.mark.parametrize("cost", ["cost", "(e ** 2).mean()", None])
@pytest.mark.parametrize("name", STEPS)
def test_the_cost_is_known_in_the_function_that_trains(
    check: Check, name: str, cost: str | None
) -> None:
    text, parameters = STEPS[name]
    if name == "a method" and cost == "cost":
        cost = "self.cost"
    right = check(text, cost)
    found = {each.what.removeprefix("d cost/d ") for each in right.epochs[0].verdicts}
    assert right.kind == RIGHT and found == set(parameters.split())
    wrong = check(text.replace("gb = 2 * e.mean()", "gb = e.mean() + 0.3"), cost)
    assert wrong.kind == WRONG


@pytest.mark.parametrize("cost", ["loss", "step()", "net.step(0.1)"])
@pytest.mark.parametrize("name", ["globals", "a method", "a closure"])
def test_a_call_that_trains_is_no_cost(check: Check, name: str, cost: str) -> None:
    if cost.endswith(")") and cost.startswith("net") != (name == "a method"):
        return
    with pytest.raises(ValueError, match=r"give the formula"):
        check(STEPS[name][0], cost)


def test_what_the_main_loop_calls_so_goes_first(check: Check) -> None:
    text = RETURNED.replace("    w, b, loss", "    e = 2 * (x @ w + b - y)\n    w, b, loss")
    assert check(text, "(e ** 2).mean()").epochs[0].verdicts[0].factor == pytest.approx(0.25)


def test_an_attribute_that_each_step_sets(check: Check) -> None:
    for at in ((0,), (2,)):
        assert check(METHOD, "self.cost", at).kind == RIGHT
