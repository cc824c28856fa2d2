"""The house keeps its plan: which module may know which, and what every module says of itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "nnstep"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the ground up: a module may import what stands in its own layer or below it.
LAYERS = ["engine", "insight", "session", "shell", "cli"]
ROOMS = {
    "driver": "session", "lessons": "session", "session": "session", "running": "session",
    "cli": "cli", "__main__": "cli",
}


def layer(module: str) -> str | None:
    """The layer of `nnstep.engine.ops` is `engine`; what has none may be known to all."""
    parts = module.split(".")
    if len(parts) < 2:
        return None
    return ROOMS.get(parts[1], parts[1] if parts[1] in (*LAYERS, "views") else None)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_point_down(path: Path) -> None:
    own = layer(dotted(path))
    for name in imported(path):
        other = layer(name) if name.startswith("nnstep.") else None
        if own is None or other is None or own == other:
            continue
        if other == "views":
            assert own == "shell", f"{dotted(path)} knows the views"
        elif own == "views":
            assert other in ("engine", "insight"), f"a view knows {name}"
        else:
            assert LAYERS.index(own) > LAYERS.index(other), f"{dotted(path)} looks up to {name}"


_MATPLOTLIB = {"nnstep.views.figures", "nnstep.showing"}  # ours, and what the script's loads


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    module = dotted(path)
    roots = {name.split(".")[0] for name in imported(path)}
    if "engine" in module:
        assert roots <= sys.stdlib_module_names | {"numpy", "nnstep"}
    assert "sklearn" not in roots
    assert "matplotlib" not in roots or module in _MATPLOTLIB
    assert "prompt_toolkit" not in roots or module == "nnstep.shell.prompt"


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_modules_say_what_they_are(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_first_stop_loads_neither_scikit_learn_nor_the_prompt(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("x = 1\nfor i in range(3):\n    x += i * x\n", encoding="utf-8")
    code = (
        "import sys\n"
        "from nnstep.cli import main\n"
        f"main([{str(script)!r}, '-c', 'step', '-c', 'vars'])\n"
        "loaded = {'sklearn', 'prompt_toolkit', 'matplotlib'} & sys.modules.keys()\n"
        "sys.exit(str(sorted(loaded)) if loaded else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, done.stderr
