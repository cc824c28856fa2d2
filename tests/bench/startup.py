"""Start-up: what it takes to be told the version, and to come to the first prompt."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.measure import LESSONS, Settings, environment, of_children, whole_process
from tests.bench.tables import PAIRS, WHOLE, Table, Way, compared


def tables(settings: Settings) -> Iterator[Table]:
    """All of this group."""
    python = sys.executable
    version = {
        "python -c pass": Way(lambda: whole_process(python, "-c", "pass")),
        "nnstep --version": Way(lambda: whole_process(python, "-m", "nnstep", "--version")),
    }
    yield compared("start-up: the version", PAIRS, version, settings.runs, WHOLE)
    imports = "import numpy, rich.console, prompt_toolkit"
    prompt = {f"python -c '{imports}'": Way(lambda: whole_process(python, "-c", imports))}
    if os.name == "posix":
        prompt["first prompt of mse_hidden, Ctrl-D"] = Way(first_prompt)
    table = compared("start-up: the first prompt", PAIRS, prompt, settings.runs, WHOLE)
    if os.name != "posix":
        table.notes.append("the prompt is measured only where there are pseudo-terminals")
    yield table


def first_prompt() -> float:
    """Seconds of processor time up to the prompt in a terminal, and out by Ctrl-D."""
    import pty

    ours, theirs = pty.openpty()
    before = of_children()
    child = subprocess.Popen(
        [sys.executable, "-m", "nnstep", str(LESSONS / "mse_hidden.py")],
        stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True, start_new_session=True,
        env={**environment(), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
    )
    os.close(theirs)
    shown = b""
    while b"(nn)" not in shown:
        shown += os.read(ours, 4096)
    os.write(ours, b"\x04")
    _drain(ours)
    child.wait()
    os.close(ours)
    return of_children() - before


def _drain(terminal: int) -> None:
    """Read on until nobody has the other end any more."""
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:  # as Linux tells it
        pass
