"""Typed text of several lines: whether it is whole, how it goes on, and which commands it holds.

A command is one line; Python may take several. Nothing is run here, and prompt_toolkit isn't known.
"""

from __future__ import annotations

import codeop
import warnings
from collections.abc import Callable, Iterator

from nnstep.shell.grammar import Parsed, Python

Parse = Callable[[str], Parsed]

_INDENT = 4
_PARTS = ("else", "elif", "except", "finally")


def is_whole(text: str, parse: Parse) -> bool:
    """Whether a text may be executed: no statement in it lacks its end.

    A block ends, as at Python's own prompt, with an empty line.
    """
    return all(whole for _, whole in _pieces(text, parse))


def pieces(text: str, parse: Parse) -> list[str]:
    """What a text holds, each command and each statement by itself.

    Args:
        text: one line, or several as they are pasted.
        parse: tells what a line is.
    """
    return [piece for piece, _ in _pieces(text, parse) if piece.strip()]


def indentation(text: str) -> str:
    """The blanks with which the line behind a text begins."""
    line = text.rpartition("\n")[2]
    kept = len(line) - len(line.lstrip())
    return " " * (kept + _INDENT * line.rstrip().endswith(":"))


def _pieces(text: str, parse: Parse) -> Iterator[tuple[str, bool]]:
    """The pieces, and whether each is whole."""
    lines, at = text.split("\n"), 0
    while at < len(lines):
        end, whole = at + 1, True
        if isinstance(parse(lines[at]), Python):
            end, whole = _statement(lines, at)
        yield "\n".join(lines[at:end]).rstrip(), whole
        at = end


def _statement(lines: list[str], at: int) -> tuple[int, bool]:
    """Behind which line a statement ends, and whether it does."""
    start = lines[at].lstrip().removeprefix("!")
    for end in range(at + 1, len(lines) + 1):
        following = next((each for each in lines[end:] if each.strip()), None)
        if following is not None and _belongs(following):
            continue
        text = "\n".join([start, *lines[at + 1 : end]]).rstrip()
        ended = following is not None or (end - at > 1 and not lines[end - 1].strip())
        if not _lacks_end(text + "\n" * ended):
            return end, True
    return len(lines), False


def _belongs(line: str) -> bool:
    """Whether a line goes on with the statement before it."""
    first = line.split()[0].rstrip(":")
    return line[0].isspace() or first in _PARTS


def _lacks_end(text: str) -> bool:
    """Whether more of a statement must come. One that is wrong lacks nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return codeop.compile_command(text, "<typed>", "single") is None
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
            return False
