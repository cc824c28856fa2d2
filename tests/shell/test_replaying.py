"""`nnstep replay`: lesson files played, compared, brought up to date."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pytest

from nnstep import cli
from nnstep.shell.output import Output
from nnstep.shell.replaying import replay
from nnstep.shell.transcripts import replay_files
from nnstep.transcript import Broken, read

SCRIPT = """import numpy as np
x = np.arange(6.0).reshape(3, 2) / 7
w = np.ones((2, 1))
for epoch in range(3):
    z = x @ w
    w -= 0.1 * x.T @ z
print("done", w.shape)
"""
TEXT = """+++
title = "A small one"
script = "net.py"
+++

# A small one

```nnstep
(nn) until epoch == 1
(nn) table z
(nn) expect z.shape == (3, 1)
(nn) nonsense
(nn) continue
(nn) p w
```

And again.

```nnstep
(nn) tolerance 0.01
(nn) p w.sum()
```
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    (tmp_path / "net.py").write_text(SCRIPT)
    path = tmp_path / "net.md"
    path.write_text(TEXT)
    path.write_text(replay(read(path)).updated())
    return path


def told(path: Path, **options: bool) -> tuple[bool, str]:
    """Whether all is as it is written, and what is told."""
    out = io.StringIO()
    good = replay_files(Output(out, out, {}), [str(path)], **options)
    return good, out.getvalue()


def test_what_was_brought_up_to_date_is_true(lesson: Path) -> None:
    text = lesson.read_text()
    assert "(3, 1) float64" in text and "unknown command `nonsense`" in text
    assert "done (2, 1)" in text  # what the script prints belongs to it
    assert told(lesson, check=True) == (True, "net.md: all 8 commands as written\n")
    assert told(lesson, update=True)[1] == f"{lesson}: nothing to change\n"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (r"\[1\]  0\.(\d)\d+", lambda m: m[0].replace("0." + m[1], "0.0", 1),
         r"z\[1, 0\]: expected 0\.0\d+, came 0\.\d+, 0\.\d+ apart"),
        (r"\(3, 1\) float64", "(3, 2) float64", r"expected 2, came 1, 1 apart"),
        ("unknown command", "unknown word", "expected `unknown word `nonsense`"),
        ("done ", "Done ", "expected `Done"),
        (r"z\.shape == \(3, 1\)", "z.shape == (3, 9)", r"came `z.shape == \(3, 9\) isn't true`"),
    ],
)  # fmt: skip
def test_what_is_not_true_is_named(lesson: Path, old: str, new: str, words: str) -> None:
    text = lesson.read_text()
    changed, count = re.subn(old, new, text, count=1)
    assert count == 1 and changed != text
    lesson.write_text(changed)
    good, said = told(lesson, check=True)
    assert not good
    assert re.search(words, said), said
    assert re.search(rf"^{re.escape(str(lesson))}:\d+: ", said) and "1 of 8 commands differ" in said
    assert "\n  +++ what came" in said
    told(lesson, update=True, in_place=True)
    wanted = text if "shape ==" not in old else None
    assert wanted is None or lesson.read_text() == wanted


def test_it_is_written_beside_unless_in_place(lesson: Path) -> None:
    text = lesson.read_text()
    lesson.write_text(text.replace("done", "Done"))
    _, said = told(lesson, update=True)
    beside = lesson.with_name("net.md.new")
    assert beside.read_text() == text and str(beside) in said
    assert lesson.read_text() != text


def test_a_tolerance_holds_to_the_end_of_its_fence(lesson: Path) -> None:
    text = lesson.read_text()
    number = re.findall(r"w\.sum\(\) = (\S+)", text)[0]
    lesson.write_text(text.replace(number, f"{float(number) * 1.005:.12f}"))
    assert told(lesson, check=True)[0]
    lesson.write_text(text.replace(number, f"{float(number) * 1.02:.12f}"))
    assert not told(lesson, check=True)[0]


