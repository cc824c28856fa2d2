"""`record`: lesson files that play again, films and pictures."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_helpers import Desk

from nnstep.shell.output import Output
from nnstep.shell.transcripts import replay_files

SCRIPT = """import sys
import numpy as np
x = np.arange(6.0).reshape(3, 2) / 7
w = np.ones((2, 1))
for epoch in range(30):
    z = x @ w
    w -= 0.1 * x.T @ z
print(sys.argv[1:])
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    Path("net.py").write_text(SCRIPT)
    made = Desk()
    made.shell.open("net.py", ["--lr", "3"])
    yield made
    made.shell.close()


def checked(path: str) -> str:
    out = io.StringIO()
    replay_files(Output(out, out, {}), [path], check=True)
    return out.getvalue()


def test_a_lesson_file_of_what_was_typed(desk: Desk) -> None:
    desk.type("epoch", "record mine.md", "next", "predict shape w", "(2, 1)", "watch w")
    desk.type("continue", "for i in [1]:\n    print(i + 41)", "print('printed')", "x[0, 0] = 3")
    desk.type("continue ;; back", "delete", "help")
    desk.fail("rubbish")
    desk.type("continue")
    assert "mine.md: written" in desk.type("record off")
    text = Path("mine.md").read_text()
    typed = [line for line in text.splitlines() if line.startswith(("(nn) ", "(..) "))]
    assert typed == [
        "(nn) epoch", "(nn) next", "(nn) predict shape w", "(nn) (2, 1)", "(nn) watch w",
        "(nn) continue", "(nn) for i in [1]:", "(..)     print(i + 41)", "(nn) print('printed')",
        "(nn) x[0, 0] = 3", "(nn) continue ;; back", "(nn) delete", "(nn) rubbish", "(nn) continue",
    ]
    assert "\n42\n" in text and "\nprinted\n" in text and "right: " in text
    assert 'arguments = ["--lr", "3"]' in text and "['--lr', '3']" in text
    assert checked("mine.md") == "mine.md: all 13 commands as written\n"


def test_what_an_empty_line_repeats_is_written_out(desk: Desk) -> None:
    desk.shell.interactive = True
    desk.type("record mine.md", "step", "", "record off")
    assert Path("mine.md").read_text().count("(nn) step\n") == 2


def interrupt_in_epoch_7(desk: Desk) -> None:
    """Have the script print its epochs, run it on, and press Ctrl-C when it prints 7."""
    printed = desk.shell.session.on_print
    Path("net.py").write_text(SCRIPT.replace("    z =", "    print(epoch)\n    z ="))
    desk.type("restart")

    def halt(text: str) -> None:
        if text.strip() == "7":
            desk.shell.session.interrupt()
        assert printed is not None
        printed(text)

    desk.shell.session.on_print = halt
    assert "interrupted" in desk.fail("continue")


def test_an_interrupted_run_is_kept_as_where_it_stood(desk: Desk) -> None:
    desk.type("record mine.md")
    interrupt_in_epoch_7(desk)
    desk.type("record off")
    text = Path("mine.md").read_text()
    assert "(nn) goto epoch 8 ;; goto 8.0\n" in text and "(nn) continue" not in text
    assert checked("mine.md") == "mine.md: all 2 commands as written\n"


def interrupt_early(desk: Desk) -> str:
    """Press Ctrl-C before the main loop; what is shown then."""
    session, start = desk.shell.session, desk.out.tell()
    session.on_print = lambda _: [session.interrupt()].clear()
    assert desk.fail("continue") == "interrupted"
    assert session.position.epoch is None
    return desk.out.getvalue()[start:]


def test_an_interruption_outside_of_the_epochs_is_told_where_it_is_missing(desk: Desk) -> None:
    told = "where that was interrupted can't be kept in a lesson file"
    Path("early.py").write_text("for early in range(9):\n    print(early)\n" + SCRIPT)
    desk.type("open early.py")
    assert told not in interrupt_early(desk)
    assert told in desk.type("record mine.md")
    desk.type("step", "record off", "open early.py")
    assert told not in desk.type("record more.md")
    assert told in interrupt_early(desk)


def test_a_film(desk: Desk) -> None:
    desk.shell.interactive = True
    desk.type("epoch", "record run.cast", "next", "print('told')", "record off")
    head, *events = map(json.loads, Path("run.cast").read_text().splitlines())
    assert head == {"version": 3, "term": {"cols": 120, "rows": 24}}
    assert all(len(each) == 3 and each[0] >= 0 and each[1] in "or" for each in events)
    shown = "".join(each[2] for each in events)
    assert shown.startswith("(nn) next\r\n0.1  net.py:6") and "z  (3, 1) float64" in shown
    assert shown.endswith("(nn) print('told')\r\ntold\r\n")
    assert "\n" not in shown.replace("\r\n", "")


