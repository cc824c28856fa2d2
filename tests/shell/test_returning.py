"""Going back, typed as commands: what each shows, and what it says when it can't."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_helpers import Desk, lesson, line_of

MSE = lesson("mse_hidden", 6)
SOFTMAX = lesson("softmax_moons", 4)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mse.py").write_text(MSE, encoding="utf-8")
    (tmp_path / "softmax.py").write_text(SOFTMAX, encoding="utf-8")
    return tmp_path


def opened(name: str, *lines: str, encoding: str = "utf-8") -> Desk:
    desk = Desk(encoding=encoding)
    desk.shell.open(name)
    desk.type(*lines)
    return desk


@pytest.fixture
def mse() -> Iterator[Desk]:
    desk = opened("mse.py", "epoch 3")
    yield desk
    desk.shell.close()


def moment(desk: Desk) -> str:
    return str(desk.shell.session.position.moment)


# The motions.


def test_each_motion_has_its_reverse(mse: Desk) -> None:
    for there, back in (
        ("step 5", "back 5"), ("next 2", "rnext 2"), ("epoch 2", "repoch 2"),
        ("s", "rs"), ("n", "rn"),
    ):
        before = moment(mse)
        mse.type(there)
        assert moment(mse) != before
        mse.type(back)
        assert moment(mse) == before


def test_back_shows_the_same_stop_as_stepping_there(mse: Desk) -> None:
    there = mse.type("step")
    mse.type("step")
    told = ("restored: ", "not yet: ")
    shown = [line for line in mse.type("back").splitlines() if not line.startswith(told)]
    assert shown == there.splitlines()


def test_rfinish_goes_to_the_call(mse: Desk) -> None:
    mse.type("break sigmoid", "continue", "step")
    assert mse.shell.session.position.function == "sigmoid"
    shown = mse.type("rfinish")
    assert mse.shell.session.position.function == "<module>"
    assert "sigmoid(zh)" in shown.splitlines()[-1]


def test_runtil(mse: Desk) -> None:
    mse.type("runtil epoch == 0")
    assert mse.shell.session["epoch"] == 0
    shown = mse.type("runtil epoch == 5")
    assert "at the beginning of the script" in shown
    assert "`epoch == 5` was not true before" in shown


def test_rcontinue_with_a_watch_goes_to_who_wrote_last(mse: Desk) -> None:
    mse.type("watch wo")
    shown = mse.type("rcontinue")
    assert "> " + str(line_of(MSE, "wo -= lr")) in shown
    assert "stopped at " in shown
    assert mse.shell.session["epoch"] == 1


def test_an_empty_line_repeats_each_of_them() -> None:
    desk = Desk(interactive=True)
    desk.shell.open("mse.py")
    desk.type("epoch 4", "repoch")
    desk.type("")
    assert desk.shell.session.position.epoch == 1
    desk.type("next 4", "rnext")
    before = desk.shell.session.position.line
    desk.type("")
    assert desk.shell.session.position.line < before


@pytest.mark.parametrize(
    "line", ["back", "rnext", "rfinish", "repoch", "rcontinue", "rewind", "goto start"]
)
def test_at_the_beginning(line: str) -> None:
    desk = opened("mse.py")
    shown = desk.type(line)
    assert shown.endswith("\nat the beginning of the script\n")
    assert "next: import numpy as np" in shown
    desk.type("step 2", "back 99")
    assert moment(desk).endswith(".1")


# Anywhere.


def test_goto(mse: Desk) -> None:
    mse.type("goto 1.5")
    assert moment(mse) == "1.5"
    assert "epoch = 4" in mse.type("goto epoch 4")
    assert moment(mse) == "4.1"
    shown = mse.type("goto start")
    assert "not yet: feature_set, labels, " in shown
    assert "the script has ended" in mse.type("goto end")
    shown = mse.type("back")
    assert "next: print(" in shown
    assert mse.type("goto e 2").count("epoch = 2") == 1


def test_goto_end_passes_breakpoints_by(mse: Desk) -> None:
    mse.type("break zh", "goto end")
    assert mse.shell.session.finished


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("back x", "`x` is not a whole number; usage: back [N]"),
        ("back 0", "at least 1"),
        ("rnext 1.5", "usage: rnext [N]"),
        ("rfinish 2", "`rfinish` takes no argument"),
        ("runtil", "such as `runtil epoch == 100`"),
        ("runtil nowhere == 1", "nothing in the script is called 'nowhere'"),
        ("goto", "usage: goto MOMENT|epoch K|start|end"),
        ("goto 7", "`goto epoch 7` goes to an epoch, `goto 7.1` to an op of it"),
        ("goto foo", "`foo` is no moment, such as 1200.17; usage: goto"),
        ("goto 1.999", "there is no moment 1.999"),
        ("goto 5.1", "`goto epoch 5` goes to that epoch"),
        ("goto epoch", "usage: goto epoch K"),
        ("goto epoch -1", "epochs are counted from 0"),
        ("goto epoch 77", "the main loop has no epoch 77"),
    ],
)
def test_wrong_use_says_so_in_one_line_and_nothing_moves(mse: Desk, line: str, words: str) -> None:
    before = mse.shell.session.position
    assert words in mse.fail(line)
    assert mse.shell.session.position == before


def test_a_script_without_epochs(folder: Path) -> None:
    (folder / "flat.py").write_text("x = 1\ny = 2\n")
    desk = opened("flat.py", "step")
    for line in ("repoch", "goto epoch 1"):
        assert "no epochs" in desk.fail(line)
    assert "x = 1" in desk.type("step", "back")


# What is told.


def test_the_classic_trap() -> None:
    """A second name for an array: what is done to the one comes back in both."""
    desk = opened("softmax.py", "tbreak delta3", "continue")
    probs = desk.shell.session["probs"].copy()
    desk.type("next")
    assert (desk.shell.session["probs"] != probs).any()
    shown = desk.type("back")
    assert "\nrestored: delta3 = probs (200, 2)\n" in shown
    assert (desk.shell.session["probs"] == probs).all()
    assert desk.shell.session["delta3"] is desk.shell.session["probs"]
    desk.type("next", "next")
    shown = desk.type("rnext")
    assert "not yet: dW2" in shown
    assert "restored" not in shown


def test_what_is_restored_stays_on_one_line_each(mse: Desk) -> None:
    mse.type("goto epoch 4")
    shown = mse.type("goto 1.3").splitlines()
    (line,) = [each for each in shown if each.startswith("restored: ")]
    assert "more ..." in line
    assert len(line) <= 80
    shown = mse.type("goto start").splitlines()
    (line,) = [each for each in shown if each.startswith("not yet: ")]
    assert len(line) <= 80


def test_nothing_is_told_when_going_forward(mse: Desk) -> None:
    for line in ("goto epoch 4", "step", "goto end"):
        shown = mse.type(line)
        assert "restored" not in shown
        assert "not yet" not in shown


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ("goto 2.1", "2.1   epoch 2, op 1   line {zh}   section forward"),
        ("goto 1.2/4", "1.2/4   epoch 1, op 2, op 4 of sigmoid   line {sigmoid} in sigmoid"),
        ("goto start", "start.1   before the main loop, op 1   line {first}"),
        ("goto end", "end   the script has ended"),
    ],
)
def test_when(mse: Desk, there: str, words: str) -> None:
    mse.type(there)
    places = {
        "zh": line_of(MSE, "zh ="), "sigmoid": line_of(MSE, "return 1 /"),
        "first": line_of(MSE, "import numpy"),
    }
    assert mse.type("when").startswith(words.format(**places))


def test_when_in_an_inner_loop(folder: Path) -> None:
    text = "w = 1.0\nfor epoch in range(3):\n    for i in range(4):\n        w = w - 0.1 * w * i\n"
    (folder / "inner.py").write_text(text)
    desk = opened("inner.py", "loop 2", "until epoch == 1 and i == 2")
    assert "epoch 1, op " in desk.type("when")
    assert "in iteration 2 of a loop" in desk.type("when")


def test_only_ascii_in_ascii_mode(folder: Path) -> None:
    (folder / "greek.py").write_text("λ = 1\nλ = λ + 1\n", encoding="utf-8")
    desk = opened("greek.py", "step 2", encoding="ascii")
    shown = desk.type("back", "when", "rewind", "step", "step", "rn")
    assert shown.isascii()
    assert "restored: \\u03bb = 1" in shown


def test_a_script_that_raised_can_be_walked_back(folder: Path) -> None:
    (folder / "bad.py").write_text("a = 1\nb = a + 1\nc = 1 / 0\n")
    desk = opened("bad.py", "continue")
    shown = desk.type("back")
    assert "b = 2" in shown
    assert "1 / 0" in shown.splitlines()[-1]


def test_changes_in_objects_and_containers_are_told(folder: Path) -> None:
    (folder / "net.py").write_text(
        "import numpy as np\n\n\nclass Net:\n    def __init__(self):\n"
        "        self.w = np.zeros(3)\n        self.t = 0\n\n\n"
        "net = Net()\nlosses = []\nfor i in range(3):\n    net.w += 1\n    net.t = net.t + 1\n"
        "    losses.append(i)\n"
    )
    desk = opened("net.py", "until i == 1", "next 3")
    assert "restored: net.w (3,), net.t = 1, losses list of 1" in desk.type("rnext 3")
    assert "not yet: net, losses, i\n" in desk.type("runtil np and not i == 1", "rewind")


def test_a_large_array_is_told_only_when_it_changed(folder: Path) -> None:
    (folder / "large.py").write_text(
        "import numpy as np\nX = np.zeros((3000, 100))\nfor i in range(3):\n    X = X + 0\n"
        "    Y = np.ones((3000, 100)).T[:, ::2]\n    X += i\n"
    )
    desk = opened("large.py", "until i == 1", "next 2")
    assert "restored" not in desk.type("rnext 2")
    desk.type("next 3")
    assert "restored: X (3000, 100)\n" in desk.type("rnext")


def test_variables_of_another_call_are_not_restored() -> None:
    desk = opened("mse.py", "break sigmoid", "continue", "continue", "step 3")
    assert desk.shell.session["x"].shape == (100, 1)
    shown = desk.type("rcontinue", "rcontinue")
    assert desk.shell.session["x"].shape == (100, 4)
    assert "restored" not in shown
