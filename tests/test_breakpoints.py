"""Breakpoints: where a run halts, how often, and on what condition."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnstep.session import Session

Opened = Callable[[str], Session]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def open_script(text: str) -> Session:
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return Session(path)

    return open_script


def halts(session: Session, limit: int = 100) -> int:
    """How often a run to the end halts."""
    count = 0
    while not session.finished:
        session.run()
        count += session.stop.reason == "breakpoint"
        assert count < limit
    assert session.error is None, session.error
    return count


def lines(session: Session) -> list[int]:
    found = []
    while not session.finished:
        session.run()
        if session.stop.reason == "breakpoint":
            found.append(session.position.line)
    return found


NET = """
    # %% all
    import numpy as np

    class Net:
        def __init__(self):
            self.W1 = np.ones(2)

        # the forward step
        def forward(self, x):
            z = x * self.W1
            return z

        def update(self, g):
            self.W1 -= g

    def helper(a):
        b = a * 2
        return b

    net = Net()
    out = None
    for epoch in range(3):
        out = net.forward(epoch)
        # then the update
        net.update(0.1)
    end = helper(1)
    last = 0
"""


# Names.


def test_break_at_a_name_halts_right_after_it_is_bound(opened: Opened) -> None:
    session = opened(NET)
    made = session.break_at("out")
    assert (made.number, made.kind, made.where, str(made)) == (1, "name", "out", "out")
    event = session.run()
    assert event is not None
    assert event.name == "out"
    assert event.value is None
    assert session.stop[:2] == ("breakpoint", made)
    event = session.run()
    assert event is not None
    assert event.kind == "return"
    assert event.value.tolist() == [0.0, 0.0]
    assert session.position.line == 25
    assert halts(session) == 2
    assert made.hits == 4


def test_break_at_a_name_within_a_function(opened: Opened) -> None:
    session = opened(NET)
    session.break_at("b")
    event = session.run()
    assert event is not None
    assert (event.name, event.value) == ("b", 2)
    assert session.position.function == "helper"
    assert halts(session) == 0


@pytest.mark.parametrize(
    "statement",
    ["W += 1", "W[0] = 5", "W.sort()", "alias -= 1", "alias[1:] = 9", "np.add(W, 1, out=W)"],
)
def test_break_at_a_name_whose_array_changes(opened: Opened, statement: str) -> None:
    session = opened(
        f"import numpy as np\nW = np.array([2.0, 1.0])\nalias = W\nx = 1\n{statement}\nz = 2\n"
    )
    session.break_at("W")
    session.run()
    assert "x" not in session
    event = session.run()
    assert event is not None
    assert event.text == statement
    assert len(event.mutated) == 1
    assert halts(session) == 0


def test_break_at_a_name_ignores_what_changes_nothing_of_it(opened: Opened) -> None:
    session = opened(
        "import numpy as np\nW = np.ones(2)\nV = W.copy()\nV += 1\nx = W + V\nV[0] = 3\nz = 1\n"
    )
    session.break_at("W")
    session.run()
    assert halts(session) == 0


def test_break_at_a_list(opened: Opened) -> None:
    session = opened("costs = []\nfor i in range(3):\n    costs.append(i)\nx = 1\n")
    session.break_at("costs")
    assert halts(session) == 4


def test_break_at_an_attribute(opened: Opened) -> None:
    session = opened(NET)
    made = session.break_at("self.W1")
    assert made.kind == "name"
    session.run()
    assert session.position.function == "__init__"
    event = session.run()
    assert event is not None
    assert event.text == "self.W1 -= g"
    assert halts(session) == 2


def test_break_at_an_attribute_under_its_name_in_the_module(opened: Opened) -> None:
    session = opened(NET)
    session.break_at("net.W1")
    event = session.run()
    assert event is not None
    assert event.text == "self.W1 -= g"


def test_break_at_a_loop_variable_halts_once_an_iteration(opened: Opened) -> None:
    session = opened("for i in range(3):\n    x = i\ny = 1\nz = 2\n")
    session.break_at("i")
    assert halts(session) == 3


def test_break_at_the_last_name(opened: Opened) -> None:
    session = opened("x = 1\ny = 2\n")
    made = session.break_at("y")
    session.run()
    assert made.hits == 1
    assert session.stop.reason == "breakpoint"


def test_break_at_a_parameter(opened: Opened) -> None:
    session = opened("def f(p):\n    q = p\n    return q\n\nx = f(1)\ny = 2\n")
    session.break_at("p")
    assert halts(session) == 1


def test_break_at_a_name_changed_in_a_dictionary(opened: Opened) -> None:
    session = opened("import numpy as np\nW = np.ones(2)\np = {'W': W}\np['W'] -= 1\nz = 1\n")
    session.break_at("W")
    assert halts(session) == 2


# Lines.


def test_break_at_a_line_halts_right_before_it(opened: Opened) -> None:
    session = opened(NET)
    made = session.break_at(26)
    assert (made.kind, made.where, str(made)) == ("line", 26, "line 26")
    session.run()
    assert session.position.line == 26
    assert "end" not in session
    assert session["epoch"] == 2
    assert halts(session) == 0


def test_break_at_a_line_as_text(opened: Opened) -> None:
    session = opened(NET)
    assert session.break_at(" 26 ").where == 26


def test_break_at_a_line_in_a_loop_halts_once_an_iteration(opened: Opened) -> None:
    session = opened(NET)
    made = session.break_at(23)
    assert lines(session) == [23, 23, 23]
    assert made.hits == 3


@pytest.mark.parametrize(("given", "where"), [(24, 25), (3, 4), (21, 21), (11, 11)])
def test_break_at_a_comment_or_an_empty_line_goes_on(
    opened: Opened, given: int, where: int
) -> None:
    session = opened(NET)
    assert session.break_at(given).where == where
    assert lines(session)[0] == where


@pytest.mark.parametrize("given", [0, 28, 99])
def test_break_at_a_line_past_the_end(opened: Opened, given: int) -> None:
    session = opened(NET)
    with pytest.raises(ValueError, match="last such line is 27"):
        session.break_at(given)
    assert session.breakpoints == {}


def test_break_at_the_first_line(opened: Opened) -> None:
    session = opened("# %% all\na = 1\nfor i in range(2):\n    b = i\n")
    made = session.break_at(2)
    assert session.position.line == 2
    session.run()
    assert session.finished
    assert made.hits == 0


def test_break_at_a_line_with_several_ops_halts_once(opened: Opened) -> None:
    session = opened("def f(x):\n    return x * 2\n\na = 1\nb = f(a) + f(a + 1) * (a - 3)\nc = 1\n")
    session.break_at(5)
    assert halts(session) == 1


def test_break_at_a_while_line_halts_at_each_test(opened: Opened) -> None:
    session = opened("n = 3\nwhile n > 0:\n    n -= 1\nx = 1\n")
    session.break_at(2)
    assert halts(session) == 4


def test_break_at_a_line_in_a_function(opened: Opened) -> None:
    session = opened(NET)
    session.break_at(10)
    assert halts(session) == 3


def test_break_within_a_helper_while_next_goes_over_it(opened: Opened) -> None:
    session = opened(NET)
    session.until("epoch == 0")
    session.break_at("forward")
    session.next()
    assert session.stop.reason == "breakpoint"
    assert session.position.function == "forward"
    session.finish()
    assert session.position.function == "<module>"
    assert session.stop.reason == "finish"


@pytest.mark.parametrize("motion", ["until", "finish", "section", "step"])
def test_every_motion_halts_at_a_breakpoint(opened: Opened, motion: str) -> None:
    session = opened(NET)
    made = session.break_at(18)
    argument = {"until": ("False",), "step": (500,)}.get(motion, ())
    session.run()
    session.restart()
    getattr(session, motion)(*argument)
    assert session.stop[:2] == ("breakpoint", made)
    assert session.position.line == 18


@pytest.mark.parametrize("given", [2, 3, 4])
def test_break_at_a_line_of_a_class_body(opened: Opened, given: int) -> None:
    session = opened(
        """
        class Net:
            rate = 0.1

            def go(self):
                return 1

        x = Net().go()
        y = 2
        """
    )
    session.break_at(given)
    assert halts(session) == 1


def test_break_at_a_docstring_goes_on_to_the_next_line(opened: Opened) -> None:
    session = opened('"""A script.\n\nOf two lines.\n"""\nx = 1\ny = 2\nz = 3\n')
    session.step()
    session.restart()
    session.break_at(1)
    session.break_at("y")
    assert session.breakpoints[1].where == 5


def test_break_at_a_try(opened: Opened) -> None:
    session = opened("x = 1\ntry:\n    y = 2\nfinally:\n    z = 3\n")
    session.break_at(2)
    assert halts(session) == 1


def test_break_at_a_comprehension_that_calls_halts_once(opened: Opened) -> None:
    session = opened("def f(x):\n    return x\n\nq = 1\nys = [f(i) for i in range(3)]\nz = 1\n")
    session.break_at(5)
    assert halts(session) == 1


def test_break_at_a_for_line_whose_iterable_calls(opened: Opened) -> None:
    plain = opened("def f():\n    return [1, 2]\n\nq = [1, 2]\nfor i in q:\n    y = i\nz = 1\n")
    plain.break_at(5)
    wanted = halts(plain)
    calling = opened("def f():\n    return [1, 2]\n\nq = 1\nfor i in f():\n    y = i\nz = 1\n")
    calling.break_at(5)
    assert halts(calling) == wanted


def test_break_at_a_loop_in_one_line(opened: Opened) -> None:
    session = opened("t = 0\nfor i in range(3): t += i\nu = 1\n")
    session.break_at(2)
    assert halts(session) <= 4


def test_break_at_a_line_within_a_statement(opened: Opened) -> None:
    session = opened("x = 1\ny = max(\n    1,\n    2,\n)\n")
    assert session.break_at(3).where == 2


# Functions.


def test_break_at_a_function_halts_right_before_its_body(opened: Opened) -> None:
    session = opened(NET)
    made = session.break_at("helper")
    assert (made.kind, made.where) == ("function", "helper")
    session.run()
    assert session.position.function == "helper"
    assert session.position.line == 17
    assert session["a"] == 1
    assert "b" not in session
    assert halts(session) == 0


def test_break_at_a_method(opened: Opened) -> None:
    session = opened(NET)
    session.break_at("Net.forward")
    assert lines(session) == [10, 10, 10]


def test_break_at_a_method_by_its_bare_name(opened: Opened) -> None:
    session = opened(NET)
    session.break_at("update")
    assert halts(session) == 3


def test_break_at_a_recursive_function(opened: Opened) -> None:
    session = opened("def f(n):\n    return 1 if n < 1 else f(n - 1)\n\nx = f(3)\ny = 1\n")
    session.break_at("f")
    assert halts(session) == 4


@pytest.mark.parametrize(
    "body",
    ["for x in xs:\n        t = x\n    return xs", "while xs:\n        xs = xs[1:]\n    return xs"],
)
def test_break_at_a_function_that_begins_with_a_loop(opened: Opened, body: str) -> None:
    session = opened(f"def f(xs):\n    {body}\n\nx = f([1, 2, 3])\ny = 1\n")
    session.break_at("f")
    assert halts(session) == 1


def test_break_at_a_method_of_one_of_two_classes(opened: Opened) -> None:
    session = opened(
        """
        class Net:
            def go(self):
                return sum([1])

        class MyNet:
            def go(self):
                return sum([2])

        a = MyNet().go()
        b = Net().go()
        c = 1
        """
    )
    session.break_at("Net.go")
    assert halts(session) == 1


# What there is none of.


@pytest.mark.parametrize(
    ("given", "near"),
    [("helpr", "helper"), ("epoc", "epoch"), ("Forward", "forward"), ("nett", "net")],
)
def test_the_nearest_name_is_suggested(opened: Opened, given: str, near: str) -> None:
    session = opened(NET)
    with pytest.raises(ValueError, match=rf"called '{given}'; did you mean '{near}'\?"):
        session.break_at(given)
    assert session.breakpoints == {}


def test_nothing_near(opened: Opened) -> None:
    session = opened(NET)
    with pytest.raises(ValueError, match=r"nothing in the script is called 'qqqqqq'$"):
        session.break_at("qqqqqq")


@pytest.mark.parametrize("given", ["self.W9", "net.nothing", "self.", "self.W1 +", "Net.forwrd"])
def test_an_attribute_that_the_script_does_not_have(opened: Opened, given: str) -> None:
    session = opened(NET)
    with pytest.raises(ValueError):
        session.break_at(given)


# Conditions.


def test_a_condition_on_a_line(opened: Opened) -> None:
    session = opened(NET)
    made = session.break_at(23, "epoch == 1")
    assert str(made) == "line 23 if epoch == 1"
    session.run()
    assert session["epoch"] == 1
    assert halts(session) == 0
    assert made.hits == 1


def test_a_condition_on_a_name_sees_the_new_value(opened: Opened) -> None:
    session = opened("total = 0\nfor i in range(5):\n    total += i\nx = 1\n")
    session.break_at("total", "total > 2")
    session.run()
    assert session["total"] == 3
    assert halts(session) == 2


def test_a_condition_on_a_function_sees_its_arguments(opened: Opened) -> None:
    session = opened("def f(x):\n    return x\n\nfor i in range(4):\n    f(i)\n")
    session.break_at("f", "x == 2")
    session.run()
    assert session["x"] == 2
    assert halts(session) == 0


def test_a_name_that_is_not_there_makes_a_condition_false(opened: Opened) -> None:
    session = opened("a = 1\nb = 2\nc = 3\nd = 4\n")
    session.break_at(2, "d > 1")
    session.break_at(4, "c == 3")
    session.run()
    assert session["c"] == 3
    assert "d" not in session


@pytest.mark.parametrize("condition", ["1 / 0", "a.nothing", "a[0]"])
def test_a_condition_that_raises_leaves_the_script_alone(opened: Opened, condition: str) -> None:
    session = opened("a = 1\nb = 2\nc = a + b\n")
    session.break_at(2, condition)
    try:
        session.run()
    except Exception:
        assert not session.finished
    session.delete()
    session.run()
    assert session.error is None
    assert session["c"] == 3


@pytest.mark.parametrize("condition", ["a =", "a = 1", "for", ""])
def test_a_condition_that_is_none(opened: Opened, condition: str) -> None:
    session = opened("a = 1\nb = 2\n")
    with pytest.raises(ValueError, match="no expression"):
        session.break_at(2, condition)
    assert session.breakpoints == {}


def test_a_condition_leaves_the_random_state_alone(opened: Opened) -> None:
    import numpy as np

    session = opened(
        "import numpy as np\nnp.random.seed(5)\nfor i in range(3):\n    a = np.random.rand()\n"
    )
    session.break_at(4, "np.random.rand() < 0")
    assert halts(session) == 0
    assert session["a"] == np.random.RandomState(5).rand(3)[2]


# Housekeeping.


def test_a_temporary_one_is_gone_after_its_hit(opened: Opened) -> None:
    session = opened(NET)
    made = session.break_at(23, temporary=True)
    session.run()
    assert session.stop[:2] == ("breakpoint", made)
    assert session.breakpoints == {}
    assert halts(session) == 0


def test_a_temporary_one_waits_for_its_condition(opened: Opened) -> None:
    session = opened(NET)
    session.break_at(23, "epoch == 2", temporary=True)
    session.run()
    assert session["epoch"] == 2
    assert session.breakpoints == {}


def test_delete_one_and_all(opened: Opened) -> None:
    session = opened(NET)
    numbers = [session.break_at(each).number for each in (23, "helper", "out")]
    assert numbers == [1, 2, 3]
    session.delete(2)
    assert list(session.breakpoints) == [1, 3]
    with pytest.raises(KeyError) as caught:
        session.delete(2)
    assert caught.value.args == ("there is no breakpoint 2",)
    session.delete()
    assert session.breakpoints == {}
    assert halts(session) == 0
    assert session.break_at(23).number == 4


def test_breakpoints_outlive_a_restart(opened: Opened) -> None:
    session = opened(NET)
    made = session.break_at(23)
    session.run()
    session.restart()
    session.run()
    assert session.stop[:2] == ("breakpoint", made)
    assert made.hits == 2
    assert session["epoch"] == 0


def test_hits_count_only_halts(opened: Opened) -> None:
    session = opened(NET)
    made = session.break_at("out", "epoch == 1")
    assert halts(session) == 1
    assert made.hits == 1


def two(session: Session, *where: Any) -> list[int]:
    made = [session.break_at(each) for each in where]
    session.run()
    assert session.stop.reason == "breakpoint"
    return [each.hits for each in made]


def test_two_breakpoints_on_one_op_halt_once(opened: Opened) -> None:
    session = opened(NET)
    two(session, "helper", 17)
    assert session.position.line == 17
    assert halts(session) == 0


def test_two_breakpoints_on_one_op_both_count(opened: Opened) -> None:
    session = opened(NET)
    assert two(session, "helper", 17) == [1, 1]


def test_a_name_and_the_line_behind_it_both_count(opened: Opened) -> None:
    session = opened("x = 1\ny = 2\nz = 3\n")
    assert two(session, "x", 2) == [1, 1]


def test_breakpoints_change_nothing(opened: Opened) -> None:
    session = opened(NET)
    for where in (9, 10, 14, 17, 22, 23, 25, "self.W1", "out", "helper"):
        session.break_at(where)
    count = halts(session)
    assert count > 10
    assert session["net"].W1.tolist() == pytest.approx([0.7, 0.7])
    assert session["end"] == 2


def test_a_change_in_place_is_ignored_once(opened: Opened) -> None:
    session = opened("""
        import numpy as np
        w = np.ones(3)
        for epoch in range(9):
            w -= w * 0.1
    """)
    session.epoch()
    session.break_at("w").ignore = 3
    session.run()
    assert session.position.moment.text == "4.0"  # behind the change in epoch 3
    with pytest.raises(ValueError, match="counted from 0, not -1"):
        session.ignore(1, -1)


TRAINING = """
    import numpy as np
    w = np.ones(2)
    for epoch in range(900):
        g = w * 0.01
        w = w - g
        if epoch == 50:
            print("fifty")
