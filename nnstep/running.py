"""`nnstep run`: a script to its end, with its own output and exit code and nothing added."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn


def run_plain(path: str, arguments: Sequence[str]) -> NoReturn:
    """Become plain Python: nothing can be more faithful to it.

    Doesn't return: the process goes on as `python path arguments`.
    """
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    command = [sys.executable, *flags, path, *arguments]
    if os.name == "nt":  # exec there would give the terminal back too early
        sys.exit(subprocess.call(command))
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # None where the process was given none, as with `>&-`
            stream.flush()
    os.execv(sys.executable, command)


def run_by_ops(path: str, arguments: Sequence[str]) -> int:
    """Run a script as `python` would, every op of it through the stepping machine.

    Args:
        path: the script.
        arguments: what it finds in `sys.argv` behind its name.

    Returns:
        The exit code, if the script doesn't exit by itself.

    Raises:
        SystemExit, KeyboardInterrupt: the script's own.
    """
    from nnstep.engine.program import Program

    try:
        program = Program(path, arguments)
    except (OSError, SyntaxError):
        run_plain(path, arguments)  # it says what is wrong, in its own words and with its code
    program.install()
    machine = program.machine()
    machine.run()
    failure = machine.error
    if failure is None:
        return 0
    if isinstance(failure, SystemExit):
        raise failure
    sys.excepthook(type(failure), failure, failure.__traceback__)
    if isinstance(failure, KeyboardInterrupt):
        sys.excepthook = lambda *_: None  # told above, without the frames of this program
        raise failure
    return 1
