"""Numbers in a lesson's prose that a run gives: `2.39<!--{cost:.2f}-->`.

The comment is invisible where the Markdown is read; the number before it is compared with what the
expression gives where the script stands there, and brought up to date. Nothing is executed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_STATED = re.compile(
    r"(?P<number>[-+\u2212]?\d[\d,.]*(?:e[-+]?\d+)?%?)(?P<comment><!--\{(?P<what>.+?)\}-->)",
    re.DOTALL,
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SPEC = re.compile(r"[-+ ]?\d*,?(?:\.\d+)?[defg%]?")


class Stated(NamedTuple):
    """A number in the prose, and what it is to be.

    Attributes:
        line: its line in the file, from 1.
        number: as it is written.
        expression: what gives it.
        spec: how Python's `format` writes it.
    """

    line: int
    number: str
    expression: str
    spec: str


def stated(text: str, line: int = 1) -> Iterator[Stated]:
    """The computed numbers of a stretch of prose.

    Args:
        text: Markdown.
        line: where it begins in the file, from 1.
    """
    for found in _STATED.finditer(text):
        expression, spec = _taken_apart(found["what"])
        yield Stated(line + text.count("\n", 0, found.start()), found["number"], expression, spec)


def restated(text: str, numbers: Mapping[int, str]) -> str:
    """The prose with other numbers in it.

    Args:
        text: Markdown.
        numbers: the new ones, by the place of the old one among all of `stated`, from 0.
    """
    places = iter(range(len(text)))

    def other(found: re.Match[str]) -> str:
        return numbers.get(next(places), found["number"]) + found["comment"]

    return _STATED.sub(other, text)


def without_comments(text: str) -> str:
    """The prose as it is read."""
    return _COMMENT.sub("", text)


def _taken_apart(what: str) -> tuple[str, str]:
    """The expression and the way it is written: `x[1:, 0]:.3f` is `x[1:, 0]` and `.3f`."""
    expression, colon, spec = what.rpartition(":")
    if colon and _SPEC.fullmatch(spec):
        return expression.strip(), spec
    return what.strip(), ""
