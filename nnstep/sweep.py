"""A script run once per value of one of its names, and what came of each run.

    >>> from nnstep import lessons, sweep
    >>> path = lessons.find("softmax_moons")
    >>> measures = lessons.measures(path.read_text())
    >>> found = sweep.sweep(sweep.Script(str(path)), "nn_hdim", ["1", "3", "20"], measures)
    >>> found.rows[1].cost
    0.0706...

Every value has a process of its own: a script may change its module, the random state, the
folder, or the modules beside it, and no run is to find what another has left behind. joblib
deals the values out, here or on a cluster. Not how it is typed or shown (shell, views).
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import os
import subprocess
import threading
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from nnstep import processes
from nnstep.engine.events import Event
from nnstep.engine.names import bound_by, bound_names
from nnstep.engine.source import Source
from nnstep.lessons import Measures
from nnstep.processes import Script as Script
from nnstep.processes import in_one_line
from nnstep.session import Session


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a run predicts over the plane at its end, as plain data.

    Attributes:
        name: the value that is drawn.
        line: where it is made.
        extent: the least and the greatest x, then y.
        classes: (rows, columns), the top row first: the class, counted from 0; -1 for none.
        points: (n, 2), what the run has worked on.
        labels: (n,), the class of each point, counted from 0; None where there are none.
    """

    name: str
    line: int
    extent: Sequence[float]
    classes: list[list[int]]
    points: list[list[float]]
    labels: list[int] | None


@dataclass(frozen=True, slots=True)
class SweepRow:
    """What came of one value.

    Attributes:
        value: its text.
        cost: the cost at the end, None where it isn't known.
        accuracy: the share of right answers on the training data.
        fresh: the same on fresh data.
        seconds: how long the script has run.
        error: what went wrong, in one line, or an empty string.
        boundary: what is predicted where, None where it wasn't asked for or can't be told.
    """

    value: str
    cost: float | None = None
    accuracy: float | None = None
    fresh: float | None = None
    seconds: float = 0.0
    error: str = ""
    boundary: Drawn | None = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """What came of all values.

    Attributes:
        name: what was given the values.
        rows: in the order of the values.
        measures: what the numbers are.
    """

    name: str
    rows: list[SweepRow]
    measures: Measures


class Interrupted(KeyboardInterrupt):
    """A sweep was broken off.

    Attributes:
        sweep: what was there by then.
    """

    def __init__(self, sweep: Sweep) -> None:
        super().__init__("the sweep was broken off")
        self.sweep = sweep


@dataclass(frozen=True, slots=True)
class Task:
    """One run, in words that go to another process or machine as they are.

    Attributes:
        script: what is run.
        name: what gets the value.
        value: its text, evaluated where the name is bound.
        in_module: whether only the module's own binding counts, and not a function's.
        measures: what is evaluated at the end.
        sweep: the sweep that it belongs to.
        boundary: the rows and columns of a grid over the plane; None if none is wanted.
    """

    script: Script
    name: str
    value: str
    in_module: bool
    measures: Measures
    sweep: str = ""
    boundary: tuple[int, int] | None = None


# The sweep.


