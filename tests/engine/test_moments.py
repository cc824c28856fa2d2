"""Moments: what they are called, which epoch they belong to, and how they are ordered."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstep.engine.events import Event, Moment
from nnstep.session import Session

Opened = Callable[[str], Session]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def open_script(text: str) -> Session:
        path = tmp_path / "script.py"
        path.write_text("# %% all\n" + textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return Session(path)

    return open_script


def ran(session: Session) -> list[Event]:
    events = []
    while (event := session.step()) is not None:
        events.append(event)
    assert session.error is None
    return events


def texts(session: Session) -> list[tuple[str, str]]:
    return [(str(event.moment), event.text) for event in ran(session)]


def test_before_within_and_behind_the_main_loop(opened: Opened) -> None:
    session = opened(
        """
        w = 8.0
        for i in range(2):
            g = w * 2
            w = w - 0.1 * g
        last = w
        """
    )
    assert texts(session) == [
        ("start.1", "w = 8.0"), ("start.2", "range(2)"),
        ("0.0", "for i in range(2)"), ("0.1", "g = w * 2"), ("0.2", "0.1 * g"),
        ("0.3", "w = w - 0.1 * g"),
        ("1.0", "for i in range(2)"), ("1.1", "g = w * 2"), ("1.2", "0.1 * g"),
        ("1.3", "w = w - 0.1 * g"),
        ("2.0", "for i in range(2)"), ("end.7", "last = w"),
    ]


def test_a_script_without_epochs_counts_from_the_top(opened: Opened) -> None:
    assert texts(opened("a = 1\nb = a\n")) == [("top.1", "a = 1"), ("top.2", "b = a")]


def test_inner_loops_and_deeper_frames(opened: Opened) -> None:
    session = opened(
        """
        def half(x):
            y = x / 2
            return y

        w = 8.0
        for epoch in range(2):
            for k in range(2):
                w = w - half(w)
        """
    )
    found = [str(event.moment) for event in ran(session)]
    assert found[3:12] == [
        "0.0", "0.1", "0.2[0]", "0.3[0]", "0.3[0]/1", "0.3[0]/2", "0.4[0]", "0.2[1]", "0.3[1]",
    ]
    assert found[-1] == "2.0"
    assert found[-2] == "1.2[2]"


def test_the_next_op_has_the_moment_of_its_event(opened: Opened) -> None:
    session = opened(
        """
        def half(x):
            return x / 2

        w = 8.0
        while w > 1:
            w = w - half(w)
        z = w
        """
    )
    while not session.finished:
        at = session.position.moment
        epoch = session.position.epoch
        event = session.step()
        assert event is not None
        assert event.moment == at
        assert str(event.moment) == str(at)
        assert event.moment.epoch == epoch


def test_epochs_of_a_while_loop(opened: Opened) -> None:
    session = opened("w = 8.0\nwhile w > 1:\n    w = w - 0.5 * w\nz = w\n")
    epochs = [(event.text, event.moment.epoch) for event in ran(session)]
    assert [epoch for text, epoch in epochs if text == "w > 1"] == [0, 1, 2, 3]
    assert [epoch for text, epoch in epochs if text == "w = w - 0.5 * w"] == [0, 1, 2]
    assert epochs[-1] == ("z = w", None)


def test_the_while_loop_s_test_is_no_op_zero_of_two_epochs(opened: Opened) -> None:
    session = opened("w = 8.0\nwhile w > 1:\n    w = w - 0.5 * w\nz = w\n")
    found = [str(event.moment) for event in ran(session)]
    assert found[:5] == ["start.1", "0.1", "0.2", "0.3", "1.1"]


def test_epochs_in_a_function(opened: Opened) -> None:
    session = opened(
        """
        def train(w, n):
            s = 0
            for i in range(n):
                w = w - 0.1 * w
            return w

        a = train(1.0, 2)
        b = 2
        """
    )
    found = [(str(event.moment), event.moment.epoch) for event in ran(session)]
    assert ("0.0", 0) in found
    assert ("1.0", 1) in found
    assert found[0][1] is None
    assert found[-1][1] is None
    assert [text for text, epoch in found if epoch == 1] == ["1.0", "1.1", "1.2"]


def test_a_reentered_loop_counts_from_zero(opened: Opened) -> None:
    session = opened(
        """
        for lr in [0.1, 0.2]:
            w = 1.0
            for epoch in range(2):
                w -= lr * w
        """
    )
    events = ran(session)
    epochs = [event.moment.epoch for event in events if event.text == "w -= lr * w"]
    assert epochs == [0, 1, 0, 1]
    moments = [event.moment for event in events]
    assert all(one < other for one, other in itertools.pairwise(moments))


def test_a_loop_in_a_function_called_twice_counts_from_zero(opened: Opened) -> None:
    session = opened(
        """
        def train(size):
            w = 1.0
            for i in range(2):
                w -= 0.1 * w
            return w

        for size in [1, 2]:
            a = train(size)
        """
    )
    events = ran(session)
    assert [event.moment.epoch for event in events if event.text == "w -= 0.1 * w"] == [0, 1, 0, 1]


def test_helpers_called_in_an_epoch_belong_to_it(opened: Opened) -> None:
    session = opened(
        """
        def grad(w):
            return loss(w) * 2

        def loss(w):
            return w * w

        w = 1.0
        for i in range(2):
            w -= 0.1 * grad(w)
        """
    )
    deep = [event.moment for event in ran(session) if event.text == "w * w"]
    assert [(moment.epoch, str(moment)) for moment in deep] == [(0, "0.1/1/1"), (1, "1.1/1/1")]


def test_the_text_of_a_moment_is_its_own(opened: Opened) -> None:
    session = opened(
        """
        def count(n):
            for j in range(n):
                a = j
            return n

        for k in range(2):
            x = k
        w = 1.0
        for i in range(2):
            w -= 0.1 * count(2)
        """
    )
    events = ran(session)
    assert len({str(event.moment) for event in events}) == len({e.moment for e in events})


def test_equality_and_order_are_by_path() -> None:
    one, other = Moment((1, 2), 0, "0.1"), Moment((1, 2), 5, "5.1")
    assert one == other
    assert hash(one) == hash(other)
    assert Moment((1,), None, "a") < Moment((1, 0), None, "b") < Moment((2,), None, "c")
    assert Moment((2,), None, "a") >= Moment((1, 9), None, "b")
    assert one != (1, 2)
    assert str(one) == "0.1"


PATHS = st.lists(st.integers(0, 3), max_size=4).map(tuple)


@given(PATHS, PATHS)
def test_moments_are_totally_ordered(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    a, b = Moment(one, None, ""), Moment(other, None, "")
    assert (a < b) + (a == b) + (a > b) == 1
    assert (a <= b) == (one <= other)


def test_text_of_many_epochs(opened: Opened) -> None:
    session = opened("w = 1.0\nfor i in range(1300):\n    w = w * 0.5 + w * 0.25\nz = w\n")
    session.epoch(1201)
    session.step(2)
    assert str(session.position.moment) == "1200.3"
    assert session.position.epoch == 1200
