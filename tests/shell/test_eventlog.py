"""`nnstep trace`: every op as a line, and as JSON by the schema that `--help` prints."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstep import cli
from nnstep.session import Session
from nnstep.shell.eventlog import SCHEMA, trace
from nnstep.shell.output import Output

SCRIPT = """import numpy as np
def double(a):
    return 2 * a
x = np.arange(6.0).reshape(3, 2)
w = np.array([1.0, np.nan])
big = np.zeros((20, 20))
for epoch in range(3):
    z = double(x @ w)
    x -= 0.5 * x
    print("epoch", epoch)
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(SCRIPT)
    return tmp_path / "net.py"


def traced(target: str, **options: Any) -> list[dict[str, Any]]:
    out = io.StringIO()
    trace(Output(out, out, {}), target, as_json=True, **options)

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return [json.loads(line, parse_constant=refuse) for line in out.getvalue().splitlines()]


def test_every_op_is_there_as_the_session_steps_it(path: Path) -> None:
    head, *ops, end = traced("net.py")
    assert head["script"] == "net.py" and head["schema"] == 1
    assert end == {"end": "end of the script"}
    session, expected = Session(path), []
    while (event := session.step()) is not None:
        expected.append((str(event.moment), event.kind, event.text, list(event.names)))
        if session.finished:
            break
    assert [(e["moment"], e["kind"], e["op"], e["names"]) for e in ops] == expected
    assert "".join(each["printed"] for each in ops) == "epoch 0\nepoch 1\nepoch 2\n"


def test_the_fields_are_those_of_the_schema(path: Path) -> None:
    rows = re.findall(r"^  (\w+(?:, \w+)*)  ", SCHEMA, re.MULTILINE)
    documented = {each for row in rows for each in row.split(", ")}
    head, *ops, _ = traced("net.py")
    values = [v for each in ops for v in (each["value"], *each["operands"], *each["mutated"]) if v]
    used = {*head, *(key for each in [*ops, *values] for key in each)} - {"name", "aliases"}
    assert used == documented


def test_values(path: Path) -> None:
    ops = traced("net.py")
    (w,) = [each["value"] for each in ops if each.get("names") == ["w"]]
    assert (w["type"], w["shape"], w["values"]) == ("float64", [2], [1.0, "nan"])
    assert (w["min"], w["max"], w["nans"], w["infs"]) == (1.0, 1.0, 1, 0)
    (big,) = [each["value"] for each in ops if each.get("names") == ["big"]]
    assert big["values"] is None and big["zeros"] == 400
    (whole,) = [e["value"] for e in traced("net.py", limit=400) if e.get("names") == ["big"]]
    assert whole["values"] == [0.0] * 400
    changed = next(each["mutated"] for each in ops if each.get("mutated"))
    assert changed[0]["name"] == "x" and changed[0]["values"][:2] == [0.0, 0.5]
    called = next(each for each in ops if each.get("kind") == "call")
    assert called["value"] is None and called["operands"][1]["shape"] == [3]
    assert {each["depth"] for each in ops[1:-1]} == {0, 1}


def test_epochs_and_errors(path: Path) -> None:
    ops = traced("net.py", epochs=2)
    assert ops[-1] == {"end": "epochs"} and ops[-2]["epoch"] in (1, 2)
    assert {each["epoch"] for each in ops[1:-2]} == {None, 0, 1}
    Path("bad.py").write_text("y = 1 / 0\n")
    *_, failed, end = traced("bad.py")
    assert failed["error"] == "ZeroDivisionError: division by zero" and end == {"end": "error"}


def test_the_command_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trace", "net.py", "--epochs", "1"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"^0\.1  line 8  x @ w  \(3,\) float64$", shown, re.MULTILINE)
    assert "x changed in place" in shown and "\nepoch 0\n" not in shown
    Path("bad.py").write_text("y = 1 / 0\n")
    assert cli.main(["trace", "bad.py", "--json"]) == 1
    assert cli.main(["trace", "nosuch.py"]) == 2
    assert cli.main(["trace", "bad.py", "--epochs", "2"]) == 2
    assert "no main loop" in capsys.readouterr().err
    assert cli.main(["trace", "net.py", "--epochs", "0"]) == 2
    Path("args.py").write_text("import sys\nx = sys.argv[1:]\n")
    capsys.readouterr()
    assert cli.main(["trace", "args.py", "--", "--lr", "3"]) == 0
    assert "['--lr', '3']" in capsys.readouterr().out


def test_what_numpy_cannot_hide(path: Path) -> None:
    Path("odd.py").write_text(
        "import numpy as np\na = np.float32('inf')\nb = np.array(['x'])\nc = 3 + 4j\n"
        "d = np.array([1, 2], dtype=object)\ne = np.array([True, False])\nf = 10 ** 400\n"
    )
    named = {each["names"][0]: each["value"] for each in traced("odd.py")[1:-1] if each["names"]}
    assert named["a"]["values"] == "inf" and named["b"]["values"] is None
    assert named["c"]["values"] is None and named["d"]["values"] is None
    assert named["e"]["values"] == [True, False] and named["f"]["values"] == 10**400
    assert np.isfinite(named["e"]["mean"])
