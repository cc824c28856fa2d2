"""Every lesson prints the tutorials' numbers, and the same bytes however it is run."""

from __future__ import annotations

import ast
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from nnstep import lessons
from nnstep.lessons import Measures
from nnstep.session import Session
from nnstep.shell.replaying import Replay, compared, replay
from nnstep.transcript import parse, read

SHORT = re.compile(r"^(epochs|num_passes) = .*$", re.MULTILINE)
ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}

# What stands behind a text that the lesson prints: the number, and its relative tolerance. First
# values are the tutorials' to the last bits that do not depend on the processor's `exp`; trained
# ones differ a little between BLAS builds.
LONG = ("mse_hidden", "softmax_moons")  # what takes these whole is for CI
NUMBERS = {
    "perceptron": [
        (r"after 25000 epochs[\s\S]*?\[1, 0, 0\] -> \[(\S+?)\]", 0.02262959, 1e-6),
        (r"after 25000 epochs[\s\S]*?\[0, 1, 0\] -> \[(\S+?)\]", 0.98778682, 1e-6),
        (r"after 55000 epochs[\s\S]*?\[1, 0, 0\] -> \[(\S+?)\]", 0.01031463, 1e-6),
        (r"after 55000 epochs[\s\S]*?\[0, 1, 0\] -> \[(\S+?)\]", 0.99440207, 1e-6),
    ],
    "moons_perceptron": [
        (r"epoch 0: summed error (\S+)", 17.553996678204935, 1e-14),
        (r"after \d+ epochs: summed error (\S+)", 4.179259, 1e-3),
    ],
    "mse_hidden": [
        (r"epoch 0: summed error (\S+)", 13.969800889589633, 1e-14),
        (r"epoch 20000: summed error (\S+)", 1.651, 5e-3),
        (r"after 200000 epochs: summed error (\S+)", 1.503, 1e-3),
    ],
    "softmax_moons": [
        (r"Loss after iteration 0: (\S+)", 0.432387, 1e-6),
        (r"Loss after iteration 1000: (\S+)", 0.068947, 1e-3),
        (r"Loss after iteration 19000: (\S+)", 0.0713, 2e-2),
    ],
    "logistic_baseline": [(r"logistic regression: accuracy (\S+)", 0.85, 1e-9)],
    "tanh_sigmoid": [
        (r"first cost (\S+)", 0.7383781203733911, 1e-14),
        (r"last cost (\S+)", 0.067911, 1e-3),
    ],
    "multiclass": [
        (r"epoch 0: cost (\S+)", 0.991803, 1e-6),
        (r"after \d+ epochs: cost (\S+),", 0.033417, 1e-3),
    ],
}


def path_of(name: str) -> Path:
    return lessons.folder() / f"{name}.py"


def done(*command: str | Path) -> tuple[int, bytes, bytes]:
    ran = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, stdin=subprocess.DEVNULL,
        env=ENVIRONMENT, check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


@cache
def plain(name: str) -> str:
    code, out, err = done("-W", "error", path_of(name))
    assert (code, err) == (0, b"")
    return out.decode()


def test_all_are_there_in_teaching_order() -> None:
    assert lessons.names() == [
        "perceptron", "moons_perceptron", "mse_hidden", "l2_derivation", "softmax_moons",
        "logistic_baseline", "tanh_sigmoid", "find_the_bug", "broken_weights", "multiclass",
    ]


@pytest.mark.parametrize(
    ("name", "pattern", "expected", "tolerance"),
    [
        pytest.param(name, *each, marks=[pytest.mark.long] if name in LONG else [])
        for name, numbers in NUMBERS.items() for each in numbers
    ],
)
def test_numbers(name: str, pattern: str, expected: float, tolerance: float) -> None:
    found = re.search(pattern, plain(name))
    assert found, plain(name)
    assert float(found[1]) == pytest.approx(expected, rel=tolerance)


def test_the_derivation_agrees_with_central_differences() -> None:
    assert "below 1e-7: True" in plain("l2_derivation")


@pytest.mark.parametrize("path", [
    pytest.param(path, marks=[pytest.mark.long] if path.stem in LONG else [], id=path.stem)
    for path in sorted(lessons.folder().glob("*.md"))
])  # fmt: skip
def test_a_lesson_file_is_true_and_no_other_is(path: Path) -> None:
    found, text = replay(read(path)), path.read_text(encoding="utf-8")
    wrong = [(each.exchange.text, each.mismatches) for each in found.played if each.mismatches]
    assert not wrong and found.good
    assert found.updated() == text
    kinds = set()
    for kind, line, tampered in mutations(text, random.Random(path.stem)):
        again = as_played(found, tampered)
        at = [each.exchange.line + 1 + one.at for each in again.played for one in each.mismatches]
        at += [each.stated.line for each in again.told if not each.good]
        assert line in at, (kind, line, tampered.splitlines()[line - 1])
        assert again.updated() == text, (kind, line)
        kinds.add(kind)
    assert {"digit", "shape", "word"} <= kinds


def as_played(found: Replay, text: str) -> Replay:
    """The comparison of another text with what the commands have shown."""
    shown = [{"shown": each.found, "works": each.works, "asked": each.asked}
             for each in found.played]  # fmt: skip
    told = [(each.found, each.error) for each in found.told]
    return compared(parse(text, found.transcript.path), shown, told)


