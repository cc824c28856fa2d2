"""Peers: what other ways to look into a running script cost, on the same loop.

The loop of `mse_hidden` stands in a function here, for most of them need that; they look into the
functions that it calls, too. The slow ones run few epochs, and are compared by the epoch.
"""

from __future__ import annotations

import ast
import importlib.util
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from tests.bench.measure import LESSONS, Settings, fresh, seconds, written
from tests.bench.tables import PAIRS, Table, Way, compared

_CONDITION = "epoch < 0"
_TARGET = "dcost_wo"
_FEW = {"step": 200, "pdb, step": 20, "birdseye": 4, "snoop": 20, "PySnooper": 4}  # epochs
_PACKAGES = {"birdseye": "birdseye", "snoop": "snoop", "PySnooper": "pysnooper"}


def in_function(text: str, epochs: int) -> str:
    """A script up to its loop, and that in a function `train`, which gets what the loop reads."""
    tree = ast.parse(text)
    at = next(at for at, each in enumerate(tree.body) if isinstance(each, ast.For))
    before, loop = ast.Module(tree.body[:at], []), tree.body[at]
    stored = {
        each.id for statement in before.body if not isinstance(statement, ast.FunctionDef)
        for each in ast.walk(statement)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    used = {each.id for each in ast.walk(loop) if isinstance(each, ast.Name)}
    given = ", ".join(sorted(stored & used))
    body = "\n".join(f"    {line}" for line in ast.unparse(loop).splitlines())
    return "\n".join([
        ast.unparse(before), f"epochs = {epochs}", "", f"def train({given}):", body, "",
        "if __name__ == '__main__':", f"    train({given})", "",
    ])


def loaded(path: str) -> dict[str, Any]:
    """The names of a script that only defines `train`."""
    names: dict[str, Any] = {"__name__": "trained", "__file__": path}
    exec(compile(Path(path).read_text(encoding="utf-8"), path, "exec"), names)
    return names


def call(names: dict[str, Any], wrap: Callable[[Any], Any] | None = None) -> Callable[[], object]:
    """Calls `train`, the script's functions wrapped before."""
    native = names["train"].__code__
    arguments = [names[each] for each in native.co_varnames[: native.co_argcount]]
    if wrap is not None:
        for name in ("sigmoid", "sigmoid_der", "train"):
            names[name] = wrap(names[name])
    return lambda: names["train"](*arguments)


def _line(path: str) -> int:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return next(at for at, each in enumerate(lines, 1) if each.strip().startswith(_TARGET))


# Each in its own process.


def plain(path: str) -> float:
    """The function as it is."""
    return seconds(call(loaded(path)))


def armed(path: str) -> float:
    """`continue` under nnstep past a breakpoint that never halts."""
    session = _in_train(path)
    session.break_at(_TARGET, _CONDITION)
    return seconds(session.run)


def stepped(path: str) -> float:
    """Every op under nnstep, an event made of each, functions stepped into."""
    session = _in_train(path)

    def steps() -> None:
        while session.step() is not None:
            pass

    return seconds(steps)


def _in_train(path: str) -> Any:
    from nnstep.session import Session

    session = Session(path)
    session.epoch()
    return session


def by_pdb(path: str) -> float:
    """`continue` under pdb past a breakpoint that never halts."""
    lines = iter([f"break {path}:{_line(path)}, {_CONDITION}\n"])
    return _under_pdb(path, itertools.chain(lines, itertools.repeat("continue\n")))


def stepped_by_pdb(path: str) -> float:
    """`step` under pdb to the end."""
    return _under_pdb(path, itertools.repeat("step\n"))


class _Typed:
    """What is typed at a prompt."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def readline(self) -> str:
        """The next line."""
        return next(self._lines)


def _under_pdb(path: str, lines: Iterator[str]) -> float:
    from pdb import Pdb

    train = call(loaded(path))
    typed: Any = _Typed(lines)
    with _nowhere() as out:
        debugger = Pdb(stdin=typed, stdout=out, nosigint=True, readrc=False)
        debugger.use_rawinput = False
        return seconds(lambda: debugger.runcall(train))


def by_settrace(path: str) -> float:
    """A tracer of lines that does nothing."""
    train = call(loaded(path))

    def tracer(frame: FrameType, event: str, argument: object) -> Any:
        return tracer

    def traced() -> None:
        sys.settrace(tracer)
        try:
            train()
        finally:
            sys.settrace(None)

    return seconds(traced)


def by_birdseye(path: str) -> float:
    """Every expression recorded by birdseye, in a database of its own."""
    os.environ["BIRDSEYE_DB"] = f"sqlite:///{path}.db"
    os.environ["OUTDATED_IGNORE"] = "1"
    from birdseye import eye

    return seconds(call(loaded(path), eye))


def by_snoop(path: str) -> float:
    """Every line and variable written out by snoop."""
    import snoop

    with _nowhere() as out:
        return seconds(call(loaded(path), snoop.Config(out=out, color=False).snoop))


def by_pysnooper(path: str) -> float:
    """Every line and variable written out by PySnooper."""
    import pysnooper

    with _nowhere() as out:
        return seconds(call(loaded(path), pysnooper.snoop(out)))


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


_MEASURES: dict[str, Callable[[str], float]] = {
    "plain": plain,
    "continue, condition": armed,
    "pdb, condition": by_pdb,
    "settrace, lines": by_settrace,
    "step": stepped,
    "pdb, step": stepped_by_pdb,
    "birdseye": by_birdseye,
    "snoop": by_snoop,
    "PySnooper": by_pysnooper,
}


def tables(settings: Settings) -> Iterator[Table]:
    """All of this group."""
    missing = [
        name for name, package in _PACKAGES.items() if importlib.util.find_spec(package) is None
    ]
    names = [name for name in _MEASURES if name not in missing]
    ways = {name: _way(name, settings) for name in names}
    ways["plain once more (noise)"] = ways["plain"]
    table = compared(
        "peers: the loop of mse_hidden in a function, by the epoch", PAIRS, ways, settings.runs
    )
    table.notes += [
        f"{name} isn't installed: `pip install -e '.[bench]'` has it measured" for name in missing
    ]
    yield table


def _way(name: str, settings: Settings) -> Way:
    epochs = min(settings.epochs, _FEW.get(name, settings.epochs))
    text = (LESSONS / "mse_hidden.py").read_text(encoding="utf-8")
    path = written(f"train_{epochs}.py", in_function(text, epochs), settings.folder)
    measure = _MEASURES[name]
    return Way(lambda: fresh(measure, path), epochs)
