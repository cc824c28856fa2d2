"""The command line, as a process of its own: what goes in, what comes out, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nnstep import cli, lessons

ROOT = Path(__file__).parents[1]

NET = """import numpy as np

# %% data
x = np.arange(6.0).reshape(3, 2)
w = np.ones((2, 1))
b = 0.5

for epoch in range(3):
    # %% forward
    z = np.dot(x, w)
    print("epoch", epoch, z.sum())
    w = w - 0.1
"""
RAISES = """import numpy as np
print("before")
a = np.ones((2, 3))
c = np.dot(a, a)
"""


@pytest.fixture
def net(tmp_path: Path) -> str:
    (tmp_path / "net.py").write_text(NET)
    (tmp_path / "raises.py").write_text(RAISES)
    return "net.py"


def nnstep(
    folder: Path, *arguments: str, commands: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run nnstep in a folder. Without commands its standard input is /dev/null."""
    return subprocess.run(
        [sys.executable, "-m", "nnstep", *arguments],
        cwd=folder,
        env={**_environment(), **environment},
        input=commands,
        stdin=subprocess.DEVNULL if commands is None else None,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    return {**kept, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}


# Nothing opened.


def test_version_imports_nothing_that_takes_long(tmp_path: Path) -> None:
    program = (
        "import sys, nnstep.cli\n"
        "assert nnstep.cli.main(['--version']) == 0\n"
        "assert nnstep.cli.main(['--nonsense']) == 2\n"
        "heavy = {'numpy', 'rich', 'prompt_toolkit', 'sklearn', 'scipy', 'matplotlib'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=_environment(),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stdout.splitlines() == ["nnstep 0.1.0", "[]"], done.stderr


def test_a_pipe_needs_no_prompt(net: str, tmp_path: Path) -> None:
    program = (
        "import sys, nnstep.cli\n"
        "assert nnstep.cli.main(['net.py', '-c', 'step 3']) == 0\n"
        "assert nnstep.cli.main(['net.py']) == 0\n"
        "print(sorted({'prompt_toolkit', 'sklearn', 'matplotlib'} & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    for words in ("LESSON|FILE.py", "nnstep run [--ops]", "examples:", "--keep-going", "--into"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("arguments", [(), ("lessons",)])
def test_the_lessons(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = nnstep(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    assert "mse_hidden" in done.stdout
    assert "A hidden layer bends the boundary" in done.stdout
    names = [line.split()[0] for line in done.stdout.splitlines() if line[:1].isalpha()]
    assert names[1:3] == ["perceptron", "moons_perceptron"]
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_without_a_script_commands_alone_are_executed(tmp_path: Path) -> None:
    shown = nnstep(tmp_path, "-c", "help step").stdout
    assert shown.startswith("(nn) help step\nstep [N]   short: s\n")
    assert nnstep(tmp_path, commands="help step\n").stdout == shown


def test_a_lesson_opened_in_a_pipe(tmp_path: Path) -> None:
    done = nnstep(tmp_path, commands="open mse_hidden\nstep 3\n")
    assert done.returncode == 0, done.stderr
    assert "mse_hidden.py" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mse_hiden"], "did you mean mse_hidden?"),
        (["xyzzy"], "no lesson or file is named 'xyzzy'"),
        (["missing.py"], "can't read missing.py: No such file"),
        (["./mse_hidden"], "can't read ./mse_hidden"),
        (["folder.py"], "can't read folder.py: Is a directory"),
        (["bad.py"], "bad.py:2: SyntaxError: invalid syntax"),
        (["bytes.py"], "SyntaxError"),
        (["net.py", "--lr", "0.1"], "behind `--`"),
        (["net.py", "-x", "none.txt"], "can't read none.txt"),
        (["run"], "run needs a script"),
        (["run", "--fast", "net.py"], "no option --fast"),
        (["run", "missing.py"], "can't open file"),
        (["run", "--ops", "missing.py"], "can't open file"),
        (["run", "perceptron"], "`nnstep perceptron` opens the lesson"),
        (["run", "--ops", "perceptron"], "`nnstep perceptron` opens the lesson"),
        (["guide.md"], "nnstep: guide.md is a lesson file; `nnstep lesson guide.md` plays it"),
        (["lesson", "xyzzy"], "nnstep: there is no lesson 'xyzzy'"),
        (["lessons", "--", "x"], "need a script"),
        (["--foo"], "there is no option --foo"),
        (["net.py", "--memory", "x"], "'x' is not a whole number of MiB from 1 on"),
    ],
)
def test_wrong_usage(net: str, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "bad.py").write_text("x = 1\nx = = 2\n")
    (tmp_path / "bytes.py").write_bytes(b"x = '\xff'\n")
    (tmp_path / "guide.md").write_text("+++\ntitle = 'x'\n+++\n")
    done = nnstep(tmp_path, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) <= 3


def test_a_syntax_error_shows_the_line_and_a_caret(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f():\n    x = = 2\n")
    done = nnstep(tmp_path, "bad.py")
    message, line, carets = done.stderr.splitlines()
    assert message == "nnstep: bad.py:2: SyntaxError: invalid syntax"
    assert line.index("=", line.index("=") + 1) == carets.index("^")


# Commands.


def test_without_commands_it_shows_where_it_starts(net: str, tmp_path: Path) -> None:
    done = nnstep(tmp_path, net)
    assert done.returncode == 0, done.stderr
    assert "net.py" in done.stdout
    assert "import numpy as np" in done.stdout
    assert "\x1b" not in done.stdout


def test_commands_from_the_command_line(net: str, tmp_path: Path) -> None:
    done = nnstep(tmp_path, net, "-c", "break z", "-c", "continue", "-c", "p z.shape")
    assert done.returncode == 0, done.stderr
    assert "z.shape = (3, 1)" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_commands_from_a_file_and_their_order(net: str, tmp_path: Path) -> None:
    (tmp_path / "first.txt").write_text("# to z\nbreak z\n\ncontinue\np 'in the file'\n")
    done = nnstep(tmp_path, net, "-c", "p 'at first'", "-x", "first.txt", "-c", "p 'at last'")
    assert done.returncode == 0, done.stderr
    places = [done.stdout.rindex(words) for words in ("at first", "in the file", "at last")]
    assert places == sorted(places)


def test_commands_from_a_pipe(net: str, tmp_path: Path) -> None:
    done = nnstep(tmp_path, net, commands="break z\ncontinue\n\n# a comment\np epoch\n")
    assert done.returncode == 0, done.stderr
    # The empty line repeats nothing here.
    assert "epoch = 0" in done.stdout


def test_quit_ends_it(net: str, tmp_path: Path) -> None:
    done = nnstep(tmp_path, net, commands="quit\np nonsense\n")
    assert done.returncode == 0, done.stderr
    assert "nonsense" not in done.stdout


def test_the_first_failing_command_ends_it(net: str, tmp_path: Path) -> None:
    commands = ("-c", "p nonsense", "-c", "p 'went on'")
    done = nnstep(tmp_path, net, *commands)
    assert (done.returncode, "went on" in done.stdout) == (1, False)
    assert "NameError" in done.stderr
    done = nnstep(tmp_path, net, "--keep-going", *commands)
    assert (done.returncode, "went on" in done.stdout) == (1, True)


def test_an_unknown_command(net: str, tmp_path: Path) -> None:
    done = nnstep(tmp_path, net, commands="stpe\n")
    assert done.returncode == 1
    assert done.stderr == "unknown command `stpe`; did you mean `step`?\n"


def test_a_script_that_raises_stays_open(net: str, tmp_path: Path) -> None:
    done = nnstep(tmp_path, "raises.py", "-c", "continue", "-c", "p a.shape", "-c", "vars")
    assert done.returncode == 1
    assert "a.shape = (2, 3)" in done.stdout
    assert "not aligned" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_answers_to_input_are_read_from_the_same_pipe(tmp_path: Path) -> None:
    (tmp_path / "asks.py").write_text("a = input('? ')\nb = input()\nprint(a, b)\nc = 3\n")
    done = nnstep(tmp_path, "asks.py", commands="continue\nfirst\nsecond\np c\n")
    assert done.returncode == 0, done.stderr
    assert "first second" in done.stdout
    assert "c = 3" in done.stdout


def test_arguments_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "shows.py").write_text("import sys\nprint(sys.argv)\n")
    done = nnstep(tmp_path, "shows.py", "-c", "continue", "--", "--lr", "0.1", "--")
    assert done.returncode == 0, done.stderr
    assert "['shows.py', '--lr', '0.1', '--']" in done.stdout


def test_nobody_reads_the_output(net: str, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "nnstep", net, "-c", "continue"],
        cwd=tmp_path,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=write,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"FORCE_COLOR": "1"}])
