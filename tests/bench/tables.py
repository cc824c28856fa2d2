"""Tables of measurements: several ways side by side, and how tables look as text and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

RATIOS = {
    "": "", "us/epoch": ".2f", "x plain": ".3f", "best pair": ".3f", "median": ".3f",
    "worst": ".3f",
}
WHOLE = {
    "": "", "s": ".3f", "x first": ".3f", "best pair": ".3f", "median": ".3f", "worst": ".3f",
}
PAIRS = "x: ratio of the best runs to the first row's; pairs: ratios within one turn."


@dataclass(slots=True)
class Table:
    """Some measurements.

    Attributes:
        title: what was measured.
        legend: how to read it, in one line.
        columns: their heads, and how their figures are written; no way for text.
        rows: as many cells as there are columns; None for what isn't known.
        notes: what else is to be said, a line each.
        samples: each single figure behind the rows.
    """

    title: str
    legend: str
    columns: Mapping[str, str]
    rows: list[list[Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    samples: dict[str, list[float]] = field(default_factory=dict)

    def text(self) -> str:
        """Aligned lines."""
        cells = [list(self.columns)]
        cells += [
            [_cell(value, how) for value, how in zip(row, self.columns.values(), strict=True)]
            for row in self.rows
        ]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        first = next(iter(self.columns.values())) == ""
        lines = [
            "  " + "  ".join(
                cell.ljust(width) if at == 0 and first else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in cells
        ]
        notes = [f"  {each}" for each in self.notes]
        return "\n".join([self.title, f"  {self.legend}", *lines, *notes])

    def data(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        heads = [head or "way" for head in self.columns]
        return {
            "title": self.title,
            "legend": self.legend,
            "rows": [dict(zip(heads, row, strict=True)) for row in self.rows],
            "notes": self.notes,
            "samples": self.samples,
        }


def _cell(value: Any, how: str) -> str:
    if value is None:
        return "-"
    return format(value, how) if how else str(value)


class Way(NamedTuple):
    """One way to do what is compared.

    Attributes:
        measure: gives the seconds that it took.
        epochs: how many epochs those were for; 1 where the whole counts.
    """

    measure: Callable[[], float]
    epochs: int = 1


class Compared(NamedTuple):
    """How one way compares with the first one.

    Attributes:
        each: seconds an epoch, of each run.
        ratio: of the best runs.
        pairs: the best, the median and the worst ratio within one turn.
    """

    each: list[float]
    ratio: float
    pairs: tuple[float, float, float]


def in_turn(ways: Mapping[str, Way], runs: int) -> dict[str, Compared]:
    """Measure each way in each turn, and compare it with the first one."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            times[name].append(way.measure() / way.epochs)
    first = next(iter(times.values()))
    found = {}
    for name, each in times.items():
        pairs = [one / base for one, base in zip(each, first, strict=True)]
        ends = min(pairs), statistics.median(pairs), max(pairs)
        found[name] = Compared(each, min(each) / min(first), ends)
    return found


def compared(
    title: str, legend: str, ways: Mapping[str, Way], runs: int, columns: Mapping[str, str] = RATIOS
) -> Table:
    """A table of ways, the first of which is what they are compared with."""
    table = Table(title, legend, columns)
    scale = 1e6 if columns is RATIOS else 1.0
    for name, found in in_turn(ways, runs).items():
        table.rows.append([name, min(found.each) * scale, found.ratio, *found.pairs])
        table.samples[name] = found.each
    return table
