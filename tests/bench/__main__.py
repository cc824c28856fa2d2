"""What stepping costs: `python -m tests.bench`. Ratios in one run, nothing asserted.

The loop of `mse_hidden`, as plain Python, and with every op through the machine, the helpers
stepped into; process time without start-up, one BLAS thread, the ways in turn, the best of several.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"^(epochs|num_passes) = .*$", re.MULTILINE)


def shortened(name: str, epochs: int, folder: str) -> str:
    """A copy of a lesson that trains for so many epochs; its path."""
    text = (ROOT / "lessons" / f"{name}.py").read_text(encoding="utf-8")
    path = Path(folder) / f"{name}_{epochs}.py"
    path.write_text(LINE.sub(rf"\1 = {epochs}", text), encoding="utf-8")
    return str(path)


def plain(path: str) -> float:
    """Seconds of process time as plain Python."""
    from nnstep.engine.program import Program

    program = Program(path)
    return _timed(lambda: exec(program.native, program.globals))


def by_ops(path: str) -> float:
    """Seconds of process time, every op through the machine."""
    from nnstep.engine.program import Program

    machine = Program(path).machine()
    return _timed(machine.run)


def stepped(path: str) -> float:
    """Seconds of process time, an event made of every op."""
    from nnstep.session import Session

    session = Session(path)

    def steps() -> None:
        while session.step() is not None:
            pass

    return _timed(steps)


def _timed(run: Callable[[], object]) -> float:
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.process_time()
        run()
        return time.process_time() - start


def whole_process(*command: str) -> float:
    """Seconds of processor time that a command takes, start-up and all."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    after = os.times()
    used = after.children_user + after.children_system
    return used - before.children_user - before.children_system


def ratios(
    ways: dict[str, Callable[[], float]], runs: int
) -> dict[str, tuple[float, float, float]]:
    """For each way its best seconds, and best and worst ratio to the first way, pair by pair."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            times[name].append(way())
    first = next(iter(times.values()))
    found = {}
    for name, each in times.items():
        pairs = [one / base for one, base in zip(each, first, strict=True)]
        found[name] = (min(each), min(each) / min(first), max(pairs))
    return found


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        long = shortened("mse_hidden", options.epochs, folder)
        short = shortened("mse_hidden", max(1, options.epochs // 100), folder)
        python = sys.executable
        tables = {
            f"mse_hidden, {options.epochs} epochs": {
                "plain": lambda: plain(long),
                "run --ops": lambda: by_ops(long),
            },
            f"mse_hidden, {options.epochs // 100} epochs": {
                "plain": lambda: plain(short),
                "Session.step": lambda: stepped(short),
            },
            "whole process": {
                "python FILE": lambda: whole_process(python, long),
                "nnstep run FILE": lambda: whole_process(python, "-m", "nnstep", "run", long),
            },
            "start-up": {
                "python -c pass": lambda: whole_process(python, "-c", "pass"),
                "nnstep --version": lambda: whole_process(python, "-m", "nnstep", "--version"),
            },
        }
        measured = {title: ratios(ways, options.runs) for title, ways in tables.items()}
    if options.json:
        print(json.dumps(measured, indent=2))
        return
    for title, rows in measured.items():
        print(title)
        for name, (seconds, ratio, worst) in rows.items():
            print(f"  {name:<18} {seconds:8.3f} s   {ratio:6.2f}x   (worst pair {worst:.2f}x)")


if __name__ == "__main__":
    main()
