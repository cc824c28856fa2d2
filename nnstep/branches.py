"""Branches: the courses that a run has taken, because something was changed by hand in its past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nnstep.engine.course import Course
from nnstep.engine.moments import Path
from nnstep.engine.outside import Outside
from nnstep.engine.timeline import Timeline
from nnstep.reports import BranchInfo

MAIN = "main"


@dataclass(slots=True)
class Branch:
    """One course of the run.

    Attributes:
        name: such as `b1`.
        parent: the branch that it left, None for the first.
        moment: when that was, as it is shown.
        course: what is known of it.
        inherited: how many of its edits were made before it left.
        here: where it stood when it was left.
        known: what had been printed and answered in it by then.
    """

    name: str
    parent: str | None
    moment: str
    course: Course
    inherited: int = 0
    here: Path = ()
    known: Any = None


class Branches:
    """All branches of a session, and which one it is in.

    Attributes:
        current: that one.
    """

    def __init__(self, timeline: Timeline, outside: Outside) -> None:
        self._timeline = timeline
        self._outside = outside
        self.current = Branch(MAIN, None, "", timeline.course)
        self._by_name = {MAIN: self.current}

    def leave(self, here: Path, moment: str) -> None:
        """Begin a new branch at a moment of the past; the old one stays as it is."""
        old = self.current
        old.here, old.known = old.course.frontier, self._outside.known()
        name = f"b{len(self._by_name)}"
        course = old.course.until(here)
        self.current = Branch(name, old.name, moment, course, len(course.edits))
        self._by_name[name] = self.current
        self._timeline.course = self.current.course
        self._timeline.others = [each.course for each in self._by_name.values()]

    def find(self, name: str) -> Branch:
        """A branch by its name.

        Raises:
            KeyError: there is none.
        """
        if name not in self._by_name:
            raise KeyError(f"there is no branch {name!r}; there are {', '.join(self._by_name)}")
        return self._by_name[name]

    def enter(self, branch: Branch) -> None:
        """Go over to another branch, to where it was left."""
        self.current.here, self.current.known = self._timeline.here(), self._outside.known()
        self.current = branch
        self._outside.take_for_known(branch.known)
        self._timeline.course = branch.course
        with self._timeline.protecting():
            self._timeline.go(branch.here or branch.course.frontier)

    def infos(self) -> list[BranchInfo]:
        """What is known of each, in the order in which they began."""
        return [
            BranchInfo(
                each.name, each.parent, each.moment,
                tuple(edit.text for edit in each.course.edits[each.inherited :]),
                each.course.reached, each is self.current,
            )
            for each in self._by_name.values()
        ]
