"""The prompt on a real terminal, and what it completes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Screen

ROOT = Path(__file__).parents[2]
NET = """import numpy as np

x = np.ones((3, 2))
for epoch in range(3):
    z = x * 2
    x = x + z
"""
CTRL_C, CTRL_D = "\x03", "\x04"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.py").write_text(NET)
    return tmp_path


@pytest.fixture
def screen(folder: Path) -> Iterator[Screen]:
    made = Screen(folder)
    yield made
    made.child.close(force=True)


def test_a_session_at_the_prompt(screen: Screen, folder: Path) -> None:
    assert "net.py" in screen.wait("next: import numpy")
    screen.child.send("step\r")
    screen.wait("next: x = np.ones")
    # An empty line repeats the last motion.
    screen.child.send("\r")
    screen.wait("next: range(3)")
    # Ctrl-C clears what is typed, and the session is still there.
    screen.child.send("nonsense" + CTRL_C)
    screen.wait("(nn) nonsense")
    screen.child.send("p x.shape\r")
    assert "x.shape = (3, 2)" in screen.wait("= (3, 2)")
    assert "unknown" not in screen.text
    assert max(map(len, screen.text.splitlines())) <= 80
    screen.child.send(CTRL_D)
    assert screen.end() == 0
    history = (folder / "nnstep" / "history").read_text()
    assert "+step\n" in history
    assert "+p x.shape\n" in history


def test_ctrl_c_halts_the_script(folder: Path) -> None:
    (folder / "net.py").write_text("print('begun')\ni = 0\nwhile True:\n    i = i + 1\n")
    screen = Screen(folder)
    screen.wait("next: print")
    # Completed by the tab key, as nothing else begins like this.
    screen.child.send("conti\t")
    screen.see("(nn) continue")
    screen.child.send("\r")
    screen.see("\nbegun")
    screen.child.send(CTRL_C)
    assert "i = i + 1" in screen.wait("interrupted")
    screen.child.send("p i > 0\r")
    screen.wait("i > 0 = True")
    screen.child.send(CTRL_D)
    assert screen.end() == 0


def test_an_unwritable_home_and_quit(folder: Path) -> None:
    (folder / "file").write_text("")
    screen = Screen(folder, XDG_STATE_HOME=str(folder / "file"))
    screen.wait("next: ")
    screen.child.send("stpe\r")
    screen.wait("did you mean `step`")
    screen.child.send("quit\r")
    assert screen.end() == 0


def test_completion(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    from nnstep.shell.output import Output
    from nnstep.shell.prompt import ShellCompleter
    from nnstep.shell.shell import Shell

    monkeypatch.chdir(folder)
    shell = Shell(Output())
    completer = ShellCompleter(shell)

    def completed(text: str) -> dict[str, str]:
        found = completer.get_completions(Document(text), CompleteEvent())
        return {each.text: each.display_meta_text for each in found}

    assert "step" in completed("st")
    assert completed("p z") == {}
    shell.open("net.py")
    shell.session.until("epoch == 1")
    assert completed("z") == {"z": "(3, 2) float64"}
    assert completed("table z") == {"z": "(3, 2) float64"}
    assert completed("p np.dot(x, ep") == {"epoch": "int"}
    assert completed("x = z * ep") == {"epoch": "int"}
    assert completed("step ;; p ep") == {"epoch": "int"}
    assert completed("p z.sh") == completed("z.") == completed("p 3") == {}
    assert "tbreak" in completed("help t")
    assert completed("grain a") == {"all": ""}
    assert completed("catch n") == {"nan": ""}
    assert set(completed("goto ")) == {"epoch ", "start", "end"}
    assert completed("watch ep") == {"epoch": "int"}
    assert completed("history x.mean() * ep") == {"epoch": "int"}
    assert "rnext" in completed("rn")
    assert "net.py" in completed("open n")
    assert completed("open mse_h") == {"mse_hidden": "lesson"}
    assert "net.py" in completed("source ./n")
    assert completed("source nowhere/") == {}
    assert completed("step ") == {}
    assert "step" in completed("")
    shell.close()
