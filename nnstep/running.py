"""`nnstep run`: a script to its end, with its own output and exit code and nothing added."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from nnstep.engine.program import Program
from nnstep.engine.tracebacks import clean


def run(path: str, arguments: Sequence[str], *, by_ops: bool = False) -> int:
    """Run a script as `python` would.

    Args:
        path: the script.
        arguments: what it finds in `sys.argv` behind its name.
        by_ops: whether every op goes through the stepping machine.

    Returns:
        The exit code, if the script doesn't exit by itself.

    Raises:
        OSError: the script can't be read.
        SystemExit, KeyboardInterrupt: the script's own.
    """
    try:
        program = Program(path, arguments)
    except SyntaxError as error:
        error.__traceback__ = None
        sys.excepthook(type(error), error, None)
        return 1
    program.install()
    error = _by_ops(program) if by_ops else _native(program)
    if error is None:
        return 0
    return _report(error)


def _by_ops(program: Program) -> BaseException | None:
    machine = program.machine()
    machine.run()
    return machine.error


def _native(program: Program) -> BaseException | None:
    try:
        exec(program.native, program.globals)
    except BaseException as error:
        clean(error)
        return error
    return None


def _report(error: BaseException) -> int:
    if isinstance(error, SystemExit | KeyboardInterrupt):
        raise error
    sys.excepthook(type(error), error, error.__traceback__)
    return 1
