"""The commands, typed as strings at a real session on a tiny script."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_helpers import LESSONS, Desk

from nnstep.shell.registry import GROUPS, commands, find

NET = '''"""A net of two weights.

Source: nowhere
"""
import numpy as np


def sigmoid(x):
    y = 1 / (1 + np.exp(-x))
    return y


# %% data
x = np.arange(6.0).reshape(3, 2)
w = np.full((2, 1), 0.5)
b = 0.25
lr = 0.5

for epoch in range(4):
    # %% forward
    # Scores of all points.
    z = np.dot(x, w)
    a = sigmoid(z)
    # %% update
    w = w - lr * 0.1
    b = b - 0.1
    print("epoch", epoch)

# %% end
print("done")
'''
LINE_OF_Z = 22
PLACES = """import numpy as np


class Net:
    W = np.ones((3, 2))


net = Net()
all = {"W": net.W}
for i in range(5):
    net.W *= 0.5
"""


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET)
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    made = Desk()
    made.shell.open("net.py")
    yield made
    made.shell.close()


@pytest.fixture
def at_z(desk: Desk) -> Desk:
    desk.type("tbreak z", "continue")
    return desk


# Moving.


def test_opening(desk: Desk) -> None:
    desk.shell.show_opening()
    shown = desk.out.getvalue()
    assert "net.py" in shown
    assert "A net of two weights." in shown
    assert "next: import numpy as np" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_step(desk: Desk) -> None:
    assert "import numpy as np" in desk.type("step")
    shown = desk.type("s 3")
    assert "next: " in shown
    assert desk.shell.session.position.line > 5


def test_the_next_op_is_told_with_moment_and_line(at_z: Desk) -> None:
    lines = at_z.type("step").splitlines()
    moment = at_z.shell.session.position.moment
    assert lines[-1].startswith("next: ")
    assert lines[-1].endswith(f"   {moment} line 9 in sigmoid")


def test_next_goes_over_calls(at_z: Desk) -> None:
    shown = at_z.type("next")
    assert "a  (3, 1) float64" in shown
    assert at_z.shell.session.position.function == "<module>"


def test_finish(at_z: Desk) -> None:
    at_z.type("step")
    assert at_z.shell.session.position.function == "sigmoid"
    at_z.type("finish")
    assert at_z.shell.session.position.function == "<module>"


def test_epoch_section_until(desk: Desk) -> None:
    desk.type("epoch")
    assert desk.shell.session.position.epoch == 0
    desk.type("e 2")
    assert desk.shell.session.position.epoch == 2
    before = desk.shell.session.position.section
    desk.type("section")
    assert desk.shell.session.position.section != before
    desk.type("until epoch == 3")
    assert desk.shell.session["epoch"] == 3
    assert "`epoch == 77` did not become true" in desk.type("until epoch == 77")


def test_continue_passes_on_what_is_printed_and_says_that_it_ended(desk: Desk) -> None:
    shown = desk.type("continue")
    assert "epoch 0\nepoch 1\nepoch 2\nepoch 3\ndone\n" in shown
    assert shown.count("done") == 1
    assert shown.endswith("the script has ended; `back` goes back, `restart` begins again\n")
    for motion in ("continue", "run", "step", "next", "epoch", "section", "finish", "until b"):
        assert "the script has ended" in desk.type(motion)


def test_restart(desk: Desk) -> None:
    desk.type("b z", "run")
    (Path("net.py")).write_text("new = 1\n" + NET)
    shown = desk.type("restart")
    assert "new = 1" in shown
    assert len(desk.shell.session.breakpoints) == 1
    Path("net.py").write_text("new = = 1\n")
    message = "\n".join(_lines_of_failure(desk, "restart"))
    assert "net.py:1: SyntaxError: invalid syntax" in message
    assert desk.shell.session.next_op is not None


def _lines_of_failure(desk: Desk, line: str) -> list[str]:
    start = desk.err.tell()
    assert not desk.shell.execute(line)
    return desk.err.getvalue()[start:].splitlines()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("step x", "`x` is not a whole number; usage: step [N]"),
        ("step 0", "at least 1"),
        ("step -1", "the number must be at least 1, not -1; usage: step [N]"),
        ("next -2", "the number must be at least 1, not -2; usage: next [N]"),
        ("epoch -1", "the number must be at least 1, not -1; usage: epoch [N]"),
        ("back -1", "the number must be at least 1, not -1; usage: back [N]"),
        ("next 1.5", "not a whole number"),
        ("finish 3", "`finish` takes no argument"),
        ("until", "usage: until COND"),
        ("until (", "SyntaxError"),
        ("grain coarse", "usage: grain [op|all]"),
    ],
)
def test_motions_that_fail(desk: Desk, line: str, words: str) -> None:
    before = desk.shell.session.position
    assert words in desk.fail(line)
    assert desk.shell.session.position == before


def test_a_condition_that_is_an_array(at_z: Desk) -> None:
    told = "`x` is an array, which is neither true nor false; `x.sum() < 5`, `.any()` or `.all()` "
    assert told in at_z.fail("until x") and told in at_z.fail("runtil x")
    assert "`(x - 1).sum() < 5`, " in at_z.fail("until x - 1")


def test_a_number_below_zero_behind_a_variable_is_python(at_z: Desk) -> None:
    at_z.type("next 2")
    assert at_z.type("epoch -1") == "epoch -1 = -1\n"
    assert at_z.type("step = 5", "step -1") == "step = 5\nstep -1 = 4\n"


def test_grain(at_z: Desk) -> None:
    assert "grain op" in at_z.type("grain")
    assert "grain all" in at_z.type("grain all")
    assert at_z.shell.session.grain == "all"


def test_an_empty_line_repeats_the_last_motion_at_a_prompt(folder: Path) -> None:
    desk = Desk(interactive=True)
    desk.shell.open("net.py")
    assert desk.type("") == ""
    first = desk.type("next 2")
    desk.type("p 1")
    assert desk.type("") not in ("", first)
    line = desk.shell.session.position.line
    desk.type("# a comment")
    assert desk.shell.session.position.line == line


def test_an_empty_line_repeats_nothing_elsewhere(desk: Desk) -> None:
    desk.type("next 2")
    assert desk.type("", "  ", "# x", ";;") == ""


def test_ctrl_c_halts_a_motion_and_the_next_one_goes_on(folder: Path) -> None:
    (folder / "long.py").write_text(
        "import os, signal\n"
        "for i in range(10**9):\n"
        "    if i == 3:\n"
        f"        os.kill({os.getpid()}, signal.SIGINT)\n"
        "    x = i + 1\n"
    )
    desk = Desk(interactive=True)
    desk.shell.open("long.py")
    before = signal.getsignal(signal.SIGINT)
    assert desk.fail("continue") == "interrupted"
    assert signal.getsignal(signal.SIGINT) is before
    # It halts where the next iteration begins.
    assert desk.shell.session["i"] in (3, 4)
    desk.type("until i == 20")
    assert desk.shell.session["i"] == 20


# Stopping.


def test_breakpoints(desk: Desk) -> None:
    assert desk.type("break z") == "breakpoint 1: whenever z gets a value\n"
    assert desk.type(f"b {LINE_OF_Z}") == f"breakpoint 2: before line {LINE_OF_Z}\n"
    assert desk.type("tbreak sigmoid") == ("temporary breakpoint 3: before function sigmoid runs\n")
    assert desk.type("b a if epoch > 1") == (
        "breakpoint 4: whenever a gets a value, if epoch > 1\n"
    )
    assert f"stopped at breakpoint 2: line {LINE_OF_Z}" in desk.type("c")
    assert "stopped at breakpoint 1: z" in desk.type("c")
    assert "stopped at breakpoint 3: sigmoid" in desk.type("c")
    assert "breakpoint 2" in desk.type("c")
    listed = desk.type("info breakpoints").splitlines()
    assert listed[0] == "breakpoint 1: whenever z gets a value, hit once"
    assert listed[1].endswith("hit 2 times")
    assert len(listed) == 3
    assert desk.type("info") == desk.type("break") == desk.type("info b")
    desk.type("delete 1", "d 2")
    assert "stopped at breakpoint 4: a if epoch > 1" in desk.type("c")
    assert desk.shell.session["epoch"] == 2
    assert desk.type("delete") == "1 breakpoint deleted\n"
    assert "no breakpoints" in desk.type("info")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("break nowhere", "nowhere"),
        ("break 999", "999"),
        ("break z if", "usage"),
        ("break if z", "usage"),
        ("break z if (", "("),
        ("tbreak", "usage"),
        ("delete 7", "there is no breakpoint 7"),
        ("delete z", "not a whole number"),
        ("info registers", "usage"),
    ],
)
def test_breakpoints_that_fail(desk: Desk, line: str, words: str) -> None:
    assert words in desk.fail(line)
    assert not desk.shell.session.breakpoints


# Looking.


def test_print(at_z: Desk) -> None:
    assert at_z.type("p b") == "b = 0.25\n"
    assert at_z.type("print z.shape") == "z.shape = (3, 1)\n"
    assert at_z.type("p 'full'") == "'full' = 'full'\n"
    assert at_z.type("p None") == "None = None\n"
    assert "p nothing" not in at_z.fail("p nothing")


def test_python_expressions(at_z: Desk) -> None:
    assert at_z.type("b * 2") == "b * 2 = 0.5\n"
    assert at_z.type("z.shape") == "z.shape = (3, 1)\n"
    assert at_z.type("lr") == "lr = 0.5\n"
    assert at_z.type("None") == ""
    assert at_z.type("!b") == "b = 0.25\n"
    assert "z  (3, 1) float64" in at_z.type("z")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("p nowhere", "NameError: name 'nowhere' is not defined"),
        ("sigmod(0)", "NameError: name 'sigmod' is not defined"),
        ("b / 0", "ZeroDivisionError: float division by zero"),
        ("p (", "SyntaxError: '(' was never closed"),
        ("p", "something is missing; usage: print EXPR"),
        ("{}['k']", "KeyError: k"),
        ("zz = = 3", "SyntaxError: invalid syntax"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("!", "`!` needs Python behind it: `!b = 3`"),
        (
            "table(z)",
            "NameError: name 'table' is not defined; table is a command: table NAME[SLICE] [full]",
        ),
        ("epch + 1", "NameError: name 'epch' is not defined; did you mean `epoch`?"),
        ("stpe", "unknown command `stpe`; did you mean `step`?"),
        ("xyzzy", "unknown command `xyzzy`; `help` lists the commands"),
        ("z shape", "`z` is a variable, not a command: `table z` shows it"),
        ("diff nowhere", "NameError: name 'nowhere' is not defined"),
    ],
)
def test_errors_are_one_line_and_the_session_goes_on(at_z: Desk, line: str, message: str) -> None:
    assert at_z.fail(line) == message
    assert at_z.type("p b") == "b = 0.25\n"


def test_a_command_that_is_a_variable_too(at_z: Desk) -> None:
    assert at_z.type("b").endswith("`p b` prints the variable b\n")
    assert at_z.type("b = 3") == "b = 3\n"
    assert "`p b`" not in at_z.type("b 22")


def test_table(at_z: Desk) -> None:
    shown = at_z.type("table x")
    assert shown.startswith("x  (3, 2) float64")
    part = at_z.type("t x[1:, :]")
    assert part.startswith("x[1:, :]  (2, 2) float64")
    assert "[0]" not in part.splitlines()[2]
    assert "[1]" in part and "[2]" in part
    assert at_z.type("table x [1:, :]").startswith("x[1:, :]")
    assert at_z.type("table x[1, 1]") == "x[1, 1] = 3.0\n"
    assert at_z.type("table x[x > 3]").startswith("x[x > 3]  (2,)")
    assert at_z.type("table x - 1").startswith("x - 1  (3, 2)")
    assert at_z.type("table lr") == "lr = 0.5\n"
    assert at_z.type("table [1, 2][0]") == "[1, 2][0] = 1\n"
    assert "usage" in at_z.fail("table")
    assert "IndexError" in at_z.fail("table x[7]")


def test_table_shows_all_when_asked(at_z: Desk) -> None:
    at_z.type("long = np.arange(40.0).reshape(20, 2)")
    assert "[10]" not in at_z.type("table long")
    assert "[10]" in at_z.type("table long full")
    assert "[10]" in at_z.type("table long[2:18]")


def test_diff(desk: Desk) -> None:
    desk.type("epoch")
    assert "epoch" in desk.fail("diff w")
    desk.type("epoch 2", "next 4")
    shown = desk.type("diff w")
    assert "2 of 2 values changed since an epoch ago" in shown
    assert "w now - before  (2, 1)" in shown
    assert "b now - before" in desk.type("diff b")
    assert "lr is the same as an epoch ago" in desk.type("diff lr")


def test_diff_behind_the_main_loop(desk: Desk) -> None:
    assert desk.fail("diff 1") == "there is no epoch before this one"
    desk.type("continue")
    assert "2 of 2 values changed since the last epoch began" in desk.type("diff w")
    assert desk.type("diff b").splitlines() == [
        f"b = {desk.shell.session['b']}",
        f"b when the last epoch began = {desk.shell.session['b'] + 0.1}",
        "b now - before = -0.1",
    ]
    assert "lr is the same as when the last epoch began" in desk.type("diff lr")
    assert desk.shell.session.finished


def test_diff_behind_a_loop_that_was_left_early(desk: Desk) -> None:
    text = "b = 1.0\nwhile True:\n    b *= 0.5\n    if b < 0.2:\n        break\nc = b\n"
    Path("left.py").write_text(text)
    desk.type("open left.py", "until b < 0.2", "continue")
    assert desk.type("diff b").startswith("b = 0.125\nb when the last epoch began = 0.25\n")


def test_diff_of_attributes_entries_and_parts(desk: Desk) -> None:
    Path("places.py").write_text(PLACES)
    desk.type("open places.py", "epoch 3")
    for place in ("net.W", "net.W[1:]", "all['W']", "net.W.sum()"):
        shown = desk.type(f"diff {place}")
        assert shown.startswith(place) and f"{place} now - before" in shown
    assert "AttributeError" in desk.fail("diff net.V")


def test_a_name_without_a_value_yet(desk: Desk) -> None:
    told = f"there is no 'z' here; line {LINE_OF_Z} is where it first appears"
    lines = ("p z", "p z.sum()", "table z", "table z[0:1]", "shape z", "diff z", "why z",
             "explain z[0, 0]", "plot hist z")  # fmt: skip
    assert {desk.fail(line) for line in lines} == {told}
    assert "".join(desk.type("display z").splitlines()).endswith(f"here ({told})")


def test_a_name_of_a_function_that_is_not_running(desk: Desk) -> None:
    told = (
        "there is no 'y' here: it is a variable of sigmoid(); `tbreak y` and then `continue`, or "
        "`rcontinue` for the way back, leads there"
    )
    assert desk.fail("p y") == told
    desk.type("tbreak y", "continue")
    assert desk.type("p y.shape") == "y.shape = (3, 1)\n"
    desk.type("goto end")
    assert desk.fail("shape y") == told
    desk.type("tbreak y", "rcontinue", "shape y")


def test_list(at_z: Desk) -> None:
    at_z.type(f"b {LINE_OF_Z}")
    around = at_z.type("list")
    assert f" *{LINE_OF_Z}" in around.replace(" ", "") or f"* {LINE_OF_Z}" in around
    assert ">" in around
    assert len(around.splitlines()) == 11
    assert at_z.type("list").split()[0] == "29"
    assert "script ends" in at_z.type("list", "list")
    assert at_z.type("list 2,3").splitlines() == ["   2", "   3  Source: nowhere"]
    assert at_z.type("l 3").startswith("   1")
    for line in ("list x", "list 3,2", "list 0,2", "list 1,2,3"):
        assert "usage" in at_z.fail(line)


def test_where_and_vars(at_z: Desk) -> None:
    at_z.type("step")
    first, second = at_z.type("where").splitlines()
    assert first.startswith("> sigmoid   net.py:9 ")
    assert second.startswith("  <module>  net.py:23")
    assert at_z.type("bt") == at_z.type("where")
    rows = at_z.type("vars").splitlines()
    assert rows[0] == "in sigmoid"
    assert rows[1].startswith("*  x ")
    assert "parameters" in rows
    assert any(row.startswith("   lr") for row in rows)


def test_vars_before_anything(desk: Desk) -> None:
    assert desk.type("vars") == "no variables yet\n"


def test_display(at_z: Desk) -> None:
    assert at_z.type("display w").startswith("1: w  (2, 1)")
    assert at_z.type("display b") == "2: b = 0.25\n"
    at_z.type("display later")
    shown = at_z.type("next 2")
    assert "1: w" in shown
    assert "0.45*" in shown.replace("0.450", "0.45")
    assert "3: later has no value here (NameError" in shown
    assert "2: b = " in at_z.type("display")
    at_z.type("undisplay 2", "undisplay w", "undisplay later")
    assert "nothing is displayed" in at_z.type("display")
    assert "not displayed" in at_z.fail("undisplay 9")
    at_z.type("display b", "undisplay")
    assert "nothing is displayed" in at_z.type("display")


# Changing.


def test_set_and_assignment(at_z: Desk) -> None:
    assert at_z.type("set b = 3") == "b = 3\n"
    assert at_z.type("lr = 0.125") == "lr = 0.125\n"
    assert at_z.shell.session["lr"] == 0.125
    assert at_z.type("x[0, 0] = 7") == "x[0, 0] = 7.0\n"
    assert at_z.shell.session["x"][0, 0] == 7
    assert at_z.type("set w[0, 0] += 1") == "w[0, 0] = 1.5\n"
    assert at_z.type("set x[0, 1], b = 2, 4") == "b = 4\nx[0, 1] = 2.0\n"
    told = "nosuch is a new name, which the script doesn't use"
    assert at_z.type("set nosuch = 3") == f"nosuch = 3\n{told}\n"
    assert at_z.type("set nosuch = 4", "set a = 5") == "nosuch = 4\na = 5\n"
    for line in ("set", "set b", "set b == 3"):
        assert "usage: set NAME = EXPR" in at_z.fail(line)


# Lessons, files, help.


def test_no_script_is_open(folder: Path) -> None:
    desk = Desk()
    for line in ("step", "p 1", "x = 1", "vars", "info", "list", "display x"):
        assert "no script is open" in desk.fail(line)
    assert "unknown command `zh`" in desk.fail("zh")
    assert "mse_hidden" in desk.type("lessons")
    assert "net.py" in desk.type("open net.py")
    assert desk.type("p 1 + 1") == "1 + 1 = 2\n"
    desk.shell.close()


def test_open_fails_and_the_old_script_stays(at_z: Desk) -> None:
    assert "did you mean mse_hidden?" in at_z.fail("open mse_hiden")
    assert "can't read nowhere.py" in at_z.fail("open nowhere.py")
    assert "usage" in at_z.fail("open")
    assert at_z.type("p b") == "b = 0.25\n"


def test_source(desk: Desk, folder: Path) -> None:
    (folder / "steps.txt").write_text("# to z\n\nbreak z\ncontinue ;; p epoch\n")
    shown = desk.type("source steps.txt")
    assert "(nn) break z" in shown
    assert "epoch = 0" in shown
    (folder / "bad.txt").write_text("p 1\nstpe\np 2\n")
    lines = _lines_of_failure(desk, "source bad.txt")
    assert lines == [
        "unknown command `stpe`; did you mean `step`?",
        "a command in bad.txt failed",
    ]
    assert "p 2" not in desk.out.getvalue()
    (folder / "loop.txt").write_text("source loop.txt\n")
    assert "call one another" in _lines_of_failure(desk, "source loop.txt")[0]
    assert "can't read" in desk.fail("source none.txt")
    (folder / "bytes.txt").write_bytes(b"\xff")
    assert "UTF-8" in desk.fail("source bytes.txt")


def test_several_commands_on_a_line(desk: Desk) -> None:
    assert desk.type("p 1 ;; p 2  # both") == "1 = 1\n2 = 2\n"
    start = desk.out.tell()
    assert not desk.shell.execute("p 1 ;; nonsense ;; p 3")
    assert desk.out.getvalue()[start:] == "1 = 1\n"


def test_help_lists_every_command(desk: Desk) -> None:
    shown = desk.type("help")
    assert shown == desk.type("?") == desk.type("help()")
    for each in commands():
        assert each.name in shown
        assert each.summary.split()[0] in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("each", commands(), ids=lambda each: each.name)
def test_help_of_one(desk: Desk, each: object) -> None:
    from nnstep.shell.registry import Command

    assert isinstance(each, Command)
    assert each.group in GROUPS
    assert each.summary.endswith(".")
    assert "Example" in each.help
    shown = desk.type(f"help {each.name}")
    assert each.usage in " ".join(shown.split())  # it may take two lines
    for alias in each.aliases:
        assert find(alias) is each
        assert desk.type(f"? {alias}") == shown


def test_the_lines_in_the_examples_are_those_of_the_lesson() -> None:
    desk = Desk()
    desk.shell.open(str(LESSONS / "mse_hidden.py"))
    shown = [desk.type(f"help {each.name}") for each in commands()]
    typed = re.findall(r"^ +((?:loop|t?break) (\d+))$", "\n".join(shown), re.MULTILINE)
    assert {line.split()[0] for line, _ in typed} == {"loop", "tbreak"}
    for line, number in typed:
        assert desk.type(line)
        places = {str(each.where) for each in desk.shell.session.breakpoints.values()}
        assert line.startswith("loop") or number in places  # else it is that of a later line
    desk.shell.close()


def test_goto_tells_which_op_the_screen_shows(desk: Desk) -> None:
    told = " ".join(desk.type("help goto").split())
    assert "the screen begins with the op done last" in told
    desk.type("epoch 3")
    shown = desk.type("goto 1.2").splitlines()
    assert shown[0].startswith("1.1 ") and " 1.2 " in shown[-1] and shown[-1].startswith("next: ")
    assert desk.type("step").startswith("1.2 ")


def test_help_evaluates_nothing(desk: Desk) -> None:
    assert "there is no command `1/0`" in desk.fail("help 1/0")
    assert "did you mean `step`?" in desk.fail("help stpe")


def test_quit(desk: Desk) -> None:
    desk.type("quit ;; nonsense")
    assert desk.shell.done


# The script raises.


def test_a_script_that_raises_leaves_the_session_alive(folder: Path) -> None:
    (folder / "bad.py").write_text(
        "import numpy as np\nx = np.ones((3, 2))\nw = np.ones((4, 1))\nz = np.dot(x, w)\n"
    )
    desk = Desk()
    desk.shell.open("bad.py")
    shown = desk.type("continue")
    for words in ("bad.py:4", "np.dot(x, w)", "x (3, 2)", "w (4, 1)", "not aligned"):
        assert words in shown
    assert "the script raised ValueError" in shown
    assert desk.shell.script_failed
    assert desk.type("p w.shape") == "w.shape = (4, 1)\n"
    assert "(3, 2)" in desk.type("vars")
    assert "bad.py:4" in desk.type("where")
    assert "the script raised ValueError" in desk.type("step")
    desk.type("restart", "step")
    desk.shell.close()


def test_a_script_that_exits(folder: Path) -> None:
    (folder / "exits.py").write_text("import sys\nsys.exit()\n")
    desk = Desk()
    desk.shell.open("exits.py")
    assert "the script has ended" in desk.type("continue")
    assert not desk.shell.script_failed


@pytest.mark.parametrize("line", [
    "p exit()", "bisect exit()", "history exit()", "watch exit()", "until exit()", "display exit()",
    "break 5 if exit()", "table exit()", "runtil exit()", "plot exit()", "diff exit()",
])  # fmt: skip
def test_an_expression_does_not_end_the_session(desk: Desk, line: str) -> None:
    desk.type("epoch 2")
    for each in (line, "continue", "p 6 * 7"):
        desk.shell.execute(each)
    assert desk.out.getvalue().endswith("6 * 7 = 42\n") and not desk.shell.done
