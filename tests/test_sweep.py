"""A script run once per value: what the values are, where they go, and what comes of each."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import joblib
import pytest

from nnstep.lessons import Measures, find, measures
from nnstep.session import Session
from nnstep.sweep import (
    Interrupted,
    Script,
    Sweep,
    SweepRow,
    Task,
    measure,
    run_apart,
    split_values,
    sweep,
)

SCRIPT = '''"""Adds up.

Cost: total
"""
import os
import sys
import time

data = [1, 2, 3]


def double(number):
    result = 2 * number
    return result


def setup():
    global shared
    shared = 10


class Adder:
    def __init__(self, start):
        self.start = start


mode = ""
lr = 0.5
for lr in (lr, 7):
    last = lr
total = 0
for each in data:
    total += each * lr
twice = double(total)
setup()
adder = Adder(1)
if mode == "raise":
    total / 0
elif mode == "die":
    os._exit(3)
elif mode == "leave":
    sys.exit()
elif mode == "fail":
    sys.exit("no")
elif mode == "ask":
    input()
elif mode == "talk":
    print("{}")
    os.write(1, b"{}\\n")
    os.write(2, b"oh\\n")
elif mode == "wait":
    time.sleep(60)
'''
COST = Measures(cost="total")


@pytest.fixture
def script(tmp_path: Path) -> Script:
    path = tmp_path / "adds.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return Script(str(path))


def row(script: Script, name: str, value: str, in_module: bool, by: Measures = COST) -> SweepRow:
    return measure(Task(script, name, value, in_module, by))


# The values.


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2,3", ["1", "2", "3"]),
        (" 1 , 2 ,", ["1", "2"]),
        ("5", ["5"]),
        ("0.1*2, -1", ["0.1*2", "-1"]),
        ("(1, 2), [3, 4]", ["(1, 2)", "[3, 4]"]),
        ("(1, 2)", ["(1, 2)"]),
        ("(1), 2", ["1", "2"]),
        ('"a,b", "relu"', ['"a,b"', '"relu"']),
        ("lambda x, y: x, {1: 2, 3: 4}", ["lambda x, y: x", "{1: 2, 3: 4}"]),
        ("np.zeros((2, 3)), 'é', None", ["np.zeros((2, 3))", "'é'", "None"]),
    ],
)
def test_splitting(text: str, values: list[str]) -> None:
    assert split_values(text) == values


@pytest.mark.parametrize("text", ["", "  ", ",", "1,,2", "1 2", "1,2)", "1), (2", "x = 3", "*x, 1"])
def test_what_is_no_list_of_values(text: str) -> None:
    with pytest.raises(ValueError, match=r"no values|no list of Python values"):
        split_values(text)


# One run.


def test_a_variable_of_the_module_gets_the_value(script: Script) -> None:
    found = row(script, "data", "[10]", True)
    assert found == SweepRow("[10]", cost=70.0, seconds=found.seconds)
    assert found.seconds > 0


def test_the_first_binding_counts(script: Script) -> None:
    by = Measures(cost="lr", accuracy="last")
    assert row(script, "lr", "3", True, by).cost == 7
    assert row(script, "last", "3", True, by).accuracy == 7


@pytest.mark.parametrize(
    ("name", "value", "expression", "expected"),
    [
        ("number", "100", "twice", 200),
        ("result", "number + 1", "twice", 43),
        ("shared", "11", "shared", 11),
        ("start", "5", "adder.start", 5),
    ],
)
def test_a_name_of_a_function(
    script: Script, name: str, value: str, expression: str, expected: float
) -> None:
    assert row(script, name, value, False, Measures(cost=expression)).cost == expected


def test_the_module_goes_before_functions(tmp_path: Path) -> None:
    path = tmp_path / "both.py"
    path.write_text("def f(x):\n    return x\ny = f(1)\nx = 2\nz = x + y\n", encoding="utf-8")
    assert sweep(Script(str(path)), "x", ["10"], Measures("z")).rows[0].cost == 11


def test_fresh_data_is_what_the_functions_see(tmp_path: Path) -> None:
    path = tmp_path / "reads.py"
    path.write_text(
        "X = [1.0, 2.0]\ndef mean():\n    return sum(X) / len(X)\nshift = 1\n", encoding="utf-8"
    )
    by = Measures(accuracy="mean() + shift", fresh="X = [5.0]\nX = X * 2")
    found = row(Script(str(path)), "shift", "10", True, by)
    assert (found.cost, found.accuracy, found.fresh) == (None, 11.5, 15.0)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ('"raise"', "ZeroDivisionError: division by zero (line 38)"),
        ('"fail"', "SystemExit: no (line 44)"),
        ("nothing", "NameError: name 'nothing' is not defined"),
    ],
)
def test_what_goes_wrong(script: Script, value: str, error: str) -> None:
    found = row(script, "mode", value, True)
    assert (found.cost, found.error) == (None, error)


def test_an_exit_is_an_end(script: Script) -> None:
    assert row(script, "mode", '"leave"', True).cost == 42


def test_a_name_that_never_gets_a_value(tmp_path: Path) -> None:
    path = tmp_path / "never.py"
    path.write_text("if 0:\n    x = 1\ny = 2\n", encoding="utf-8")
    found = row(Script(str(path)), "x", "1", True, Measures("y"))
    assert found.error == "ValueError: `x` never got a value"


def test_each_measure_fails_alone(script: Script) -> None:
    by = Measures("data", "total", "total = absent")
    found = row(script, "lr", "1", True, by)
    assert (found.cost, found.accuracy, found.fresh) == (None, 42, None)
    assert "cost: ValueError: one number is wanted, and it has the shape (3,)" in found.error
    assert "fresh: NameError" in found.error


# In a process of its own.


def test_a_process_that_dies(script: Script) -> None:
    found = run_apart(Task(script, "mode", '"die"', True, COST))
    assert found.error == "the process ended with code 3 and without a result"


def test_a_script_that_talks_and_asks(script: Script) -> None:
    assert run_apart(Task(script, "mode", '"talk"', True, COST)).cost == 42
    asked = run_apart(Task(script, "mode", '"ask"', True, COST))
    assert asked.error == "EOFError: EOF when reading a line (line 46)"


def test_a_folder_that_is_gone(script: Script) -> None:
    gone = Script(script.path, folder="/no/such/folder")
    assert "FileNotFoundError" in run_apart(Task(gone, "lr", "1", True, COST)).error


def test_a_lesson_by_joblib(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = short_lesson()
    (tmp_path / "short.py").write_text(text, encoding="utf-8")
    main, argv = sys.modules["__main__"], list(sys.argv)
    told: list[SweepRow] = []
    found = sweep(
        Script("short.py", folder=str(tmp_path)), "lr", ["0.05", "1/2"], measures(text),
        jobs=2, on_row=told.append,
    )
    assert (found.name, found.measures) == ("lr", measures(text))
    assert [each.value for each in found.rows] == ["0.05", "1/2"]
    assert sorted(told, key=lambda each: each.value) == found.rows
    for each in found.rows:
        assert each.error == "" and each.seconds > 0
        assert each.cost == pytest.approx(expected_cost(text, each.value), rel=1e-12)
        assert each.accuracy is not None and each.fresh == pytest.approx(1 - each.accuracy)
    assert capfd.readouterr() == ("", "")
    assert sys.modules["__main__"] is main and sys.argv == argv


def short_lesson() -> str:
    """One that needs nothing but NumPy, with fresh data on which all is the other way round."""
    path = find("perceptron")
    assert path is not None
    text = path.read_text(encoding="utf-8").replace("epochs = 55000\n", "epochs = 40\n")
    return text.replace("\nAccuracy:", "\nFresh: labels = 1 - labels\nAccuracy:")


def expected_cost(text: str, lr: str) -> float:
    """What plain Python says."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(text.replace("lr = 0.05\n", f"lr = {lr}\n"), names)
    return float(eval(measures(text).cost, names))


