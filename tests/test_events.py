"""What a step tells: the op, its operands, its value, what it bound, changed and printed."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstep.engine.events import Event
from nnstep.engine.source import Span
from nnstep.session import Session

Ran = Callable[[str], list[Event]]


def bug(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, reason=reason)


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[str], Session]:
    def open_script(text: str) -> Session:
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return Session(path)

    return open_script


@pytest.fixture
def ran(opened: Callable[[str], Session]) -> Ran:
    def run(text: str) -> list[Event]:
        session = opened(text)
        events = []
        while not session.finished:
            assert len(events) < 1000
            event = session.step()
            if event is not None:
                events.append(event)
        assert session.error is None, session.error
        return events

    return run


def named(events: list[Event], text: str) -> Event:
    found = [event for event in events if event.text == text and event.kind != "call"]
    assert len(found) == 1, [event.text for event in events]
    return found[0]


def changes(event: Event) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.name, each.aliases) for each in event.mutated]


# The op.


def test_an_assignment(ran: Ran) -> None:
    event = ran("a = 2\nb = 3\nc = a * b\n")[2]
    assert event.kind == "compute"
    assert event.text == "c = a * b"
    assert (event.name, event.names) == ("c", ("c",))
    assert event.value == 6
    assert event.operands == (("a", 2), ("b", 3))
    assert (event.line, event.span) == (3, Span(3, 0, 3, 9))
    assert event.function == "<module>"
    assert event.path.endswith("script.py")
    assert event.depth == 0
    assert event.exception is None
    assert event.mutated == ()
    assert event.printed == ""


def test_every_intermediate_is_an_event_of_its_own(ran: Ran) -> None:
    events = ran("a = 2.0\nb = (a + 1) * -(a - 3)\n")
    assert [(event.text, event.value, event.name) for event in events[1:]] == [
        ("a + 1", 3.0, None), ("a - 3", -1.0, None), ("-(a - 3)", 1.0, None),
        ("b = (a + 1) * -(a - 3)", 3.0, "b"),
    ]


def test_the_called_function_is_the_first_operand(ran: Ran) -> None:
    events = ran("import numpy as np\na = np.ones((2, 3))\nz = np.dot(a, a.T)\n")
    event = events[-1]
    assert [each.name for each in event.operands] == ["np.dot", "a", "a.T"]
    assert event.operands[0].value is np.dot
    assert event.operands[2].value.shape == (3, 2)
    assert event.value.shape == (2, 2)


def test_an_op_over_several_lines(ran: Ran) -> None:
    event = ran("a = 1\nb = max(\n    a,\n    # note\n    2,\n)\n")[1]
    assert (event.line, event.span.end_line) == (2, 6)
    assert event.text.startswith("b = max(")
    assert "\n" not in event.text
    assert event.value == 2


def test_several_names_at_once(ran: Ran) -> None:
    events = ran("a, b = 1, [2]\n(c, d), *e = (3, 4), 5, 6\nf = g = 7\n")
    pair = named(events, "a, b = 1, [2]")
    assert (pair.names, pair.name, pair.value) == (("a", "b"), None, (1, [2]))
    bound = [name for event in events for name in event.names]
    assert bound == ["a", "b", "c", "d", "e", "f", "g"]


def test_a_loop_binds_its_variable_and_ends(ran: Ran) -> None:
    events = ran("for i in range(2):\n    a = i\n")
    assert [(event.kind, event.names, event.value) for event in events] == [
        ("compute", (), range(2)), ("loop", ("i",), 0), ("bind", ("a",), 0),
        ("loop", ("i",), 1), ("bind", ("a",), 1), ("loop end", (), None),
    ]
    assert events[1].text == "for i in range(2)"


def test_binding_an_attribute_has_name_and_value(ran: Ran) -> None:
    events = ran("class Net:\n    pass\n\nnet = Net()\nnet.W = 1.5\n")
    event = events[-1]
    assert event.name == "net.W"
    assert event.value == 1.5


def test_augmented_assignments(ran: Ran) -> None:
    events = ran(
        """
        class Net:
            W = 1.0

        net = Net()
        d = {"a": 1}
        x = 1
        x += 2
        net.W -= 0.5
        d["a"] *= 10
        """
    )
    found = {event.text: (event.name, event.value) for event in events}
    assert found["x += 2"] == ("x", 3)
    assert found["net.W -= 0.5"] == ("net.W", 0.5)
    assert found['d["a"] *= 10'] == ('d["a"]', 10)


def test_the_operand_of_an_augmented_assignment_is_as_it_was(ran: Ran) -> None:
    events = ran("import numpy as np\nW = np.ones(2)\ng = np.ones(2)\nW -= g\n")
    event = events[-1]
    assert event.operands[0].name == "W"
    assert event.operands[0].value.tolist() == [1.0, 1.0]
    assert event.value.tolist() == [0.0, 0.0]


def test_branches_conditions_and_short_circuits(ran: Ran) -> None:
    events = ran(
        "a = 3\nif a > 2 and a < 1 or a:\n    b = 1\nelse:\n    b = 2\nc = 5 if a > 9 else 6\n"
    )
    texts = [event.text for event in events]
    assert texts[:3] == ["a = 3", "a > 2", "a < 1"]
    assert "b = 1" in texts
    assert "b = 2" not in texts
    assert (events[-1].name, events[-1].value) == ("c", 6)


def test_comprehensions_step(ran: Ran) -> None:
    events = ran("xs = [1, 2]\nys = [x * 2 for x in xs]\n")
    values = [event.value for event in events if event.text == "x * 2"]
    assert values == [2, 4]
    assert (events[-1].name, events[-1].value) == ("ys", [2, 4])


def test_a_lambda_steps(ran: Ran) -> None:
    events = ran("f = lambda v: v + 1\ny = f(2)\n")
    assert [(event.kind, event.function) for event in events[1:]] == [
        ("call", "<module>"), ("compute", "<lambda>"), ("return", "<module>"),
    ]
    assert events[-1].value == 3


def test_what_runs_natively_is_one_op(ran: Ran) -> None:
    events = ran(
        "def g():\n    yield 1\n    yield 2\n\n"
        "x = 3\nmatch x:\n    case 3:\n        y = 1\n    case _:\n        y = 2\nz = list(g())\n"
    )
    native = [event for event in events if event.kind == "native"]
    assert len(native) == 1
    assert native[0].line == 6
    assert events[-1].value == [1, 2]


def test_text_with_wide_characters(ran: Ran) -> None:
    event = ran("größe = 2\nname = 'ü' * größe\n")[1]
    assert event.text == "name = 'ü' * größe"
    assert event.operands[-1] == ("größe", 2)


# Calls.


def test_call_and_return(ran: Ran) -> None:
    events = ran("def f(x):\n    y = x + 1\n    return y * 2\n\nz = f(3)\n")
    call, add, times, back = events[1:]
    assert (call.kind, call.text, call.value, call.names) == ("call", "z = f(3)", None, ())
    assert call.operands[0].name == "f"
    assert (add.function, add.depth, add.name) == ("f", 1, "y")
    assert (times.text, times.value) == ("y * 2", 8)
    assert (back.kind, back.text, back.name, back.value) == ("return", "z = f(3)", "z", 8)
    assert (back.function, back.depth, back.line) == ("<module>", 0, 5)


def test_init_and_methods(ran: Ran) -> None:
    events = ran(
        """
        class Net:
            def __init__(self, n):
                self.n = n

            def double(self):
                return self.n * 2

        net = Net(4)
        d = net.double()
        """
    )
    calls = [(event.kind, event.text) for event in events if event.kind in ("call", "return")]
    assert calls == [
        ("call", "net = Net(4)"), ("return", "net = Net(4)"),
        ("call", "d = net.double()"), ("return", "d = net.double()"),
    ]
    made = next(event for event in events if event.kind == "return")
    assert type(made.value).__name__ == "Net"
    assert made.name == "net"
    assert events[-1].value == 8
    inside = [event.text for event in events if event.function == "__init__"]
    assert inside == ["self.n = n"]


def test_operator_methods(ran: Ran) -> None:
    events = ran(
        """
        class V:
            def __init__(self, v):
                self.v = v

            def __add__(self, other):
                return V(self.v + other.v)

            def __getitem__(self, at):
                return self.v + at

        c = V(1) + V(2)
        five = 5
        d = c[five]
        """
    )
    back = [event for event in events if event.kind == "return"]
    assert [event.name for event in back] == [None, None, None, "c", "d"]
    assert back[3].value.v == 3
    assert back[4].value == 8
    functions = {event.function for event in events}
    assert functions == {"<module>", "__init__", "__add__", "__getitem__"}


@pytest.mark.parametrize("expression", ["v + 2", "2 + v", "v * 2", "v[5]", "v < 2"])
def test_operator_methods_with_a_constant(ran: Ran, expression: str) -> None:
    events = ran(
        f"""
        class V:
            def method(self, other):
                return other * 10

            __add__ = __radd__ = __mul__ = __getitem__ = __lt__ = method

            def __sub__(self, other):
                return 1

        v = V()
        x = {expression}
        """
    )
    assert events[-1].value in (20, 50)
    assert any(event.text == "other * 10" for event in events)


def test_a_motion_that_ends_at_the_beginning_of_a_function_gives_its_call(
    opened: Callable[[str], Session],
) -> None:
    session = opened("def f(x):\n    return x + 1\n\ny = f(1)\n")
    session.break_at("f")
    event = session.run()
    assert session.stop.reason == "breakpoint"
    assert event is not None
    assert event.kind == "call"


# Printed.


def test_printed_belongs_to_its_op(ran: Ran) -> None:
    events = ran(
        """
        def f(x):
            print("in f", x)
            return x

        print("first")
        y = f(1) + f(2)
        print("a", end="")
        print("b")
        z = y
        """
    )
    printed = [(event.text, event.printed) for event in events if event.printed]
    assert printed == [
        ('print("first")', "first\n"), ('print("in f", x)', "in f 1\n"),
        ('print("in f", x)', "in f 2\n"), ('print("a", end="")', "a"), ('print("b")', "b\n"),
    ]


def test_printed_natively_belongs_to_the_calling_op(ran: Ran) -> None:
    events = ran("def show(x):\n    print(x)\n    return x\n\na = list(map(show, [1, 2]))\n")
    assert events[-1].printed == "1\n2\n"


# Changed in place.


TRAP = """
    import numpy as np
    num_examples = 3
    y = np.array([0, 1, 0])
    probs = np.full((3, 2), 0.5)
    delta3 = probs
    delta3[range(num_examples), y] -= 1
    total = probs.sum()