def sweep(
    script: Script,
    name: str,
    values: Sequence[str],
    measures: Measures,
    *,
    jobs: int | None = None,
    on_row: Callable[[SweepRow], object] | None = None,
    boundary: tuple[int, int] | None = None,
) -> Sweep:
    """Run a script once per value of a name.

    The name gets the value right behind its first binding: in the module if the module binds
    it, else in the function that does so first. A backend and a number of jobs that were chosen
    by `joblib.parallel_config` are used.

    Args:
        script: what is run.
        name: a variable or a parameter.
        values: Python expressions.
        measures: what is evaluated at the end.
        jobs: how many run at the same time; as many as there are processors if None.
        on_row: is given each row as soon as it is there.
        boundary: the rows and columns of the grid on which each run is to predict at its end;
            None if it needn't.

    Raises:
        ValueError: the script binds no such name, or a text is no Python.
        Interrupted: by Ctrl-C; the runs are ended.
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"at least 1 run goes on at a time, not {jobs}")
    _check(values, measures)
    in_module = _is_of_module(script, name)
    label = uuid.uuid4().hex
    tasks = [
        Task(script, name, value, in_module, measures, label, boundary) for value in values
    ]
    rows: dict[int, SweepRow] = {}
    try:
        with _ended_together(label), contextlib.closing(_dealt_out(tasks, jobs)) as dealt:
            for at, row in dealt:
                rows[at] = row
                if on_row is not None:
                    on_row(row)
    except KeyboardInterrupt:
        raise Interrupted(_sorted(name, rows, measures)) from None
    return _sorted(name, rows, measures)


def _sorted(name: str, rows: dict[int, SweepRow], measures: Measures) -> Sweep:
    return Sweep(name, [rows[at] for at in sorted(rows)], measures)


def split_values(text: str) -> list[str]:
    """The values of `1, (2, 3), "a,b"`: Python expressions with commas between them.

    Raises:
        ValueError: there are none, or it is no Python.
    """
    text = text.strip().removesuffix(",")
    if not text:
        raise ValueError("there are no values; they stand with commas between them, as in 1,2,5")
    try:
        # With one more comma it is a tuple of the values in any case, also for `(2, 3)`.
        node = ast.parse(f"{text},", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"`{text}` is no list of Python values: {_reason(error)}") from None
    found = node.elts if isinstance(node, ast.Tuple) else []
    if not found or any(isinstance(each, ast.Starred) for each in found):
        raise ValueError(f"`{text}` is no list of Python values")
    return [ast.get_source_segment(f"{text},", each) or ast.unparse(each) for each in found]


def _check(values: Sequence[str], measures: Measures) -> None:
    """Refuse at once what would fail in every run."""
    if not values:
        raise ValueError("there are no values")
    texts = [*values, measures.cost, measures.accuracy]
    for text, mode in [*((each, "eval") for each in texts), (measures.fresh, "exec")]:
        try:
            if text:
                compile(text.strip(), "<sweep>", mode, dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            kind = "expression" if mode == "eval" else "statement"
            raise ValueError(f"`{text}` is no Python {kind}: {_reason(error)}") from None


def _is_of_module(script: Script, name: str) -> bool:
    """Whether it is the script's module that binds a name, and not only a function of it.

    Raises:
        ValueError: nothing binds it.
    """
    tree = ast.parse(Source.read(Path(script.folder or os.curdir, script.path)).text)
    nodes = list(ast.walk(tree))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    if any(isinstance(node, kinds) and node.name == name for node in nodes):
        raise ValueError(f"`{name}` is a function or a class; a sweep takes a variable")
    bound = {each for node in nodes for each in bound_by(node)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    if name not in bound:
        near = difflib.get_close_matches(name, sorted(bound), 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise ValueError(f"nothing in the script gives `{name}` a value{hint}")
    return name in bound_names(tree, None, with_parameters=False)


def _dealt_out(
    tasks: Sequence[Task], jobs: int | None
) -> Generator[tuple[int, SweepRow], None, None]:
    """The rows as they come, each with its place."""
    import joblib

    _, chosen = joblib.parallel.get_active_backend()
    # A thread is enough to wait for a process; a backend that was chosen goes before this wish.
    options = {
        "n_jobs": min(jobs or chosen or joblib.cpu_count(), len(tasks)), "prefer": "threads",
    }
    try:
        run = joblib.Parallel(return_as="generator_unordered", **options)
    except ValueError:  # Some backends give nothing before everything is done.
        run = joblib.Parallel(**options)
    yield from run(joblib.delayed(_numbered)(at, task) for at, task in enumerate(tasks))


def _numbered(at: int, task: Task) -> tuple[int, SweepRow]:
    return at, run_apart(task)


# One process per run.


class _Processes:
    """The processes of one sweep, so that they can be ended together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started: list[subprocess.Popen[bytes]] = []
        self._over = False

    def start(self, script: Script) -> subprocess.Popen[bytes]:
        """Start one more.

        Raises:
            InterruptedError: they have been ended.
        """
        with self._lock:
            if self._over:
                raise InterruptedError("the sweep was broken off")
            process = processes.start(
                __name__, SURROUNDINGS, script.folder, errors=subprocess.PIPE
            )
            self._started.append(process)
            return process

    def end(self) -> None:
        """End those that still run, and start no more."""
        with self._lock:
            self._over = True
            for process in self._started:
                if process.poll() is None:
                    process.kill()


SURROUNDINGS = {**processes.ONE_THREAD, **processes.NO_WINDOW}
_GRACE = 5.0  # seconds
_processes: dict[str, _Processes] = {}  # by sweep, in the process that has begun it


@contextlib.contextmanager
def _ended_together(label: str) -> Iterator[None]:
    _processes[label] = _Processes()
    try:
        yield
    finally:
        _processes.pop(label).end()


