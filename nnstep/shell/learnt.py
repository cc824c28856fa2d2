"""How far the learner is in each lesson: kept in one small file from session to session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from nnstep import lessons
from nnstep.shell.kept import folder, locked, write


class Learnt(NamedTuple):
    """How far a lesson is.

    Attributes:
        page: which page comes next, from 0.
        pages: how many there are.
    """

    page: int
    pages: int

    @property
    def in_words(self) -> str:
        """Such as `page 3 of 8`, or `done`."""
        return "done" if self.page >= self.pages else f"page {self.page + 1} of {self.pages}"


def key(path: Path) -> str:
    """What a lesson file is called where this is kept: one of another folder by its whole path."""
    path = path.resolve()
    return path.stem if path.parent == lessons.folder().resolve() else str(path.with_suffix(""))


def load() -> tuple[dict[str, Learnt], str]:
    """How far the lessons are, by name; and what is to be said, when the file was damaged.

    What can't be read is set aside, and begun anew.
    """
    try:
        return _read(_path())
    except OSError:
        return {}, ""


def _read(path: Path) -> tuple[dict[str, Learnt], str]:
    data = path.read_bytes() if path.exists() else b"{}"
    try:
        return {name: _learnt(each) for name, each in json.loads(data).items()}, ""
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        aside = path.with_suffix(".damaged")
        with suppress(OSError):
            path.replace(aside)
        return {}, f"{path} was damaged and is now {aside.name}; the lessons begin anew"


def _learnt(given: Mapping[str, int]) -> Learnt:
    found = Learnt(given["page"], given["pages"])
    if not all(type(each) is int and each >= 0 for each in found):
        raise ValueError
    return found


def save(name: str, learnt: Learnt) -> None:
    """Keep how far a lesson is.

    Raises:
        OSError: it can't be written, or what is there can't be read.
    """
    path = _path()
    with locked(path):
        known, _ = _read(path)  # anew: another session may have gone on meanwhile
        known[name] = learnt
        data = {each: learnt._asdict() for each, learnt in sorted(known.items())}
        write(path, json.dumps(data, indent=1).encode())


def _path() -> Path:
    return folder("lessons") / "progress.json"
