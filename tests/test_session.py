"""The Python face: motions, where they stop, what they give, and what may be asked there."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import os
import random
import re
import sys
import textwrap
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nnstep
from nnstep.session import Session

LESSONS = (
    "perceptron", "moons_perceptron", "mse_hidden", "l2_derivation", "softmax_moons",
    "logistic_baseline", "tanh_sigmoid", "find_the_bug", "broken_weights",
)
FOLDER = Path(__file__).parents[1] / "lessons"

Opened = Callable[..., Session]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def open_script(text: str, *argv: str) -> Session:
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return Session(path, argv)

    return open_script


def steps(session: Session, limit: int = 2000) -> list[Any]:
    found = []
    while not session.finished:
        assert len(found) < limit
        found.append(session.step())
    return found


NET = """
    # %% data
    import numpy as np


    def sigmoid(x):
        return 1 / (1 + np.exp(-x))


    X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([[1.0], [0.0], [1.0]])
    # %% parameters
    W = np.full((2, 1), 0.5)
    for epoch in range(4):
        # %% forward
        z = X @ W
        a = sigmoid(z)
        # %% update
        W -= 0.1 * X.T @ (a - y)
    # %% predict
    print(W.shape)
    done = True
"""


# Opening.


def test_open_finds_a_lesson_by_name() -> None:
    session = nnstep.open("mse_hidden")
    assert session.source.path.endswith("mse_hidden.py")
    assert session.stop.reason == "start"
    assert not session.finished
    assert session.output == ""


def test_open_names_the_nearest_lesson() -> None:
    with pytest.raises(LookupError, match="mse_hidden"):
        nnstep.open("mse_hiden")


def test_open_refuses_what_is_no_python(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("x = (\n")
    with pytest.raises(SyntaxError):
        nnstep.open(path)
    with pytest.raises(OSError):
        nnstep.open(tmp_path / "missing.py")


def test_open_runs_nothing(opened: Opened) -> None:
    session = opened("print('hello')\nx = 1\n")
    assert session.output == ""
    assert "x" not in session


def test_arguments_reach_the_script(opened: Opened) -> None:
    session = opened("import sys\nargs = sys.argv[1:]\nname = __name__\n", "--lr", "0.1")
    session.run()
    assert session["args"] == ["--lr", "0.1"]
    assert session["name"] == "__main__"
    assert sys.argv[1:] != ["--lr", "0.1"]


def test_failing_import_of_several_names_is_an_event(opened: Opened) -> None:
    session = opened("from nosuchmodule import one, two\nx = 1\n")
    event = session.step()
    assert event is not None
    assert event.kind == "error"


# step.


def test_step_gives_the_op_it_ran_and_none_at_the_end(opened: Opened) -> None:
    session = opened("a = sum([1, 2])\nb = a + 1\n")
    texts = []
    while (event := session.step()) is not None:
        texts.append(event.text)
    assert texts == ["a = sum([1, 2])", "b = a + 1"]
    assert session.finished
    assert session.stop.reason == "end"
    assert session.step() is None


def test_step_n_runs_n_ops_and_gives_the_last(opened: Opened) -> None:
    session = opened("a = 1\nb = 2\nc = 3\nd = 4\n")
    event = session.step(3)
    assert event is not None
    assert event.name == "c"
    assert "d" not in session
    assert session.stop.reason == "step"
    event = session.step(10)
    assert event is not None
    assert event.name == "d"
    assert session.finished


def test_step_goes_into_functions(opened: Opened) -> None:
    session = opened("# %% all\ndef f(x):\n    return x + 1\n\ny = f(2)\nz = y\n")
    kinds = []
    functions = []
    for event in steps(session):
        kinds.append(event.kind)
        functions.append(event.function)
    assert kinds == ["bind", "call", "compute", "return", "bind"]
    assert functions == ["<module>", "<module>", "f", "<module>", "<module>"]


def test_step_gives_an_event_for_a_caught_exception(opened: Opened) -> None:
    session = opened(
        """
        d = {}
        try:
            x = d["missing"]
        except ValueError:
            x = 1
        except KeyError:
            x = 2
        y = x
        """
    )
    events = steps(session)
    assert None not in events
    assert session["y"] == 2


def test_caught_exceptions_leave_the_run_as_it_is(opened: Opened) -> None:
    session = opened(
        """
        def f(n):
            return [1, 2][n]

        seen = []
        for n in range(4):
            try:
                seen.append(f(n))
            except:
                seen.append(-1)
        """
    )
    steps(session)
    assert session["seen"] == [1, 2, -1, -1]
    assert session.error is None
    assert session.stop.reason == "end"


# next, finish.


def test_next_runs_statements_and_not_into_calls(opened: Opened) -> None:
    session = opened(NET)
    lines = []
    while not session.finished and len(lines) < 12:
        lines.append(session.position.line)
        session.next()
        assert session.position.function == "<module>"
    assert lines == [2, 5, 9, 10, 12, 13, 15, 16, 18, 13, 15, 16]


def test_next_n_and_its_event(opened: Opened) -> None:
    session = opened("def f(x):\n    return x * 2\n\na = f(1) + f(2)\nb = a\n")
    event = session.next(2)
    assert event is not None
    assert event.text == "a = f(1) + f(2)"
    assert event.value == 6
    assert event.name == "a"
    assert session.next(10) is not None
    assert session.finished
    assert session.next() is None


def test_next_leaves_a_function_that_ends(opened: Opened) -> None:
    session = opened("# %% all\ndef f(x):\n    y = x\n    return y\n\na = [f(1), f(2)]\n")
    session.until("y == 1")
    assert session.position.function == "f"
    session.next()
    assert session.position.function == "<module>"


def test_next_in_a_recursive_function_stays_in_its_frame(opened: Opened) -> None:
    session = opened(
        """
        # %% all
        def fact(n):
            if n < 2:
                return 1
            below = fact(n - 1)
            return n * below

        f = fact(4)
        """
    )
    session.until("n == 3")
    session.next()
    session.next()
    assert session["n"] == 3
    assert session["below"] == 2


def test_next_halts_at_the_same_statement_in_its_next_iteration(opened: Opened) -> None:
    session = opened(
        """
        # %% all
        left = [1, 2, 3, 4, 5]
        while True:
            if left.pop() == 1:
                break
        """
    )
    session.next()
    session.next()
    assert session["left"] == [1, 2, 3, 4]
    session.next()
    assert session["left"] == [1, 2, 3]


def test_finish_runs_to_the_end_of_the_function(opened: Opened) -> None:
    session = opened(NET)
    session.until(lambda s: s.position.function == "sigmoid")
    event = session.finish()
    assert event is not None
    assert event.kind == "return"
    assert event.name == "a"
    assert event.text == "a = sigmoid(z)"
    assert event.value.shape == (3, 1)
    assert session.stop.reason == "finish"
    assert session.position.function == "<module>"


def test_finish_at_module_level_runs_to_the_end(opened: Opened) -> None:
    session = opened(NET)
    event = session.finish()
    assert event is not None
    assert event.name == "done"
    assert session.finished
    assert session.stop.reason == "end"


def test_finish_of_a_function_that_raises_halts_in_the_handler(opened: Opened) -> None:
    session = opened(
        """
        # %% all
        def f(x):
            y = x
            raise ValueError(y)

        try:
            f(1)
        except ValueError as e:
            caught = e.args
        """
    )
    session.until("y == 1")
    session.finish()
    assert session.position.function == "<module>"
    assert session.position.line == 8
    session.run()
    assert session["caught"] == (1,)


# until.


def test_until_an_expression(opened: Opened) -> None:
    session = opened("total = 0\nfor i in range(10):\n    total += i\n")
    event = session.until("total > 5")
    assert event is not None
    assert event.text == "total += i"
    assert session["total"] == 6
    assert session.stop.reason == "until"


def test_until_a_function_of_the_session(opened: Opened) -> None:
    session = opened(NET)
    session.until(lambda s: "a" in s and s["a"].mean() > 0.5)
    assert session["a"].shape == (3, 1)
    assert session.stop.reason == "until"


def test_until_never_true_runs_to_the_end(opened: Opened) -> None:
    session = opened("a = 1\nb = 2\n")
    event = session.until("b > 3")
    assert event is not None
    assert event.name == "b"
    assert session.stop.reason == "end"
    assert session.until("True") is None


def test_until_refuses_a_name_that_can_never_have_a_value(opened: Opened) -> None:
    session = opened("loss = 1\nb = 2\n")
    with pytest.raises(ValueError, match="did you mean 'loss'"):
        session.until("losss > 3")
    assert session.position.line == 1


def test_until_is_asked_only_after_an_op(opened: Opened) -> None:
    session = opened("a = 1\nb = 2\nc = 3\n")
    session.until("True")
    assert "a" in session
    assert "b" not in session


def test_until_refuses_what_is_no_expression(opened: Opened) -> None:
    session = opened("a = 1\n")
    with pytest.raises(SyntaxError):
        session.until("a = ")
    assert "a" not in session


@pytest.mark.parametrize("condition", ["1 / 0", "a.nothing", "a > 'x'"])
def test_until_gives_what_the_condition_raises_to_the_caller(
    opened: Opened, condition: str
) -> None:
    session = opened("a = 1\nb = sum([2])\nc = b\n")
    with pytest.raises((ZeroDivisionError, AttributeError, TypeError)):
        session.until(condition)
    assert session.error is None
    session.run()
    assert session["c"] == 2


def test_until_does_not_trigger_the_scripts_handlers(opened: Opened) -> None:
    session = opened(
        """
        handled = 0
        try:
            a = sum([1])
            b = sum([a])
        except Exception:
            handled = 1
        end = 1
        """
    )
    with contextlib.suppress(KeyError):
        session.until(lambda s: s["not_there"])
    session.run()
    assert session["handled"] == 0
    assert session.error is None


def test_until_leaves_the_random_state_alone(opened: Opened) -> None:
    session = opened(
        "import numpy as np\nimport random\nnp.random.seed(1)\nrandom.seed(1)\n"
        "a = np.random.rand()\nb = random.random()\n"
    )
    session.until("np.random.rand() + random.random() < 0")
    np.random.seed(1)
    assert session["a"] == np.random.rand()
    assert session["b"] == random.Random(1).random()


# epoch.


def test_epoch_stands_with_the_variable_bound_and_no_more(opened: Opened) -> None:
    session = opened(NET)
    for number in range(4):
        event = session.epoch()
        assert event is not None
        assert event.kind == "loop"
        assert event.name == "epoch"
        assert session["epoch"] == number
        assert session.position.epoch == number
        assert session.position.line == 15
        assert session.stop.reason == "epoch"
        assert ("z" in session) == (number > 0)
    event = session.epoch()
    assert event is not None
    assert event.kind == "loop end"
    assert session.position.epoch is None
    assert session.position.line == 20
    session.epoch()
    assert session.finished


def test_epoch_n_counts_from_here(opened: Opened) -> None:
    session = opened(NET)
    session.epoch(3)
    assert session["epoch"] == 2
    session.restart()
    session.epoch()
    session.step(2)
    session.epoch(2)
    assert session["epoch"] == 2


def test_epoch_with_an_unpacked_target_has_all_of_it_bound(opened: Opened) -> None:
    session = opened(
        """
        # %% all
        w = 1.0
        for i, (a, b) in enumerate([(1.0, 2.0), (3.0, 4.0)]):
            w -= a * b
        """
    )
    session.epoch(2)
    assert (session["i"], session["a"], session["b"]) == (1, 3.0, 4.0)
    assert session["w"] == -1.0


def test_epochs_of_a_while_loop(opened: Opened) -> None:
    session = opened(
        """
        # %% all
        w = 10.0
        while w > 1:
            w = w - 0.5 * w
        after = w
        """
    )
    seen = []
    while session.epoch() is not None and session.position.epoch is not None:
        seen.append((session.position.epoch, session.position.line, session["w"]))
    assert seen == [(0, 4, 10.0), (1, 4, 5.0), (2, 4, 2.5), (3, 4, 1.25)]
    assert session.position.line == 5


def test_epoch_of_a_while_loop_whose_test_calls_a_function(opened: Opened) -> None:
    session = opened(
        """
        # %% all
        def far(w):
            return w > 1

        w = 10.0
        while far(w):
            w = w - 0.5 * w
        """
    )
    session.epoch()
    assert session.position.function == "<module>"
    assert session.position.line == 7


def test_epoch_in_a_function(opened: Opened) -> None:
    session = opened(
        """
        # %% all
        def train(w):
            for step in range(3):
                w = w - 0.1 * w
            return w

        w = train(1.0)
        """
    )
    session.epoch(2)
    position = session.position
    assert (position.function, position.epoch, position.line) == ("train", 1, 4)
    assert session["step"] == 1


@pytest.mark.parametrize(
    "text",
    [
        """
        # %% all
        w = 1.0
        for i in range(10):
            w -= 0.1 * w
            if i == 1:
                break
        behind = w
        end = 1
        """,
        """
        # %% all
        def train(w):
            for i in range(10):
                w -= 0.1 * w
                if i == 1:
                    return w

        behind = train(1.0)
        end = 1
        """,
    ],
    ids=["break", "return"],
)
def test_epoch_halts_where_the_loop_is_left(opened: Opened, text: str) -> None:
    session = opened(text)
    session.epoch(2)
    assert session.position.epoch == 1
    session.epoch()
    assert not session.finished
    assert session.position.epoch is None
    assert "end" not in session


def test_epoch_without_a_loop_is_refused(opened: Opened) -> None:
    session = opened("a = 1\nb = a + 1\n")
    with pytest.raises(ValueError, match="no epochs"):
        session.epoch()
    assert session.main is None
    assert "a" not in session
    session.run()
    assert session["b"] == 2


# section.


def test_section_goes_through_the_sections_of_a_module(opened: Opened) -> None:
    session = opened(
        """
        # %% one
        a = 1
        b = 2
        # %% two
        c = 3
        # %%
        d = 4
        # %% three
        e = 5
        """
    )
    seen = [session.position.section]
    while not session.finished:
        session.section()
        seen.append(session.position.section)
    assert seen == ["one", "two", "", "three", ""]


def test_section_is_not_fooled_by_helpers() -> None:
    session = nnstep.open("mse_hidden")
    seen = []
    for _ in range(7):
        session.section()
        assert session.position.function == "<module>"
        seen.append(session.position.section)
    # The loop's own head lies under `parameters`.
    assert seen == ["data", "parameters", "forward", "cost", "backward", "update", "parameters"]


def test_section_reason(opened: Opened) -> None:
    session = opened("# %% one\na = 1\n# %% two\nb = 2\n")
    event = session.section()
    assert event is not None
    assert event.name == "a"
    assert session.stop.reason == "section"
    assert session.position.line == 4


def test_position_in_a_script_without_sections(opened: Opened) -> None:
    session = opened("a = 1\nb = 2\n")
    assert session.position.section == ""
    assert session.position.line == 1


# run, restart.


def test_run_to_the_end(opened: Opened) -> None:
    session = opened(NET)
    session.run()
    assert session.finished
    assert session.stop[:2] == ("end", None)
    assert session.run() is None
    assert session.output == "(2, 1)\n"
    assert session["W"].shape == (2, 1)


def test_at_the_end(opened: Opened) -> None:
    session = opened(NET)
    session.run()
    position = session.position
    assert (position.moment, position.epoch, position.line) == (None, None, 0)
    assert session.next_op is None
    assert session.frames() == []
    assert session.eval("W.sum()") == session["W"].sum()
    assert "epoch" in session.names()
    assert session.execute("W = 3") == ("W",)
    assert session["W"] == 3
    session.set("W", 4)
    assert session["W"] == 4


def test_restart_begins_anew_and_reads_the_file_again(opened: Opened, tmp_path: Path) -> None:
    session = opened("# %% all\nprint('old')\na = 1\n")
    session.break_at("a")
    session.run()
    (tmp_path / "script.py").write_text("# %% all\nprint('new')\na = 2\nb = 3\n")
    session.restart()
    assert session.output == ""
    assert session.stop.reason == "start"
    assert session.position.line == 2
    assert "a" not in session
    session.run()
    assert session.stop.reason == "breakpoint"
    assert session["a"] == 2
    session.run()
    assert session["b"] == 3
    assert session.output == "new\n"


def test_restart_with_a_broken_file_keeps_the_session(opened: Opened, tmp_path: Path) -> None:
    session = opened("a = 1\nb = 2\n")
    session.step()
    (tmp_path / "script.py").write_text("a = (\n")
    with pytest.raises(SyntaxError):
        session.restart()
    assert session["a"] == 1
    session.run()
    assert session["b"] == 2


def test_restart_after_an_error(opened: Opened) -> None:
    session = opened("a = 1\nb = [][a]\n")
    session.run()
    assert session.error is not None
    session.restart()
    assert session.error is None
    assert not session.finished
    assert session.step() is not None


def test_an_interrupt_halts_one_motion(opened: Opened) -> None:
    session = opened("for i in range(9):\n    print(i)\n    a = i\nend = 1\n")

    def listen(text: str) -> None:
        if "3" in text:
            session.interrupt()

    session.on_print = listen
    session.run()
    assert session.stop.reason == "interrupted"
    assert session["i"] in (3, 4)
    session.run()
    assert session.finished
    assert session.stop.reason == "end"
    assert session["end"] == 1


# Where it stands.


def test_position_and_next_op(opened: Opened) -> None:
    session = opened(NET)
    session.until(lambda s: s.position.function == "sigmoid")
    position = session.position
    assert (position.line, position.section, position.epoch) == (6, "data", 0)
    assert position.path == session.source.path
    assert str(position.moment).startswith("0.")
    op = session.next_op
    assert op is not None
    assert (op.text, op.line, op.function) == ("-x", 6, "sigmoid")
    assert session.source.segment(op.span) == "-x"


def test_frames_innermost_first(opened: Opened) -> None:
    session = opened(
        """
        # %% all
        def inner(a):
            b = a + 1
            return b

        def outer(c):
            return inner(c * 2)

        top = 5
        z = outer(top)
        """
    )
    session.until("b == 11")
    frames = session.frames()
    assert [(each.function, each.line, each.names) for each in frames] == [
        ("inner", 4, {"a": 10, "b": 11}),
        ("outer", 7, {"c": 5}),
        ("<module>", 10, {"top": 5}),
    ]
    assert frames[1].text == "inner(c * 2)"


def test_names_hide_modules_functions_and_classes(opened: Opened) -> None:
    session = opened(
        """
        import numpy as np
        from math import sqrt

        class Net:
            pass

        def f(x):
            y = x
            return y

        exp = np.exp
        net = Net()
        w = 1.5
        f(2)
        """
    )
    session.until("y == 2")
    assert set(session.names()) == {"net", "w", "x", "y"}
    assert session.names()["x"] == 2


def test_names_are_looked_up_in_the_frame_and_then_the_module(opened: Opened) -> None:
    session = opened("x = 1\ng = 7\ndef f(x):\n    y = x\n    return y\nf(2)\n")
    session.until("y == 2")
    assert session["x"] == 2
    assert session["g"] == 7
    assert "y" in session
    assert "g" in session
    assert "nothing" not in session
    session.finish()
    assert session["x"] == 1
    assert "y" not in session


def test_a_name_that_is_not_there_yet_says_where_it_first_appears(opened: Opened) -> None:
    session = opened("a = 1\nb = 2\nb = 3\n")
    with pytest.raises(KeyError) as caught:
        session["b"]
    assert caught.value.args == ("there is no 'b' here; line 2 is where it first appears",)
    with pytest.raises(KeyError) as caught:
        session["zzz"]
    assert caught.value.args == ("there is no 'zzz' here",)


def test_the_first_appearance_may_be_indented(opened: Opened) -> None:
    session = opened("for i in range(3):\n    if i > 1:\n        zh = i * 2\nprint(zh)\n")
    with pytest.raises(KeyError, match="line 3 is where"):
        session["zh"]


def test_the_variable_of_a_comprehension_can_be_looked_at(opened: Opened) -> None:
    session = opened("xs = [10, 20]\nys = [x * 2 for x in xs]\n")
    session.until(lambda s: s.next_op is not None and s.next_op.text == "x * 2")
    assert session["x"] == 10


# set.


def test_set_in_the_module(opened: Opened) -> None:
    session = opened("lr = 0.5\na = lr * 2\nb = lr * 4\n")
    session.step(2)
    session.set("lr", 0.25)
    session.run()
    assert (session["a"], session["b"]) == (1.0, 1.0)


def test_set_of_a_variable_and_of_a_global_within_a_function(opened: Opened) -> None:
    session = opened("g = 1\ndef f(x):\n    y = x\n    return y + g\nr = f(1)\n")
    session.until("y == 1")
    session.set("y", 10)
    session.set("g", 100)
    session.set("fresh", 7)
    session.run()
    assert session["r"] == 110
    assert session["g"] == 100
    assert session["fresh"] == 7
    assert "y" not in session


def test_set_of_a_variable_before_it_is_bound(opened: Opened) -> None:
    session = opened("def f(x):\n    z = x\n    if z:\n        w = 2\n    return w\nr = f(0)\n")
    session.until("z == 0")
    session.set("w", 9)
    session.run()
    assert session["r"] == 9
    assert "w" not in session


def test_set_of_a_captured_variable_reaches_every_closure(opened: Opened) -> None:
    session = opened(
        """
        def outer(a):
            c = 1
            def inner(b):
                nonlocal c
                c = c + b
                return c
            r = inner(a)
            return r + c

        z = outer(10)
        """
    )
    session.until("b == 10")
    session.set("c", 100)
    assert session["c"] == 100
    session.run()
    assert session["z"] == 220


# eval and execute.


def test_eval_leaves_the_random_states_alone(opened: Opened) -> None:
    session = opened(
        "import numpy as np\nimport random\nnp.random.seed(3)\nrandom.seed(3)\n"
        "here = 1\na = np.random.rand(2)\nb = random.random()\n"
    )
    session.until("here == 1")
    first = session.eval("(np.random.rand(), random.random())")
    assert session.eval("(np.random.rand(), random.random())") == first
    session.run()
    generator = np.random.RandomState(3)
    assert session["a"].tolist() == generator.rand(2).tolist()
    assert session["b"] == random.Random(3).random()


def test_eval_that_raises_leaves_the_random_state_alone(opened: Opened) -> None:
    session = opened("import numpy as np\nnp.random.seed(3)\na = 1\nb = np.random.rand()\n")
    session.until("a == 1")
    with pytest.raises(ZeroDivisionError):
        session.eval("[np.random.rand(), 1 / 0]")
    session.run()
    assert session["b"] == np.random.RandomState(3).rand()


def test_eval_leaves_the_scripts_own_generators_alone(opened: Opened) -> None:
    session = opened(
        "import numpy as np\nrng = np.random.default_rng(0)\na = 1\nb = rng.random()\n"
    )
    session.until("a == 1")
    session.eval("rng.random()")
    session.run()
    assert session["b"] == np.random.default_rng(0).random()


def test_eval_sees_the_frame_in_comprehensions_and_lambdas(opened: Opened) -> None:
    session = opened("k = 2\ndef f(x):\n    y = [1, 2]\n    return y\nf(5)\n")
    session.until("y == [1, 2]")
    assert session.eval("[x * k + each for each in y]") == [11, 12]
    assert session.eval("(lambda v: v + x)(1)") == 6
    assert session.eval("sum(x for _ in y)") == 10


def test_eval_raises_what_the_expression_raises(opened: Opened) -> None:
    session = opened("a = 1\nb = 2\n")
    session.step()
    with pytest.raises(NameError):
        session.eval("nothing")
    with pytest.raises(SyntaxError):
        session.eval("a +")
    with pytest.raises(SyntaxError):
        session.eval("a = 3")
    assert session.error is None
    session.run()
    assert session["b"] == 2


def test_execute_binds_and_says_what(opened: Opened) -> None:
    session = opened("lr = 0.5\na = 1\nb = lr\n")
    session.step(2)
    assert session.execute("lr = 0.1") == ("lr",)
    assert session.execute("p, q = 1, 2") == ("p", "q")
    session.run()
    assert session["b"] == 0.1
    assert (session["p"], session["q"]) == (1, 2)


def test_execute_in_a_function(opened: Opened) -> None:
    session = opened(
        """
        g = 1
        def outer(a):
            c = 1
            def inner(b):
                return b + c
            d = a
            return inner(d) + g

        z = outer(5)
        """
    )
    session.until("d == 5")
    assert session.execute("d = d + 1") == ("d",)
    assert session.execute("c = c + 10") == ("c",)
    assert session.execute("g = g + 100") == ("g",)
    session.run()
    assert session["z"] == 6 + 11 + 101
    assert session["g"] == 101
    assert "d" not in session


def test_execute_changes_an_array_in_place(opened: Opened) -> None:
    session = opened("import numpy as np\nw = np.zeros(2)\nv = w\ns = v.sum()\n")
    event = session.step(2)
    session.execute("w[0] = 5")
    assert event is not None
    assert event.value.tolist() == [0.0, 0.0]
    session.run()
    assert session["s"] == 5.0


def test_execute_deletes_in_a_function(opened: Opened) -> None:
    session = opened("def f(a):\n    b = 2\n    return a\nx = f(1)\n")
    session.until("b == 2")
    session.execute("del b")
    assert "b" not in session


def test_execute_global_in_a_function(opened: Opened) -> None:
    session = opened("def f(a):\n    b = 2\n    return a\nx = f(1)\n")
    session.until("b == 2")
    session.execute("global y\ny = 77")
    assert session["y"] == 77


# Output.


def test_output_and_on_print(opened: Opened) -> None:
    heard: list[str] = []
    session = opened("print('a', 1)\nprint('b', end='')\nx = 1\n")
    session.on_print = heard.append
    session.step()
    assert session.output == "a 1\n"
    session.run()
    assert session.output == "a 1\nb"
    assert "".join(heard) == "a 1\nb"


def test_output_does_not_leak(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    session = opened("print('inside')\nimport sys\nsys.stdout.write('too\\n')\n")
    session.run()
    assert session.output == "inside\ntoo\n"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "text",
    [
        """
        import contextlib, io
        buffer = io.StringIO()
        with contextlib.redirect_stdout(buffer):
            print("kept")
        print("shown")
        """,
        """
        import io, sys
        buffer = io.StringIO()
        old, sys.stdout = sys.stdout, buffer
        print("kept")
        sys.stdout = old
        print("shown")
        """,
    ],
)
def test_a_script_may_redirect_its_output(opened: Opened, text: str) -> None:
    session = opened(text)
    before = sys.stdout
    try:
        steps(session)
    finally:
        sys.stdout = before
    assert session["buffer"].getvalue() == "kept\n"
    assert session.output == "shown\n"


def test_a_script_may_extend_its_path(opened: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    folder.mkdir()
    (folder / "nnstep_test_helper.py").write_text("value = 3\n")
    session = opened(
        f"import sys\nsys.path.append({str(folder)!r})\nimport nnstep_test_helper\n"
        "v = nnstep_test_helper.value\n"
    )
    steps(session)
    sys.modules.pop("nnstep_test_helper", None)
    assert session.error is None
    assert session["v"] == 3


def test_a_script_may_change_its_arguments(opened: Opened) -> None:
    session = opened(
        "import sys\nsys.argv.append('more')\nsys.argv[1:2] = []\nn = sys.argv[1:]\n", "a"
    )
    steps(session)
    assert session["n"] == ["more"]


def test_the_interpreter_is_left_as_it_was(opened: Opened) -> None:
    before = sys.modules["__main__"], list(sys.argv), list(sys.path), sys.stdout
    session = opened("import sys\nsys.argv.append('x')\nmain = sys.modules['__main__']\n")
    steps(session)
    assert session["main"].__file__ == session.source.path
    assert before == (sys.modules["__main__"], sys.argv, sys.path, sys.stdout)


# Scripts that raise.


def test_a_shape_mismatch_leaves_the_session_alive(opened: Opened) -> None:
    session = opened(
        "# %% all\nimport numpy as np\na = np.ones((2, 3))\nb = np.ones((4, 5))\nc = np.dot(a, b)\n"
    )
    event = session.run()
    assert event is not None
    assert event.kind == "error"
    assert event.line == 5
    assert event.text == "c = np.dot(a, b)"
    shapes = [(each.name, getattr(each.value, "shape", None)) for each in event.operands]
    assert shapes == [("np.dot", None), ("a", (2, 3)), ("b", (4, 5))]
    assert isinstance(event.exception, ValueError)
    assert "not aligned" in str(event.exception)
    assert session.error is event.exception
    assert session.stop.reason == "error"
    assert session.finished
    assert session.position.line == 5
    assert session.eval("a.shape + b.shape") == (2, 3, 4, 5)
    assert set(session.names()) == {"a", "b"}
    assert session.step() is None
    assert session.run() is None
    assert session.error is event.exception


def test_an_error_in_a_helper_leaves_all_frames_alive(opened: Opened) -> None:
    session = opened(
        """
        def f(x):
            y = x * 2
            return g(y)

        def g(z):
            return [][z]

        r = f(3)
        """
    )
    event = session.run()
    assert event is not None
    assert (event.kind, event.function, event.text) == ("error", "g", "[][z]")
    assert [(each.function, each.names) for each in session.frames()] == [
        ("g", {"z": 6}), ("f", {"x": 3, "y": 6}), ("<module>", {}),
    ]
    assert session.eval("z + 1") == 7


def test_an_undefined_name_is_an_error_event(opened: Opened) -> None:
    session = opened("a = 1\nb = a + nothing\n")
    event = session.run()
    assert event is not None
    assert event.kind == "error"
    assert isinstance(event.exception, NameError)
    assert session["a"] == 1


def test_errors_by_step_and_next(opened: Opened) -> None:
    for motion in ("step", "next"):
        session = opened("a = 1\nb = [][a]\nc = 2\n")
        getattr(session, motion)()
        event = getattr(session, motion)()
        assert event.kind == "error"
        assert session.stop.reason == "error"


def test_an_error_event_holds_only_what_its_op_printed(opened: Opened) -> None:
    session = opened("print('one')\nprint('two')\nx = [][0]\n")
    event = session.run()
    assert event is not None
    assert event.printed == ""


@pytest.mark.parametrize("call", ["sys.exit()", "sys.exit(0)", "exit(0)", "raise SystemExit"])
def test_a_good_exit_is_no_error(opened: Opened, call: str) -> None:
    session = opened(f"import sys\na = 1\n{call}\nb = 2\n")
    session.run()
    assert session.finished
    assert session.error is None
    assert session["a"] == 1
    assert "b" not in session
    assert session.run() is None


def test_a_good_exit_is_the_end(opened: Opened) -> None:
    session = opened("import sys\na = 1\nsys.exit(0)\nb = 2\n")
    event = session.run()
    assert session.stop.reason == "end"
    assert event is None or event.kind != "error"


@pytest.mark.parametrize("code", [3, "a message"])
def test_a_bad_exit_is_an_error(opened: Opened, code: Any) -> None:
    session = opened(f"import sys\na = 1\nsys.exit({code!r})\n")
    session.run()
    assert isinstance(session.error, SystemExit)
    assert session.error.code == code
    assert session.stop.reason == "error"
    assert session.eval("a") == 1


def test_a_script_that_catches_everything(opened: Opened) -> None:
    session = opened(
        """
        import sys
        seen = []
        for what in (ValueError, SystemExit, KeyboardInterrupt, BaseException):
            try:
                raise what("x")
            except:
                seen.append(sys.exc_info()[0].__name__)
        """
    )
    steps(session)
    assert session["seen"] == ["ValueError", "SystemExit", "KeyboardInterrupt", "BaseException"]
    assert sys.exc_info() == (None, None, None)


@pytest.mark.parametrize(
    "motion",
    [
        "step", "run",
    ],
)
def test_an_array_can_be_resized(opened: Opened, motion: str) -> None:
    session = opened("import numpy as np\na = np.arange(3)\na.resize(5)\nb = a.sum()\n")
    while not session.finished:
        getattr(session, motion)()
    assert session.error is None
    assert session["a"].tolist() == [0, 1, 2, 0, 0]


def test_a_listener_that_raises_leaves_the_script_alone(opened: Opened) -> None:
    session = opened("print('a')\nb = 1\n")

    def listen(text: str) -> None:
        raise BrokenPipeError(text)

    session.on_print = listen
    with contextlib.suppress(BrokenPipeError):
        session.run()
    session.on_print = None
    session.run()
    assert session.error is None
    assert session["b"] == 1


# grain.


def test_grain_all_stops_at_each_operand(opened: Opened) -> None:
    session = opened("a = 2\nb = 3\nc = a * b\n")
    session.step(2)
    session.grain = "all"
    seen = []
    while (event := session.step()) is not None:
        seen.append((event.kind, event.text, event.value))
    assert seen == [("load", "a", 2), ("load", "b", 3), ("compute", "c = a * b", 6)]
    assert session.finished


def test_grain_all_reads_names_attributes_and_results(opened: Opened) -> None:
    session = opened("import numpy as np\na = np.ones((2, 3))\nb = np.dot(a, a.T) + a.sum()\n")
    session.step(2)
    session.grain = "all"
    texts = [event.text for event in steps(session) if event.kind == "load"]
    assert texts == ["np.dot", "a", "a.T", "a.sum", "np.dot(a, a.T)", "a.sum()"]
    assert session["b"].tolist() == [[9.0, 9.0], [9.0, 9.0]]


def test_set_between_the_operands_reads_them_anew(opened: Opened) -> None:
    session = opened("a = 2\nb = 3\nc = (a + 1) * b\nd = 0\n")
    session.step(3)
    session.grain = "all"
    event = session.step()
    assert event is not None
    assert (event.text, event.value) == ("a + 1", 3)
    session.set("b", 10)
    seen = [(event.kind, event.value) for event in (session.step() for _ in range(3)) if event]
    assert seen == [("load", 3), ("load", 10), ("compute", 30)]
    assert session["c"] == 30


def test_other_motions_and_grain_op_between_the_operands(opened: Opened) -> None:
    session = opened("a = 2\nb = 3\nc = a * b\nd = c + a\ne = d\n")
    session.step(2)
    session.grain = "all"
    session.step()
    session.next()
    assert session["c"] == 6
    session.step()
    session.grain = "op"
    event = session.step()
    assert event is not None
    assert (event.kind, event.value) == ("compute", 8)


@pytest.mark.parametrize("motion", ["run", "epoch", "finish", "next"])
def test_a_far_motion_from_between_the_operands(opened: Opened, motion: str) -> None:
    session = opened(
        """
        a = 2.0
        b = (a + 1) * 3
        for i in range(3):
            a = a + 0.5 * b
        end = a
        """
    )
    session.step(2)
    session.grain = "all"
    event = session.step()
    assert event is not None
    assert (event.kind, event.text) == ("load", "a + 1")
    getattr(session, motion)()
    assert session.error is None
    session.run()
    assert (session["b"], session["end"]) == (9.0, 15.5)


def test_grain_all_of_an_op_whose_operand_is_missing(opened: Opened) -> None:
    session = opened("a = 1\nb = a + nothing\n")
    session.step()
    session.grain = "all"
    event = session.step()
    assert event is not None
    assert event.kind == "error"
    assert isinstance(session.error, NameError)


def test_grain_is_one_of_two(opened: Opened) -> None:
    session = opened("a = 1\n")
    assert session.grain == "op"
    with pytest.raises(ValueError, match="op, all"):
        session.grain = "fine"
    assert session.grain == "op"


def test_grain_all_says_that_it_has_stepped(opened: Opened) -> None:
    session = opened("a = 2\nb = 3\nc = a * b\n")
    session.break_at("b")
    session.run()
    session.grain = "all"
    session.step()
    assert session.stop[:2] == ("step", None)


def test_grain_all_gives_the_same_run(opened: Opened) -> None:
    session = opened(NET)
    session.grain = "all"
    steps(session)
    fine = session["W"].tobytes()
    session.grain = "op"
    session.restart()
    session.run()
    assert session["W"].tobytes() == fine


# before.


def test_before_gives_the_value_an_epoch_ago(opened: Opened) -> None:
    session = opened(
        """
        import numpy as np
        W = np.zeros(2)
        for epoch in range(4):
            step = epoch + 1.0
            W += step
        """
    )
    session.epoch(3)
    assert session["W"].tolist() == [3.0, 3.0]
    assert session.before("W").tolist() == [1.0, 1.0]
    session.step(2)
    assert session["step"] == 3.0
    assert session.before("step") == 2.0
    session.step()
    assert session["W"].tolist() == [6.0, 6.0]
    assert session.before("W").tolist() == [3.0, 3.0]


def test_before_the_second_epoch_there_is_none(opened: Opened) -> None:
    session = opened(NET)
    session.epoch()
    with pytest.raises(KeyError):
        session.before("W")
    with pytest.raises(KeyError):
        session.before("nothing")


def test_before_of_a_large_array(opened: Opened) -> None:
    session = opened(
        """
        import numpy as np
        W = np.zeros((400, 400))
        for epoch in range(4):
            W += W.shape[0] * 0.5
        """
    )
    session.epoch(3)
    assert session["W"][0, 0] == 400.0
    try:
        before = session.before("W")
    except KeyError:
        return  # to say that it isn't known would do as well
    assert before[0, 0] == 200.0


def test_before_of_a_global_within_a_function(opened: Opened) -> None:
    session = opened(
        """
        import numpy as np
        W = np.zeros(2)
        def train():
            global W
            for epoch in range(4):
                W = W + 1.0 * epoch
        train()
        """
    )
    session.epoch(4)
    assert session["W"].tolist() == [3.0, 3.0]
    assert session.before("W").tolist() == [1.0, 1.0]


# The lessons.


@functools.cache
def short(lesson: str) -> str:
    text = (FOLDER / f"{lesson}.py").read_text(encoding="utf-8")
    made, count = re.subn(r"^(epochs|num_passes) = .*$", r"\1 = 3", text, flags=re.MULTILINE)
    assert count == 1
    return made


@functools.cache
def plain(lesson: str) -> tuple[str, dict[str, Any]]:
    """What Python itself makes of a lesson: its output and its variables."""
    module = types.ModuleType("__main__")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(short(lesson), "lesson.py", "exec"), module.__dict__)
    return printed.getvalue(), frozen_names(module.__dict__)


def frozen(value: Any) -> Any:
    """A value to the bit, its type included."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, np.generic):
        return value.dtype.str, value.tobytes()
    if isinstance(value, float):
        return "float", value.hex()
    if isinstance(value, int | str | bool | None):
        return type(value).__name__, value
    if isinstance(value, list | tuple):
        return type(value).__name__, tuple(frozen(each) for each in value)
    if isinstance(value, dict):
        return "dict", tuple((key, frozen(each)) for key, each in value.items())
    return type(value).__name__


