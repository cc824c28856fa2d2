"""Watches, catches and hits to be ignored, typed as commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell_helpers import Desk, lesson, line_of

MSE = lesson("mse_hidden", 6)
GROWS = """import numpy as np

w = np.ones(3)
lr = 0.5
for epoch in range(6):
    if epoch == 2:
        lr = 0.25
    if epoch == 3:
        w[1] = float("inf")
    g = w.copy()
    w = lr * w
try:
    int("x")
except ValueError:
    print("caught")
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mse.py").write_text(MSE, encoding="utf-8")
    (tmp_path / "grows.py").write_text(GROWS)
    return tmp_path


def opened(name: str, *lines: str, encoding: str = "utf-8") -> Desk:
    desk = Desk(encoding=encoding)
    desk.shell.open(name)
    desk.type(*lines)
    return desk


def test_watching_a_scalar_shows_the_old_and_the_new_value() -> None:
    desk = opened("grows.py", "until lr", "step")
    assert desk.type("watch lr") == "watchpoint 1: whenever the value of lr changes\n"
    shown = desk.type("continue")
    assert "lr: 0.5 -> 0.25" in shown.splitlines()
    assert "stopped at watchpoint 1: watch lr" in shown
    assert shown.count("lr = 0.25\n") >= 1


def test_watching_an_array_marks_its_cells_and_shows_it_once() -> None:
    desk = opened("mse.py", "epoch", "watch wo")
    shown = desk.type("continue")
    assert "> " + str(line_of(MSE, "wo -= lr")) in shown
    assert "wo: 4 of 4 values changed, by at most " in shown
    assert shown.count("wo  (4, 1) float64") == 1
    assert "*" in shown


def test_watching_an_array_that_is_bound_anew() -> None:
    desk = opened("grows.py", "epoch", "set w = w * 2", "watch w", "lr = 0.1")
    desk.type("until epoch == 3", "next 2")
    shown = desk.type("watch w[1]", "delete 1", "continue")
    assert "w[1]: " in shown


def test_a_watch_with_a_condition() -> None:
    desk = opened("mse.py", "epoch")
    assert desk.type("watch wo if epoch > 2") == (
        "watchpoint 1: whenever the value of wo changes, if epoch > 2\n"
    )
    assert "stopped at watchpoint 1: watch wo if epoch > 2" in desk.type("continue")
    assert desk.shell.session["epoch"] == 3


def test_catching_nan() -> None:
    desk = opened("grows.py")
    assert desk.type("catch nan") == (
        "catchpoint 1: when an op makes NaN or Inf out of finite values\n"
    )
    shown = desk.type("continue")
    assert "stopped at catchpoint 1: catch nan" in shown
    assert desk.shell.session["epoch"] == 3


def test_catching_an_exception_that_the_script_handles() -> None:
    desk = opened("grows.py")
    assert desk.type("catch exception") == "catchpoint 1: when an op raises an exception\n"
    shown = desk.type("continue")
    assert "stopped at catchpoint 1: catch exception" in shown
    assert "ValueError: invalid literal" in shown
    assert 'int("x")' in shown
    assert "caught" in desk.type("continue")


def test_ignoring_hits() -> None:
    desk = opened("mse.py", "break zh")
    assert desk.type("ignore 1 3") == (
        "breakpoint 1: whenever zh gets a value, ignored 3 times more\n"
    )
    desk.type("continue")
    assert desk.shell.session["epoch"] == 3
    assert desk.type("info").startswith("breakpoint 1: whenever zh gets a value, hit 4 times")
    assert "ignored once more" in desk.type("ignore 1 1")


def test_the_list_tells_what_each_is() -> None:
    desk = opened("mse.py", "epoch", "b zh", "watch wo", "catch nan", "catch exception")
    labels = [line.split(":")[0] for line in desk.type("info").splitlines()]
    assert labels == ["breakpoint 1", "watchpoint 2", "catchpoint 3", "catchpoint 4"]
    assert desk.type("delete") == "1 breakpoint, 1 watchpoint, 2 catchpoints deleted\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("watch", "usage: watch NAME [if COND]"),
        ("watch if lr", "usage: watch NAME [if COND]"),
        ("watch lr if", "usage: watch NAME [if COND]"),
        ("watch nowhere", "nothing in the script is called 'nowhere'"),
        ("watch lr +", "'lr +'"),
        ("watch lr if (", "("),
        ("catch", "usage: catch nan|exception"),
        ("catch inf", "`inf` can't be caught; usage: catch nan|exception"),
        ("ignore", "it takes a number and a count; usage: ignore N COUNT"),
        ("ignore 1", "it takes a number and a count"),
        ("ignore 1 x", "`x` is not a whole number"),
        ("ignore 9 2", "there is no breakpoint 9"),
    ],
)
def test_wrong_use(line: str, words: str) -> None:
    desk = opened("grows.py", "until lr")
    assert words in desk.fail(line)
    assert not desk.shell.session.breakpoints


def test_in_ascii_mode(folder: Path) -> None:
    (folder / "greek.py").write_text("λ = 1\nfor i in range(3):\n    λ = λ + i\n", encoding="utf-8")
    desk = opened("greek.py", "step", encoding="ascii")
    shown = desk.type("watch λ", "continue", "info")
    assert shown.isascii()
    assert "\\u03bb: 1 -> 2" in shown


def test_what_draws_and_is_not_installed(tmp_path: Path) -> None:
    path = tmp_path / "draws.py"
    path.write_text(
        "raise ModuleNotFoundError(\"No module named 'matplotlib'\", name='matplotlib.pyplot')\n"
    )
    desk = Desk()
    desk.shell.open(str(path))
    assert "pip install 'nnstep[plot]'" in desk.type("run")
    desk.shell.close()