def test_no_escape_codes_in_a_pipe(net: str, tmp_path: Path, environment: dict[str, str]) -> None:
    done = nnstep(tmp_path, net, "-c", "step 4", "-c", "vars", "-c", "nonsense", **environment)
    assert "\x1b" not in done.stdout + done.stderr


def test_a_narrow_ascii_terminal(net: str, tmp_path: Path) -> None:
    done = nnstep(
        tmp_path,
        net,
        "-c",
        "break z ;; continue",
        "-c",
        "p 'λ'",
        "-c",
        "vars",
        COLUMNS="40",
        PYTHONIOENCODING="ascii",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert max(map(len, done.stdout.splitlines())) <= 40


BLOCKS = "for k in range(3):\n    print('k is', k)\np 6 * 7\nif True:\n    q = 5\n\np q + 1\n"


def test_statements_of_several_lines_from_a_pipe_and_a_file(net: str, tmp_path: Path) -> None:
    (tmp_path / "typed.txt").write_text(BLOCKS)
    for done in (nnstep(tmp_path, net, commands=BLOCKS), nnstep(tmp_path, net, "-x", "typed.txt"),
                 nnstep(tmp_path, net, "-c", "source typed.txt")):  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "k is 2\n" in done.stdout and "6 * 7 = 42" in done.stdout
        assert "q + 1 = 6" in done.stdout


# nnstep run


@pytest.mark.parametrize("ops", [[], ["--ops"]])
def test_run_adds_nothing(net: str, tmp_path: Path, ops: list[str]) -> None:
    plain = subprocess.run(
        [sys.executable, net],
        cwd=tmp_path,
        env=_environment(),
        capture_output=True,
        encoding="utf-8",
    )
    done = nnstep(tmp_path, "run", *ops, net)
    assert (done.returncode, done.stdout, done.stderr) == (0, plain.stdout, plain.stderr)


@pytest.mark.parametrize("ops", [[], ["--ops"]])
def test_run_hands_options_on(tmp_path: Path, ops: list[str]) -> None:
    (tmp_path / "shows.py").write_text("import sys\nprint(sys.argv[1:])\nsys.exit(7)\n")
    done = nnstep(tmp_path, "run", *ops, "shows.py", "--lr", "0.1", "--ops", "-c", "x", "--", "-h")
    assert done.stdout == "['--lr', '0.1', '--ops', '-c', 'x', '--', '-h']\n"
    assert (done.returncode, done.stderr) == (7, "")


def test_run_ends_as_python_does(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("x = = 2\n")
    (tmp_path / "raises.py").write_text("1 / 0\n")
    assert nnstep(tmp_path, "run", "bad.py").returncode == 1
    done = nnstep(tmp_path, "run", "raises.py")
    assert done.returncode == 1
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


# nnstep check

NETWORK = """import numpy as np

print("training")
x, y = np.arange(6.0).reshape(3, 2) / 6, np.array([[0.0], [1.0], [1.0]])
w, lr = np.ones((2, 1)), 0.1
for epoch in range({epochs}):
    z = x @ w
    error = z - y
    loss = (error ** 2).sum() / 2
    grad = {gradient}
    w = w - lr * grad
    {more}
"""
GRADIENT = "x.T @ error"


def network(
    folder: Path, gradient: str = GRADIENT, epochs: int = 12, more: str = "pass"
) -> str:
    text = NETWORK.format(gradient=gradient, epochs=epochs, more=more)
    (folder / "student.py").write_text(text)
    return "student.py"


@pytest.mark.parametrize(
    ("gradient", "code", "verdict"),
    [
        (GRADIENT, 0, "right"),
        ("5 * x.T @ error", 0, "right up to a factor"),
        ("x.T @ (error * z)", 1, "wrong"),
        ("x[:2].T @ error[:2]", 1, "wrong"),
    ],
)
def test_check_ends_with_the_verdict(
    tmp_path: Path, gradient: str, code: int, verdict: str
) -> None:
    done = nnstep(tmp_path, "check", network(tmp_path, gradient))
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.splitlines()[0] == f"student.py: {verdict}"
    assert "training" not in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_check_takes_the_epochs_that_are_there(tmp_path: Path) -> None:
    script = network(tmp_path)
    done = nnstep(tmp_path, "check", "--json", script)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [each["epoch"] for each in found["epochs"]] == [0, 1, 10]
    assert (found["verdict"], found["chosen"], found["cost"]) == ("right", "proposed", "loss")
    assert found["epochs"][0]["gradients"][0]["what"] == "d cost/d w"
    options = ("--json", "--at", "3,11", "--cost", "loss * 2")
    found = json.loads(nnstep(tmp_path, "check", *options, script).stdout)
    assert [each["epoch"] for each in found["epochs"]] == [3, 11]
    assert (found["chosen"], found["cost"]) == ("given", "loss * 2")
    done = nnstep(tmp_path, "check", script, "--at", "3,12")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the main loop has no epoch 12" in done.stderr


def test_check_as_json_knows_no_infinity(tmp_path: Path) -> None:
    done = nnstep(tmp_path, "check", "--json", network(tmp_path, "x.T @ error / 0.0 * 1.0"))
    assert done.returncode == 1

    def refuse(word: str) -> None:
        raise AssertionError(word)

    assert json.loads(done.stdout, parse_constant=refuse)["verdict"] == "wrong"


def test_check_goes_on_where_the_script_raises_later(tmp_path: Path) -> None:
    done = nnstep(tmp_path, "check", network(tmp_path, more="assert epoch < 3, 'late'"))
    assert done.returncode == 0, done.stderr
    assert "the script raised AssertionError: late in epoch 3" in done.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import math\nw = 1.0\nfor i in range(9):\n    w = math.tanh(w)\n", "nothing is updated"),
        ("w = 1.0\n", "the script has no epochs"),
        (NETWORK.format(gradient="x @ error", epochs=3, more="pass"), "raises ValueError: matmul"),
        ("1 / 0\n" + NETWORK.format(gradient="z", epochs=3, more=""), "raises ZeroDivisionError"),
        ("x = = 2\n", "SyntaxError: invalid syntax"),
        (None, "can't read student.py"),
    ],
)
def test_check_with_nothing_to_check(tmp_path: Path, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / "student.py").write_text(text)
    done = nnstep(tmp_path, "check", "student.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [([], "required"), (["a.py", "b.py"], "b.py"), (["a.py", "--at", "x"], "no list of epochs")],
)
def test_check_used_wrongly(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = nnstep(tmp_path, "check", *arguments)
    assert (done.returncode, words in done.stderr) == (2, True)


def test_check_hands_arguments_on(tmp_path: Path) -> None:
    script = network(tmp_path, "x.T @ error * float(__import__('sys').argv[1])")
    done = nnstep(tmp_path, "check", script, "--", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("student.py: right\n")


# nnstep diff

LEARNS = NET.replace("w = w - 0.1", "w = w - 0.1 * np.dot(x.T, z)")


def test_diff_of_a_script_with_itself_and_with_another(net: str, tmp_path: Path) -> None:
    (tmp_path / net).write_text(LEARNS)
    done = nnstep(tmp_path, "diff", net, net)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no value differs" in done.stdout
    assert "epoch 0" not in done.stdout  # what the script prints
    (tmp_path / "mine.py").write_text(LEARNS.replace("np.dot(x, w)", "np.dot(x, w) + 1"))
    done = nnstep(tmp_path, "diff", "mine.py", net, "--epochs", "1")
    assert (done.returncode, done.stderr) == (1, "")
    assert "first difference: z in epoch 0" in done.stdout
    assert "A  line 10: z = np.dot(x, w) + 1" in done.stdout
    done = nnstep(tmp_path, "diff", "mine.py", net, "--ignore", "z,w", "--tolerance", "0")
    assert done.returncode == 0, done.stdout


def test_diff_as_json(net: str, tmp_path: Path) -> None:
    (tmp_path / net).write_text(LEARNS)
    (tmp_path / "mine.py").write_text(LEARNS.replace("w - 0.1", "w - 0.2"))
    done = nnstep(tmp_path, "diff", "mine.py", net, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    found = json.loads(done.stdout)["difference"]
    assert (found["name"], found["epoch"], found["a"]["op"]["line"]) == ("w", 0, 12)
    assert found["apart"]["by"] == pytest.approx(abs(found["apart"]["a"] - found["apart"]["b"]))
    done = nnstep(tmp_path, "diff", net, net, "--json")
    assert (done.returncode, json.loads(done.stdout)["difference"]) == (0, None)


def test_diff_of_a_script_that_raises(net: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(NET.replace("np.dot(x, w)", "np.dot(w, x)"))
    done = nnstep(tmp_path, "diff", "mine.py", net)
    assert done.returncode == 1
    assert "raises ValueError" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["net.py"], "required: B.py"),
        (["net.py", "missing.py"], "can't read missing.py: No such file"),
        (["bad.py", "net.py"], "bad.py:1: SyntaxError: invalid syntax"),
        (["net.py", "mse_hiden"], "did you mean mse_hidden?"),
        (["net.py", "net.py", "--epochs", "0"], "not a number of epochs"),
        (["net.py", "net.py", "--tolerance", "nan"], "not a number from 0 on"),
        (["net.py", "dies.py"], "ended with code 3"),
    ],
)
def test_diff_of_what_cannot_be_run(
    net: str, tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "bad.py").write_text("x = = 2\n")
    (tmp_path / "dies.py").write_text("import os\nos._exit(3)\n")
    done = nnstep(tmp_path, "diff", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


# Lessons.


def test_lessons_are_listed_in_teaching_order() -> None:
    names = lessons.names()
    assert names[:3] == ["perceptron", "moons_perceptron", "mse_hidden"]
    assert all(each.teaches and each.source for each in lessons.lessons())


def test_a_lesson_goes_before_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("perceptron").write_text("x = 1")
    Path("other").write_text("x = 1")
    assert Path(lessons.resolve("perceptron")).parent == lessons.folder()
    for path in ("./perceptron", "perceptron.py", "other"):
        assert lessons.resolve(path) == path
    with pytest.raises(LookupError, match="did you mean perceptron"):
        lessons.resolve("percepton")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"""What it is.\n\nMore.\n\nSource: A book\n"""', ("What it is.", "A book")),
        ('"""What it is."""', ("What it is.", "")),
        ("x = 1", ("", "")),
        ("x = = 1", ("", "")),
        ("\0", ("", "")),
    ],
)
def test_what_a_script_says_of_itself(text: str, expected: tuple[str, str]) -> None:
    assert lessons.about(text) == expected


