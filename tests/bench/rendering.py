"""Showing: what one `step` takes with all that it shows, in the lessons and beside large data."""

from __future__ import annotations

import io
from collections.abc import Iterator

from tests.bench.measure import (
    LESSONS,
    Settings,
    fresh,
    lesson_names,
    seconds,
    spread,
    written,
)
from tests.bench.tables import Table

_STEPS = 200
_LARGE = """import numpy as np

data = np.random.default_rng(0).random((60000, 784))
weights = np.zeros(3)
for epoch in range(20):
    rows = data
    part = data[1:]
    weights -= 0.1 * weights
"""


def steps(path: str, count: int) -> list[float]:
    """Seconds of each `step` in the shell, from the first epoch on."""
    from nnstep.shell.output import Output
    from nnstep.shell.shell import Shell

    errors = io.StringIO()
    shell = Shell(Output(io.StringIO(), errors, {}))
    shell.open(path)
    shell.execute("epoch")
    found = [seconds(lambda: shell.execute("step")) for _ in range(count)]
    if shell.failed:
        raise RuntimeError(errors.getvalue())
    return found


def tables(settings: Settings) -> Iterator[Table]:
    """All of this group."""
    table = Table(
        "showing: one `step` with what it shows, from the first epoch on",
        "Milliseconds at 80 columns; the large one binds names to an array of 60000x784.",
        {"": "", "steps": "d", "median ms": ".2f", "worst ms": ".2f"},
    )
    scripts = {name: (str(LESSONS / f"{name}.py"), _STEPS) for name in lesson_names()}
    scripts["60000x784"] = written("large.py", _LARGE, settings.folder), 20
    for name, (path, count) in scripts.items():
        times = fresh(steps, path, count)
        table.rows.append([name, count, *spread(times, 1e3)])
        table.samples[name] = times
    yield table
