"""Going back, as it is promised: to the bit, aliases kept, nothing copied that was not touched."""

from __future__ import annotations

import ast
import contextlib
import io
import random
import re
import textwrap
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnstep.engine.fastforward import _jumps
from nnstep.engine.timeline import Timeline
from nnstep.engine.values import is_a
from nnstep.session import Session

Opened = Callable[[str], Session]
LESSONS = Path(__file__).parents[1] / "lessons"


def lesson(name: str, epochs: int) -> str:
    """The text of a lesson that trains for so many epochs."""
    text = (LESSONS / f"{name}.py").read_text(encoding="utf-8")
    return re.sub(r"^(epochs|num_passes) = \d+", rf"\1 = {epochs}", text, flags=re.M)


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def open_script(text: str) -> Session:
        path = tmp_path / "script.py"
        path.write_text(text)
        return Session(path)

    return open_script


def test_any_epoch_is_what_it_was_under_plain_python(opened: Opened) -> None:
    text = lesson("mse_hidden", 3000)
    wanted = random.Random(0).sample(range(3000), 25)
    seen: dict[int, tuple[bytes, bytes]] = {}
    noting = "    if epoch in WANTED:\n        SEEN[epoch] = wh.tobytes(), wo.tobytes()\n"
    before, first, rest = text.partition("    zh = np.dot")
    with contextlib.redirect_stdout(io.StringIO()):
        exec(before + noting + first + rest, {"WANTED": wanted, "SEEN": seen})
    session = opened(text)
    session.run()
    for epoch in wanted:
        session.goto(epoch=epoch)
        assert (session["wh"].tobytes(), session["wo"].tobytes()) == seen[epoch]
        assert session["epoch"] == epoch


def test_two_names_of_one_array_go_back_together(opened: Opened) -> None:
    session = opened(lesson("softmax_moons", 4))
    session.epoch(2)
    session.break_at("delta3", temporary=True)
    session.run()
    whole = session["probs"].copy()
    event = session.next()
    assert event is not None
    assert {event.mutated[0].name, *event.mutated[0].aliases} == {"delta3", "probs"}
    assert not np.array_equal(session["probs"], whole)
    session.back()
    assert session["probs"] is session["delta3"]
    assert session["probs"].tobytes() == whole.tobytes()


def test_an_op_back_copies_nothing_that_it_did_not_touch(opened: Opened) -> None:
    session = opened(
        """
        import numpy as np
        X = np.random.default_rng(0).random((8000, 784))
        X -= X.mean()
        w = np.zeros((784, 10))
        for epoch in range(4):
            s = X[:100] @ w
            w += 0.01 * X[:100].T @ (1 - s)
        """.replace("\n        ", "\n")
    )
    session.epoch(3)
    session.step(2)
    session.back()
    before, size = session["w"].copy(), session["X"].nbytes
    tracemalloc.start()
    session.step()
    session.back()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < size / 10
    assert session["w"].tobytes() == before.tobytes()


@pytest.mark.filterwarnings("ignore:overflow")
def test_who_blew_the_weights_up(opened: Opened) -> None:
    session = opened(
        """
        import numpy as np
        x = np.array([[1.0], [2.0], [3.0]])
        W1 = np.array([[1.0]])
        for epoch in range(3000):
            error = x @ W1 - 1
            W1 = W1 - 0.5 * x.T @ error
            loss = float((error ** 2).sum())
        """.replace("\n        ", "\n")
    )
    session.catch("nan")
    event = session.run()
    assert event is not None
    assert all(np.isfinite(each.value).all() for each in event.operands)
    assert not np.isfinite(event.value).all()
    watch = session.watch("W1")
    session.delete(1)
    event = session.rcontinue()
    assert session.stop.breakpoint is not None
    assert session.stop.breakpoint.number == watch.number
    assert event is not None
    assert event.name == "W1"
    before, after = session.stop.change or (None, None)
    assert abs(after).max() > abs(before).max() > 1e100


def test_numbers_with_attributes_go_back(opened: Opened) -> None:
    sample = Path(__file__).parent / "samples" / "time_numbers_with_attributes.py"
    session = opened(sample.read_text(encoding="utf-8"))
    session.run()
    session.goto(epoch=2)
    assert session["lr"].hits == 2 and session["kind"].name == "A"
    assert not [note for note in session.notes() if "can't be saved" in note]


def test_at_the_beginning_nothing_is_before(opened: Opened) -> None:
    session = opened("x = 1\ny = 2\n")
    assert session.back() is None
    assert session.stop.reason == "start"
    session.step()
    assert session.rcontinue() is None
    assert "x" not in session


