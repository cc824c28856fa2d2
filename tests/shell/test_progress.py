"""The line that tells how far a motion is: when it is shown, and what it says."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from shell_helpers import Stream

from nnstep.reports import Progress
from nnstep.shell import progress
from nnstep.shell.output import Output


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def told(terminal: bool = True, encoding: str = "utf-8", **facts: Any) -> str:
    """What is written to the error stream for a first and a later report."""
    out, err = Stream(encoding=encoding), Stream(terminal=terminal, encoding=encoding)
    session: Any = SimpleNamespace(on_progress=None)
    given = {"epoch": None, "epochs": None, "cost": None, "text": ""}
    with progress.shown(session, Output(out, err, {"NO_COLOR": "1"})):
        if session.on_progress is not None:
            session.on_progress(Progress(**given | facts | {"seconds": 0.1, "epoch": 0}))
            session.on_progress(Progress(**given | {"seconds": 2.1} | facts))
    assert session.on_progress is None
    assert out.getvalue() == ""
    return err.getvalue()


def test_epochs_rate_time_left_and_cost() -> None:
    line = told(epoch=1000, epochs=4000, cost=1.25)
    drawn = line.removeprefix("\r").split("\r")[0]
    assert drawn.startswith("epoch 1000 of 4000 ━")
    assert drawn.rstrip().endswith("500/s  0:00:06 left  cost 1.25")
    assert len(drawn) < 80
    assert "\x1b" not in line


def test_it_is_erased_in_the_end() -> None:
    line = told(epoch=5)
    assert line.endswith("\r" + " " * len("epoch 5 2.5/s") + "\r")


def test_nothing_in_the_first_half_second() -> None:
    assert told(epoch=3, seconds=0.4) == ""


def test_nothing_in_a_pipe() -> None:
    assert told(terminal=False, epoch=1000, epochs=4000) == ""


def test_only_ascii() -> None:
    line = told(encoding="ascii", epoch=1000, epochs=4000, text="going to é")
    assert line.isascii()
    assert "going to \\xe9  epoch 1000 of 4000 " in line


def test_without_epochs_the_seconds_are_told() -> None:
    assert told(text="running").startswith("\rrunning 2 s")


def test_a_long_text_gives_way_to_the_bar() -> None:
    line = told(epoch=1000, epochs=4000, cost=1.25, text="history of " + "x" * 40)
    assert "epoch 1000 of 4000 ━" in line
    assert "xxx" not in line
    assert line.split("\r")[1].rstrip().endswith("cost 1.25")


def test_a_screen_too_narrow_for_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    line = told(epoch=1000, epochs=4000, cost=1.25)
    assert "━" not in line
    assert all(len(each) < 40 for each in line.split("\r"))


def test_one_long_op_of_which_nothing_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0.01)
    session: Any = SimpleNamespace(on_progress=None)
    err = Stream(terminal=True)
    with progress.shown(session, Output(Stream(), err, {"NO_COLOR": "1"})):
        while "running" not in err.getvalue():
            time.sleep(0.001)
    assert err.getvalue().startswith("\rrunning  0 s\r")
    assert err.getvalue().endswith("\r" + " " * len("running  0 s") + "\r")
    assert not [each for each in threading.enumerate() if "_listen" in each.name]


def test_a_check_tells_that_it_goes_on(tmp_path: Path) -> None:
    from nnstep.session import Session

    path = tmp_path / "net.py"
    path.write_text(
        "import numpy as np\nrng = np.random.default_rng(0)\n"
        "X, W = rng.normal(size=(8, 30)), rng.normal(size=(30, 40))\nfor epoch in range(2):\n"
        "    loss = np.sum(np.tanh(X @ W) ** 2)\n"
        "    dW = X.T @ (2 * np.tanh(X @ W) * (1 - np.tanh(X @ W) ** 2))\n    W -= 0.01 * dW\n"
    )
    session, told = Session(path), []
    session.on_progress = told.append
    assert session.check().kind == "right"
    assert told and {each.text for each in told} == {"check"}
