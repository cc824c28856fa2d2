"""Expressions and statements typed at a stop, evaluated where the script stands.

Looking leaves no trace: the random state is put back afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

import numpy as np

from nnstep.engine.frames import Frame

_FILE = "<nnstep>"


def compiled(text: str, mode: str) -> CodeType:
    """Compile what was typed; SyntaxError is the caller's to show."""
    return compile(text.strip(), _FILE, mode, dont_inherit=True)


def evaluate(code: CodeType, frame: Frame) -> Any:
    """The value of an expression in a frame."""
    with untouched_random_state():
        return eval(code, *_namespaces(frame))


def execute(code: CodeType, frame: Frame) -> tuple[str, ...]:
    """Run a statement in a frame; the names that it bound."""
    module, variables = _namespaces(frame)
    before = dict(variables)
    exec(code, module, variables)
    changed = [
        name for name, value in variables.items()
        if name not in before or before[name] is not value
    ]
    if not frame.code.is_module:
        for name in changed:
            if name in frame.code.native.co_varnames or name in frame.locals:
                frame.assign(name, variables[name])
            else:
                frame.code.module[name] = variables[name]
    return tuple(changed)


def _namespaces(frame: Frame) -> tuple[dict[str, Any], dict[str, Any]]:
    module = frame.code.module
    if frame.code.is_module:
        return module, module
    # Comprehensions and lambdas typed at the prompt see globals only: give them everything.
    variables = frame.variables()
    return module | variables, variables


@contextmanager
def untouched_random_state() -> Iterator[None]:
    """Put the global random generators back as they were."""
    numpy_state, python_state = np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        np.random.set_state(numpy_state)
        random.setstate(python_state)
