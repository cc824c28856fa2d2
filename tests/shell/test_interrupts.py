"""Ctrl-C on a real terminal while a script runs on: where it leaves the session."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Screen

TRAINING = """import numpy as np

np.random.seed(0)
x = np.random.rand(20, 2)
w = np.random.rand(2, 1)
for epoch in range({epochs}):
    error = x @ w - 1
    w -= 0.001 * x.T @ error
    total = float(np.abs(error).sum())
print("w", w.ravel().tolist(), "total", total)
"""
EPOCHS = 300_000
SLEEPING = """import time
w = 1.0
for epoch in range(3):
    w = w * 2
    print("asleep")
    time.sleep(60)
"""
CTRL_C = "\x03"


@pytest.fixture
def training(tmp_path: Path) -> Iterator[Screen]:
    (tmp_path / "net.py").write_text(TRAINING.format(epochs=EPOCHS))
    made = Screen(tmp_path)
    yield made
    made.child.close(force=True)


def test_a_run_that_was_interrupted_ends_with_the_same_numbers(
    training: Screen, tmp_path: Path
) -> None:
    training.wait("next: import numpy as np")
    training.child.send("until epoch == 2000\r")
    training.wait("epoch = 2000")
    training.child.send("continue\r")
    training.child.send(CTRL_C)
    training.wait("interrupted")
    training.child.send("when\r")
    seen = training.wait("its beginning")
    epoch = int(re.findall(r"epoch (\d+), its beginning", seen)[-1])
    assert 2000 <= epoch < EPOCHS
    training.child.send("p epoch + 1\r")
    training.wait(f"epoch + 1 = {epoch}")
    training.child.send("continue\r")
    seen = training.wait("total")
    plain = subprocess.run(
        [sys.executable, "net.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert plain.stdout.strip() in " ".join(seen.split("\n")).replace("  ", " ")


def test_a_second_one_breaks_off_a_long_op(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(SLEEPING)
    screen = Screen(tmp_path)
    try:
        screen.wait("next: import time")
        screen.child.send("continue\r")
        screen.see("asleep")
        screen.child.send(CTRL_C)
        screen.child.send(CTRL_C)
        screen.wait("interrupted")
        screen.child.send("p w\r")
        screen.wait("w = 1.0")
        screen.child.send("step\r")
        screen.wait("epoch = 0")
    finally:
        screen.child.close(force=True)
