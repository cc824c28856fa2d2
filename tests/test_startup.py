"""What is imported before it is needed: the prompt shouldn't wait for what nobody has asked yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = "import numpy as np\nw = np.zeros(2)\nfor epoch in range(3):\n    w = w + 1\n"
_LATER = (
    "sklearn", "joblib", "matplotlib", "pygments", "rich.table", "nnstep.insight.gradients",
    "nnstep.insight.tape", "nnstep.insight.explain", "nnstep.mending", "nnstep.sweep",
    "nnstep.views.drawings", "nnstep.views.images", "nnstep.views.branches", "nnstep.views.sweeps",
    "nnstep.shell.playing", "nnstep.insight.predictions", "nnstep.transcript", "nnstep.matching",
    "rich.markdown",
    "nnstep.shell.pictures", "nnstep.differences", "nnstep.witness", "nnstep.views.gradients",
    "nnstep.views.tracing",
    "nnstep.views.figures", "nnstep.views.sketches",
)  # fmt: skip


def imported(code: str) -> set[str]:
    """The modules that are there when some code has run in a new interpreter."""
    tell = "import sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[1],
    )
    return set(done.stderr.split())


def test_the_version() -> None:
    code = "import nnstep.cli\ntry: nnstep.cli.main(['--version'])\nexcept SystemExit: pass"
    later = {"numpy", "rich", "prompt_toolkit", "nnstep.session", "asyncio", "typing", "argparse"}
    assert not imported(code) & later


def test_the_first_prompt() -> None:
    assert not imported("import nnstep.shell.prompt") & set(_LATER)


@pytest.mark.parametrize("command", ["step", "next", "epoch", "back"])
def test_the_first_stops(command: str, tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(_SCRIPT)
    code = f"import nnstep.cli\nnnstep.cli.main([{str(path)!r}, '-c', 'step 3 ;; {command}'])"
    found = imported(code)
    assert "nnstep.session" in found
    assert not found & {*_LATER, "prompt_toolkit"}
