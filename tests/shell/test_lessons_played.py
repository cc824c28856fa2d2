"""Every guided lesson at a real terminal, from the first page to the last, as a learner might.

It takes minutes: `python -m pytest -m long` runs it.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pexpect
import pytest
from terminal import Screen

from nnstep import lessons
from nnstep.shell.playing import Page, pages_of
from nnstep.transcript import hints_for, is_answer, read

NAMES = [name for name in lessons.names() if lessons.guide(name) is not None]
DAMAGE = "[each.fill(0) for each in list(globals().values()) if hasattr(each, 'fill')]"
WRONG = {"shape": "(77, 78, 79)", "value": "123456"}
_QUIET = 0.15  # seconds without a sign from the terminal


class Learner:
    """Someone who plays a lesson."""

    def __init__(self, folder: Path, name: str) -> None:
        self.screen = Screen(folder, "lesson", name, target=None, COLUMNS="80")
        self.screen.child.timeout = 60
        self.settle()

    def settle(self) -> str:
        """Wait until the prompt is there and stays; what came meanwhile."""
        came, quiet = "", 0.0
        begun = time.monotonic()
        while not came or self.screen.line != "(nn)" or quiet < _QUIET:
            try:
                piece = self.screen.child.read_nonblocking(65536, timeout=_QUIET)
                self.screen._stream.feed(piece)
                came, quiet = came + piece, 0.0
            except pexpect.TIMEOUT:
                quiet += _QUIET
            if time.monotonic() - begun > 90:
                pytest.fail(f"no prompt:\n{self.screen.text}")
        assert "Traceback" not in came, came
        return came

    def type(self, line: str = "") -> str:
        """Type a line, and wait for what it brings."""
        self.screen.child.send(f"{line}\r")
        return self.settle()

    def leave(self) -> None:
        """Close the terminal's input."""
        self.screen.child.send("\x04")
        assert self.screen.end() == 0

    def play(self, page: Page, *, wrong: bool = False, helped: bool = False) -> None:
        """Play a page, but for its end.

        Args:
            page: the page.
            wrong: answer its first question twice wrongly.
            helped: ask for each hint, and then answer or type what the last one says.
        """
        for at, each in enumerate(page.exchanges):
            if each.directive:
                continue
            hints = hints_for(page.exchanges, at)
            if is_answer(page.exchanges, at):
                if wrong:
                    wrong = False
                    assert "no answer here" in self.type("nothing of the kind")
                    for _ in range(2):
                        self.type(WRONG[page.exchanges[at - 1 - len(hints)].text.split()[1]])
                    assert "no: " in self.screen.text and "it is " in self.screen.text
                    continue
                for hint in hints if helped else ():
                    assert folded(hint) in folded(self.type("hint") and self.screen.text)
                assert "right" in self.type(each.text)
            elif hints and helped:
                for hint in hints:
                    assert folded(hint) in folded(self.type("hint") and self.screen.text)
                self.type(each.text)
            else:
                self.type()


def folded(text: str) -> str:
    """Without the blanks, which differ where lines are wrapped."""
    return "".join(text.split())


def progress(folder: Path, name: str) -> dict[str, int]:
    path = folder / "nnstep/lessons/progress.json"
    found: dict[str, int] = json.loads(path.read_text())[name]
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_from_the_first_page_to_the_last(name: str, tmp_path: Path) -> None:
    guide = lessons.guide(name)
    assert guide is not None
    pages = pages_of(read(guide))
    asks = [at for at, page in enumerate(pages) if any(each.asks for each in page.exchanges)]
    left = max(len(pages) // 2, asks[0] + 1)
    learner = Learner(tmp_path, name)
    for at, page in enumerate(pages[:left]):
        learner.play(page, wrong=at == asks[0], helped=at in asks[1:2])
        if at == asks[0]:
            learner.type(DAMAGE)
            assert "back to where the lesson is" in learner.type("resume")
        learner.type()
    assert progress(tmp_path, name) == {"page": left, "pages": len(pages)}
    learner.leave()
    learner = Learner(tmp_path, name)
    assert f"page {left + 1} of {len(pages)}" in learner.screen.text
    for page in pages[left:]:
        learner.play(page, helped=True)
        learner.type()
    assert "the lesson is over" in learner.screen.text
    assert progress(tmp_path, name)["page"] == len(pages)
    learner.leave()