@pytest.mark.parametrize("condition", [
    "epoch == 1", "epoch == 0", "epoch == 5", "w[0] > 0.5", "g[0] > 1.5", "epoch % 2 == 1",
])  # fmt: skip
def test_back_to_the_last_moment_at_which_something_was_true(
    opened: Opened, condition: str
) -> None:
    session = opened(
        "import numpy as np\nw = np.ones(3)\nfor epoch in range(6):\n    g = 2 * w\n"
        "    w = w - 0.1 * g\nx = 1\n"
    )
    true = []
    while session.step() is not None and not session.finished:
        with contextlib.suppress(NameError):
            if session.eval(condition):
                true.append(session.position.moment)
    while true and true[-1] is None:
        true.pop()
    session.rewind()
    session.run()
    session.runtil(condition)
    assert session.position.moment == true[-1]


def test_the_head_at_which_the_main_loop_ends(opened: Opened) -> None:
    session = opened("w = 3.0\nfor epoch in range(4):\n    w -= 0.1 * w\nx = w\n")
    session.goto(epoch=3)
    assert not session.no_epoch_follows
    session.run()
    session.back(2)
    assert session.no_epoch_follows
    assert [each.epoch for each in session.check(cost="0.5 * w**2").epochs] == [3]

_LEFT = {
    "break out of a try": """
        w = 3.0
        for epoch in range(9):
            try:
                w -= 0.1 * w
                if epoch == 6:
                    break
            finally:
                n = epoch
                m = n * 2
        x = w
        y = x
    """,
    "return out of a with": """
        class C:
            def __enter__(self): self.a = 1; return self
            def __exit__(self, *e): self.b = 2; self.c = 3; return False
        def train(w):
            for epoch in range(9):
                with C() as c:
                    w -= 0.1 * w
                    if epoch == 6:
                        return w
                z = w
            return w
        w = train(3.0)
        x = w
    """,
    "return, break and continue in turn": """
        w = 3.0
        def f():
            global w
            for epoch in range(4):
                for i in range(3):
                    try:
                        w -= 0.1 * w
                        if i == 1:
                            continue
                        if epoch == 2:
                            return w
                    except KeyError:
                        break
                    else:
                        q = 1
                    finally:
                        n = epoch
                        if epoch == 1:
                            break
                k = n
            return 0
        x = f()
        y = x
    """,
    "a while loop, nested": """
        w = 3.0
        i = 0
        while True:
            i += 1
            try:
                try:
                    w -= 0.1 * w
                    if i > 5:
                        break
                finally:
                    n = i
            finally:
                n += 1
                m = n
        y = w
    """,
}


@pytest.mark.parametrize("text", _LEFT.values(), ids=_LEFT)
def test_every_moment_of_loops_that_are_left_out_of_their_midst(opened: Opened, text: str) -> None:
    text = textwrap.dedent(text).lstrip("\n")

    def now() -> object:
        numbers = {name: each for name, each in session.names().items() if is_a(each, (int, float))}
        return session.position.moment, numbers

    session = opened(text)
    met = [now()]
    while session.step() is not None and not session.finished:
        met.append(now())
    session = opened(text)
    session.run()
    for wanted in reversed(met):
        session.back()
        assert now() == wanted
    for wanted in met[1::5]:
        session = opened(text)
        session.run()
        session.goto(wanted[0].text)  # type: ignore[index]
        assert now() == wanted


def test_back_by_statements_past_states_saved_within_functions(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "def g(x):\n    a = x + 1\n    return a * 2\n"
        "u = 1\nv = g(u) + g(u + 1)\nw = [g(k) for k in range(2)]\nx = v + w[0]\n"
    )

    def ends() -> list[object]:
        session, found = opened(text), []
        count = 0
        while session.step() is not None and not session.finished:
            count += 1
            session.rnext()
            found.append(session.position.moment)
            session.rewind()
            session.step(count)
        return found

    monkeypatch.setattr(Timeline, "pass_by", lambda self: None)
    plain = ends()
    monkeypatch.setattr(Timeline, "pass_by", lambda self: self.take(self.here()))
    assert ends() == plain


@pytest.mark.parametrize(("text", "jumps"), [
    ("try:\n        break\n    finally:\n        pass", True),
    ("with c:\n        return", True),
    ("for j in x:\n        try:\n            break\n        finally:\n            pass", False),
    ("with c:\n        for j in x:\n            break", False),
    ("with c:\n        for j in x:\n            pass\n        else:\n            break", True),
    ("with c:\n        def f():\n            return", False),
])  # fmt: skip
def test_which_loops_are_left_out_of_their_midst(text: str, jumps: bool) -> None:
    (function,) = ast.parse(f"def f():\n  for i in x:\n    {text}\n").body
    assert isinstance(function, ast.FunctionDef) and isinstance(function.body[0], ast.For)
    assert _jumps(function.body[0]) is jumps


def test_back_past_an_array_without_bytes(opened: Opened) -> None:
    session = opened("import numpy as np\nv = np.zeros(4, 'V0')\nx = 1\ny = 2\n")
    session.run()
    session.back(2)
    assert session.position.line == 3
