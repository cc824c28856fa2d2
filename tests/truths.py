"""Whether a script's gradients are those of its cost, without nnstep: for tests to compare with.

Plain Python runs the script to the line at which its parameters are about to be moved, with the
parameters nudged at a line before it in a few random directions, and the cost is compared. Nothing
of nnstep is used. No debugger: it knows the lines only because it is told them.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy as np

_STEP = 1e-5
_DIRECTIONS = 3
_EXACT = 1e-5  # relative to the largest
_NOTHING = 1e-8  # of the slope of a cost: rounding


class _Enough(BaseException):
    """The line has been reached."""


@dataclass(frozen=True)
class Lines:
    """Where a script can be asked.

    Attributes:
        before: how the line begins before which parameters may be nudged.
        after: how the line begins at which cost and gradients are there, and no update yet.
        gradients: the script's expression for each parameter, the cost's descent being minus it.
    """

    before: str
    after: str
    gradients: dict[str, str]


@dataclass(frozen=True)
class Truth:
    """What is true of a script.

    Attributes:
        kind: right, factor or wrong.
        factor: by which all gradients are too large.
        wrong: the parameters whose gradients are wrong.
    """

    kind: str
    factor: float
    wrong: tuple[str, ...]


def truth(path: Path, cost: str, lines: Lines, typed: str = "") -> Truth:
    """Find out by nudging; the script must be able to run here and now, several times."""
    at = _At(path, path.read_text(encoding="utf-8"), lines, typed)
    pairs = {name: _slopes(at, name, cost) for name in lines.gradients}
    telling = {name: each for name, each in pairs.items() if np.abs(each).max() > _NOTHING}
    constant = {name: _constant(each) for name, each in telling.items()}
    factors = [each for each in constant.values() if each is not None]
    common = sorted(factors)[len(factors) // 2] if factors else 1.0
    wrong = tuple(
        name for name, each in constant.items() if each is None or abs(each / common - 1) > 1e-4
    )
    kind = "wrong" if wrong else "right" if abs(common - 1) < 1e-4 else "factor"
    return Truth(kind, common, wrong)


def _constant(pairs: Sequence[tuple[float, float]]) -> float | None:
    """By what the claims are too large, if by the same in all directions."""
    said, true = np.array(pairs).T
    factor = float(said @ true / (true @ true))
    off = np.abs(said - factor * true).max()
    return factor if off <= _EXACT * np.abs(said).max() else None


@dataclass(frozen=True)
class _At:
    """A script, where it is asked, and its input."""

    path: Path
    text: str
    lines: Lines
    typed: str


def _slopes(at: _At, name: str, cost: str) -> list[tuple[float, float]]:
    """In some directions, what the gradient says of the cost, and what is true."""
    claim = _reached(at, None, at.lines.gradients[name])
    rng = np.random.default_rng(0)
    found = []
    for _ in range(_DIRECTIONS if np.size(claim) > 1 else 1):
        way = rng.normal(size=np.shape(claim))
        there, back = (_reached(at, (name, sign * _STEP * way), cost) for sign in (1, -1))
        found.append((float(np.sum(claim * way)), float((there - back) / (2 * _STEP))))
    return found


def _reached(at: _At, nudge: tuple[str, Any] | None, wanted: str) -> Any:
    """The value of an expression at the line, the parameter nudged before."""
    before, after = (_line(at.text, each) for each in (at.lines.before, at.lines.after))
    found: list[Any] = []
    todo = [nudge]

    def look(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != str(at.path):
            return None
        if event == "line" and frame.f_lineno == before and todo:
            _nudge(frame, todo.pop())
        elif event == "line" and frame.f_lineno == after and not todo:
            value = eval(wanted, {**frame.f_globals, **frame.f_locals})
            found.append(np.array(value, dtype=float))
            raise _Enough
        return look

    code = compile(at.text, str(at.path), "exec", dont_inherit=True)
    with contextlib.suppress(_Enough), _as_main(at, look) as variables:
        exec(code, variables)
    (value,) = found
    return value


@contextlib.contextmanager
def _as_main(at: _At, look: Any) -> Iterator[dict[str, Any]]:
    """The variables of a module to run in, quietly, and each time from the same beginning."""
    main, stdin, tracing = sys.modules["__main__"], sys.stdin, sys.gettrace()
    module = sys.modules["__main__"] = ModuleType("__main__")
    module.__file__ = str(at.path)
    sys.stdin = io.StringIO(at.typed)
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        sys.settrace(look)
        try:
            yield vars(module)
        finally:
            sys.settrace(tracing)
            sys.modules["__main__"], sys.stdin = main, stdin


def _nudge(frame: FrameType, nudge: tuple[str, Any] | None) -> None:
    """Move a parameter: an array in place, a number where the module can reach it."""
    if nudge is None:
        return
    name, amount = nudge
    value = eval(name, frame.f_globals, frame.f_locals)
    if isinstance(value, np.ndarray) and value.ndim:
        value += amount
    else:
        exec(f"{name} = {name} + {float(amount)!r}", frame.f_globals)


def _line(text: str, start: str) -> int:
    """The number of the only line that begins so."""
    (number,) = (
        number for number, line in enumerate(text.splitlines(), 1)
        if line.strip().startswith(start)
    )
    return number
