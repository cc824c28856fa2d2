"""A course that a run can take: what was saved of it, and what was typed into it. Data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nnstep.engine.moments import Path
from nnstep.engine.snapshot import Snapshot


@dataclass(slots=True)
class Keyframe:
    """A saved state.

    Attributes:
        path: where it was taken.
        state: what was there.
        clock: seconds that the script had run until then.
        marks: how far each log had grown.
        passed_again: whether the script has come there once more since, and was compared.
    """

    path: Path
    state: Snapshot
    clock: float
    marks: tuple[Any, ...]
    passed_again: bool = False


@dataclass(slots=True)
class Edit:
    """Something that was typed into the run, and is applied again when it is passed."""

    path: Path
    apply: Callable[[], object]
    text: str


@dataclass(slots=True)
class Course:
    """One course that the run can take: what was saved of it, and what was changed in it.

    Attributes:
        keyframes: in the order of time.
        edits: in the order of time.
        beginning: the moment of the first stop.
        frontier: the latest moment that was reached.
        reached: the frontier as it is shown.
        entry: the path to the main loop's head as it was entered last, without the iteration; it
            may lie ahead, when it was looked for.
        ends: of loops that have ended, the heads of their last iterations, by the path to them.
    """

    beginning: Path = ()
    frontier: Path = ()
    entry: Path = ()
    ends: dict[Path, Path] = field(default_factory=dict)
    reached: str = ""
    keyframes: list[Keyframe] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    @property
    def has_epochs(self) -> bool:
        """Whether the run has come to the main loop."""
        return bool(self.entry) and self.frontier > self.entry

    def thin(self, spacing: float, near: list[Keyframe]) -> bool:
        """Drop keyframes that lie closer together than so many seconds of the run.

        Args:
            spacing: the seconds.
            near: what stays in any case, as the first, the last, and what is needed do.

        Returns:
            Whether there were such.
        """
        before, kept = len(self.keyframes), {id(each) for each in near}
        found = self.keyframes[:1]
        for each in self.keyframes[1:-1]:
            far = each.clock - found[-1].clock >= spacing
            if far or id(each) in kept or self._needs(each):
                found.append(each)
        self.keyframes = [*found, *self.keyframes[1:][-1:]]
        return len(self.keyframes) < before

    def drop_farthest(self, present: Keyframe | None) -> bool:
        """Drop the keyframe farthest from one that stays; whether there was any."""
        rest = [each for each in self.keyframes if each is not present and not self._needs(each)]
        if not rest or present is None:
            return False
        order = {id(each): at for at, each in enumerate(self.keyframes)}
        here = order.get(id(present), len(order))
        farthest = max(rest, key=lambda each: (
            abs(each.clock - present.clock), abs(order[id(each)] - here)
        ))
        self.keyframes.remove(farthest)
        return True

    def _needs(self, keyframe: Keyframe) -> bool:
        """Whether one must stay: the beginning, and where the main loop was entered.

        What stands before the main loop makes the data, which would then be there twice.
        """
        return keyframe.path in ((), (*self.entry, 0, *self.entry[-1:]))

    def until(self, path: Path) -> Course:
        """The part of it that lies before a moment, or at it."""
        return Course(
            self.beginning,
            path,
            self.entry if self.entry < path else (),
            {prefix: each for prefix, each in self.ends.items() if each < path},
            self.reached,
            [each for each in self.keyframes if each.path < path],
            [each for each in self.edits if each.path <= path],
        )


def path_of_keyframe(keyframe: Keyframe) -> Path:
    """When a keyframe was taken."""
    return keyframe.path