def test_a_demonstration_shows_prose_and_commands(lesson: Path) -> None:
    good, said = told(lesson)
    assert good and "And again." in said
    assert said.index("A small one") < said.index("(nn) table z") < said.index("[0]  ")


def test_a_folder_and_several_at_a_time(lesson: Path, tmp_path: Path) -> None:
    shutil.copy(lesson, tmp_path / "other.md")
    out = io.StringIO()
    assert replay_files(Output(out, out, {}), [str(tmp_path)], check=True, jobs=2)
    assert out.getvalue().splitlines() == [
        "net.md: all 8 commands as written", "other.md: all 8 commands as written"
    ]


def test_exit_codes(lesson: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["replay", "--check", str(lesson)]) == 0
    lesson.write_text(lesson.read_text().replace("done", "Done"))
    assert cli.main(["replay", "--check", str(lesson)]) == 1
    assert cli.main(["replay", "--check", "nowhere.md"]) == 2
    assert "there is no lesson or file nowhere.md" in capsys.readouterr().err
    lesson.write_text("nothing")
    assert cli.main(["replay", str(lesson)]) == 2
    assert "the first line must be `+++`" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert cli.main(["replay", str(tmp_path / "empty")]) == 2
    assert cli.main(["replay", "--in-place", str(lesson)]) == 2


def test_a_script_that_ends_the_process(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("import os\nos._exit(3)\n")
    path = tmp_path / "net.md"
    path.write_text('+++\ntitle = "x"\nscript = "net.py"\n+++\n```nnstep\n(nn) continue\n```\n')
    with pytest.raises(Broken, match=r"net\.md: it can't be played: the script has ended"):
        replay(read(path))
    path.write_text('+++\ntitle = "x"\nscript = "no.py"\n+++\n```nnstep\n(nn) continue\n```\n')
    with pytest.raises(Broken, match=r"there is no script .*no\.py"):
        replay(read(path))


def test_numbers_of_the_prose(lesson: Path) -> None:
    text = lesson.read_text()
    said = "And again, with 0.09<!--{z[0, 0]:.2f}--> and 1,000<!--{1000 * len(z):,}-->"
    lesson.write_text(text.replace("And again", f"{said}, 7<!--{{nosuch}}-->"))
    good, shown = told(lesson, check=True)
    line = text.split("\n").index("And again.") + 1
    assert not good and f"{lesson}:{line}: 0.09 in the prose" in shown
    assert "`z[0, 0]`: it is 0." in shown and "`1000 * len(z)`: it is 3,000" in shown
    assert "`nosuch`: NameError: name 'nosuch' is not defined" in shown
    assert "net.md: 0 of 8 commands differ, and 3 of 3 numbers of the prose\n" in shown
    lesson.write_text(lesson.read_text().replace(", 7<!--{nosuch}-->", ""))
    told(lesson, update=True, in_place=True)
    assert " and 3,000<!--{1000 * len(z):,}-->." in lesson.read_text()
    assert "0.09<!--" not in lesson.read_text()
    assert told(lesson, check=True) == (
        True, "net.md: all 8 commands as written, and 2 numbers of the prose\n"
    )
    assert told(lesson, update=True)[1] == f"{lesson}: nothing to change\n"
    assert "<!--" not in told(lesson)[1]


def test_hints_show_nothing(lesson: Path) -> None:
    text = lesson.read_text().replace("(nn) p w.sum()", "(nn) hint add up\n(nn) p w.sum()")
    lesson.write_text(text)
    assert told(lesson, check=True)[0]
    assert "add up" not in told(lesson)[1]


def test_what_is_expected_is_not_brought_up_to_date(lesson: Path) -> None:
    wrong = lesson.read_text().replace("z.shape == (3, 1)", "z.shape == (3, 9)")
    lesson.write_text(wrong)
    good, said = told(lesson, update=True, in_place=True)
    assert not good and "z.shape == (3, 9) isn't true" in said
    assert lesson.read_text() == wrong