def test_lessons_of_another_folder(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/net.py").write_text("x = 3\ny = x + 1\n")
    fields = '+++\ntitle = "Mine"\nscript = "net.py"\norder = 0\n+++\n'
    (tmp_path / "own/mine.md").write_text(f"{fields}Go.\n\n```nnstep\n(nn) step\n...\n```\n")
    (tmp_path / "own/README.md").write_text("# No lesson\n")
    (tmp_path / "own/torn.md").write_text("+++\n")
    listed = nnstep(tmp_path, "--lessons", "own", "lessons").stdout
    names = [line.split()[0] for line in listed.splitlines() if line[:1].isalpha()]
    assert names[1:3] == ["mine", "perceptron"] and names[-2:] == ["net", "torn"]
    assert "can't be read; `lesson torn`" in " ".join(listed.split())
    assert nnstep(tmp_path, "replay", "--check", "mine", "--lessons=own").returncode == 0
    assert "x = 3" in nnstep(tmp_path, "--lessons", "own", "mine", "-c", "step").stdout
    assert "torn.md:1: " in nnstep(tmp_path, "lesson", "torn", "--lessons", "own").stderr
    missing = nnstep(tmp_path, "--lessons", "nosuch", "lessons")
    assert (missing.returncode, missing.stderr) == (
        2, "nnstep: there is no folder nosuch with lessons\n"
    )
