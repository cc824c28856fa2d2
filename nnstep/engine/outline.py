"""The outline of scripts: what their text defines, by name. Runs nothing."""

from __future__ import annotations

import ast
from typing import NamedTuple

from nnstep.engine import known
from nnstep.engine.names import bound_by, parameters

Def = ast.FunctionDef | ast.AsyncFunctionDef


class Function(NamedTuple):
    """A function of the script; `bound`: its first parameter is the object."""

    node: Def | ast.Lambda
    bound: bool


class Outline:
    """What the trees define.

    Attributes:
        functions: by name, lambdas too.
        variables: names bound otherwise than by a definition or import.
        stored: attributes that are assigned, in classes too.
        attributes: attributes that objects of the script have.
        origins: by imported name, what it is: `numpy.random`.
        judged: whether there is nothing that makes any line mean anything.
    """

    def __init__(self, trees: list[ast.AST]) -> None:
        self.functions: dict[str, list[Function]] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.variables: set[str] = set()
        self.stored: set[str] = set()
        self.origins: dict[str, str] = {}
        self._apart: set[ast.AST] = set()
        for tree in trees:
            for node in ast.walk(tree):
                self._note(node)
        self.attributes = {*self.stored, *self.functions}
        every = [each.node for named in self.functions.values() for each in named]
        marks = {mark for each in every for mark in marks_of(each)}
        special = {each for each in self.functions if each.startswith("__") and each.endswith("__")}
        bases = {ident(base) for each in self.classes.values() for base in each.bases}
        self.judged = (
            special <= known.SPECIAL and marks <= known.DECORATORS
            and bases <= {*self.classes, *known.BASES}
        )

    def inits(self, name: str) -> list[Function]:
        """What makes an object of a class: its own, else those of all classes."""
        owner = self.classes.get(name)
        every = [*self.functions.get("__init__", []), *self.functions.get("__new__", [])]
        own = [each for each in every if owner and each.node in owner.body]
        return own or (every if owner and owner.bases else [])

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.ClassDef(name=name, body=body):
                self.classes[name] = node
                self._apart.update(body)
                parts = [part for each in body if not isinstance(each, Def)
                         for part in ast.walk(each)]  # fmt: skip
                self.stored.update(name for each in parts for name in bound_by(each))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                method = node in self._apart or parameters(node)[:1] == ["self"]
                method &= "staticmethod" not in marks_of(node)
                self.functions.setdefault(name, []).append(Function(node, method))
            case ast.Assign(targets=[target], value=ast.Lambda() as value) if ident(target):
                self.functions.setdefault(ident(target), []).append(Function(value, False))
                self._apart.add(target)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for each in names:
                    self._import(node, each)
            case ast.Attribute(attr=attr, ctx=ast.Store() | ast.Del()) if node not in self._apart:
                self.stored.add(attr)
            case ast.arg(arg=name):
                self.variables.add(name)
            case _ if node not in self._apart:
                self.variables.update(bound_by(node))

    def _import(self, node: ast.AST, each: ast.alias) -> None:
        name = each.asname or each.name.split(".")[0]
        origin = each.name if each.asname else name
        if isinstance(node, ast.ImportFrom):
            origin = f"{'.' * node.level}{node.module or ''}.{each.name}"
        known = self.origins.setdefault(name, origin)
        self.origins[name] = origin if known == origin else "?"


def ident(node: ast.AST | None) -> str:
    """The identifier of a name, the last one of an attribute."""
    return str(getattr(node, "id", getattr(node, "attr", "")))


def marks_of(node: ast.AST) -> set[str]:
    """The decorators of a function."""
    nodes = getattr(node, "decorator_list", [])
    return {ident(each.func if isinstance(each, ast.Call) else each) for each in nodes}
