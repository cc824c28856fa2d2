"""What `check` gives: the gradients of a script at some epochs. Data only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nnstep.insight.faults import Fault, Mend
from nnstep.insight.gradients import Checked
from nnstep.insight.verdicts import worst


@dataclass(frozen=True)
class Report:
    """The check of a script.

    Attributes:
        cost: the expression for the cost.
        chosen: where that comes from: `given`, `lesson`, or `proposed`.
        epochs: each epoch that was checked.
        notes: what is worth saying besides.
    """

    cost: str
    chosen: str
    epochs: tuple[Checked, ...]
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The worst verdict of all epochs; wrong beats not decidable."""
        return worst([verdict for each in self.epochs for verdict in each.verdicts])

    @property
    def worst_epoch(self) -> Checked:
        """The epoch with the worst verdict; among several of those, the one furthest off.

        One in which the numbers have run away already explains nothing, so it comes last.
        """
        return max(self.epochs, key=_badness)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The first wrong ops of the worst epoch, with those mends that hold at all epochs."""
        return tuple(self._lasting(each) for each in self.worst_epoch.faults)

    def _lasting(self, fault: Fault) -> Fault:
        """A fault without the mends that only happened to fit where it was found."""
        same = [
            {mend.words for mend in each.mends} for one in self.epochs for each in one.faults
            if (each.line, each.text) == (fault.line, fault.text) and each.mends
        ]
        mends = tuple(each for each in fault.mends if all(each.words in one for one in same))
        return replace(fault, mends=mends or fault.mends)

    @property
    def mends(self) -> tuple[tuple[Fault, Mend], ...]:
        """What would put the worst epoch right, in the order in which it is told."""
        return tuple((each, mend) for each in self.faults for mend in each.mends)

    def data(self) -> dict[str, Any]:
        """The same, as JSON can hold it."""
        return {
            "cost": self.cost, "chosen": self.chosen, "verdict": self.kind,
            "notes": list(self.notes),
            "epochs": [_epoch(each) for each in self.epochs],
        }


def _badness(checked: Checked) -> tuple[int, bool, float]:
    rank = max((each.rank for each in checked.verdicts), default=0)
    those = [each for each in checked.verdicts if each.rank == rank]
    ordinary = not any(each.is_lopsided for each in those)
    return rank, ordinary, max((each.error for each in those), default=0.0)


def _epoch(checked: Checked) -> dict[str, Any]:
    return {
        "epoch": checked.epoch, "cost": checked.value, "line": checked.line,
        "verdict": checked.kind,
        "gradients": [
            {
                "name": each.name, "what": each.what, "verdict": each.kind, "error": each.error,
                "cosine": each.cosine, "factor": each.factor, "tested": each.tested,
                "size": each.size, "why": each.why,
                "example": None if each.example is None else {
                    "element": each.example.element, "nudge": each.example.nudge,
                    "moved": each.example.moved, "said": each.example.said,
                },
            }
            for each in checked.verdicts
        ],
        "others": [
            {"name": each.name, "what": each.what, "factor": each.factor}
            for each in checked.others
        ],
        "faults": [
            {
                "line": each.line, "op": each.text, "spoils": list(each.gradients),
                "mends": [mend.words for mend in each.mends],
            }
            for each in checked.faults
        ],
    }