"""


@pytest.mark.parametrize("where", ["g", "w", 4])
def test_a_condition_is_waited_for_beside_a_breakpoint(where: str | int, opened: Opened) -> None:
    session = opened(TRAINING)
    session.break_at(where, "epoch > 800")
    session.until("epoch == 9")
    assert session["epoch"] == 9 and session.stop.reason == "until"


def test_the_event_of_an_epoch_is_that_of_its_own_moment(opened: Opened) -> None:
    for stop in (("catch", "nan"), ("break", "w")):
        session = opened(TRAINING)
        if stop[0] == "catch":
            session.catch("nan")
        else:
            session.break_at("w", "epoch > 800")
        event = session.epoch(300)
        assert event is not None and session.position.epoch == 299
        assert (event.moment.text, event.value, event.printed) == ("299.0", 299, "")


@pytest.mark.parametrize(
    "change", ["xs[0].append(5)", "xs[1][0][0] = -0.0", "xs[2]['a'] = [2]", "xs[0][0] = True"]
)
def test_a_change_deep_in_a_watched_list_is_seen(change: str, opened: Opened) -> None:
    session = opened(f"""
        import numpy as np
        xs = [[1], (np.zeros(2),), {{"a": [1]}}]
        same = list(xs)
        {change}
        end = 1
    """)
    session.step(4)
    watch = session.watch("xs")
    event = session.run()
    assert session.stop.breakpoint == watch
    assert event is not None and event.line == 4


def test_infinity_of_pythons_own_numbers_is_caught(opened: Opened) -> None:
    session = opened("""
        x = 1.0
        for i in range(1100):
            x = x * 2
            y = x - 1
        end = 1
    """)
    session.catch("nan")
    event = session.run()
    assert event is not None and event.text == "x = x * 2"
    assert (session["i"], session["x"]) == (1023, float("inf"))


def test_bisect_asks_only_what_was_run(opened: Opened) -> None:
    session = opened(TRAINING)
    session.step()
    with pytest.raises(ValueError, match=r"no epoch has been run yet; go on first"):
        session.bisect("w[0] < 0.5")
    session.epoch(10)
    with pytest.raises(ValueError, match=r"the last that was run; go on first"):
        session.bisect("w[0] < 0.5")
    session.run()
    assert session.bisect("w[0] < 0.5").epoch == 68


def test_bisect_where_the_main_loop_was_looked_for_but_not_begun(opened: Opened) -> None:
    session = opened("""
        import numpy as np
        w = np.ones((2, 1))
        for epoch in range(4):
            w -= 0.1 * (np.ones((3, 2)) @ w).sum()
    """)
    session.step(2)
    session.execute("w = 3")  # with which the first epoch fails
    with pytest.raises(ValueError, match="no epoch 9"):
        session.goto(epoch=9)
    with pytest.raises(ValueError, match="no epoch has been run yet"):
        session.bisect("True")


def test_break_at_an_attribute_that_is_bound_under_another_name(opened: Opened) -> None:
    session = opened(
        "class Net:\n    def forward(self, x):\n        self.a1 = x * 2.5\n        self.z = [x]\n"
        "net, other = Net(), Net()\nw = 1.0\nfor epoch in range(40):\n"
        "    other.forward(w)\n    net.forward(w)\n    w -= 0.1 * net.a1\n"
    )
    session.break_at("net.a1", "epoch == 30")
    event = session.run()
    assert event is not None and event.text == "self.a1 = x * 2.5"
    assert session.eval("self is net")
    assert halts(session) == 0


@pytest.mark.parametrize("text", ['params["w"]', "params['w']"])
def test_break_at_an_entry(opened: Opened, text: str) -> None:
    session = opened(
        'params = {"w": 1.0}\nfor epoch in range(30):\n'
        '    params["w"] = params["w"] - 0.1 * params["w"]\n'
    )
    session.break_at(text, "epoch >= 28")
    assert halts(session) == 2


def test_break_at_an_element(opened: Opened) -> None:
    session = opened(
        "import numpy as np\nW = np.ones(3)\nfor epoch in range(30):\n    W[epoch % 3] *= 0.5\n"
        "    cost = W.sum()\n"
    )
    session.break_at("W[1]", "epoch >= 27")
    assert halts(session) == 1


_TWO_NETS = """
class Net:
    def __init__(self, step):
        self.a1 = step
    def fwd(self, v):
        self.a1 = v
