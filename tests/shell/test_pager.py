"""Long output page by page: which pager, when, and how it ends."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_helpers import Stream
from terminal import Screen

from nnstep.shell import pager
from nnstep.shell.output import Output

SCRIPT = "import numpy as np\nx = np.ones((100, 3))\nfor epoch in range(3):\n    x = x * 2\n"
HAS_LESS = pytest.mark.skipif(shutil.which("less") is None, reason="there is no less")


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"TERM": "xterm", "PAGER": f"{sys.executable} -c 'pass'"}, [sys.executable, "-c", "pass"]),
        ({"TERM": "xterm", "PAGER": "cat"}, None),
        ({"TERM": "xterm", "PAGER": "no-such-program"}, None),
        ({"TERM": "xterm", "PAGER": "'"}, None),
        ({"TERM": "dumb", "PAGER": sys.executable}, None),
        ({"PAGER": sys.executable}, None),
    ],
)
def test_which_pager(environment: dict[str, str], wanted: list[str] | None) -> None:
    assert pager.program(environment) == wanted


@HAS_LESS
def test_less_shows_colours_and_ends_at_once_where_all_fits() -> None:
    for environment in ({"TERM": "xterm"}, {"TERM": "xterm", "PAGER": "less"}):
        assert pager.program(environment) == ["less", "-RFX"]


def test_only_what_is_long_is_paged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setenv("COLUMNS", "80")
    read = tmp_path / "read"
    code = f"import sys; open({str(read)!r}, 'a').write(sys.stdin.read())"
    out, err = Stream(terminal=True), Stream()
    output = Output(out, err, {"TERM": "xterm", "PAGER": f'{sys.executable} -c "{code}"'})
    output.pages = True
    with output.long():
        output.show("short")
    assert out.getvalue() == "short\n"
    with output.long():
        for number in range(20):
            output.show(str(number))
    assert read.read_text() == "".join(f"{number}\n" for number in range(20))
    assert out.getvalue() == "short\n"
    with output.long():
        output.show("before")
        output.error("an error")
        output.show("behind")
    assert out.getvalue() == "short\nbefore\nbehind\n"
    output.pages = False
    with output.long():
        output.show("x\n" * 20)
    assert out.getvalue().count("x") == 20


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    (tmp_path / "net.py").write_text(SCRIPT)
    made = Screen(tmp_path)
    yield made
    made.child.close(force=True)


@HAS_LESS
def test_a_long_table_at_the_prompt(screen: Screen) -> None:
    screen.wait("next: import")
    screen.child.send("epoch\r")
    screen.wait("next: x = x * 2")
    screen.child.send("table x full\r")
    assert "[99]" not in screen.see("[30]", line=":")
    screen.child.send("G")  # the end of it
    screen.see("[99]")
    screen.child.send("q")
    screen.child.send("p x.shape\r")
    screen.wait("x.shape = (100, 3)")
    screen.child.send("pager off\r")
    screen.wait("the pager is off")
    screen.child.send("table x full\r")
    screen.wait("[99]")


@HAS_LESS
def test_ctrl_c_within_the_pager(screen: Screen) -> None:
    screen.wait("next: import")
    screen.child.send("help\r")
    screen.see("move back")
    screen.child.send("\x03")
    screen.child.send("q")
    screen.child.send("p 6 * 7\r")
    screen.wait("6 * 7 = 42")
