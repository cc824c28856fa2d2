"""What is longer than the screen goes through a pager, as `git log` does.

The program is that of `PAGER`, else `less`; without one, or with `cat`, nothing is paged. What is
long enough is for output.py to say.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping

# Colours as they are, the end at once where all fits, and what was read stays on the screen.
_LESS = ("less", "-RFX")


def program(environment: Mapping[str, str]) -> list[str] | None:
    """The pager with its arguments, None for none."""
    if environment.get("TERM", "dumb").lower() in ("dumb", "unknown"):
        return None
    try:
        wanted = shlex.split(environment.get("PAGER", ""))
    except ValueError:  # a quote that isn't closed
        return None
    found = list(wanted or _LESS)
    if found == ["less"]:
        found = list(_LESS)
    if os.path.basename(found[0]) == "cat" or shutil.which(found[0]) is None:
        return None
    return found


def page(text: str, command: list[str]) -> bool:
    """Show a text, and wait until it was read.

    Args:
        text: with its escape codes.
        command: the pager.

    Returns:
        Whether the pager could be started.
    """
    # Ctrl-C is the pager's own: less goes on after it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
            env={**os.environ, "LESSCHARSET": "utf-8"},
        ) as running:
            assert running.stdin is not None
            try:
                running.stdin.write(text)
                running.stdin.close()
            except BrokenPipeError:
                pass  # closed before all was read
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return True
