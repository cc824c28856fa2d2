"""What shares memory with what, what an op may change, and what it did change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstep.engine import memory
from nnstep.engine.frames import Frame
from nnstep.engine.program import Program


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
