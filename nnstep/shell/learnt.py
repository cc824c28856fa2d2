"""How far the learner is in each lesson: kept in one small file from session to session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from nnstep import lessons
from nnstep.shell.kept import folder, locked, place, why, write

_NAME = "progress.json"
_DAMAGED = (ValueError, TypeError, AttributeError, KeyError, RecursionError)


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
    """How far the lessons are, by name; and what is to be said, when that can't be read.

    A damaged file is set aside, and begun anew.
    """
    try:
        path = place("lessons") / _NAME
        try:
            return _parsed(path), ""
        except _DAMAGED:
            with locked(path):  # another session may be mending it
                return _mended(path)
    except OSError as error:
        return {}, f"how far you are can't be read: {why(error)}"


def _mended(path: Path) -> tuple[dict[str, Learnt], str]:
    """What is in the file; and where it is now, when it was damaged.

    Raises:
        OSError: it can't be read, or can't be set aside.
    """
    try:
        return _parsed(path), ""
    except _DAMAGED:
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        return {}, f"{path} was damaged and is now {aside.name}; the lessons begin anew"


def _parsed(path: Path) -> dict[str, Learnt]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    return {name: _learnt(each) for name, each in json.loads(data).items()}


def _learnt(given: Mapping[str, int]) -> Learnt:
    found = Learnt(given["page"], given["pages"])
    if not all(type(each) is int and each >= 0 for each in found):
        raise ValueError
    return found


def save(name: str, learnt: Learnt) -> str:
    """Keep how far a lesson is; what is to be said, when the file was damaged meanwhile.

    Raises:
        OSError: it can't be written, or what is there can't be read.
    """
    path = _path()
    with locked(path):
        known, note = _mended(path)  # anew: another session may have gone on meanwhile
        known[name] = learnt
        data = {each: learnt._asdict() for each, learnt in sorted(known.items())}
        write(path, json.dumps(data, indent=1).encode())
    return note


def _path() -> Path:
    return folder("lessons") / _NAME
