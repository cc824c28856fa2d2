"""Growth: what running on and going back cost with more rows of data, and with more epochs."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.measure import Settings, fresh, peak, seconds, spread, written
from tests.bench.tables import Table, Way, in_turn
from tests.bench.travel import finished, gotos, kept, reverses

COLUMNS = 784
_DENSE = """import numpy as np

rng = np.random.default_rng(0)
X = rng.random(({rows}, {columns}))
y = rng.integers(0, 10, {rows})
W1 = rng.standard_normal(({columns}, 16)) * 0.05
b1 = np.zeros(16)
W2 = rng.standard_normal((16, 10)) * 0.05
b2 = np.zeros(10)
lr = 0.1
for epoch in range({epochs}):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    scores = np.exp(z2 - z2.max(axis=1, keepdims=True))
    probs = scores / scores.sum(axis=1, keepdims=True)
    cost = -np.log(probs[np.arange({rows}), y]).mean()
    delta2 = probs
    delta2[np.arange({rows}), y] -= 1
    dW2 = a1.T @ delta2 / {rows}
    db2 = delta2.mean(axis=0)
    delta1 = delta2 @ W2.T * (1 - a1 ** 2)
    dW1 = X.T @ delta1 / {rows}
    db1 = delta1.mean(axis=0)
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
"""
_TINY = """import numpy as np

target = np.arange(4.0)
w = np.zeros(4)
for epoch in range({epochs}):
    error = w - target
    w -= 0.001 * error
"""
_ROWS = (100, 1_000, 10_000, 60_000)
_FEW = {100: 200, 1_000: 50, 10_000: 20, 60_000: 10}  # epochs by rows
_EPOCHS = (1_000, 10_000, 100_000, 1_000_000)
_STOPS = 20


# Each in its own process.


def plain_loop(path: str) -> float:
    """Seconds of a script's loop as plain Python; what stands before it isn't counted."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"), path)
    at = next(at for at, each in enumerate(tree.body) if isinstance(each, ast.For))
    names = {"__name__": "__main__", "__file__": path, "__builtins__": builtins}
    exec(compile(ast.Module(tree.body[:at], []), path, "exec"), names)
    loop = compile(ast.Module(tree.body[at:], []), path, "exec")
    return seconds(lambda: exec(loop, names))


def loop_on(path: str) -> float:
    """Seconds of `continue` from the beginning of the loop to the end."""
    from nnstep.session import Session

    session = Session(path)
    session.epoch()
    return seconds(session.run)


def peak_of_plain(path: str) -> float | None:
    """The MiB that a plain run needs."""
    plain_loop(path)
    return peak()


def travels(path: str, epochs: int) -> dict[str, Any]:
    """Times of going about in a finished run, and the memory before and after."""
    session = finished(path)
    ran = peak()
    keyframes, size = kept(session)
    goto = gotos(session, epochs, _STOPS)
    back = reverses(session, "back", epochs, _STOPS)
    return {
        "goto": goto, "back": back, "ran": ran, "went": peak(), "keyframes": keyframes,
        "size": size,
    }


_WAYS = {"plain ms/epoch": ".4f", "continue x plain": ".3f", "median pair": ".3f"}
_TRAVEL = {
    "goto ms": ".2f", "worst": ".2f", "back ms": ".2f", "worst ": ".2f", "states": "d",
    "MiB of them": ".2f",
}


def tables(settings: Settings) -> Iterator[Table]:
    """All of this group."""
    yield _by_rows(settings)
    yield _by_epochs(settings)


def _by_rows(settings: Settings) -> Table:
    table = Table(
        f"growth: a dense net of {COLUMNS}-16-10 on more rows",
        f"The loop alone; {_STOPS} random epochs and stops, median and worst; the most MiB so far.",
        {"rows": "d", "epochs": "d", "MiB of data": ".1f", **_WAYS, **_TRAVEL,
         "plain MiB": ".0f", "ran": ".0f", "went back": ".0f"},
    )
    for rows in _ROWS:
        epochs = _FEW[rows]
        text = _DENSE.format(rows=rows, columns=COLUMNS, epochs=epochs)
        path = written(f"dense_{rows}.py", text, settings.folder)
        row, found = _measured(table, path, epochs, str(rows), settings.runs)
        memory = [fresh(peak_of_plain, path), found["ran"], found["went"]]
        table.rows.append([rows, epochs, rows * COLUMNS * 8 / (1 << 20), *row, *memory])
    return table


def _by_epochs(settings: Settings) -> Table:
    table = Table(
        "growth: a loop of two statements, for more epochs",
        f"The loop alone; {_STOPS} random epochs and stops, median and worst.",
        {"epochs": "d", **_WAYS, **_TRAVEL},
    )
    for epochs in _EPOCHS if settings.full else _EPOCHS[:-1]:
        path = written(f"tiny_{epochs}.py", _TINY.format(epochs=epochs), settings.folder)
        row, _ = _measured(table, path, epochs, str(epochs), settings.runs)
        table.rows.append([epochs, *row])
    return table


def _measured(
    table: Table, path: str, epochs: int, key: str, runs: int
) -> tuple[Sequence[float], dict[str, Any]]:
    """The cells for one script, and what was found when going about in it."""
    ways = {
        "plain": Way(lambda: fresh(plain_loop, path), epochs),
        "continue": Way(lambda: fresh(loop_on, path), epochs),
    }
    compared = in_turn(ways, runs)
    found = fresh(travels, path, epochs)
    for name, each in compared.items():
        table.samples[f"{key} {name}"] = each.each
    table.samples |= {f"{key} goto": found["goto"], f"{key} back": found["back"]}
    on = compared["continue"]
    return [
        min(compared["plain"].each) * 1e3, on.ratio, on.pairs[1],
        *spread(found["goto"], 1e3), *spread(found["back"], 1e3),
        found["keyframes"], found["size"],
    ], found
