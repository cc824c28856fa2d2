"""Lesson files: read, broken ones refused with place and mend, and written back."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstep.transcript import Broken, parse

PATH = Path("lesson.md")
TEXT = """+++
title = "One unit"
script = "perceptron.py"
order = 1
sources = ["a page"]
+++

# One unit

Prose, with `code` and

```python
z = sigmoid(XW)
```

```nnstep
(nn) step
one
two
(nn) expect z.shape == (7, 1)
(nn)   p z
```
More prose.
"""


def test_the_parts_of_a_file() -> None:
    found = parse(TEXT, PATH)
    assert found.fields["order"] == 1
    assert found.script == Path("perceptron.py")
    assert [part.line for part in found.parts] == [8, 16, 23]
    assert found.parts[0].prose.startswith("# One unit") and "```python" in found.parts[0].prose
    assert found.parts[2].prose == "More prose."
    one, two, three = found.exchanges
    assert (one.line, one.text, one.expected, one.directive) == (17, "step", ("one", "two"), "")
    assert (two.directive, two.argument) == ("expect", "z.shape == (7, 1)")
    assert (three.text, three.expected) == ("p z", ())


def test_what_is_not_changed_stays_to_the_letter() -> None:
    found = parse(TEXT, PATH)
    assert found.updated({}) == TEXT
    assert found.updated({17: ["other"], 21: ["z = 1"]}) == TEXT.replace(
        "one\ntwo\n", "other\n"
    ).replace("p z\n", "p z\nz = 1\n")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("+++\ntitle", "title", "lesson.md:1: the first line must be `+++`"),
        ("]\n+++", "]", "lesson.md:1: the front matter has no end"),
        ("order = 1", "order 1", "lesson.md:4: the front matter is no TOML"),
        ('title = "One unit"\n', "", "lesson.md:1: the front matter lacks `title = ...`"),
        ("order = 1", 'order = "1"', "`order` must be a whole number, not '1'"),
        ("order = 1", "order = true", "`order` must be a whole number, not True"),
        ("sources", "source", "the front matter knows no `source`; it may have title, script"),
        ("```\nMore", "More", "lesson.md:16: this fence has no end; a line ``` ends it"),
        ("(nn) step\n", "", "lesson.md:17: a fence begins with a command: `(nn) step`"),
        ("(nn)   p z", "(nn)", "lesson.md:21: nothing stands behind the prompt"),
    ],
)
def test_what_is_broken(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(Broken) as caught:
        parse(TEXT.replace(old, new), PATH)
    assert message in str(caught.value)


def test_an_empty_fence() -> None:
    with pytest.raises(Broken, match=r"lesson\.md:16: this fence is empty"):
        parse(TEXT.partition("```nnstep\n")[0] + "```nnstep\n```\n", PATH)