def test_one_at_a_time_and_the_others_go_on(script: Script) -> None:
    found = sweep(script, "mode", ['"raise"', '"die"', "mode"], COST, jobs=1)
    assert [each.cost for each in found.rows] == [None, None, 42]
    assert [bool(each.error) for each in found.rows] == [True, True, False]


def test_a_backend_that_was_chosen_is_used(script: Script) -> None:
    with joblib.parallel_config(backend="sequential"):
        assert [each.cost for each in sweep(script, "lr", ["1", "2"], COST).rows] == [42, 42]


def test_a_session_stands_where_it_stood(script: Script) -> None:
    session = Session(script.path, ["an argument"])
    session.next(3)
    before = session.position
    assert Script.of(session) == Script(script.path, ("an argument",), (), os.getcwd())
    found = sweep(Script.of(session), "lr", ["1"], Measures("len(sys.argv)"))
    assert found.rows[0].cost == 2
    assert session.position == before


def test_ctrl_c_ends_the_runs(script: Script) -> None:
    def interrupt(row: SweepRow) -> None:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()

    start = time.perf_counter()
    with pytest.raises(Interrupted) as broken:
        sweep(script, "mode", ["1", '"wait"', '"wait"', '"wait"'], COST, jobs=2, on_row=interrupt)
    assert time.perf_counter() - start < 20
    assert broken.value.sweep == Sweep("mode", broken.value.sweep.rows, COST)
    assert [each.value for each in broken.value.sweep.rows] == ["1"]


def test_joblib_is_loaded_by_a_sweep_alone() -> None:
    code = "import sys, nnstep.sweep, nnstep.shell.shell; print({'joblib'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# What is refused at once.


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("totl", r"nothing in the script gives `totl` a value; did you mean `total`\?"),
        ("zzzzzz", "nothing in the script gives `zzzzzz` a value$"),
        ("double", "`double` is a function or a class"),
        ("Adder", "`Adder` is a function or a class"),
    ],
)
def test_names_that_take_no_value(script: Script, name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sweep(script, name, ["1"], COST)


@pytest.mark.parametrize(
    ("values", "by", "message"),
    [
        (["1 +"], COST, r"`1 \+` is no Python expression"),
        (["1"], Measures("a b"), "`a b` is no Python expression"),
        (["1"], Measures("a", "b", "c d"), "`c d` is no Python statement"),
        ([], COST, "there are no values"),
    ],
)
def test_texts_that_are_no_python(
    script: Script, values: list[str], by: Measures, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        sweep(script, "lr", values, by)


def test_no_runs_at_a_time(script: Script) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        sweep(script, "lr", ["1"], COST, jobs=0)
