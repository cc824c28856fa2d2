"""Gradients: how many faults, put into right networks one by one, `check` finds, names and mends.

A fault counts when it changes a gradient by more than a thousandth; the networks themselves, and
the faults that change nothing, must not be called wrong.
"""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.faults import Fault, faults
from tests.bench.measure import LESSONS, Settings
from tests.bench.tables import Table

NETWORKS = Path(__file__).resolve().parents[1] / "networks"
CORRECT = ("mse_hidden", "l2_derivation", "softmax_moons", "tanh_sigmoid")
FACTOR = "right up to a factor"
CHANGED = 1e-3  # relative, of a gradient
_EPOCHS = re.compile(r"^(epochs|num_passes) = .*$", re.MULTILINE)
_COLUMNS = (
    "faults", "found", "as factor", "undecided", "op named", "mended", "no change", "alarms",
)
_FEW = 4  # faults of a kind in a script
_CHECKED = (0, 1)  # epochs


@dataclass
class Outcome:
    """What `check` says of one script.

    Attributes:
        kind: the verdict, or what it raised.
        lines: of the first wrong ops.
        mends: how many are offered.
        gradients: by parameter.
        seconds: how long it took.
    """

    kind: str
    lines: list[int] = field(default_factory=list)
    mends: int = 0
    gradients: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0


def sources() -> dict[str, str]:
    """The right networks: those of the tests, and the right lessons, with few epochs."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in sorted(NETWORKS.glob("*.py"))}
    for name in CORRECT:
        text = (LESSONS / f"{name}.py").read_text(encoding="utf-8")
        found[name] = _EPOCHS.sub(r"\1 = 3", text)
    return found


def outcome(path: Path, cost: str | None = None) -> Outcome:
    """Check a script at its first epochs."""
    from nnstep.session import Session

    start = time.process_time()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        session = Session(path)
        try:
            report = session.check(at=_CHECKED, cost=cost)
        except ValueError as error:
            return Outcome(f"nothing: {error}", seconds=time.process_time() - start)
        finally:
            session.close()
    lines = [fault.line for each in report.epochs for fault in each.faults]
    mends = sum(len(fault.mends) for each in report.epochs for fault in each.faults)
    gradients = [dict(each.gradients) for each in report.epochs]
    return Outcome(report.kind, lines, mends, gradients, time.process_time() - start)


def differs(one: Outcome, other: Outcome, by: float = CHANGED) -> bool:
    """Whether some gradient is another one, relatively by so much."""
    import numpy as np

    for mine, theirs in zip(one.gradients, other.gradients, strict=False):
        for name in mine.keys() | theirs.keys():
            if name not in mine or name not in theirs:
                return True
            a, b = np.asarray(mine[name]), np.asarray(theirs[name])
            if a.shape != b.shape:
                return True
            most = max(float(np.abs(a).max(initial=0)), float(np.abs(b).max(initial=0)))
            if most and not float(np.abs(a - b).max()) <= by * most:
                return True
        break  # later epochs begin with other parameters
    return False


def tables(settings: Settings) -> Iterator[Table]:
    """All of this group."""
    table = Table(
        "gradients: faults put into right networks",
        "Of the faults that change a gradient by more than 0.001; `alarms` are all others.",
        {"": "", **dict.fromkeys(_COLUMNS, "d")},
    )
    totals: dict[str, Counter[str]] = {}
    seconds = []
    for name, text in sources().items():
        path = Path(settings.folder) / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        right = outcome(path)
        seconds.append(right.seconds)
        if right.kind not in ("right", FACTOR):
            table.notes.append(f"false alarm: {name} is called {right.kind}")
        for fault in faults(text, _FEW if settings.full else 1):
            _count(totals.setdefault(fault.kind, Counter()), table, name, fault, right, settings)
    for kind, each in sorted(totals.items()):
        table.rows.append([kind, *(each[column] for column in _COLUMNS)])
    every: Counter[str] = sum(totals.values(), Counter())
    table.rows.append(["all", *(every[column] for column in _COLUMNS)])
    slowest = max(seconds)
    table.notes.append(f"{len(totals)} kinds; two epochs of a right network take {slowest:.2f} s")
    yield table


def _count(
    total: Counter[str], table: Table, name: str, fault: Fault, right: Outcome, settings: Settings
) -> None:
    with tempfile.TemporaryDirectory(dir=settings.folder) as folder:
        path = Path(folder) / f"{name}.py"
        path.write_text(fault.text, encoding="utf-8")
        found = outcome(path)
    if found.gradients and not differs(right, found):
        total["no change"] += 1
        if found.kind == "wrong" and not differs(right, found, 1e-9):
            total["alarms"] += 1
            table.notes.append(f"alarm: {_told(name, fault)}")
        return
    total["faults"] += 1
    total["found"] += found.kind == "wrong"
    total["as factor"] += found.kind == FACTOR
    total["undecided"] += found.kind == "not decidable"
    # Where a statement is missing, the one beside it has the wrong result.
    slack = max(fault.where.count("\n"), 2 if fault.became.strip() == "pass" else 0)
    named = any(abs(line - fault.line) <= slack for line in found.lines)
    total["op named"] += named
    total["mended"] += bool(found.mends)
    if found.kind != "wrong":
        table.notes.append(f"missed ({found.kind}): {_told(name, fault)}")
    elif not named:
        table.notes.append(f"named {found.lines} instead: {_told(name, fault)}")


def _told(name: str, fault: Fault) -> str:
    where, became = fault.where.strip(), fault.became.strip()
    return f"{name} line {fault.line}, {fault.kind}: {where[:60]!r} -> {became[:60]!r}"
