"""Processes that run a script apart: how they are started, and how they begin to listen.

A script may change its module, the random state, the folder, or the modules beside it; what must
not find that has a process of its own. Not what is asked of such a process: sweep.py, mending.py
and witness.py say that, each with an `answer` that is called in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnstep.session import Session

# A window would wait to be closed.
NO_WINDOW = {"MPLBACKEND": "Agg"}
# Several runs share the processors, so each takes one.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
    ),
    "1",
)
_START = """\
import sys
sys.path.insert(0, sys.argv.pop(1))
from importlib import import_module
import_module(sys.argv.pop(1)).answer()
"""


@dataclass(frozen=True, slots=True)
class Script:
    """What is run.

    Attributes:
        path: the script, as it was typed.
        argv: its arguments.
        into: packages whose functions are stepped into besides.
        folder: where it runs; the present folder if empty.
    """

    path: str
    argv: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    folder: str = ""

    @classmethod
    def of(cls, session: Session) -> Script:
        """The script of a session, to be run as the session was opened."""
        return cls(session._given, session._argv, session._into, session._folder)

    @classmethod
    def told(cls, words: Mapping[str, Any]) -> Script:
        """The same from the words that JSON has made of it."""
        return cls(**{**words, "argv": tuple(words["argv"]), "into": tuple(words["into"])})


def in_one_line(error: BaseException) -> str:
    """An exception in words that another process can have."""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


# Who asks.


def start(
    module: str, surroundings: Mapping[str, str], folder: str = "", errors: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start a process.

    Args:
        module: whose `answer` it calls.
        surroundings: what is put into its environment besides.
        folder: where it begins; the present folder if empty.
        errors: where its standard error goes, as for `subprocess`.

    Raises:
        OSError: there is no such folder, or no more processes.
    """
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    home = str(Path(__file__).resolve().parents[1])
    # -P: a random.py in the present folder is none of this package's business.
    return subprocess.Popen(
        [sys.executable, *flags, "-P", "-c", _START, home, module],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        cwd=folder or None, env={**os.environ, **surroundings},
    )


def tell(process: subprocess.Popen[bytes], words: Mapping[str, Any]) -> None:
    """Give a process its one task; whether it has died already is seen when it should answer."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.write(json.dumps(words).encode() + b"\n")
        process.stdin.flush()


def told(process: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    """What a process answers to its task; None when it ends without an answer."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
    return found


# In the process that was started.


def part_with_streams() -> tuple[int, int]:
    """Where questions come from and answers go; the script has no part in them.

    Ctrl-C is for whoever asked; the script gets nothing to read, and nobody sees its output.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    return questions, answers


def answer_once(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Read the one task, do it, and tell what came of it."""
    questions, answers = part_with_streams()
    with open(questions, "rb", buffering=0, closefd=False) as lines:
        words = json.loads(lines.readline())
    threading.Thread(target=_end_with, args=(questions,), daemon=True).start()
    found = work(words)
    with open(answers, "w", encoding="utf-8") as line:
        line.write(json.dumps(found) + "\n")


def _end_with(questions: int) -> None:
    """End when whoever asked is gone, however that came about: nobody waits for an answer then."""
    while os.read(questions, 1):
        pass
    os._exit(1)
