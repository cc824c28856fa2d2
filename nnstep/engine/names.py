"""Which names a function binds, and what they are called inside a class."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.GeneratorExp,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
)
_COMPREHENSIONS = (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)


def mangle(identifier: str, owner: str | None) -> str:
    """A private name as the compiler sees it in class `owner`: `__x` is `_Net__x` in `Net`."""
    if owner is None or not identifier.startswith("__") or identifier.endswith("__"):
        return identifier
    stripped = owner.lstrip("_")
    return f"_{stripped}{identifier}" if stripped and "." not in identifier else identifier


def parameters(node: ast.AST) -> list[str]:
    """The parameters of a function."""
    args: ast.arguments = node.args  # type: ignore[attr-defined]
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return [each.arg for each in every if each is not None]


def imports(tree: ast.AST, module: str) -> bool:
    """Whether a script imports a module, or something from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(each.name == module for each in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module == module:
            return True
    return False


def bound_names(node: ast.AST, owner: str | None, *, with_parameters: bool = True) -> set[str]:
    """The mangled names that are local to a function: bound or deleted in it."""
    body = node.body  # type: ignore[attr-defined]
    statements = body if isinstance(body, list) else [body]
    bound: set[str] = set()
    elsewhere: set[str] = set()
    for statement in statements:
        for each in _own(statement):
            if isinstance(each, ast.Global | ast.Nonlocal):
                elsewhere.update(each.names)
            else:
                bound.update(bound_by(each))
    if with_parameters:
        bound.update(parameters(node))
    # `global __x` in a class holds for `_Net__x` too.
    return {mangle(each, owner) for each in bound} - {mangle(each, owner) for each in elsewhere}


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it that belongs to the same function."""
    yield node
    if isinstance(node, ast.AnnAssign) and node.value is None and not node.simple:
        yield from _own(node.annotation)  # `(x): int` binds nothing
    elif isinstance(node, _COMPREHENSIONS):
        # The first iterable belongs to the function around, and so does every `:=`.
        yield from _own(node.generators[0].iter)
        for each in ast.walk(node):
            if isinstance(each, ast.NamedExpr):
                yield each.target
    elif isinstance(node, _SCOPES):
        outside = [*getattr(node, "decorator_list", []), *getattr(node, "bases", [])]
        args = getattr(node, "args", None)
        if isinstance(args, ast.arguments):
            outside += [*args.defaults, *(each for each in args.kw_defaults if each)]
        outside += [each.value for each in getattr(node, "keywords", [])]
        for each in outside:
            yield from _own(each)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _own(child)


def bound_by(node: ast.AST) -> list[str]:
    """The names that one node binds by itself."""
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            return [node.id]
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Import() | ast.ImportFrom():
            return [(each.asname or each.name).split(".")[0] for each in node.names]
        case ast.ExceptHandler(name=str(name)):
            return [name]
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case _ if type(node).__name__ == "TypeAlias":
            return [node.name.id]  # type: ignore[attr-defined]
        case _:
            return []
