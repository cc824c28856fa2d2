"""Figures that a script shows with matplotlib, at the prompt and under `run`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from shell_helpers import Desk
from terminal import Screen

pytest.importorskip("matplotlib")

SCRIPT = """import matplotlib.pyplot as plt
w, costs = 4.0, []
for epoch in range(8):
    w -= 0.5 * w
    costs.append(w**2)
fig, ax = plt.subplots(figsize=(4, 3), dpi=100)
ax.plot(costs)
plt.show()
left = plt.get_fignums()
"""
LIVE = """import matplotlib.pyplot as plt
for epoch in range(3):
    plt.plot([epoch, 1])
    plt.pause(0.001)
    lines = len(plt.gca().lines)
"""
_FILE = re.compile(r"(\S+\.png)")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("MPLBACKEND", raising=False)
    Path("script.py").write_text(SCRIPT)
    Path("live.py").write_text(LIVE)
    made = Desk()
    yield made
    made.shell.close()


def files(text: str) -> list[Path]:
    """The files that are named."""
    return [Path(each) for each in _FILE.findall(text)]


def test_a_figure_is_kept_and_the_script_goes_on(desk: Desk) -> None:
    from matplotlib.image import imread

    told = desk.type("open script.py", "continue")
    assert "Figure 1, 400 x 300 pixels" in told and "script has ended" in told
    (path,) = files(told)
    assert imread(path).shape == (300, 400, 4)
    assert desk.shell.session["left"] == []
    assert "MPLBACKEND" not in os.environ


def test_a_figure_is_shown_once_but_again_in_another_branch(desk: Desk) -> None:
    desk.type("open script.py", "continue")
    assert not files(desk.type("back 3", "continue"))
    assert not files(desk.type("goto epoch 3", "continue"))
    assert len(files(desk.type("goto epoch 3", "costs[0] = 9", "continue"))) == 1
    assert desk.shell.session["left"] == []


def test_open_figures_go_back_too(desk: Desk) -> None:
    desk.type("open script.py", "continue", "rnext 2")
    assert desk.shell.session.eval("plt.get_fignums()") == [1]
    desk.type("goto epoch 3")
    assert desk.shell.session.eval("plt.get_fignums()") == []
    desk.type("continue", "rnext 2")
    assert desk.shell.session.eval("plt.get_fignums()") == [1]
    desk.type("restart")
    assert desk.shell.session.eval("__import__('matplotlib.pyplot').pyplot.get_fignums()") == []


def test_of_a_figure_that_lives_the_last_state_is_shown(desk: Desk) -> None:
    told = desk.type("open live.py", "continue")
    assert len(files(told)) == 1 and desk.shell.session["lines"] == 3


@pytest.mark.parametrize("typed", ["p plt.figure()", "p plt.close()"])
def test_a_figure_opened_or_closed_by_hand_changes_no_answer(desk: Desk, typed: str) -> None:
    Path("timed.py").write_text(f"import time\n{SCRIPT}now = time.time()\n")
    desk.type("open timed.py", "continue")
    now = desk.shell.session["now"]
    desk.type("rnext 3" if "close" in typed else "goto epoch 3", typed, "continue")
    assert desk.shell.session["now"] == now


def test_nothing_is_waited_for(desk: Desk) -> None:
    live = LIVE.replace("0.001", "5") + "pressed = plt.waitforbuttonpress(5)\n"
    Path("live.py").write_text(live)
    start = monotonic()
    desk.type("open live.py", "continue")
    assert monotonic() - start < 10 and desk.shell.session["pressed"] is None


def test_what_is_typed_shows_figures_too(desk: Desk) -> None:
    desk.type("open script.py", "step 1")
    assert len(files(desk.type("plt.plot([1, 2])", "plt.show()"))) == 1
    assert len(files(desk.type("plt.plot([1, 2]); plt.show()"))) == 1


def test_a_folder_that_cannot_be_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(Path("file").resolve()))
    told = desk.type("open script.py", "continue")
    assert "could not be kept" in told and "script has ended" in told


def test_figures_are_handed_over_from_the_beginning_on_too(desk: Desk) -> None:
    Path("asks.py").write_text("import os\nseen = os.environ.get('MPLBACKEND')\n" + SCRIPT)
    desk.type("open asks.py", "goto epoch 2")
    assert desk.shell.session["seen"] == "module://nnstep.showing"
    assert "MPLBACKEND" not in os.environ


def test_what_a_script_has_chosen_stays_chosen(desk: Desk) -> None:
    Path("own.py").write_text(
        "import os\nos.environ['MPLBACKEND'] = 'Agg'\nseen = os.environ['MPLBACKEND']\n"
    )
    desk.type("open own.py", "step", "step", "step")
    assert desk.shell.session["seen"] == "Agg"
    desk.type("back 2")
    assert desk.shell.session.eval("os.environ['MPLBACKEND']") == "module://nnstep.showing"
    desk.type("continue")
    assert desk.shell.session["seen"] == "Agg"


def test_a_figure_that_cannot_be_drawn_does_not_end_the_script(desk: Desk) -> None:
    Path("bad.py").write_text(SCRIPT.replace("plt.show", "plt.title('$\\\\foo$')\nplt.show"))
    told = desk.type("open bad.py", "continue")
    assert "Figure 1 could not be drawn: ValueError" in told and "script has ended" in told
    assert not files(told) and desk.shell.session["left"] == []


def test_another_script_finds_no_figures_and_no_choice_of_the_one_before(desk: Desk) -> None:
    Path("own.py").write_text(
        "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nplt.figure()\n"
    )
    desk.type("open own.py", "continue")
    Path("own.py").write_text("import matplotlib.pyplot as plt\nopen_ones = plt.get_fignums()\n")
    desk.type("restart", "continue")
    assert desk.shell.session["open_ones"] == []
    assert desk.shell.session.eval("plt.get_backend()") == "module://nnstep.showing"
    desk.type("plt.figure()", "open own.py", "continue")
    assert desk.shell.session["open_ones"] == []
    desk.type("back", "back", "continue")
    assert desk.shell.session["open_ones"] == []


def test_run_leaves_matplotlib_alone(desk: Desk, tmp_path: Path) -> None:
    Path("tell.py").write_text("import os, matplotlib\nprint(os.environ.get('MPLBACKEND'))\n")
    for options in (["run"], ["run", "--ops"]):
        done = subprocess.run(
            [sys.executable, "-m", "nnstep", *options, "tell.py"], capture_output=True,
            text=True, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert done.stdout == "None\n", done.stderr


def test_a_figure_in_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(SCRIPT)
    screen = Screen(tmp_path)
    screen.wait("next: import")
    screen.child.send("continue\r")
    text = screen.wait("script has ended")
    screen.child.close(force=True)
    assert sum("▀" in line for line in text.splitlines()) >= 8
    assert "Figure 1, 400 x 300 pixels" in text
