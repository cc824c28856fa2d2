"""Sizes: scripts that are large in one way, such as memory, names or output, and ever larger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.bench.measure import Settings, drawn, fresh, peak, seconds, spread, written
from tests.bench.running import on, plain
from tests.bench.tables import Table, Way, in_turn
from tests.bench.travel import finished

_STOPS = 10


class Kind(NamedTuple):
    """A way to be large.

    Attributes:
        what: what there is more and more of.
        script: makes the script of a size.
        sizes: from small to large.
        epochs: how many epochs the script of a size has.
    """

    what: str
    script: Callable[[int], str]
    sizes: tuple[int, ...]
    epochs: Callable[[int], int]


def _calls(size: int) -> str:
    return f"""import numpy as np

def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

w = np.zeros(3)
w += fib({size})
w *= 2
"""


def _arrays(size: int) -> str:
    return f"""import numpy as np

X = np.ones(({size} << 7, 1024))
w = np.zeros(1024)
for epoch in range(20):
    z = X[:8] @ w
    w += 0.1 * (X[epoch] - w)
    X[epoch % 8] *= 0.5
    cost = float(z.sum())
"""


def _names(size: int) -> str:
    bound = "\n".join(f"v{at} = np.full(3, {at}.5)" for at in range(size))
    return f"""import numpy as np

{bound}
w = np.zeros(3)
for epoch in range(200):
    w += 0.1 * (v0 - w)
    v1 = w * 2
    v2 = float(w.sum())
"""


def _lines(size: int) -> str:
    return f"""import numpy as np

w = np.zeros(3)
for epoch in range({size}):
    w += 0.001 * (1 - w)
    print("epoch", epoch, "cost", float(w.sum()))
"""


def _depth(size: int) -> str:
    return f"""import numpy as np

def down(n, w):
    if n == 0:
        return w
    return down(n - 1, w) + 1

w = np.zeros(3)
for epoch in range(20):
    w = down({size}, w)
    w *= 0.5
"""


KINDS = (
    Kind("calls without an epoch, fib(n)", _calls, (15, 20, 25), lambda size: 0),
    Kind("MiB in one array, written in place", _arrays, (20, 200, 2000), lambda size: 20),
    Kind("names", _names, (100, 1_000, 10_000), lambda size: 200),
    Kind("printed lines", _lines, (250, 2_500, 25_000), lambda size: size),
    Kind("functions deep", _depth, (90, 300, 900), lambda size: 20),
)


def goes_about(path: str, epochs: int) -> dict[str, Any]:
    """Times of going back and forth in a finished run, and the memory before and after."""
    session = finished(path)
    ran = peak()
    first, *back = [seconds(session.back) for _ in range(_STOPS + 1)]
    step = [seconds(session.step) for _ in range(_STOPS)]
    goto = []
    for epoch in drawn(_STOPS, epochs) if epochs else ():
        goto.append(seconds(lambda epoch=epoch: session.goto(epoch=epoch)))
        session.step(3)
        step.append(seconds(session.step))
        back.append(seconds(session.back))
    return {"first": first, "back": back, "step": step, "goto": goto, "ran": ran, "went": peak()}


_COLUMNS = {
    "size": "d", "plain s": ".3f", "continue x": ".2f", "plain MiB": ".0f", "ran": ".0f",
    "went": ".0f", "first back ms": ".1f", "back": ".1f", "worst": ".1f", "step": ".2f",
    "worst ": ".2f", "goto": ".1f", "worst  ": ".1f",
}


def tables(settings: Settings) -> Iterator[Table]:
    """All of this group."""
    for kind in KINDS:
        table = Table(
            f"sizes: {kind.what}",
            "A whole run, then the first step back from its end; medians and worst of others, "
            "in ms; the most MiB so far.",
            _COLUMNS,
        )
        for size in kind.sizes if settings.full else kind.sizes[:-1]:
            table.rows.append(_row(table, kind, size, settings))
        yield table


def _row(table: Table, kind: Kind, size: int, settings: Settings) -> list[Any]:
    name = f"{kind.script.__name__.strip('_')}_{size}"
    path = written(f"{name}.py", kind.script(size), settings.folder)
    ways = {"plain": Way(lambda: fresh(plain, path)), "continue": Way(lambda: fresh(on, path))}
    compared = in_turn(ways, min(3, settings.runs))
    found = fresh(goes_about, path, kind.epochs(size))
    table.samples |= {f"{size} {each}": found[each] for each in ("back", "step", "goto")}
    goto = spread(found["goto"], 1e3) if found["goto"] else (None, None)
    return [
        size, min(compared["plain"].each), compared["continue"].ratio,
        fresh(peak_of_plain_run, path), found["ran"], found["went"], found["first"] * 1e3,
        *spread(found["back"], 1e3), *spread(found["step"], 1e3), *goto,
    ]


def peak_of_plain_run(path: str) -> float | None:
    """The MiB that a plain run needs."""
    plain(path)
    return peak()