"""


def test_the_delta3_trap_names_both(ran: Ran) -> None:
    events = ran(TRAP)
    event = named(events, "delta3[range(num_examples), y] -= 1")
    assert changes(event) == [("delta3", ("probs",))]
    (mutation,) = event.mutated
    assert mutation.before.tolist() == [[0.5, 0.5]] * 3
    assert mutation.value.tolist() == [[-0.5, 0.5], [0.5, -0.5], [-0.5, 0.5]]
    assert named(events, "probs = np.full((3, 2), 0.5)").value.tolist() == [[0.5, 0.5]] * 3
    alias = named(events, "delta3 = probs")
    assert alias.value.tolist() == [[0.5, 0.5]] * 3
    assert alias.operands[0].value.tolist() == [[0.5, 0.5]] * 3
    assert named(events, "total = probs.sum()").value == 0.0


@pytest.mark.parametrize(
    ("call", "changed"),
    [("update(a=1)", False), ("update(a=True)", True), ("update(b=kept)", False),
     ("update(b=kept.copy())", True), ("setdefault('a', 2)", False), ("setdefault('c', 2)", True)],
)  # fmt: skip
def test_a_dictionary_is_changed_by_any_other_object_even_an_equal_one(
    ran: Ran, call: str, changed: bool
) -> None:
    events = ran(
        f"import numpy as np\nkept = np.ones(2)\nd = {{'a': 1, 'b': kept}}\nd.{call}\n"
    )
    assert changes(named(events, f"d.{call}")) == ([("d", ())] if changed else [])


def test_older_mutations_keep_their_value(ran: Ran) -> None:
    events = ran("import numpy as np\na = np.zeros(1)\nfor i in range(3):\n    a += 1\n")
    values = [event.mutated[0].value.item() for event in events if event.mutated]
    befores = [event.mutated[0].before.item() for event in events if event.mutated]
    assert values == [1.0, 2.0, 3.0]
    assert befores == [0.0, 1.0, 2.0]
    assert [event.value.item() for event in events if event.mutated] == [1.0, 2.0, 3.0]


CHANGES = {
    "a += 1": [("a", ("b",))],
    "a[0] = 5": [("a", ("b",))],
    "a[1:] = [7.0, 8.0]": [("a", ("b",))],
    "a[a > 1] = 0": [("a", ("b",))],
    "a[0] -= 1": [("a", ("b",))],
    "a.sort()": [("a", ("b",))],
    "a.fill(9)": [("a", ("b",))],
    "np.add(a, 1, out=a)": [("a", ("b",))],
    "np.add(a, m[0], a)": [("a", ("b",))],
    "np.dot(m, a, out=a)": [("a", ("b",))],
    "np.add.at(a, [0, 0], 1)": [("a", ("b",))],
    "np.copyto(a, 4.0)": [("a", ("b",))],
    "np.random.shuffle(c)": [("c", ())],
    "view[0] = 30": [("view", ("a", "b"))],
    "a.T[0] = 30": [("a.T", ("a", "b", "view"))],
    "net.W -= 0.1": [("net.W", ())],
    "items.append(1)": [("items", ("same",))],
    "items += [2]": [("items", ("same",))],
    "items[0] = 8": [("items", ("same",))],
    "items.sort()": [("items", ("same",))],
    "del items[0]": [("items", ("same",))],
    "d['k'] = 2": [("d", ())],
    "d.update(z=3)": [("d", ())],
    "s.add(3)": [("s", ())],
}


@pytest.mark.parametrize("statement", CHANGES)
def test_what_a_statement_changes(ran: Ran, statement: str) -> None:
    events = ran(
        f"""
        import numpy as np
        class Net:
            pass
        net = Net()
        net.W = np.ones(2)
        m = np.eye(3) * 2
        a = np.array([3.0, 2.0, 1.0])
        b = a
        c = np.arange(10)
        np.random.seed(0)
        view = a[:1]
        items = [3, 1]
        same = items
        d = {{"k": 1}}
        s = {{1}}
        {statement}
        """
    )
    wanted = [(name, set(aliases)) for name, aliases in CHANGES[statement]]
    if wanted[0][0] == "a" and events[-1].operands:
        # The view shares the first cell: it is named wherever the whole array changes.
        wanted = [(name, aliases | {"view"}) for name, aliases in wanted]
    assert [(name, set(aliases)) for name, aliases in changes(events[-1])] == wanted
    assert len(changes(events[-1])[0][1]) == len(wanted[0][1])


def test_a_positional_output_beside_a_constant(ran: Ran) -> None:
    events = ran("import numpy as np\nz = np.array([-1.0, 2.0])\nnp.multiply(z, 2, z)\n")
    assert changes(events[-1]) == [("z", ())]


NO_CHANGES = [
    "x = a + 1", "x = a.sum()", "x = np.dot(a, a)", "x = a[0]", "x = a", "a = a - 1",
    "x = sorted(items)", "x = len(items)", "a[0] = a[0]", "x = items.copy()", "a.reshape(3, 1)",
]


@pytest.mark.parametrize("statement", NO_CHANGES)
def test_what_a_statement_leaves_alone(ran: Ran, statement: str) -> None:
    events = ran(f"import numpy as np\na = np.ones(3)\nitems = [2, 1]\n{statement}\n")
    assert all(event.mutated == () for event in events)


@pytest.mark.parametrize("container", ['{"W": W}', '["W", W]'])
def test_an_array_in_a_container_changed_in_place(ran: Ran, container: str) -> None:
    key = '"W"' if container.startswith("{") else "1"
    events = ran(
        f"import numpy as np\nW = np.ones(2)\np = {container}\np[{key}] -= 0.5\nz = 1\n"
    )
    event = next(event for event in events if "-=" in event.text)
    assert [(each.name.replace('"', "'"), each.aliases) for each in event.mutated] == [
        (f"p[{key}]".replace('"', "'"), ("W",))
    ]
    assert named(events, "W = np.ones(2)").value.tolist() == [1.0, 1.0]


def test_events_older_than_a_change_in_a_container(ran: Ran) -> None:
    events = ran("import numpy as np\np = {}\nW = np.ones(2)\np['W'] = W\np['W'] -= 0.5\n")
    assert named(events, "W = np.ones(2)").value.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("made", ["[a, b]", "{'a': a}", "([a], b)"])
def test_events_that_hold_containers_of_arrays(ran: Ran, made: str) -> None:
    events = ran(f"import numpy as np\na = np.ones(1)\nb = np.ones(1)\nc = {made}\na += 1\n")
    held = named(events, f"c = {made}").value
    assert "2." not in repr(held)


@bug("an array changed by a function that native code calls changes in older events")
def test_events_older_than_a_change_by_a_native_call(ran: Ran) -> None:
    events = ran(
        "import numpy as np\na = np.ones(1)\ndef zero(v):\n    v *= 0\n\nl = list(map(zero, [a]))\n"
    )
    assert named(events, "a = np.ones(1)").value.tolist() == [1.0]


@pytest.mark.parametrize(
    "motion",
    [
        lambda s: s.until("W[0] == 0"),
        lambda s: (s.break_at(5), s.run())[1],
        lambda s: (s.step(3), s.next())[1],
    ],
    ids=["until", "run", "next"],
)
def test_the_last_event_of_any_motion_tells_of_changes(
    opened: Callable[[str], Session], motion: Any
) -> None:
    session = opened("import numpy as np\nW = np.ones(2)\ng = np.ones(2)\nW -= g\nz = 1\n")
    event = motion(session)
    assert event.text == "W -= g"
    assert changes(event) == [("W", ())]
    assert event.mutated[0].before.tolist() == [1.0, 1.0]


def test_a_method_changes_an_attribute_that_the_module_knows_too(ran: Ran) -> None:
    events = ran(
        """
        import numpy as np
        class Net:
            def __init__(self):
                self.W1 = np.ones(2)

            def update(self, g):
                self.W1 -= g

        net = Net()
        kept = net.W1
        net.update(np.ones(2))
        """
    )
    event = named(events, "self.W1 -= g")
    ((name, aliases),) = changes(event)
    assert name == "self.W1"
    assert set(aliases) == {"net.W1", "kept"}
    assert named(events, "kept = net.W1").value.tolist() == [1.0, 1.0]


def test_a_function_changes_its_argument(ran: Ran) -> None:
    events = ran(
        "import numpy as np\nW = np.ones(2)\ndef zero(p):\n    p[:] = 0\n\nzero(W)\nz = W.sum()\n"
    )
    assert changes(named(events, "p[:] = 0")) == [("p", ("W",))]
    assert named(events, "W = np.ones(2)").value.tolist() == [1.0, 1.0]


def test_names_of_all_callers_are_told(ran: Ran) -> None:
    events = ran(
        """
        import numpy as np
        def change(p):
            p -= 1.0

        def middle(q):
            change(q)

        def outer():
            r = np.ones(2)
            middle(r)

        outer()
        """
    )
    ((name, aliases),) = changes(named(events, "p -= 1.0"))
    assert name == "p"
    assert set(aliases) == {"q in middle", "r in outer"}


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("net = Net()\nnet.layers = [Net()]\nnet.layers[0].W = w\n", "net.layers[0].W"),
        ("layer = Layer()\nlayer.W = w\n", "layer.W"),
    ],
)
def test_deep_names_are_told(ran: Ran, text: str, alias: str) -> None:
    classes = (
        "class Net:\n    pass\nclass Layer:\n    def __call__(self, x):\n        return x\n"
    )
    events = ran(f"import numpy as np\n{classes}w = np.ones(2)\n{text}w -= 1.0\n")
    assert changes(events[-1]) == [("w", (alias,))]


# Moments over a run.


RUNS = {
    "sections and loops": """
        import numpy as np
        w = 1.0
        for i in range(3):
            w = w * 2.0
            for j in range(2):
                z = [k + j for k in range(2)]
        for q in range(2):
            r = q
    """,
    "functions": """
        def fact(n):
            return 1 if n < 2 else n * fact(n - 1)

        def train(w):
            for i in range(3):
                w = w - 0.1 * fact(i)
            return w

        a = train(1.0) + train(2.0)
    """,
    "while, break, continue, else": """
        w = 10.0
        while w > 1:
            w = w - 0.5 * w
            if w < 3:
                continue
            for i in range(5):
                if i > 1:
                    break
            else:
                x = 1
        else:
            x = 2
    """,
    "exceptions": """
        def bad(n):
            if n == 1:
                raise ValueError(n)
            return n

        for n in range(3):
            try:
                a = bad(n)
            except ValueError as e:
                a = -1
            else:
                b = 1
            finally:
                c = 2
    """,
    "operators": """
        class V:
            def __init__(self, v):
                self.v = v

            def __radd__(self, other):
                kept = self.v
                return V(other + kept)

        t = sum([V(1)], 0.0)
        u = 1 + V(2)
    """,
}


def moments_rise(events: list[Event]) -> bool:
    moments = [event.moment for event in events]
    return all(one < other for one, other in itertools.pairwise(moments))


@pytest.mark.parametrize("text", RUNS.values(), ids=RUNS)
def test_moments_rise_all_the_run(ran: Ran, text: str) -> None:
    events = ran(text)
    assert moments_rise(events)
    assert sorted(events, key=lambda event: event.moment) == events
    assert len({event.moment for event in events}) == len(events)


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    try:\n        return sum([1])\n    finally:\n        b = sum([2])\n\n"
        "x = f()\n",
        "import contextlib\ndef f():\n    with contextlib.nullcontext(1) as x:\n"
        "        return sum([x])\n\na = f()\n",
    ],
    ids=["finally", "with"],
)
def test_moments_rise_where_a_return_runs_something_first(ran: Ran, text: str) -> None:
    assert moments_rise(ran(text))


def test_moments_rise_where_an_operator_asks_two_methods(ran: Ran) -> None:
    events = ran(
        """
        class A:
            def __add__(self, other):
                a = 1
                b = a + 1
                return NotImplemented

        class B:
            def __radd__(self, other):
                c = 2
                return c

        d = A() + B()
        """
    )
    assert moments_rise(events)
