"""Running on: what a script costs under nnstep when nobody stops it, against plain Python."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import Settings, fresh, seconds, shortened, whole_process
from tests.bench.tables import PAIRS, WHOLE, Table, Way, compared

# A breakpoint in the loop of each lesson, whose condition never comes true.
ARMED = {"mse_hidden": ("dcost_wo", "epoch < 0"), "softmax_moons": ("dW2", "i < 0")}


def plain(path: str) -> float:
    """Seconds of a script as `python` runs it, without nnstep in the process."""
    native = compile(Path(path).read_text(encoding="utf-8"), path, "exec", dont_inherit=True)
    names = {"__name__": "__main__", "__file__": path, "__builtins__": builtins}
    return seconds(lambda: exec(native, names))


def on(path: str) -> float:
    """Seconds of `continue` to the end, states saved on the way."""
    from nnstep.session import Session

    return seconds(Session(path).run)


def armed(path: str, name: str, condition: str) -> float:
    """Seconds of `continue` to the end past a breakpoint that never halts."""
    from nnstep.session import Session

    session = Session(path)
    session.break_at(name, condition)
    return seconds(session.run)


def by_ops(path: str) -> float:
    """Seconds of every op through the machine, functions stepped into."""
    from nnstep.engine.program import Program

    return seconds(Program(path).machine().run)


def stepped(path: str) -> float:
    """Seconds from the first epoch on, an event made of every op."""
    from nnstep.session import Session

    session = Session(path)
    session.epoch()

    def steps() -> None:
        while session.step() is not None:
            pass

    return seconds(steps)


def tables(settings: Settings) -> Iterator[Table]:
    """All of this group."""
    for name in ARMED:
        yield _loop(name, settings)
    for name in ARMED:
        yield _processes(name, settings)


def _loop(name: str, settings: Settings) -> Table:
    epochs, few = settings.epochs, max(1, settings.epochs // 100)
    long = shortened(name, epochs, settings.folder)
    short = shortened(name, few, settings.folder)
    ways = {
        "plain": Way(lambda: fresh(plain, long), epochs),
        "continue": Way(lambda: fresh(on, long), epochs),
        f"continue past `break {' if '.join(ARMED[name])}`": Way(
            lambda: fresh(armed, long, *ARMED[name]), epochs
        ),
        "run --ops": Way(lambda: fresh(by_ops, long), epochs),
        f"step, {few} epochs": Way(lambda: fresh(stepped, short), few),
        "plain once more (noise)": Way(lambda: fresh(plain, long), epochs),
    }
    return compared(f"running on: {name}, {epochs} epochs, start-up off", PAIRS, ways,
                    settings.runs)


def _processes(name: str, settings: Settings) -> Table:
    path = shortened(name, settings.epochs, settings.folder)
    python = sys.executable
    ways = {
        "python FILE": Way(lambda: whole_process(python, path)),
        "nnstep FILE -c continue": Way(
            lambda: whole_process(python, "-m", "nnstep", path, "-c", "continue")
        ),
        "nnstep run FILE": Way(lambda: whole_process(python, "-m", "nnstep", "run", path)),
    }
    title = f"running on: {name}, {settings.epochs} epochs, the whole process"
    return compared(title, PAIRS, ways, settings.runs, WHOLE)