def main():
    net, other = Net(1), Net(1)
    for i in range(3):
        other.fwd(1)
        net.fwd(1 if i == 2 else i)
    other.fwd(None)
    net.fwd(None)
    other.fwd(None)
"""


def test_break_at_an_attribute_of_one_object_though_others_hold_the_same(opened: Opened) -> None:
    session = opened(_TWO_NETS + "main()\n")
    session.break_at("net.a1")  # which only `main` knows
    assert halts(session) == 4


def test_break_at_an_item_that_comes_into_being(opened: Opened) -> None:
    session = opened("losses = []\nfor i in range(6):\n    losses.append(i * 10)\n")
    session.break_at("losses[3]")
    assert halts(session) == 1


_GIVEN_OUT = """
class Net:
    pass
net, other, given = Net(), Net(), 0
def get(which):
    global given
    given += 1
    return which
for epoch in range(20):
    get(other).W = epoch
    get(net).W = epoch
    get(net).W += 0.5
print(given)
"""


def test_a_breakpoint_at_an_attribute_calls_nothing(opened: Opened) -> None:
    session = opened(_GIVEN_OUT)
    session.break_at("net.W", "epoch >= 18")
    assert halts(session) == 4
    assert session["given"] == 60
    with pytest.raises(ValueError, match="nothing in the script is called"):
        session.break_at("get(net).W")


@pytest.mark.parametrize("where", ['net.p["w"]', "net.p[key]", 'net.p["W"][:2]'])
def test_break_at_an_item_of_what_a_caller_knows(opened: Opened, where: str) -> None:
    session = opened(
        "import numpy as np\n"
        "class Net:\n    def __init__(self):\n        self.p = {'w': 1.0, 'W': np.ones(3)}\n"
        "    def step(self, factor):\n        weights = self.p\n"
        "        weights['w'] *= factor\n        weights['W'][1] *= factor\n"
        "def main():\n    key = 'w'\n    net, other = Net(), Net()\n"
        "    for epoch in range(5):\n        other.step(0.5)\n        net.step(0.5)\n"
        "main()\n"
    )
    session.break_at(where)
    assert halts(session) == 5