def test_a_film_in_which_the_terminal_changes_its_size(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.type("record run.cast", "next")
    monkeypatch.setenv("COLUMNS", "60")
    desk.type("next", "record off")
    events = list(map(json.loads, Path("run.cast").read_text().splitlines()))[1:]
    assert [each[2] for each in events if each[1] == "r"] == ["60x24"]


def test_a_picture(desk: Desk) -> None:
    desk.type("record run.svg", "epoch", "record off")
    root = ElementTree.fromstring(Path("run.svg").read_text())
    assert root.tag.endswith("svg")
    shown = "".join(root.itertext()).replace("\xa0", " ")
    assert "nnstep net.py" in shown and "for epoch in range(30):" in shown
    assert "is being recorded" not in shown


def test_it_is_written_at_the_end_and_when_another_script_is_opened(desk: Desk) -> None:
    desk.type("record one.md", "step")
    Path("other.py").write_text("y = 1\n")
    assert "one.md: written" in desk.type("open other.py")
    desk.type("record two.svg", "step")
    desk.shell.close()
    assert Path("one.md").exists() and Path("two.svg").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("record mine.txt", "a recording is .md, .cast or .svg: `mine.txt`"),
        ("record net.md", "there is a net.md already; remove it, or take another name"),
        ("record nosuch/mine.md", "nosuch/mine.md: there is no folder"),
    ],
)
def test_what_is_refused(desk: Desk, line: str, message: str) -> None:
    Path("net.md").write_text("mine")
    assert message in desk.fail(line)
    assert "nothing is being recorded" in desk.type("record")
    assert Path("net.md").read_text() == "mine"


def test_one_at_a_time(desk: Desk) -> None:
    desk.type("record mine.md")
    assert "mine.md is being recorded" in desk.type("record")
    assert "`record off` ends it" in desk.fail("record other.md")
    assert "nothing is recorded yet" in desk.fail("record off")
    desk.type("step", "record off")


def test_what_cannot_be_written_is_told_and_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", full)
        desk.type("record mine.cast", "step")
        said = desk.fail("record off")
        assert "mine.cast: No space left on device; nothing is lost: mend that" in said
    desk.type("record off")
    assert Path("mine.cast").exists()


def test_after_an_interruption_the_rest_is_kept_as_it_is(desk: Desk) -> None:
    desk.type("record mine.md")
    interrupt_in_epoch_7(desk)
    desk.type("p w.sum()", "w[0] = 100", "p w[0]", "record off")
    text = Path("mine.md").read_text()
    assert text.count("(nn) goto epoch 8") == 1
    assert "(nn) w[0] = 100\n" in text and "(nn) p w[0]\nw[0]  (1,) float64" in text


def test_what_is_left_out_of_a_line(desk: Desk) -> None:
    Path("more.txt").write_text("step\nstep\n")
    desk.type("record mine.md ;; step", "help ;; next", "source more.txt", "tolerance = 0.5")
    desk.fail("expect z")
    desk.type("predict on", "record off")
    typed = [each for each in Path("mine.md").read_text().splitlines() if each[:5] == "(nn) "]
    assert typed == [
        "(nn) step", "(nn) next", "(nn) source more.txt", "(nn) !tolerance = 0.5", "(nn) predict on"
    ]
    assert "as written" in checked("mine.md")


def test_output_that_means_something_in_a_lesson_file(desk: Desk) -> None:
    desk.type("record mine.md", "print('```')", "print('(nn) step')", "print('a[ (re)')")
    desk.type("print('plain')", "record off")
    text = Path("mine.md").read_text()
    assert text.count("\n(nn) ") == 4 and text.count("\n...\n") == 3 and "\nplain\n" in text
    assert "as written" in checked("mine.md")


def test_it_is_written_where_it_began_though_the_script_goes_elsewhere(
    desk: Desk, tmp_path: Path
) -> None:
    Path("sub").mkdir()
    Path("sub/mine.md").write_text("precious")
    Path("other.py").write_text("import os\nos.chdir('sub')\nx = 1\n")
    desk.type("open other.py", "record mine.md", "next 3", "record off")
    assert "x = 1" in (tmp_path / "mine.md").read_text()
    assert (tmp_path / "sub/mine.md").read_text() == "precious"


def test_a_script_that_cannot_be_opened_ends_no_recording(desk: Desk) -> None:
    desk.type("record mine.md", "step")
    desk.fail("open nosuch.py")
    desk.type("step", "record off")
    assert Path("mine.md").read_text().count("(nn) step\n") == 2


def test_odd_texts(desk: Desk) -> None:
    odd = "odd \U0001f600 \x7f.py"
    Path(odd).write_text(SCRIPT)
    desk.shell.open(odd, ["\U0001f600", 'a"b\\'])
    desk.type("record mine.md", "step", "record off", "record run.svg", "print('\\x00\\x01')")
    desk.type("record off", "record run.cast", "record off")
    assert "as written" in checked("mine.md")
    ElementTree.fromstring(Path("run.svg").read_text())


def test_a_recording_that_fails_at_the_end_is_a_failure(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("broken")

    desk.type("record mine.md", "step")
    monkeypatch.setattr("nnstep.shell.recording.replay", broken)
    desk.shell.finish()
    assert desk.shell.failed and "mine.md: RuntimeError: broken" in desk.err.getvalue()
