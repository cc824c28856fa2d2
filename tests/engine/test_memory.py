"""What shares memory with what, what an op may change, and what it did change."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstep.engine import memory
from nnstep.engine.frames import Frame
from nnstep.engine.program import Program
from nnstep.session import Session


@pytest.fixture
def framed(tmp_path: Path) -> Callable[..., Frame]:
    """A module's frame with some variables."""

    def make(**variables: Any) -> Frame:
        path = tmp_path / "script.py"
        path.write_text("pass\n")
        frame = Program(path).machine().frame
        assert frame is not None
        frame.locals.update(variables)
        return frame

    return make


ARRAY = np.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ARRAY, ARRAY), (ARRAY, ARRAY.T), (ARRAY, ARRAY[1:]), (ARRAY[:2], ARRAY[1:]),
        (ARRAY[:, ::2], ARRAY[::2]), (ARRAY, ARRAY.reshape(-1)), (ARRAY.view(int), ARRAY),
        (ARRAY, np.broadcast_to(ARRAY, (2, 3, 4))),
    ],
)
def test_arrays_that_share(one: Any, other: Any) -> None:
    assert memory.shares(one, other)
    assert memory.shares(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ARRAY, ARRAY.copy()), (ARRAY[::2], ARRAY[1::2]), (ARRAY[:, ::2], ARRAY[:, 1::2]),
        (ARRAY[:1], ARRAY[2:]), ([1], [1]), (ARRAY, [1]), (ARRAY, None), (np.zeros(0), np.zeros(0)),
    ],
)
def test_values_that_do_not_share(one: Any, other: Any) -> None:
    assert not memory.shares(one, other)


def test_containers_share_by_identity() -> None:
    items = [1]
    assert memory.shares(items, items)
    assert not memory.shares(items, items[:])


@pytest.mark.parametrize("value", [ARRAY, [], {}, set(), bytearray()])
def test_mutable(value: Any) -> None:
    assert memory.is_mutable(value)


@pytest.mark.parametrize("value", [1, "a", (), None, np.float64(1), frozenset(), int])
def test_not_mutable(value: Any) -> None:
    assert not memory.is_mutable(value)


def changed(frame: Frame, value: Any, change: Callable[[Any], Any]) -> Any:
    before = memory.Before([("value", value)])
    change(value)
    return before.mutations(frame)


CHANGES: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "one cell": (np.zeros(3), lambda a: a.__setitem__(1, 1)),
    "the sign of zero": (np.zeros(3), lambda a: np.negative(a, out=a)),
    "the payload of a NaN": (
        np.full(2, np.nan), lambda a: a.view(np.int64).__iadd__(1)
    ),
    "one cell of a transposed view": (np.zeros((2, 3)).T, lambda a: a.__setitem__((2, 1), 1)),
    "one cell of a strided view": (np.zeros(9)[::2], lambda a: a.__setitem__(1, 1)),
    "an object": (np.array([None, None]), lambda a: a.__setitem__(1, "x")),
    "an object by an equal one": (np.array([1, None]), lambda a: a.__setitem__(0, 1.0)),
    "booleans": (np.zeros(2, bool), lambda a: a.__setitem__(0, True)),
    "a record": (np.zeros(2, "i4,f8"), lambda a: a["f1"].__setitem__(1, 3)),
    "text": (np.array(["a", "b"]), lambda a: a.__setitem__(0, "c")),
    "no dimension": (np.array(1.0), lambda a: a.__setitem__((), 2)),
    "appended": ([1], lambda v: v.append(2)),
    "an equal item": ([1.0, 2], lambda v: v.__setitem__(0, 1)),
    "the order": ([2, 1], lambda v: v.sort()),
    "a key": ({"a": 1}, lambda v: v.__setitem__("b", 2)),
    "a value": ({"a": 1}, lambda v: v.__setitem__("a", 2)),
    "the order of keys": ({"a": 1, "b": 2}, lambda v: v.__setitem__("a", v.pop("a"))),
    "a member": ({1}, lambda v: v.add(2)),
    "a byte": (bytearray(b"ab"), lambda v: v.__setitem__(0, 0)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(framed: Callable[..., Frame], name: str) -> None:
    value, change = CHANGES[name]
    (mutation,) = changed(framed(), value, change)
    assert mutation.name == "value"
    assert mutation.value is value
    assert mutation.aliases == ()
    assert type(mutation.before) is type(value)


SAME: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "nothing": (np.ones(3), lambda a: a.sum()),
    "the same number": (np.ones(3), lambda a: a.__setitem__(0, 1)),
    "a NaN": (np.full(2, np.nan), lambda a: a.__setitem__(0, a[0])),
    "an empty array": (np.zeros((0, 3)), lambda a: a.fill(1)),
    "the same object": ([ARRAY], lambda v: v.__setitem__(0, ARRAY)),
    "a list of NaN": ([float("nan")], lambda v: None),
    "a list with arrays": ([ARRAY, ARRAY], lambda v: None),
}


