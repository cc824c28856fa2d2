"""The little functions that ops are made of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Python 3.12 numbers functions with changed defaults from 1 on, and others as they are compiled.
_MANY_LOADS = """
import ast
from types import FunctionType
from nnstep.engine.fragments import Fragments
from nnstep.engine.ops import no_operands
loads, node = [], ast.parse("x", mode="eval").body
fragments = Fragments(compile("x", "script.py", "exec"), {}, 0)
fragments.load([node], (), node, loads.append)
fragments.build()
(load,) = loads
load.__globals__["x"] = 1
def call(function):
    return function({}, [])
for _ in range(40_000):
    each = FunctionType(load.__code__, load.__globals__)
    each.__defaults__ = load.__defaults__
    for _ in range(60):
        call(each)
    assert call(no_operands) == ()
print(call(each))
"""


def test_many_functions_that_load_are_told_apart() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MANY_LOADS], cwd=Path(__file__).parents[2],
        capture_output=True, text=True, timeout=300,
    )
    assert (done.returncode, done.stdout) == (0, "(1,)\n"), done.stderr