def frozen_names(names: dict[str, Any]) -> dict[str, Any]:
    return {name: frozen(each) for name, each in names.items() if not name.startswith("__")}


def module_names(session: Session) -> dict[str, Any]:
    return frozen_names(session.eval("globals()"))


@pytest.fixture(scope="module")
def lesson_session(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Session]:
    folder = tmp_path_factory.mktemp("lessons")

    @functools.cache
    def session(lesson: str) -> Session:
        path = folder / f"{lesson}.py"
        path.write_text(short(lesson), encoding="utf-8")
        return Session(path)

    def restarted(lesson: str) -> Session:
        made = session(lesson)
        made.delete()
        made.grain = "op"
        made.restart()
        return made

    return restarted


def test_a_lesson_op_by_op_computes_the_same_bits(
    lesson_session: Callable[[str], Session],
) -> None:
    session = lesson_session("mse_hidden")
    held = []
    while (event := session.step()) is not None:
        held.append((event, frozen(event.value)))
    output, variables = plain("mse_hidden")
    assert session.output == output
    assert module_names(session) == variables
    assert "".join(event.printed for event, _ in held) == output
    moments = [event.moment for event, _ in held if event.kind != "return"]
    assert all(one < other for one, other in itertools.pairwise(moments))
    for event, value in held:
        assert frozen(event.value) == value, event


