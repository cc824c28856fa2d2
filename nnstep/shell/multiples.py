"""The boundaries of a sweep's runs as small multiples, from the question to the screen.

Not the runs (sweep.py of the package), not how far they are (sweeping.py), and not how maps are
drawn (views/regions.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nnstep.lessons import measures
from nnstep.shell.registry import CommandError
from nnstep.shell.sweeping import Wish, run_sweep
from nnstep.views.drawings import Maps, Panel
from nnstep.views.numbers import number

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell
    from nnstep.sweep import Drawn, Sweep, SweepRow

_DIGITS = 4


def plot_boundaries(
    shell: Shell, wish: Wish, grid: tuple[int, int], present: Callable[[Maps], None]
) -> None:
    """Run the open script once per value, and draw what each run predicts at its end.

    Args:
        shell: where the script is open.
        wish: the name and its values.
        grid: the rows and columns of a map.
        present: shows the maps, or saves them.

    Raises:
        CommandError: Ctrl-C, or no run has a boundary.
        ValueError: as `sweep.sweep`.
    """
    # Fresh data are for numbers alone; nothing is drawn of them.
    by = replace(measures(shell.session.source.text), fresh="")
    run_sweep(shell, wish, by, lambda found: present(_maps(found)), grid)


def _maps(found: Sweep) -> Maps:
    drawn = [each.boundary for each in found.rows if each.boundary is not None]
    if not drawn:
        raise CommandError(_why_nothing(found))
    return Maps(_title(drawn, found.name), [_panel(found.name, each) for each in found.rows])


def _why_nothing(found: Sweep) -> str:
    """Why there is nothing to draw, each reason once."""
    reasons = "; ".join(dict.fromkeys(each.error for each in found.rows))
    return f"no run has a boundary: {reasons}; `sweep {found.name}` compares runs by numbers"


def _title(drawn: list[Drawn], name: str) -> str:
    first = drawn[0]
    return f"{first.name}, line {first.line}, at the end of a run per {name}"


def _panel(name: str, row: SweepRow) -> Panel:
    numbers = {"cost": row.cost, "accuracy": row.accuracy}
    told = tuple(
        f"{what} {_number(value)}" for what, value in numbers.items() if value is not None
    )
    title, drawn = f"{name} = {row.value}", row.boundary
    if drawn is None:
        return Panel(title, told, error=row.error)
    left, right, low, high = drawn.extent
    classes = np.array(drawn.classes, dtype=np.float64)[::-1]
    classes[classes < 0] = np.nan
    return Panel(
        title, told, classes, (left, right, low, high), drawn.points,
        drawn.labels, row.error,
    )


def _number(value: float) -> str:
    return "NaN" if math.isnan(value) else number(value, _DIGITS)
