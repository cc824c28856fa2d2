"""Run every lesson of an installed nnstep: as plain Python, op by op, in the shell, and its file.

Not a test module: `python tests/check_lessons.py PATH/TO/nnstep`, used on an installed wheel.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SHORT = re.compile(r"^(epochs|num_passes) = .*$", re.MULTILINE)


def main(nnstep: str) -> int:
    """Exit code 0 when all lessons do what they should."""
    listed = said(nnstep, "lessons")
    where = Path(nnstep).parent / "python"
    code = "import nnstep.lessons as l; print(*l.names()); print(l.folder())"
    names, folder = said(str(where), "-c", code).splitlines()
    failed = [name for name in names.split() if not check(nnstep, Path(folder), name, listed)]
    sys.stdout.write(f"{len(names.split())} lessons, failed: {', '.join(failed) or 'none'}\n")
    return bool(failed)


def check(nnstep: str, folder: Path, name: str, listed: str) -> bool:
    """Whether one lesson is listed, runs the same in both ways, and opens in the shell."""
    text = (folder / f"{name}.py").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        short = Path(scratch) / f"{name}.py"
        short.write_text(SHORT.sub(r"\1 = 200", text), encoding="utf-8")
        same = said(nnstep, "run", str(short)) == said(nnstep, "run", "--ops", str(short))
    opened = said(nnstep, name, "-c", "step", "-c", "vars")
    said(nnstep, "replay", "--check", name)
    played = told(nnstep, "lesson", name, "--fresh", typed="\n" * 400)
    fine = name in listed and same and bool(opened) and "the lesson is over" in played
    sys.stdout.write(f"{name}: {'fine' if fine else 'FAILED'}\n")
    return fine


def said(*command: str) -> str:
    """What a command prints; it must succeed."""
    return told(*command, typed="")


def told(*command: str, typed: str) -> str:
    """What a command prints to which something is typed; it must succeed."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, input=typed, env=environment, check=True,
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
