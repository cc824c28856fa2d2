"""What the README shows of a session is what comes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from nnstep import lessons
from nnstep.shell.replaying import replay
from nnstep.transcript import PROMPT, read

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```text\n(.*?)```", README, re.DOTALL)


def test_the_session_at_the_top(tmp_path: Path) -> None:
    (block,) = (each for each in BLOCKS if each.startswith(f"{PROMPT}break dcost_wo\n"))
    front = f'+++\ntitle = "README"\nscript = "{lessons.find("mse_hidden")}"\n+++\n'
    path = tmp_path / "readme.md"
    path.write_text(f"{front}```nnstep\n{block}```\n", encoding="utf-8")
    found = replay(read(path))
    assert not [each.mismatches for each in found.played if each.mismatches]


def test_the_picture(tmp_path: Path) -> None:
    root = ElementTree.fromstring((lessons.folder() / "mse_hidden.svg").read_text(encoding="utf-8"))
    shown = "".join("".join(root.itertext()).split())
    typed = "(nn) goto epoch 200\n(nn) plot boundary\n(nn) check\n"
    front = f'+++\ntitle = "README"\nscript = "{lessons.find("mse_hidden")}"\n+++\n'
    path = tmp_path / "readme.md"
    path.write_text(f"{front}```nnstep\n{typed}```\n", encoding="utf-8")
    _, *played = replay(read(path)).played
    told = [line for each in played for line in each.found if re.match(r"[\w`]", line)]
    assert len(told) > 10
    assert all("".join(line.split()) in shown for line in told)


@pytest.mark.parametrize("section", ["Five minutes", "Checking gradients"])
def test_what_can_be_typed_is_a_command(section: str) -> None:
    from nnstep.shell.registry import find
    from nnstep.shell.shell import Shell  # registers them

    assert Shell
    part = README.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    typed = re.findall(r"^\(nn\) (\w+)(?= )", part, re.MULTILINE)
    assert len(typed) >= 4
    assert all(find(word) is not None for word in typed if word not in ("ah", "lr"))


def test_each_command_stands_in_the_row_of_its_group() -> None:
    from nnstep.shell.registry import commands
    from nnstep.shell.shell import Shell  # registers them

    assert Shell
    part = README.split("## Commands\n", 1)[1].split("\n\n`break NAME` halts", 1)[0]
    rows = dict(re.findall(r"^\| ([\w ]+) \| (.*) \|$", part, re.MULTILINE))
    rows["lesson"] += rows.pop("other")
    missing = [
        each.name for each in commands()
        if not re.search(rf"`{each.name}\b", rows.get(each.group, ""))
    ]
    assert not missing
