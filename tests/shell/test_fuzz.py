"""Bad input of every kind: one clear message of ours, or none, but never a traceback.

`NNSTEP_FUZZ` says how many inputs each parser gets; a few hundred unless set.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from shell_helpers import Desk

from nnstep import lessons, options
from nnstep.matching import merged, mismatches, same
from nnstep.shell import learnt
from nnstep.shell.lines import pieces
from nnstep.stated import restated, stated
from nnstep.transcript import REGULAR, Broken, parse, toml_text

EXAMPLES = int(os.environ.get("NNSTEP_FUZZ", "200"))
fuzzed = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LESSON = '''+++
title = "One"
script = "net.py"
order = 1
sources = ["a page"]
+++

Prose with 2.5<!--{x:.1f}--> and `code`.

```nnstep
(nn) step
x  (3, 1) float64 ...
...
it ends (re)
(nn) expect x.shape == (3, 1)
(nn) predict shape x
(nn) hint look
(nn) (3, 1)
```
'''
PIECES = [
    "+++", "```", "```nnstep", "~~~", "(nn) ", "(nn)", "(..) ", "expect", "tolerance", "hint",
    "predict", "shape", "...", " (re)", "<!--{", "}-->", "title", "=", '"', "[", "]", "order",
    "9" * 5000, "\x00", "\ud800", "\u2028", "\r\n", "\n", "\t", "1e999999999", "nan", "(3, 1)",
    "`", "#", ":", ";;", "--", "-", "!", "x", "w[0]", "epoch", "goto", "\x1b[2J", "é", "%",
]
noise = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=25).map("".join)


@st.composite
def tampered(draw: st.DrawFn, text: str = LESSON) -> str:
    """A text with pieces cut out, doubled and put in."""
    for _ in range(draw(st.integers(1, 6))):
        at, size = draw(st.integers(0, len(text))), draw(st.integers(0, 40))
        new = draw(st.sampled_from(PIECES) | st.text(max_size=8) | st.just(text[at : at + size]))
        text = text[:at] + new + text[at + draw(st.sampled_from([0, size])) :]
    return text


@fuzzed
@given(tampered() | noise)
def test_lesson_files(text: str) -> None:
    try:
        found = parse(text, Path("lesson.md"))
    except Broken as error:
        assert str(error).startswith("lesson.md:") and "\n" not in str(error)
        return
    assert found.updated({}).rstrip("\n") == text.rstrip("\n")
    for part in found.parts:
        assert restated(part.prose, {}) == part.prose
        assert all(f"{each.number}<!--" in part.prose for each in stated(part.prose))


@fuzzed
@given(noise, noise, st.lists(noise, max_size=4), st.lists(noise, max_size=4))
def test_comparisons(one: str, two: str, before: list[str], after: list[str]) -> None:
    # Regular expressions are checked when they are read.
    assume(not REGULAR.fullmatch(one))
    before = [line for line in before if not REGULAR.fullmatch(line)]
    after = [line for line in after if not REGULAR.fullmatch(line)]
    assert same(one, one)
    same(one, two)
    found = mismatches(before, after)
    assert all(0 <= each.at <= len(before) and each.words for each in found)
    assert not mismatches(after, after)
    new = merged(before, after)
    assert not mismatches(new, after)
    assert merged(new, after) == new or any("..." in line for line in after)


@fuzzed
@given(noise)
def test_texts_in_front_matter(text: str) -> None:
    import tomllib

    known = text.encode(errors="replace").decode()
    assert tomllib.loads(f"x = {toml_text(text)}")["x"] == known


@fuzzed
@given(noise | tampered('"""A net.\n\nSource: a page\nCost: z.sum()\n  + 1\nFresh: x = 1\n"""\n'))
def test_what_a_script_says_of_itself(text: str) -> None:
    lessons.about(text)
    lessons.measures(text)


@pytest.fixture(scope="module", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@fuzzed
@given(st.binary(max_size=60) | tampered('{"one": {"page": 1, "pages": 9}}').map(
    lambda text: text.encode(errors="replace")
))  # fmt: skip
def test_progress_files(data: bytes) -> None:
    path = learnt._path()
    path.write_bytes(data)
    known, note = learnt.load()
    assert all(each.page >= 0 for each in known.values())
    assert not note or ("was damaged" in note and not path.exists())
    learnt.save("two", learnt.Learnt(1, 2))
    assert learnt.load()[0]["two"] == (1, 2)


@fuzzed
@given(st.lists(st.sampled_from([
    "check", "lesson", "replay", "diff", "trace", "new", "--at", "--epochs", "--json", "-c", "-x",
    "-j", "--", "--lessons", "--cost", "3", "0,1", "-1", "x.py", "--vi", "--memory", "--into",
]) | st.text(max_size=5), max_size=6))  # fmt: skip
def test_command_lines(arguments: list[str]) -> None:
    parsers = (
        options.of_session, options.of_check, options.of_diff, options.of_lesson,
        options.of_replay, options.of_trace,
    )  # fmt: skip
    for each in parsers:
        out = io.StringIO()
        try:
            with redirect_stderr(out), redirect_stdout(out):
                each(list(arguments))
        except SystemExit as error:
            assert error.code in (0, 2) and out.getvalue()


SCRIPT = """import numpy as np
x = np.arange(6.0).reshape(3, 2)
w = np.ones((2, 1))
for epoch in range(4):
    z = x @ w
    w -= 0.1 * x.T @ z
"""
WORDS = [
    "step", "next", "epoch", "back", "goto", "goto epoch", "break", "watch", "catch", "table",
    "vars", "why", "explain", "shape", "predict shape", "diff", "p", "display", "undisplay",
    "history", "bisect", "cost", "delete", "ignore", "list", "where", "grain", "section", "until",
    "plot", "net", "focus", "branches", "switch", "compare", "set", "loop", "when", "help",
    "hint", "pages", "skip", "lesson", "info", "tbreak", "runtil", "repoch", "rewind", "restart",
]
ARGUMENTS = [
    "", "x", "w", "z", "w[0]", "x[9]", "nosuch", "1", "-1", "0", "9999", "nan", "2.5", "1e9",
    "x[", "epoch == 2", "1/0", "x.T", "w = 3", "np", "main", "--log", "data", "1.2/3[4]", "end",
    "(3, 1)", "\x1b[2J", "lambda: 0", "[i for i in x]", "x.nosuch", "import os", "exit()", "é",
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "net.py").write_text(SCRIPT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        patch.chdir(folder)
        made = Desk()
        made.shell.open("net.py")
        yield made
        made.shell.close()


@fuzzed
@given(
    line=st.builds("{} {}".format, st.sampled_from(WORDS), st.sampled_from(ARGUMENTS) | noise)
    | noise | st.sampled_from(ARGUMENTS)
)
def test_lines_that_are_typed(desk: Desk, line: str) -> None:
    if any(word in line for word in ("record", "source", "open", "quit", "save", "input", "sweep")):
        return  # they read or write files, or end it
    for stream in (desk.out, desk.err):
        stream.seek(0)
        stream.truncate()
    pieces(line, desk.shell.parse)
    desk.shell.execute(line)
    said = desk.err.getvalue()
    assert "Traceback" not in said and "\x1b" not in said + desk.out.getvalue()
    desk.shell.done = False
