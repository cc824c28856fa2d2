"""Which part of a script's text a native code object comes from.

CPython compiles the script too; its code objects say which names are locals, cells or globals,
and real functions are made from them. This module finds the AST node of a code object and back,
by name, first line and place, so that it doesn't matter who compiled it.
"""

from __future__ import annotations

import ast
import inspect
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType

from nnstep.engine.source import Source, Span

Scope = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ClassDef
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)
_NAMES = {
    ast.Lambda: "<lambda>",
    ast.ListComp: "<listcomp>",
    ast.SetComp: "<setcomp>",
    ast.DictComp: "<dictcomp>",
    ast.GeneratorExp: "<genexpr>",
}
_COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>"}
_NATIVE_ONLY = (
    inspect.CO_GENERATOR
    | inspect.CO_COROUTINE
    | inspect.CO_ASYNC_GENERATOR
    | inspect.CO_ITERABLE_COROUTINE
)


class Scopes:
    """The functions, classes and comprehensions of one source.

    Attributes:
        source: the text.
        tree: its AST.
        owner: for each scope, the innermost class whose body or methods it stands in, by name.
    """

    def __init__(
        self, source: Source, tree: ast.Module, native: CodeType | None = None
    ) -> None:
        """Read a source.

        Args:
            source: the text.
            tree: its AST.
            native: what CPython compiles it to. When it is given, no other code object is taken
                for a part of the source, such as one that a script has put together itself.
        """
        self._natives = set(_below(native)) if native is not None else None
        self.source = source
        self.tree = tree
        self.owner: dict[ast.AST, str | None] = {}
        self._by_place: dict[tuple[str, int], list[Scope]] = defaultdict(list)
        self._nodes: dict[int, tuple[CodeType, Scope | None]] = {}
        self._without_place: set[ast.AST] = set()
        self._collect(tree, None)

    def _collect(self, node: ast.AST, owner: str | None) -> None:
        for child in ast.iter_child_nodes(node):
            inner = owner
            if isinstance(child, Scope):
                self.owner[child] = owner
                name = _NAMES.get(type(child)) or child.name  # type: ignore[union-attr]
                self._by_place[name, _first_line(child)].append(child)
                if isinstance(child, ast.ClassDef):
                    inner = child.name
            self._collect(child, inner)

    def node(self, code: CodeType) -> Scope | None:
        """The node of a code object of this source, None when it is from elsewhere."""
        known = self._nodes.get(id(code))
        if known is not None and known[0] is code:
            return known[1]
        found = self._find(code)
        self._nodes[id(code)] = code, found
        return found

    def _find(self, code: CodeType) -> Scope | None:
        if self._natives is not None and code not in self._natives:
            return None
        candidates = self._by_place.get((code.co_name, code.co_firstlineno), [])
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        places = list(_places(code))
        if not places:
            return self._by_value(code, candidates)
        fitting = [node for node in candidates if self._covers(node, places)]
        # Of several around the same place the innermost is meant: the others hold it.
        return min(fitting or candidates, key=_extent)

    def _by_value(self, code: CodeType, candidates: list[Scope]) -> Scope | None:
        """Of several lambdas that only return a constant, which 3.12 gives no place, the right."""
        for node in candidates:
            if node not in self._without_place and _gives(node, code.co_consts):
                self._without_place.add(node)
                return node
        return None

    def _covers(self, node: Scope, places: list[tuple[int, int, int, int]]) -> bool:
        body: ast.AST = node.body if isinstance(node, ast.Lambda) else node
        first = (body.lineno, body.col_offset)  # type: ignore[attr-defined]
        last = (body.end_lineno, body.end_col_offset)  # type: ignore[attr-defined]
        return all(
            first <= (line, column) and (end_line, end_column) <= last
            for line, column, end_line, end_column in places
        )

    def children(self, code: CodeType) -> dict[ast.AST, CodeType]:
        """The code objects that stand directly in one, by their nodes.

        Those within a comprehension count too: before Python 3.12 it is a code object itself,
        but here its ops belong to the function around it.
        """
        found: dict[ast.AST, CodeType] = {}
        for constant in code.co_consts:
            if not isinstance(constant, CodeType):
                continue
            node = self.node(constant)
            if node is not None:
                found[node] = constant
            if constant.co_name in _COMPREHENSIONS:
                found |= self.children(constant)
        return found

    def can_step(self, code: CodeType) -> bool:
        """Whether a function of this source is stepped into, and not run natively."""
        node = self.node(code)
        return isinstance(node, ast.FunctionDef | ast.Lambda) and not code.co_flags & _NATIVE_ONLY


def comprehension_name(node: ast.AST) -> str:
    """What a comprehension's own function is called: `<listcomp>` and the like."""
    return _NAMES[type(node)]


def _first_line(node: Scope) -> int:
    decorators = getattr(node, "decorator_list", None)
    first: int = min([node.lineno, *(each.lineno for each in decorators or ())])
    return first


def _below(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _below(constant)


def _gives(node: Scope, constants: tuple[object, ...]) -> bool:
    if not isinstance(node, ast.Lambda):
        return False
    try:
        value = ast.literal_eval(node.body)
    except (ValueError, TypeError):
        return False
    return any(type(each) is type(value) and repr(each) == repr(value) for each in constants)


def _places(code: CodeType) -> Iterator[tuple[int, int, int, int]]:
    for line, end_line, column, end_column in code.co_positions():
        if line is None or end_line is None or column is None or end_column is None:
            continue
        if (line, column) < (end_line, end_column):
            yield line, column, end_line, end_column


def _extent(node: Scope) -> tuple[int, int]:
    span = Span(node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
    lines = span.end_line - span.line
    return lines, span.end_column - span.column if not lines else span.end_column
