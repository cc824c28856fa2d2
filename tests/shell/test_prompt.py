"""The prompt on a real terminal, and what it completes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_helpers import Desk
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
    (kept,) = (folder / "nnstep" / "typed").iterdir()
    history = kept.read_text()
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
    assert completed("p z.sh") == {"shape": ""}
    assert completed("p np.lin") == {"linalg": "module", "linspace": "_ArrayFunctionDispatcher"}
    assert completed("p nothing.") == completed("p 3") == {}
    assert completed("check --") == {"--at": "", "--cost": ""}
    assert "1" in completed("goto epoch ")
    shell.session.break_at("z")
    assert completed("delete ") == {"1": "name z"}
    assert completed("p le") == {"len": ""}
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


# Several lines.


@pytest.mark.parametrize(
    ("text", "whole", "held"),
    [
        ("step", True, ["step"]),
        ("", True, []),
        ("x = 1", True, ["x = 1"]),
        ("x = [1,", False, ["x = [1,"]),
        ("x = [1,\n2]", True, ["x = [1,\n2]"]),
        ("for i in range(3):", False, ["for i in range(3):"]),
        ("for i in range(3):\n    x = i", False, ["for i in range(3):\n    x = i"]),
        ("for i in range(3):\n    x = i\n    ", True, ["for i in range(3):\n    x = i"]),
        ("for i in range(3):\n    x = i\nstep\nnext", True,
         ["for i in range(3):\n    x = i", "step", "next"]),
        ("if x:\n    a = 1\n\n    b = 2\nelse:\n    c = 3\nstep", True,
         ["if x:\n    a = 1\n\n    b = 2\nelse:\n    c = 3", "step"]),
        ("step\n\nepoch 2\n", True, ["step", "epoch 2"]),
        ("x = = 1", True, ["x = = 1"]),
        ("p (1 +", True, ["p (1 +"]),
        ("s = '''a\nstep\n'''\nstep", True, ["s = '''a\nstep\n'''", "step"]),
        ("@f\ndef g():\n    pass\n", True, ["@f\ndef g():\n    pass"]),
        ("!for i in x:", False, ["!for i in x:"]),
    ],
)  # fmt: skip
def test_when_typed_text_is_whole(text: str, whole: bool, held: list[str]) -> None:
    from nnstep.shell.lines import is_whole, pieces
    from nnstep.shell.output import Output
    from nnstep.shell.shell import Shell

    shell = Shell(Output())
    assert is_whole(text, shell.parse) == whole
    assert pieces(text, shell.parse) == held


@pytest.mark.parametrize(
    ("text", "blanks"), [("x = 1", 0), ("for i in x:", 4), ("for i in x:\n    if i:", 8)]
)
def test_the_next_line_is_indented(text: str, blanks: int) -> None:
    from nnstep.shell.lines import indentation

    assert indentation(text) == " " * blanks


def test_colours_of_a_line() -> None:
    from nnstep.shell.prompt import coloured

    found = {text: style for style, text, *_ in coloured("epoch 3 if 'a' # why", True)}
    assert found["epoch"] == "class:command" and found["3"] == "class:number"
    assert found["if"] == "class:keyword" and found["'a'"] == "class:string"
    assert found["# why"] == "class:comment"
    assert "".join(text for _, text, *_ in coloured("  p x.T @ 'unclosed", True)) == (
        "  p x.T @ 'unclosed"
    )


def test_a_block_that_is_typed(screen: Screen) -> None:
    screen.wait("next: import numpy")
    screen.child.send("step 2\r")
    screen.wait("next: range(3)")
    screen.child.send("for i in range(3):\r")
    screen.see(" ...")
    screen.child.send("x[0] = x[0] + i\r")
    screen.child.send("\x7f" * 4 + "\r")
    screen.wait("i = 2")
    screen.child.send("p x[0, 0]\r")
    assert "x[0, 0] = 4" in screen.wait("x[0, 0] = 4")


def test_ten_lines_that_are_pasted(screen: Screen) -> None:
    screen.wait("next: import numpy")
    lines = ["step 2", *(f"a{at} = {at}" for at in range(8)), "p a0 + a7"]
    screen.child.send("\x1b[200~" + "\n".join(lines) + "\x1b[201~")
    screen.see("p a0 + a7")
    screen.child.send("\r")
    assert "unknown" not in screen.wait("a0 + a7 = 7")


def test_function_keys_and_the_bar(screen: Screen) -> None:
    screen.wait("next: import numpy")
    assert "net.py | start.1, line 1 | main" in screen.see("F3 step")
    f2, f3 = "\x1bOQ", "\x1bOR"
    screen.child.send(f3)
    screen.wait("next: x = np.ones")
    screen.child.send("p np" + f3)  # what was typed stays
    screen.see("next: range(3)")
    screen.see("(nn) p np")
    screen.child.send(CTRL_C)
    screen.child.send(f2)
    screen.wait("start.1")


def test_lines_of_the_session_before_are_suggested_and_searched(folder: Path) -> None:
    first = Screen(folder)
    first.wait("next: import numpy")
    first.child.send("p 12345 * 2\r")
    first.wait("= 24690")
    first.child.send(CTRL_D)
    assert first.end() == 0
    again = Screen(folder)
    again.wait("next: import numpy")
    again.child.send("p 1")
    again.see("(nn) p 12345 * 2")  # dimly
    again.child.send(CTRL_C)
    again.child.send("\x12234")  # Ctrl-R
    again.see("12345 * 2")
    again.child.send("\r\r")
    again.wait("= 24690")
    again.child.send(CTRL_D)
    assert again.end() == 0


def test_keys_of_vi(folder: Path) -> None:
    screen = Screen(folder, "--vi")
    screen.wait("next: import numpy")
    screen.child.send("p 2 + 5\x1b")
    screen.child.send("0wr3\r")  # to the second word, in place of which comes 3
    screen.wait("3 + 5 = 8")
    screen.child.send(CTRL_D)
    assert screen.end() == 0


def test_the_menu_tells_shapes_beside_names(screen: Screen) -> None:
    screen.wait("next: import numpy")
    screen.child.send("step 2\r")
    screen.wait("next: range(3)")
    screen.child.send("table x\t")
    screen.see("(3, 2) float64")
    menu = [line.split() for line in screen.text.splitlines() if "(3, 2) float64" in line]
    assert [line[:4] for line in menu][-1:] == [["x", "(3,", "2)", "float64"]], menu


def test_from_120_columns_to_60_while_a_line_is_typed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    screen = Screen(folder, columns=120)
    screen.wait("next: import numpy")
    screen.child.send("p " + "1 + " * 20)
    screen.see("1 + 1 + 1")
    screen.resize(60)
    screen.child.send("1\r")
    screen.wait("= 21")
    screen.child.send("step\r")
    text = screen.wait("next: x = np.ones")
    assert "\n> 1  import numpy as np\n     ^^^^^^^^^^^^^^^^^^\n" in text
    screen.child.send("help step\r")
    text = screen.wait("step [N]")
    for line in Desk().type("help step").splitlines():  # at the 60 columns of the environment
        assert line.rstrip() in text
    screen.child.close(force=True)


PRINTING = "import numpy as np\nx = np.arange(20000.0)\nwhile True:\n    print('line', x[3])\n"


def test_ctrl_c_while_the_script_prints(folder: Path) -> None:
    (folder / "net.py").write_text(PRINTING)
    screen = Screen(folder)
    screen.wait("next: import numpy")
    screen.child.send("continue\r")
    screen.see("line 3.0\nline 3.0")
    screen.child.send(CTRL_C)
    screen.wait("interrupted")
    screen.child.send("p 6 * 7\r")
    screen.wait("6 * 7 = 42")
    screen.child.close(force=True)


def test_ctrl_c_while_a_long_table_is_printed(folder: Path) -> None:
    (folder / "net.py").write_text(PRINTING)
    screen = Screen(folder, "--no-pager")
    screen.wait("next: import numpy")
    screen.child.send("step 2\r")
    screen.wait("next: x[3]")
    screen.child.send("table x.reshape(-1, 1) full\r")
    screen.see("0\n[1")
    screen.child.send(CTRL_C)
    screen.wait("interrupted")
    assert "[19999]" not in screen.text
    screen.child.send("p 6 * 7\r")
    screen.wait("6 * 7 = 42")
    screen.child.close(force=True)


def test_a_window_that_becomes_narrow(screen: Screen) -> None:
    screen.wait("next: import numpy")
    screen.resize(60)
    screen.child.send("help step\r")
    screen.wait("step [N]")
    assert max(map(len, screen.text.splitlines())) <= 60
    screen.child.send("step\r")
    screen.wait("next: x = np.ones")
