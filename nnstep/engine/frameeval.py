"""Expressions and statements typed at a stop, evaluated where the script stands.

Looking leaves no trace: the state of every random generator is put back afterwards.
"""

from __future__ import annotations

import ast
import builtins
import random
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

import numpy as np

from nnstep.engine.frames import Frame
from nnstep.engine.memory import known_values
from nnstep.engine.values import is_a

_FILE = "<nnstep>"


def compiled(text: str, mode: str) -> CodeType:
    """Compile what was typed; SyntaxError is the caller's to show."""
    code = compile(text.strip(), _FILE, mode, dont_inherit=True)
    if not any(_may_draw(node) for node in ast.walk(ast.parse(text.strip(), _FILE, mode))):
        _quiet.add(code)
    return code


_quiet: set[CodeType] = set()  # what draws no random numbers: conditions are asked at every op
_HARMLESS = {*dir(np.ndarray), *dir(builtins)} - {"eval", "exec", "map", "filter", "next"}


def _may_draw(node: ast.AST) -> bool:
    """Whether it may advance a random generator: a call of anything but arrays and builtins."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node.func, ast.Name):
        name = node.func.id
    return name not in _HARMLESS


def parsed(text: str) -> ast.expr:
    """What was typed, as a node."""
    return ast.parse(text.strip(), _FILE, "eval").body


def is_quiet(text: str) -> bool:
    """Whether an expression draws no random numbers."""
    return compiled(text, "eval") in _quiet


def evaluate(code: CodeType, frame: Frame) -> Any:
    """The value of an expression in a frame.

    Raises:
        Exception: what it raises; a RuntimeError where it would end the program.
    """
    try:
        return _evaluate(code, frame)
    except SystemExit as error:
        raise RuntimeError("no expression ends the program; `quit` ends the session") from error


def _evaluate(code: CodeType, frame: Frame) -> Any:
    # Comprehensions and lambdas see globals only: give them everything there. It is a copy, so
    # that `:=` binds nothing of the script's.
    names = frame.code.module | frame.visible()
    if code in _quiet:
        return eval(code, names)
    with untouched_random_state(frame):
        return eval(code, names)


def execute(code: CodeType, frame: Frame) -> tuple[str, ...]:
    """Run a statement in a frame; the names that it bound."""
    module = frame.code.module
    before = frame.visible()
    if before is module:
        known = dict(module)
        exec(code, module)
        return _changed(known, module)
    known = module | before
    everything, variables = dict(known), dict(before)
    try:
        exec(code, everything, variables)
    finally:
        declared = _changed(known, everything)  # `global` at the prompt
        for name in _changed(before, variables):
            _bind(frame, name, variables[name])
        for name in before.keys() - variables.keys():
            _unbind(frame, name)
        for name in declared:
            module[name] = everything[name]
    return _changed(before, variables)


def _changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        name for name, value in after.items()
        if name != "__builtins__" and (name not in before or before[name] is not value)
    )


def _bind(frame: Frame, name: str, value: Any) -> None:
    for own, slot, in_cell in reversed(frame.op.scope):
        if own == name:
            if in_cell:
                frame.temps[slot].cell_contents = value
            else:
                frame.temps[slot] = value
            return
    native = frame.code.native
    if frame.code.is_module or name in native.co_varnames or name in frame.locals:
        frame.assign(name, value)
    else:
        frame.code.module[name] = value


def _unbind(frame: Frame, name: str) -> None:
    if name in frame.code.native.co_cellvars or name in frame.code.native.co_freevars:
        del frame.locals[name].cell_contents
    else:
        frame.locals.pop(name, None)


@contextmanager
def untouched_random_state(frame: Frame) -> Iterator[None]:
    """Put the random generators back as they were: the global ones, and those of the script."""
    numpy_state, python_state = np.random.get_state(), random.getstate()
    states = [
        (value.bit_generator, value.bit_generator.state)
        for _, value in known_values(frame)
        if is_a(value, np.random.Generator)
    ]
    own = [
        (value, value.get_state())
        for _, value in known_values(frame)
        if is_a(value, np.random.RandomState)
    ]
    try:
        yield
    finally:
        np.random.set_state(numpy_state)
        random.setstate(python_state)
        for generator, state in states:
            generator.state = state
        for old, saved in own:
            old.set_state(saved)
