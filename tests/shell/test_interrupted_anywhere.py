"""Ctrl-C at a thousand moments: where it leaves a session is a moment that stepping meets.

It takes a minute: `python -m pytest -m long` runs it.
"""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from shell_helpers import Desk
from states import same_start, stepped

from nnstep.shell import learnt
from nnstep.shell.learnt import Learnt

SCRIPT = """import numpy as np
np.random.seed(0)
x = np.random.rand(60, 3)
w = np.random.rand(3, 2)
seen = []
state = {"step": 0}
def forward(x, w):
    z = x @ w
    z[z < 0.1] = 0
    return np.tanh(z)
for epoch in range(40):
    a = forward(x, w)
    view = a
    view -= 0.5
    for row in range(3):
        w[row] -= 0.01 * (x[:, row : row + 1] * a).sum(axis=0)
    seen.append(float(a.sum()))
    state["step"] += 1
    x = np.roll(x, 1, axis=0)
    print(epoch, seen[-1])
    try:
        w[9] = 1
    except IndexError:
        state["caught"] = epoch
"""
MOTIONS = (
    "step", "step 60", "next 5", "epoch", "epoch 3", "continue", "until epoch == 20", "finish",
    "back", "back 40", "rnext", "repoch", "rcontinue", "rewind", "goto epoch 0", "goto epoch 11",
    "goto epoch 33", "goto end", "watch w", "delete", "break a", "table x", "plot seen[-1]",
    "why a", "history seen[-1]", "bisect state['step'] > 5", "vars", "shape a", "explain w[0, 0]",
)
TIMES = int(os.environ.get("NNSTEP_INTERRUPTS", "1000"))


class Striker:
    """Presses Ctrl-C while something is done, and never else."""

    def __init__(self) -> None:
        self._left = 0
        signal.signal(signal.SIGALRM, self._strike)

    def _strike(self, number: int, frame: object) -> None:
        if self._left:
            self._left -= 1
            signal.raise_signal(signal.SIGINT)

    def during(self, action: Callable[[], object], first: float, again: float) -> None:
        """Do something; strike after a while, and perhaps twice more."""
        try:
            try:
                self._left = 3 if again else 1
                signal.setitimer(signal.ITIMER_REAL, first, again)
                action()
            finally:
                self._left = 0
        except KeyboardInterrupt:
            self._left = 0
        signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # of files that garbage collection closes
def test_the_state_is_one_that_stepping_meets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("net.py")
    path.write_text(SCRIPT)
    course, rng, halted = stepped(path), random.Random(7), 0
    striker = Striker()
    with same_start():
        desk = Desk()
        desk.shell.interactive = True
        desk.shell.open("net.py")
        for at in range(TIMES):
            line, before = rng.choice(MOTIONS), desk.shell.session.position.moment
            striker.during(
                partial(desk.shell.execute, line), rng.uniform(1e-4, 0.04),
                rng.choice([0, 0, 0.002]),
            )  # fmt: skip
            said = desk.err.getvalue()
            halted += "interrupted" in said
            desk.err.truncate(0)
            wrong = course.wrong(desk.shell.session)
            assert not wrong, (at, line, before, desk.shell.session.stop, said, wrong)
        desk.shell.close()
    assert halted > TIMES // 20


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # of files that garbage collection closes
def test_a_file_is_the_old_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    rng, striker = random.Random(3), Striker()
    learnt.save("one", Learnt(0, 9))
    path = tmp_path / "nnstep/lessons/progress.json"
    for page in range(TIMES):
        striker.during(
            partial(learnt.save, "one", Learnt(page, TIMES)), rng.uniform(1e-5, 6e-4), 0
        )
        assert json.loads(path.read_text())["one"]["page"] <= page
        assert len(list(path.parent.iterdir())) <= 3  # the file, its lock, and one left behind