MUTATIONS = {
    "digit": (r"(?<=\d\.)\d(?!\w)|(?<=\d\.\d)\d(?!\w)", lambda m: str((int(m[0]) + 5) % 10)),
    "shape": (r"\((\d+), (\d+)\)", lambda m: f"({m[1]}, {int(m[2]) + 1})"),
    "word": (r"\b[a-z]{4,}\b", lambda m: m[0][::-1] + "x"),
    "element": (r"(?<=^\[\d\])(\s+)-?\d+\.\d+", lambda m: f"{m[1]}{float(m[0]) + 1:.6f}"),
    "number": (r"\d(?=<!--\{)", lambda m: str((int(m[0]) + 5) % 10)),
}


def mutations(text: str, rng: random.Random, each: int = 12) -> Iterator[tuple[str, int, str]]:
    """Copies of a lesson file with one thing changed that its run contradicts."""
    lines = text.splitlines()
    shown = set(lines_shown(text))
    for kind, (pattern, other) in MUTATIONS.items():
        where = range(len(lines)) if kind == "number" else sorted(shown)
        places = [(at, found) for at in where for found in re.finditer(pattern, lines[at])]
        for at, found in rng.sample(places, min(each, len(places))):
            line = lines[at][: found.start()] + other(found) + lines[at][found.end() :]
            yield kind, at + 1, "\n".join([*lines[:at], line, *lines[at + 1 :]]) + "\n"


def lines_shown(text: str) -> Iterator[int]:
    """The lines of a lesson file that are compared as they are: no commands, nothing left open."""
    fence, tolerant = False, False
    for at, line in enumerate(text.splitlines()):
        if line.startswith("```"):
            fence, tolerant = line == "```nnstep", False
        elif line.startswith("(nn) "):
            tolerant = tolerant or line.startswith("(nn) tolerance")
        elif fence and not tolerant and "..." not in line and not line.endswith("(re)"):
            yield at


def test_the_net_beats_the_baseline() -> None:
    accuracies = [float(each) for each in re.findall(r"accuracy (\S+)", plain("logistic_baseline"))]
    assert len(accuracies) == 2 and accuracies[0] < accuracies[1]


@pytest.mark.parametrize("name", lessons.names())
def test_the_same_bytes_in_all_ways(name: str, tmp_path: Path) -> None:
    script = tmp_path / f"{name}.py"
    script.write_text(SHORT.sub(r"\1 = 150", path_of(name).read_text(encoding="utf-8")))
    expected = done(script)
    assert expected[0] == 0
    assert done("-m", "nnstep", "run", "--ops", script) == expected
    if "sklearn" not in script.read_text():  # plain `run` becomes Python: one lesson will do
        assert done("-m", "nnstep", "run", script) == expected


@pytest.mark.parametrize("name", lessons.names())
def test_a_lesson_explains_itself(name: str) -> None:
    text = path_of(name).read_text(encoding="utf-8")
    assert all(lessons.about(text)), "a line of what it teaches, and its source"
    titles = re.findall(r"^\s*# %% (.+)$", text, re.MULTILINE)
    assert len(titles) >= 3
    comments = re.findall(r"^\s*# (?!%%)", text, re.MULTILINE)
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    assert len(comments) > len(statements) / 3, "narration teaches"
    assert len(SHORT.findall(text)) == 1, "one line says how long it trains"


# What a script says of its runs.


def said(*lines: str) -> Measures:
    return lessons.measures('"""A title.\n\n' + "\n".join(lines) + '\n"""\nx = 1\n')


def test_measures_stand_beside_the_source() -> None:
    found = said("Source: somewhere", "Cost: x.sum()", "Accuracy: (x == y).mean()", "Fresh: x = 2")
    assert found == Measures("x.sum()", "(x == y).mean()", "x = 2")


def test_indented_lines_go_on() -> None:
    found = said("Cost: a", "    + b", "    + c", "Fresh: x = 1", "    y = x", "More prose")
    assert found == Measures(cost="a + b + c", fresh="x = 1\ny = x")


def test_an_empty_line_ends_it() -> None:
    assert said("Cost: a", "", "    + b") == Measures(cost="a")


def test_the_last_one_counts() -> None:
    assert said("Cost: a", "    + 1", "Cost: b") == Measures(cost="b")


@pytest.mark.parametrize(
    "line", ["Cost: as low as it gets", "Cost:", "costs: a", "  Cost: a", "Accuracy: 98 %"]
)
def test_prose_is_no_measure(line: str) -> None:
    assert said("prose", line) == Measures()


def test_what_is_no_python_says_nothing() -> None:
    assert lessons.measures("def") == lessons.measures("x = 1") == Measures()


@pytest.mark.parametrize("name", lessons.names())
def test_measures_hold_within_an_epoch_and_at_the_end(name: str, tmp_path: Path) -> None:
    text = path_of(name).read_text(encoding="utf-8")
    measures = lessons.measures(text)
    script = tmp_path / f"{name}.py"
    script.write_text(SHORT.sub(r"\1 = 30", text), encoding="utf-8")
    session = Session(str(script))
    session.epoch(2)
    first = float(session.eval(measures.cost))
    session.run()
    assert 0 < float(session.eval(measures.cost)) < first
    trained = float(session.eval(measures.accuracy))
    assert 0.5 < trained < 1
    if measures.fresh:
        session.execute(measures.fresh)
        assert float(session.eval(measures.accuracy)) == pytest.approx(trained, abs=0.1)
        assert float(session.eval(measures.accuracy)) != trained
    else:
        assert name == "perceptron", "seven people are all there are"
