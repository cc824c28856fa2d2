"""Drawings saved to files: where a picture may go, and what to say when it can't.

What is in the picture is for views/figures.py, which is only asked for when one is saved.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nnstep.shell.failures import describe, missing
from nnstep.shell.kept import refusal, write
from nnstep.shell.registry import CommandError

if TYPE_CHECKING:
    from nnstep.views.drawings import Drawing


def check(path: str) -> None:
    """Refuse what can't be saved to, before anything is computed for it.

    Raises:
        CommandError: it has another suffix, its folder isn't there, it mustn't be written, or
            matplotlib isn't installed.
    """
    from nnstep.views.figures import SUFFIXES, load

    place = _place(path)
    if place.suffix.lower() not in SUFFIXES:
        raise CommandError(f"can't save to {path}: the name must end with {_either(SUFFIXES)}")
    if said := refusal(place):
        raise CommandError(f"can't save to {path}: {said}")
    try:
        load()
    except ImportError as error:
        raise CommandError(missing(error) or describe(error)) from None


def save(drawing: Drawing, path: str) -> None:
    """Draw it, and write that to a file; an old one stays as it is until all is written.

    Args:
        drawing: what is to be seen.
        path: as typed, and checked.

    Raises:
        CommandError: it can't be drawn or written.
    """
    from nnstep.views.figures import picture

    place = _place(path)
    try:
        content = picture(drawing, place.suffix.lower())
    except (ValueError, ArithmeticError, MemoryError) as error:
        why = f"its numbers may be too large for matplotlib ({describe(error)})"
        raise CommandError(f"can't save to {path}: {why}") from None
    try:
        write(place, content)
    except OSError as error:
        raise CommandError(f"can't save to {path}: {error.strerror}; name another file") from None


def _place(path: str) -> Path:
    """Where a path leads; a link is followed, so that it stays a link."""
    return Path(os.path.realpath(os.path.expanduser(path)))


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
