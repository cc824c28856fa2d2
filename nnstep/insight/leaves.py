"""What was there before a stretch of a run: each memory once, under the name that tells most."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from nnstep.engine.ops import NEXT
from nnstep.insight.tape import Tape


def leaves(tape: Tape, start: Mapping[str, Any]) -> dict[int, tuple[str, Any]]:
    """What was there before: of each memory the shortest name, and the array that has that.

    Where several names look into one memory, it is the memory, under the name of all of it. What
    the step itself calls so, as `param` in `for param in params`, goes last: it may have called
    something else so before.
    """
    found: dict[int, dict[str, Any]] = {}
    passing = _handed_on(tape)
    for name in sorted(start, key=lambda each: (base_of(each) in passing, len(each), each)):
        number = tape.number(start[name])
        if number is not None and tape.is_leaf(number):
            found.setdefault(number, {})[name] = start[name]
    return {number: _one_of(tape.owners[number], names) for number, names in found.items()}


def _handed_on(tape: Tape) -> set[str]:
    """The names under which a stretch hands on what was there before."""
    base, found = min((each.depth for each in tape.entries), default=0), set[str]()
    for each in tape.entries:
        if each.depth == base and each.names and (each.alias or each.op.kind == NEXT):
            several = len(each.names) > 1 and isinstance(each.result, tuple | list)
            values = each.result if several else [each.result]
            for name, value in zip(each.names, values, strict=False):
                number = tape.number(value)
                if number is None or tape.is_leaf(number):
                    found.add(name)
    return found


def base_of(text: str) -> str:
    """Of `layer.W` it is `layer`."""
    return re.split(r"\W", text, maxsplit=1)[0]


def _one_of(owner: Any, names: Mapping[str, Any]) -> tuple[str, Any]:
    whole = next((name for name, value in names.items() if value is owner), None)
    if whole is not None:
        return whole, owner
    looks = {(np.shape(each), _address(each)) for each in names.values()}
    if len(looks) == 1:
        return next(iter(names.items()))
    return ", ".join(names), owner


def _address(value: Any) -> int:
    return int(value.__array_interface__["data"][0]) if isinstance(value, np.ndarray) else 0
