"""What the groups of measurements share: fresh processes, process time, memory, shortened scripts.

Each measurement runs in a process of its own, so that nothing carries over to the next. The
process that starts them imports neither NumPy nor nnstep: its own size would count as theirs.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ROOT / "lessons"
_EPOCHS = re.compile(r"^(epochs|num_passes) = (\d+)$", re.MULTILINE)
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is measured.

    Attributes:
        runs: how often each way is measured.
        epochs: how many epochs a long run has.
        full: whether to measure what takes minutes, too.
        folder: where scripts are written.
    """

    runs: int
    epochs: int
    full: bool
    folder: str


class Spread(NamedTuple):
    """The middle and the worst of several figures."""

    median: float
    worst: float


def spread(figures: Sequence[float], scale: float = 1.0) -> Spread:
    """The middle and the worst of some figures, each times a scale."""
    return Spread(statistics.median(figures) * scale, max(figures) * scale)


# Processes.


def fresh(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function gives in a process of its own, in which NumPy and scikit-learn are loaded.

    Args:
        function: of a module, found there by its name. Gives what JSON can hold.
        arguments: the same.
    """
    told = json.dumps([function.__module__, function.__name__, arguments])
    child = subprocess.run(
        [sys.executable, "-m", "tests.bench.child", told],
        cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True,
    )
    return json.loads(child.stdout.splitlines()[-1])


def whole_process(*command: str) -> float:
    """Seconds of processor time that a command takes, start-up and all."""
    before = of_children()
    subprocess.run(
        command, env=environment(), check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )
    return of_children() - before


def of_children() -> float:
    """Seconds of processor time that all processes have used that were started here and ended."""
    try:
        import resource
    except ImportError:
        times = os.times()
        return times.children_user + times.children_system
    used = resource.getrusage(resource.RUSAGE_CHILDREN)  # finer than os.times()
    return used.ru_utime + used.ru_stime


def environment() -> dict[str, str]:
    """That of this process, with one thread for linear algebra."""
    kept = {name: each for name, each in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **_ENVIRONMENT}  # nobody who uses it compiles it at each start


# In the process of a measurement.


def seconds(run: Callable[[], object]) -> float:
    """Process time that something takes; what it prints is dropped."""
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.process_time()
        run()
        return time.process_time() - start


def peak() -> float | None:
    """The most memory that this process has had so far, in MiB; None where that isn't told."""
    try:
        import resource
    except ImportError:
        return None
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def drawn(count: int, below: int) -> Iterator[int]:
    """Random numbers, the same each time."""
    numbers = random.Random(0)
    for _ in range(count):
        yield numbers.randrange(below)


# Scripts.


def lesson_names() -> list[str]:
    """All lessons."""
    return sorted(path.stem for path in LESSONS.glob("*.py"))


def shortened(name: str, epochs: int, folder: str) -> str:
    """A copy of a lesson that trains for so many epochs; its path."""
    text = (LESSONS / f"{name}.py").read_text(encoding="utf-8")
    return written(f"{name}_{epochs}.py", _EPOCHS.sub(rf"\1 = {epochs}", text), folder)


def own_epochs(name: str) -> int:
    """For how many epochs a lesson trains."""
    found = _EPOCHS.search((LESSONS / f"{name}.py").read_text(encoding="utf-8"))
    assert found is not None, name
    return int(found[2])


def written(name: str, text: str, folder: str) -> str:
    """A script in a file; its path."""
    path = Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return str(path)