def run_apart(task: Task) -> SweepRow:
    """Do one run in a new process, and wait for what comes of it."""
    start = perf_counter()
    try:
        process = _processes.get(task.sweep, _Processes()).start(task.script)
    except OSError as error:
        return SweepRow(task.value, error=in_one_line(error))
    with process:
        assert process.stderr is not None
        processes.tell(process, asdict(task))
        found = processes.told(process)
        if found is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)  # The script may have something to tidy up.
            return _as_row(found)
        code = process.wait()
        said = process.stderr.read().decode(errors="replace").strip()
    wrong = f"the process ended with code {code} and without a result"
    if said:
        wrong += f": {said.splitlines()[-1]}"
    return SweepRow(task.value, seconds=perf_counter() - start, error=wrong)


def answer() -> None:
    """What the new process does: read a task, do it, tell the row."""
    processes.answer_once(lambda words: asdict(measure(_as_task(words))))


def _as_task(words: dict[str, Any]) -> Task:
    script, measures = Script.told(words["script"]), Measures(**words["measures"])
    grid = tuple(words["boundary"]) if words["boundary"] else None
    return Task(**{**words, "script": script, "measures": measures, "boundary": grid})


def _as_row(words: dict[str, Any]) -> SweepRow:
    drawn = words["boundary"]
    return SweepRow(**{**words, "boundary": Drawn(**drawn) if drawn else None})


# One run, in the process that it was started for.


def measure(task: Task) -> SweepRow:
    """Run the script with one value, and measure at its end.

    This changes the interpreter as any script may; `run_apart` keeps that away.
    """
    start = perf_counter()
    found: dict[str, float] = {}
    drawn, wrong = None, ""
    try:
        # Nobody goes back in it, so nothing need be saved.
        script = task.script
        session = Session(script.path, script.argv, script.into, memory=0)
        _begin(session, task)
        session.run()
    except Exception as error:
        wrong = in_one_line(error)
    seconds = perf_counter() - start
    if not wrong and session.error is not None:
        wrong = f"{in_one_line(session.error)} (line {session.position.line})"
    if not wrong:
        # Before the measures, which may change the module.
        drawn, missing = _draw(session, task.boundary)
        wrong = "; ".join(filter(None, [missing, _measure_all(session, task.measures, found)]))
    return SweepRow(task.value, seconds=seconds, error=wrong, boundary=drawn, **found)


def _draw(session: Session, grid: tuple[int, int] | None) -> tuple[Drawn | None, str]:
    """What is predicted where, if that is wanted; else why it isn't known, in one line."""
    if grid is None:
        return None, ""
    try:
        found = session.boundary(*grid)
    except ValueError as error:
        return None, " ".join(str(error).split())
    except Exception as error:
        return None, in_one_line(error)
    data = found.data
    labels = None if data.labels is None else data.labels.tolist()
    return Drawn(
        found.name, found.line, list(found.extent), found.classes.tolist(), data.points.tolist(),
        labels,
    ), ""


def _begin(session: Session, task: Task) -> None:
    """Run to where the name is bound, and give it the value.

    Raises:
        ValueError: it is never bound.
    """
    session.break_at(task.name)
    event = session.run()
    while not session.finished and not _is_definition(event, task):
        event = session.run()
    session.delete()
    if _is_definition(event, task):
        session.execute(f"{task.name} = ({task.value})")
    elif session.error is None:
        raise ValueError(f"`{task.name}` never got a value")


def _is_definition(event: Event | None, task: Task) -> bool:
    """Whether an event, at which a breakpoint has halted, is the binding that counts."""
    if event is None or event.exception is not None:
        return False
    if not task.in_module:
        return event.kind == "call" or task.name in event.names
    return event.kind != "call" and event.function == "<module>" and task.name in event.names


def _measure_all(session: Session, measures: Measures, found: dict[str, float]) -> str:
    """Fill in what can be measured; what can't, in one line."""
    wrong = []
    texts = {"cost": measures.cost, "accuracy": measures.accuracy}
    if measures.accuracy and measures.fresh:
        texts["fresh"] = measures.accuracy
    for what, text in texts.items():
        try:
            if what == "fresh":
                # In the module itself, where the script's functions look for their data. It
                # comes last, and the process ends with it.
                session.execute(measures.fresh)
            if text:
                found[what] = _number(session.eval(text))
        except Exception as error:
            wrong.append(f"{what}: {in_one_line(error)}")
    return "; ".join(wrong)


def _number(value: Any) -> float:
    shape = np.shape(value)
    if np.size(value) != 1:
        raise ValueError(f"one number is wanted, and it has the shape {shape}; `.sum()` adds up")
    return float(np.asarray(value).reshape(()))


def _reason(error: BaseException) -> str:
    return error.msg if isinstance(error, SyntaxError) else in_one_line(error)
