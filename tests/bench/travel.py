"""Time: what it takes to go to any epoch, and back from any stop; and what that needs in memory."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tests.bench.measure import (
    Settings,
    drawn,
    fresh,
    lesson_names,
    own_epochs,
    peak,
    seconds,
    shortened,
    spread,
)
from tests.bench.running import plain
from tests.bench.tables import Table

if TYPE_CHECKING:
    from nnstep.session import Session

COUNT = 200  # epochs gone to, stops gone back from
MOTIONS = ("back", "rnext", "repoch")


def finished(path: str) -> Session:
    """A script that was run to its end."""
    from nnstep.session import Session

    session = Session(path)
    with contextlib.redirect_stdout(io.StringIO()):
        session.run()
    return session


def gotos(session: Session, epochs: int, count: int = COUNT) -> list[float]:
    """Seconds of `goto epoch K` for random K."""
    def go(epoch: int) -> float:
        return seconds(lambda: session.goto(epoch=epoch))

    return [go(epoch) for epoch in drawn(count, epochs)]


def ops_of(session: Session, epoch: int) -> int:
    """How many stops an epoch has."""
    session.goto(epoch=epoch)
    ops = 0
    while session.position.epoch == epoch and session.step() is not None:
        ops += 1
    return ops


def reverses(session: Session, motion: str, epochs: int, count: int = COUNT) -> list[float]:
    """Seconds of a motion back from random stops."""
    ops = ops_of(session, epochs // 2)
    reverse: Callable[[], object] = getattr(session, motion)
    found = []
    for drawn_stop in drawn(count, epochs * ops):
        session.goto(epoch=drawn_stop // ops)
        if drawn_stop % ops:
            session.step(drawn_stop % ops)
        found.append(seconds(reverse))
    return found


def kept(session: Session) -> tuple[int, float]:
    """How many states are saved, and about how many MiB they take."""
    timeline = session._timeline
    return len(timeline.course.keyframes), timeline.size() / (1 << 20)


# Each in its own process.


def goto_times(path: str, epochs: int) -> list[float]:
    """Seconds of `goto epoch K` in a finished run."""
    return gotos(finished(path), epochs)


def reverse_times(path: str, motion: str, epochs: int) -> list[float]:
    """Seconds of a motion back in a finished run."""
    return reverses(finished(path), motion, epochs)


def memory_of_plain(path: str) -> dict[str, Any]:
    """What a plain run needs."""
    plain(path)
    return {"peak": peak()}


def memory_of_session(path: str, epochs: int) -> dict[str, Any]:
    """What a session needs: opened, run, and gone about in."""
    from nnstep.session import Session

    Session(path)
    opened = peak()
    session = finished(path)
    ran = peak()
    keyframes, size = kept(session)
    gotos(session, epochs)
    return {
        "opened": opened, "ran": ran, "went": peak(), "keyframes": keyframes, "size": size,
        "then": kept(session),
    }


def tables(settings: Settings) -> Iterator[Table]:
    """All of this group."""
    yield _goto(settings)
    yield _back(settings)
    yield _memory(settings)


def _goto(settings: Settings) -> Table:
    path = shortened("mse_hidden", settings.epochs, settings.folder)
    table = Table(
        f"time: `goto epoch K` in a finished run of mse_hidden of {settings.epochs} epochs",
        f"Milliseconds of {COUNT} random K; a row is a process of its own.",
        {"run": "d", "median ms": ".2f", "worst ms": ".2f"},
    )
    for run in range(min(3, settings.runs)):
        times = fresh(goto_times, path, settings.epochs)
        table.rows.append([run + 1, *spread(times, 1e3)])
        table.samples[str(run + 1)] = times
    return table


def _back(settings: Settings) -> Table:
    table = Table(
        "time: back from a random stop of a random epoch",
        f"Milliseconds from {COUNT} stops: `back` an op, `rnext` a statement, `repoch` an epoch.",
        {"": "", "epochs": "d"} | {
            f"{motion} {what}": ".2f" for motion in MOTIONS for what in ("median", "worst")
        },
    )
    for name in lesson_names():
        epochs = min(settings.epochs, own_epochs(name))
        path = shortened(name, epochs, settings.folder)
        row: list[Any] = [name, epochs]
        for motion in MOTIONS:
            times = fresh(reverse_times, path, motion, epochs)
            row += spread(times, 1e3)
            table.samples[f"{name} {motion}"] = times
        table.rows.append(row)
    return table


def _memory(settings: Settings) -> Table:
    epochs = settings.epochs
    path = shortened("mse_hidden", epochs, settings.folder)
    base = fresh(memory_of_plain, path)["peak"]
    found = fresh(memory_of_session, path, epochs)
    table = Table(
        f"time: memory of mse_hidden, {epochs} epochs",
        "The most that a process has had, in MiB; a row is a part of the way of the same process.",
        {"": "", "peak MiB": ".1f", "over plain": "+.1f"},
    )
    names = {"opened": "session opened", "ran": "run to its end", "went": f"{COUNT} gotos"}
    table.rows.append(["plain", base, None])
    for key, name in names.items():
        over = found[key] - base if base is not None else None
        table.rows.append([name, found[key], over])
    count, size = found["then"]
    table.notes.append(
        f"{found['keyframes']} states of {found['size']:.2f} MiB were saved by the run; "
        f"after the gotos there are {count} of {size:.2f} MiB"
    )
    return table
