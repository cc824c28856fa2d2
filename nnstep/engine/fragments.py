"""Small native functions at their place in the script.

An op computes by calling a little function whose code bears the script's file name, the
function's name and the very lines and columns of the op, so that warnings, tracebacks and
carets come out as under plain Python. Many are compiled together: one `compile` a function.
Not the compiler: which fragments there are is decided elsewhere.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any, TypeVar

# No name of a script can contain a dot, so these can't hide one.
LOCALS = ".locals"
TEMPS = ".temps"
CONSTANTS = ".constants"

_NO_TYPE_PARAMS: dict[str, Any] = {"type_params": []} if sys.version_info >= (3, 12) else {}
_Node = TypeVar("_Node", bound=ast.AST)


def place(node: _Node, at: ast.AST) -> _Node:
    """Give a node, and what is new below it, the place of another."""
    ast.copy_location(node, at)
    for child in ast.iter_child_nodes(node):
        if "lineno" in child._attributes and not hasattr(child, "lineno"):
            place(child, at)
    return node


def parameter(number: int) -> str:
    """The name under which a fragment gets its operand of that number."""
    return f".{number}"


def read(identifier: str, at: ast.AST) -> ast.expr:
    """A node that reads a name."""
    return place(ast.Name(identifier, ast.Load()), at)


def item(container: str, key: str | int, at: ast.AST) -> ast.expr:
    """A node that reads `container[key]`."""
    where = ast.Name(container, ast.Load())
    return place(ast.Subscript(where, ast.Constant(key), ast.Load()), at)


def arguments(names: Sequence[str]) -> ast.arguments:
    """Plain parameters."""
    args = [ast.arg(each) for each in names]
    return ast.arguments([], args, None, [], [], None, [])


def function(
    name: str, parameters: Sequence[str], body: list[ast.stmt], at: ast.AST
) -> ast.FunctionDef:
    """A function definition at the place of a node."""
    made = ast.FunctionDef(name, arguments(parameters), body, [], **_NO_TYPE_PARAMS)
    for each in made.args.args:
        place(each, at)
    return place(made, at)


@contextmanager
def silent() -> Iterator[None]:
    """Compile without warnings: the whole script's own compilation has given them.

    The list of filters is swapped, not changed: `warnings.catch_warnings` would make Python
    forget which warnings it has shown.
    """
    filters = warnings.filters
    warnings.filters = [("ignore", None, Warning, None, 0)]
    try:
        yield
    finally:
        warnings.filters = filters


def compile_functions(body: list[ast.stmt], path: str, flags: int) -> dict[str, CodeType]:
    """Compile function definitions; their code objects by name."""
    with silent():
        code = compile(ast.Module(body, []), path, "exec", flags, dont_inherit=True)
    return {each.co_name: each for each in code.co_consts if isinstance(each, CodeType)}


class Fragments:
    """Collects the fragments of one script function and compiles them at once.

    Attributes:
        inside: the name of the comprehension around what is added now, if that is a function.
        constants: objects of ours that `load` fragments read.
    """

    def __init__(self, native: CodeType, module: dict[str, Any], flags: int) -> None:
        self._native = native
        self._module = module
        self._flags = flags
        self._definitions: list[ast.stmt] = []
        self._users: list[tuple[Callable[[FunctionType], None], str, str | None]] = []
        self.inside: str | None = None
        self.constants: list[Any] = []

    def constant(self, value: Any, at: ast.AST) -> ast.expr:
        """A node that reads a Python object of ours, for use in `load` fragments."""
        self.constants.append(value)
        return item(CONSTANTS, len(self.constants) - 1, at)

    def load(
        self, leaves: Sequence[ast.expr], clears: Sequence[int], at: ast.AST,
        user: Callable[[FunctionType], None],
    ) -> None:
        """The fragment that gathers operands: (locals, temporaries) -> tuple.

        Temporaries in `clears` are forgotten as they are read: a value must die when it would
        die under plain Python.
        """
        body: list[ast.stmt] = []
        for slot in dict.fromkeys(clears):
            target = ast.Name(f".t{slot}", ast.Store())
            body.append(place(ast.Assign([target], item(TEMPS, slot, at)), at))
            cleared = ast.Subscript(ast.Name(TEMPS, ast.Load()), ast.Constant(slot), ast.Store())
            body.append(place(ast.Assign([cleared], ast.Constant(None)), at))
        body.append(place(ast.Return(place(ast.Tuple(list(leaves), ast.Load()), at)), at))
        self._add([LOCALS, TEMPS, CONSTANTS], body, at, user)

    def compute(
        self, count: int, body: ast.expr | list[ast.stmt], at: ast.AST,
        user: Callable[[FunctionType], None],
    ) -> None:
        """The fragment that computes: `count` operands -> result."""
        if isinstance(body, ast.expr):
            body = [place(ast.Return(body), at)]
        self._add([parameter(number) for number in range(count)], body, at, user)

    def _add(
        self, parameters: list[str], body: list[ast.stmt], at: ast.AST,
        user: Callable[[FunctionType], None],
    ) -> None:
        key = f".f{len(self._definitions)}"
        self._definitions.append(function(key, parameters, body, at))
        self._users.append((user, key, self.inside))

    def mark(self) -> tuple[int, int]:
        """How far the collection has grown."""
        return len(self._definitions), len(self.constants)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Forget what was added since."""
        del self._definitions[mark[0] :], self._users[mark[0] :], self.constants[mark[1] :]

    def build(self) -> None:
        """Compile all and hand each function to its user."""
        codes = compile_functions(self._definitions, self._native.co_filename, self._flags)
        constants = (self.constants,)
        for user, key, inside in self._users:
            made = FunctionType(rename(codes[key], self._native, inside), self._module)
            if made.__code__.co_varnames[:1] == (LOCALS,):
                made.__defaults__ = constants
            user(made)


def rename(code: CodeType, native: CodeType, inside: str | None = None) -> CodeType:
    """A code object under the name of the function that it is a part of.

    `inside` is the name of the comprehension around it, where that is a function too.
    """
    return code.replace(
        co_name=inside or native.co_name,
        co_qualname=native.co_qualname,
    )