@pytest.mark.parametrize("name", SAME)
def test_no_change(framed: Callable[..., Frame], name: str) -> None:
    value, change = SAME[name]
    assert changed(framed(), value, change) == ()


def test_the_value_before_is_a_copy(framed: Callable[..., Frame]) -> None:
    value = np.zeros(2)
    (mutation,) = changed(framed(), value, lambda a: a.fill(3))
    assert mutation.before.tolist() == [0, 0]
    assert not np.shares_memory(mutation.before, value)


def test_a_large_array_is_fingerprinted(
    framed: Callable[..., Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "COPY_LIMIT", 100)
    square = np.zeros((50, 50))
    for value in (np.zeros(1000), square.T, np.zeros(4000)[::3], square[1:, 2:]):
        assert changed(framed(), value, lambda a: None) == ()
        (mutation,) = changed(framed(), value, lambda a: a.__setitem__(-1, 1e-300))
        assert mutation.before is None
        assert mutation.value is value


def test_other_names_of_the_same_memory(framed: Callable[..., Frame]) -> None:
    class Net:
        pass

    array = np.zeros(3)
    net = Net()
    net.W = array  # type: ignore[attr-defined]
    frame = framed(
        probs=array, delta3=array, view=array[1:], other=np.zeros(3), net=net,
        params={"W": array, 2: array, (1, 2): array}, items=[0, array], text="a",
    )
    assert list(memory.other_names(frame, "delta3", array)) == [
        "probs", "view", "net.W", "params['W']", "params[2]", "items[1]",
    ]


def test_names_of_python_s_own_are_no_names(framed: Callable[..., Frame]) -> None:
    frame = framed()
    names = [name for name, _ in memory.known_values(frame)]
    assert not any(name.startswith("__") for name in names)


def test_a_container_that_holds_itself(framed: Callable[..., Frame]) -> None:
    items: list[Any] = []
    items.append(items)
    frame = framed(items=items)
    assert "items[0]" in list(memory.other_names(frame, "items", items))


def test_objects_are_not_asked_to_compare(framed: Callable[..., Frame]) -> None:
    class Loud:
        def __eq__(self, other: object) -> bool:
            raise AssertionError

        __hash__ = None  # type: ignore[assignment]

    value = [Loud(), Loud()]
    assert changed(framed(), value, lambda v: None) == ()
    assert len(changed(framed(), value, lambda v: v.reverse())) == 1


class Sub(np.ndarray[Any, Any]):
    pass


class Items(list[Any]):
    def __iter__(self) -> Any:
        raise AssertionError


ODD: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "a subclass": (np.zeros(3).view(Sub), lambda a: a.__setitem__(0, 1)),
    "a matrix": (np.ones((2, 2)).view(np.matrix), lambda a: a.__setitem__((0, 0), 3)),
    "a masked array": (np.ma.masked_array([1, 2], [0, 1]), lambda a: a.__setitem__(0, 5)),
    "a record array": (np.zeros(2, "i4,f8").view(np.recarray), lambda a: a["f0"].fill(1)),
    "a record with objects": (np.zeros(2, "i4,O"), lambda a: a["f1"].__setitem__(0, "x")),
    "a padded record": (
        np.zeros(2, np.dtype("i1,f8", align=True)), lambda a: a["f1"].__setitem__(1, 2)
    ),
    "arrays as objects": (
        np.array([np.ones(1), np.ones(2)], object), lambda a: a.__setitem__(0, ARRAY)
    ),
    "dates": (np.zeros(2, "M8[D]"), lambda a: a.__setitem__(0, np.datetime64(4, "D"))),
    "a list that is no plain list": (Items([1]), lambda v: v.append(2)),
    "an ordered dictionary": (OrderedDict(a=1), lambda v: v.__setitem__("a", 2)),
}


