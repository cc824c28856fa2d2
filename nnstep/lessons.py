"""Finding the lessons and what they are about, by reading them; nothing is run here.

A lesson is a script, a lesson file that leads through it (transcript.py), or both. Lessons are
those that are shipped, and those of the folders that are looked in besides.
"""

from __future__ import annotations

import ast
import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

_given: list[Path] = []
_SOURCE = "Source:"
_MEASURES = ("Cost", "Accuracy", "Fresh")


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson.

    Attributes:
        name: what is typed to open it.
        path: its script.
        teaches: what it teaches, in one line.
        source: the text it comes from, or an empty string.
        guide: its lesson file, None for none.
    """

    name: str
    path: Path
    teaches: str
    source: str
    guide: Path | None


@dataclass(frozen=True, slots=True)
class Measures:
    """By what a script's runs are compared. An empty string is what isn't known.

    Attributes:
        cost: an expression for the number that training brings down.
        accuracy: an expression for the share of right answers.
        fresh: statements that bind data not trained on to the names that `accuracy` reads.
    """

    cost: str = ""
    accuracy: str = ""
    fresh: str = ""


def folder() -> Path:
    """Where the lessons are: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent
    installed = package / "_lessons"
    return installed if installed.is_dir() else package.parent / "lessons"


def look_in(folder: Path) -> None:
    """Look for lessons in another folder, before all others.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder {folder} with lessons")
    _given.insert(0, folder)


def names() -> list[str]:
    """The names of all lessons, in teaching order; those that have no place in it come last."""
    found = {path.stem for each in (*_given, folder()) for path in _in(each)}
    return sorted(found, key=lambda name: (_order(guide(name)), name))


def find(name: str) -> Path | None:
    """The script of a lesson, None when there is no lesson of that name."""
    for each in (*_given, folder()):
        if name.isidentifier() and (each / f"{name}.py").is_file():
            return each / f"{name}.py"
        script = _script(each / f"{name}.md")
        if script is not None:
            return script
    return None


def guide(name: str) -> Path | None:
    """The lesson file of a lesson, None when it has none."""
    paths = (each / f"{name}.md" for each in (*_given, folder()))
    return next(filter(has_front_matter, paths), None)


def _in(folder: Path) -> Iterator[Path]:
    """What may be a lesson in a folder; other Markdown has no front matter."""
    for path in (*folder.glob("*.py"), *folder.glob("*.md")):
        if not path.name.startswith("_") and (path.suffix == ".py" or has_front_matter(path)):
            yield path


def has_front_matter(guide: Path) -> bool:
    """Whether a file is meant as a lesson file, though it may be broken."""
    try:
        with guide.open("rb") as file:
            return file.read(3) == b"+++"
    except OSError:
        return False


def _script(guide: Path) -> Path | None:
    """The script that a lesson file is about; None where it is no lesson file."""
    script = _fields(guide).get("script")
    return guide.parent / script if isinstance(script, str) else None


def _order(guide: Path | None) -> float:
    order = _fields(guide).get("order") if guide is not None else None
    return order if isinstance(order, int) else float("inf")


def _fields(guide: Path) -> dict[str, object]:
    """The front matter of a lesson file; none where there is no such file, or it is broken."""
    try:
        return _read_fields(guide, guide.stat().st_mtime_ns)
    except (OSError, ValueError, RecursionError):
        return {}


@lru_cache(maxsize=256)
def _read_fields(guide: Path, changed: int) -> dict[str, object]:
    from nnstep.transcript import front_matter  # which who opens a script needn't wait for

    return front_matter(guide.read_text(encoding="utf-8").splitlines(), guide)[0]


def lessons() -> Iterator[Lesson]:
    """All lessons, in teaching order."""
    for name in names():
        guided = guide(name)
        yield _lesson(name, find(name) or guided or Path(), guided)


def _lesson(name: str, path: Path, guided: Path | None) -> Lesson:
    try:
        teaches, source = about(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        teaches, source = f"{path} can't be read", ""
    if guided is not None and not teaches:
        broken = f"Its lesson file can't be read; `lesson {name}` says why."
        teaches = str(_fields(guided).get("title", broken))
    return Lesson(name, path, teaches, source, guided)


def about(text: str) -> tuple[str, str]:
    """What a script says of itself.

    Args:
        text: the script.

    Returns:
        The first line of its docstring, and the rest of the line that begins with `Source:`;
        empty strings for what isn't there.
    """
    lines = [line.strip() for line in _docstring(text)]
    sources = [line for line in lines if line.startswith(_SOURCE)]
    source = sources[-1].removeprefix(_SOURCE).strip() if sources else ""
    return (lines[0] if lines else ""), source


def measures(text: str) -> Measures:
    """How a script says that its runs are to be compared, in its docstring.

    There, `Cost: EXPR`, `Accuracy: EXPR` and `Fresh: STATEMENT` begin lines. Indented lines
    go on with an expression, or add another statement. What is no Python is taken for prose.

    Args:
        text: the script.
    """
    found: dict[str, list[str]] = {}
    label = ""
    for line in _docstring(text):
        if not line[:1].isspace():
            label, _, line = line.partition(":")
            found.pop(label, None)  # As with `Source:`, the last one counts.
        if line.strip() and label in _MEASURES:
            found.setdefault(label, []).append(line.strip())
    cost, accuracy, fresh = (found.get(each, []) for each in _MEASURES)
    return Measures(
        _python(" ".join(cost), "eval"),
        _python(" ".join(accuracy), "eval"),
        _python("\n".join(fresh), "exec"),
    )


def _python(text: str, mode: Literal["eval", "exec"]) -> str:
    try:
        ast.parse(text, mode=mode)
    except (SyntaxError, ValueError):
        return ""
    return text


def _docstring(text: str) -> list[str]:
    """The lines of a script's docstring, none for what is no Python."""
    try:
        return (ast.get_docstring(ast.parse(text)) or "").splitlines()
    except (SyntaxError, ValueError):
        return []


def resolve(target: str) -> str:
    """The script that a lesson's name or a path stands for; a lesson goes before a file.

    Raises:
        LookupError: there is no such lesson and no such file; the message says what is near.
    """
    if target.endswith(".py") or _is_path(target):
        return target  # As it was typed: a script sees it in sys.argv.
    lesson = find(target)
    if lesson is not None:
        return str(lesson)
    if Path(target).is_dir():
        raise LookupError(f"{target!r} is a folder; give a .py file in it, or a lesson's name")
    if Path(target).is_file():
        return target
    raise LookupError(f"no lesson or file is named {target!r}; {_nearest(target)}")


def _is_path(target: str) -> bool:
    return os.sep in target or bool(os.altsep and os.altsep in target)


def _nearest(word: str) -> str:
    near = difflib.get_close_matches(word, names(), n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else "`nnstep lessons` lists the lessons"
