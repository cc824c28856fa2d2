"""Places: the names, attributes and items that a breakpoint may wait for.

A place may be written in several ways: `p["w"]` as `p['w']`, and `net.W` in a method as `self.W`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from nnstep.engine.frames import Frame

Evaluate = Callable[[Any, Frame], Any]
"""(compiled expression, frame) -> its value there."""

@dataclass(frozen=True, slots=True)
class Place:
    """One place in a script.

    Attributes:
        text: it, in one way of writing.
        attribute: its name, when it is an attribute; else empty.
        index: what stands in the brackets, when it is an item; else empty.
        root: the name that it begins with, if asking for it calls nothing; else empty.
        identifiers: the names and attributes that it mentions.
        owner: gives the object that it is an attribute or an item of; None for a name.
        key: gives the key or the index of an item.
    """

    text: str
    attribute: str = ""
    index: str = ""
    root: str = ""
    identifiers: frozenset[str] = frozenset()
    owner: CodeType | None = None
    key: CodeType | None = None

    def may_be(self, other: Place) -> bool:
        """Whether both may be the same: what they are attributes or items of may be."""
        if not self.attribute and not self.index:
            return self.text == other.text
        return (self.attribute, self.index) == (other.attribute, other.index)

    def held_by(self, frames: Iterable[Frame], evaluate: Evaluate) -> tuple[Any, Any] | None:
        """(the object that it belongs to, its key), as the first of the frames knows them."""
        for frame in frames:
            with suppress(Exception):  # it may not be there, or not yet
                key = evaluate(self.key, frame) if self.key is not None else None
                return evaluate(self.owner, frame), key
        return None


@lru_cache(maxsize=1000)
def place_of(text: str) -> Place:
    """A place as it is written; what is no expression counts as a name."""
    try:
        return _place(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError):
        return Place(text)


def _place(node: ast.expr) -> Place:
    words = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    words |= {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    usual, identifiers = ast.unparse(node), frozenset(words)
    match node:
        case ast.Attribute():
            return Place(usual, node.attr, "", _root(node), identifiers, _compiled(node.value))
        case ast.Subscript():
            index = ast.unparse(node.slice)
            owner, key = _compiled(node.value), _compiled(node.slice)
            return Place(usual, "", index, _root(node), identifiers, owner, key)
    return Place(usual, identifiers=identifiers)


def _root(node: ast.expr) -> str:
    if any(isinstance(each, _ACTIVE) for each in ast.walk(node)):
        return ""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


_ACTIVE = (ast.Call, ast.Await, ast.NamedExpr, ast.Yield, ast.YieldFrom)


def _compiled(node: ast.expr) -> CodeType:
    return compile(ast.Expression(node), "<place>", "eval")


def differs(before: Any, after: Any, key: Any) -> bool:
    """Whether an item is another one than it was, or has other contents.

    Args:
        before: what held it; None if that was too large to be kept.
        after: what holds it now.
        key: its key or index.

    Raises:
        LookupError: there is no such item now.
    """
    new = after[key]
    if before is None:  # some item of it is another
        return True
    try:
        old = before[key]
    except LookupError:
        return True
    if isinstance(after, np.ndarray):
        return bool(np.asarray(old).tobytes() != np.asarray(new).tobytes())
    return old is not new