COUNTS = st.integers(1, 40)
MOTION = st.one_of(
    st.tuples(st.just("step"), COUNTS),
    st.tuples(st.just("next"), st.integers(1, 8)),
    st.tuples(st.just("finish"), st.just(0)),
    st.tuples(st.just("section"), st.just(0)),
    st.tuples(st.just("epoch"), st.integers(1, 2)),
    st.tuples(st.just("until"), st.sampled_from(["W1", "ah", "z", "h", "labels"])),
    st.tuples(st.just("break"), st.sampled_from([30, 60, 90, 120])),
    st.tuples(st.just("grain"), st.sampled_from(["op", "all"])),
    st.tuples(st.just("look"), st.just(0)),
)


def move(session: Session, motion: str, argument: Any) -> Any:
    match motion:
        case "step" | "next" | "epoch":
            return getattr(session, motion)(argument)
        case "finish" | "section":
            return session.position.function != "<module>" and getattr(session, motion)()
        case "until":
            return session.until(lambda s: argument in s)
        case "break":
            with contextlib.suppress(ValueError):
                session.break_at(argument, temporary=True)
            return session.run()
        case "grain":
            session.grain = argument
        case "look":
            session.eval("__import__('numpy').random.rand(3)")
            session.names()
            session.frames()
    return None