@pytest.mark.parametrize("limit", [memory.COPY_LIMIT, 0])
@pytest.mark.parametrize("name", ODD)
def test_odd_arrays_and_containers(
    framed: Callable[..., Frame], monkeypatch: pytest.MonkeyPatch, name: str, limit: int
) -> None:
    monkeypatch.setattr(memory, "COPY_LIMIT", limit)
    value, change = ODD[name]
    value = type(value)(["a"]) if type(value) is Items else value.copy()
    assert changed(framed(), value, lambda a: None) == ()
    (mutation,) = changed(framed(), value, change)
    assert mutation.value is value


def test_a_memory_map(framed: Callable[..., Frame], tmp_path: Path) -> None:
    value = np.memmap(tmp_path / "map", dtype="f8", mode="w+", shape=(3,))
    (mutation,) = changed(framed(), value, lambda a: a.fill(2))
    assert mutation.before.tolist() == [0, 0, 0]


def test_no_array_is_kept_alive(framed: Callable[..., Frame]) -> None:
    array = np.zeros(3)
    weak = weakref.ref(array)
    before = memory.Before([("array", array)])
    del array
    assert weak() is None
    assert before.mutations(framed()) == ()


def run(tmp_path: Path, text: str) -> list[Any]:
    """What each step of a script has changed: name, aliases and the value before."""
    path = tmp_path / "steps.py"
    path.write_text("import numpy as np\n" + text)
    session = Session(path)

    def step() -> list[Any]:
        event = session.step()
        return [
            (each.name, each.aliases, np.array(each.before).tolist())
            for each in (event.mutated if event else ())
        ]

    found = []
    while not session.finished:
        found += step()  # no event is kept: it would keep its array
    assert session.error is None, session.error
    return found


STEPS = {
    "a = np.ones(2)\na.resize(3)\n": [("a", (), [1.0, 1.0])],
    "a = np.ones(2)\na.resize((3,))\na += 1\n": [
        ("a", (), [1.0, 1.0]), ("a", (), [1.0, 1.0, 0.0])
    ],
    "W = np.ones(1)\np = {'W': W}\np['W'] -= 1\n": [("p['W']", ("W",), [1.0])],
    'p = {"W": np.ones(1)}\nq = p\np["W"] *= 2\n': [('p["W"]', ("q['W']",), [1.0])],
    "p = [1, 2]\np[0] += 1\n": [("p", (), [1, 2])],
    "p = [[1], 2]\np[0] += [1]\n": [("p[0]", (), [1])],
    "a = np.zeros(3)\na[1:] += 1\n": [("a", (), [0.0, 0.0, 0.0])],
    "a = np.zeros(1)\nnp.add(1, 2, a)\n": [("a", (), [0.0])],
    "a = np.zeros(1)\nb = np.zeros(1)\nnp.modf(1.5, a, b)\n": [
        ("a", (), [0.0]), ("b", (), [0.0])
    ],
    "a = np.zeros(1)\nnp.add(*[1, 2], a)\n": [("a", (), [0.0])],
    "a = np.zeros(1)\nk = {'out': a}\nnp.add(1, 2, **k)\n": [
        ("out", ("a", "k['out']"), [0.0])
    ],
}


@pytest.mark.parametrize("text", STEPS)
def test_what_steps_change(tmp_path: Path, text: str) -> None:
    assert run(tmp_path, text) == STEPS[text]


def test_an_iterator_among_the_arguments_is_left_to_the_call(tmp_path: Path) -> None:
    text = "a = np.zeros(1)\nit = iter([1.0, 2.0])\nnp.add(*it, out=a)\nassert a[0] == 3\n"
    run(tmp_path, text)


def test_names_up_the_stack(tmp_path: Path) -> None:
    text = """
class Net:
    def __init__(self):
        self.W = np.ones(1)
    def __call__(self):
        self.step()
    def step(self):
        self.W -= 1

def train(model):
    model()

train(Net())
"""
    assert run(tmp_path, text) == [("self.W", ("model.W in train",), [1.0])]


def test_finding_names_runs_no_code_of_the_script(framed: Callable[..., Frame]) -> None:
    class Sly:
        __slots__ = ()

        def __getattr__(self, name: str) -> Any:
            raise AssertionError

    assert list(memory.other_names(framed(sly=Sly()), "a", ARRAY)) == []