@pytest.mark.parametrize("lesson", LESSONS)
@settings(
    max_examples=8, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(motions=st.lists(MOTION, min_size=2, max_size=10))
def test_motions_never_change_what_is_computed(
    lesson: str, lesson_session: Callable[[str], Session], motions: list[tuple[str, Any]]
) -> None:
    session = lesson_session(lesson)
    held = []
    for motion, argument in motions:
        event = move(session, motion, argument)
        if event:
            held.append(event)
    session.delete()
    session.run()
    output, variables = plain(lesson)
    assert session.finished
    assert session.error is None
    assert session.output == output
    assert module_names(session) == variables


def test_clocks_and_entropy_are_pythons_own_between_motions(opened: Opened) -> None:
    before = time.time, time.perf_counter, time.sleep, os.urandom, sys.stdin
    session = opened("import time\nstart = time.time()\ntook = time.time() - start\nend = 1\n")
    session.step(2)
    assert (time.time, time.perf_counter, time.sleep, os.urandom, sys.stdin) == before
    session.run()
    session.back(2)
    assert (time.time, time.perf_counter, time.sleep, os.urandom, sys.stdin) == before


def test_a_function_whose_file_is_no_script_any_more_is_one_op(
    opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / "helper.py").write_text("def twice(x):\n    return 2 * x\n", encoding="utf-8")
    session = opened("""
        import helper
        from pathlib import Path
        Path(helper.__file__).write_text("def twice(")
        y = helper.twice(21)
        end = 1
    """)
    found = [each.text for each in steps(session) if each is not None]
    assert found[-2:] == ["y = helper.twice(21)", "end = 1"]
    assert session["y"] == 42
