"""Statements that Python itself executes, as one op.

A statement becomes the body of a function over the frame's variables; `return`, `break` and
`continue` that would leave it are turned into a signal for the machine to act on.
"""

from __future__ import annotations
import __future__

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CellType, CodeType, FunctionType
from typing import Any

from nnstep.engine.fragments import _NO_TYPE_PARAMS, arguments, place, read, silent
from nnstep.engine.names import bound_names, mangle
from nnstep.engine.ops import Code

_STAR = ".star"  # imports all names of a module, which a function can't
NO_SIGNAL = ("", None)
"""What stands for: it ran to its end, go on behind it."""


@dataclass(frozen=True, slots=True)
class Native:
    """A statement compiled back to native code.

    Attributes:
        code: its code object; its free variables are the frame's variables.
        module_level: whether it is executed in the module's dictionary as it stands.
        signals: how it may ask to go on: `return`, `break`, `continue`.
    """

    code: CodeType
    module_level: bool
    signals: frozenset[str]

    def run(self, module: dict[str, Any], variables: dict[str, Any]) -> Any:
        """Execute it over a frame's variables; its signal, if it gives one.

        What it binds is in `variables` afterwards, also when it raises.
        """
        if self.module_level:
            return exec(self.code, module)
        names = self.code.co_freevars
        cells = {name: _cell(variables, name) for name in names}
        if _STAR in cells:
            cells[_STAR] = CellType(lambda statement: exec(statement, module))
        made = FunctionType(self.code, module, closure=tuple(cells[name] for name in names))
        try:
            return made()
        finally:
            for name, cell in cells.items():
                if name != _STAR and variables.get(name) is not cell:
                    _write_back(variables, name, cell)


def _cell(variables: dict[str, Any], name: str) -> CellType:
    if name not in variables:
        return CellType()
    value = variables[name]
    return value if type(value) is CellType else CellType(value)


def _write_back(variables: dict[str, Any], name: str, cell: CellType) -> None:
    try:
        variables[name] = cell.cell_contents
    except ValueError:
        variables.pop(name, None)


def native_statement(
    node: ast.stmt, code: Code, *, gives: bool = False
) -> Native:
    """Compile a statement of a function.

    Args:
        node: the statement.
        code: the function that it stands in.
        gives: whether it is a function definition whose function is wanted as the signal.
    """
    transform = Signals(code)
    body = transform.parts(copy.deepcopy(node))
    if transform.signals and not transform.leaves:
        transform.leaves = True
        body = transform.parts(copy.deepcopy(node))
    if code.is_module and not transform.signals and not gives:
        module = ast.Module(body, [])
        with silent():
            path, flags = code.native.co_filename, code.flags
            compiled = compile(module, path, "exec", flags, dont_inherit=True)
        return Native(compiled, True, frozenset())
    if gives:
        (function,) = body
        assert isinstance(function, ast.FunctionDef)
        body.append(place(ast.Return(read(function.name, node)), node))
    native = function_code(body, node, code, binds=not gives, extra=(_STAR,))
    return Native(native, False, frozenset(transform.signals))


def function_code(
    body: list[ast.stmt], node: ast.stmt, code: Code, *, binds: bool = True,
    extra: Sequence[str] = (), fast: Sequence[str] = (),
) -> CodeType:
    """Statements as a function whose free variables are the frame's variables.

    Args:
        body: the statements.
        node: what they stand for.
        code: the function that they belong to.
        binds: whether the names that they bind are the frame's.
        extra: free variables that are ours.
        fast: names of the function that aren't to be free variables, but the statements' own.

    Raises:
        SyntaxError: they can't stand in a function of their own.
    """
    probe = place(ast.FunctionDef(".probe", arguments([]), body, [], **_NO_TYPE_PARAMS), node)
    stored = bound_names(probe, code.owner) if binds else set()
    cells = set(extra)
    if not code.is_module:
        cells |= bound_names(code.node, code.owner) | set(code.native.co_freevars)
    cells -= set(fast)
    stored -= set(fast)
    free = sorted(cells)
    declared: list[ast.stmt] = [ast.Nonlocal(sorted(stored & cells))] if stored & cells else []
    declared += [ast.Global(sorted(stored - cells))] if stored - cells else []
    inner = ast.FunctionDef(
        ".inner", arguments([]), [*(place(each, node) for each in declared), *body], [],
        **_NO_TYPE_PARAMS,
    )
    outer = ast.FunctionDef(
        ".outer", arguments(free), [place(inner, node)], [], **_NO_TYPE_PARAMS
    )
    module = ast.Module([place(outer, node)], [])
    for argument in outer.args.args:
        place(argument, node)
    with silent():
        path, flags = code.native.co_filename, code.flags
        compiled = compile(module, path, "exec", flags, dont_inherit=True)
    made = _constant(_constant(compiled, ".outer"), ".inner")
    return _renamed(made, made.co_qualname, code.native.co_qualname, code.native)


def _constant(code: CodeType, name: str) -> CodeType:
    return next(
        each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name
    )


def _renamed(code: CodeType, old: str, new: str, native: CodeType | None = None) -> CodeType:
    """The code, and all in it, under the qualified name that the script gives it."""
    if native is None:
        qualified = code.co_qualname.replace(old, new, 1)
    else:
        qualified = native.co_qualname
    if new == "<module>":
        qualified = qualified.replace("<module>.<locals>.", "")
    constants = tuple(
        _renamed(each, old, new)
        if isinstance(each, CodeType)
        else (qualified if each == code.co_qualname and isinstance(each, str) else each)
        for each in code.co_consts
    )
    return code.replace(
        co_consts=constants,
        co_qualname=qualified,
        co_name=native.co_name if native else code.co_name,
    )


def with_own_functions(made: CodeType, native: CodeType) -> CodeType | None:
    """Code that makes the script's own functions, and not other ones that were compiled with it.

    So what it makes can be stepped into. None when one isn't found.

    Args:
        made: statements of a function, compiled anew.
        native: that function.
    """
    own = {_mark(each): each for each in _nested(native)}
    constants = []
    for each in made.co_consts:
        if isinstance(each, CodeType):
            found = own.get(_mark(each))
            if found is None or found.co_freevars != each.co_freevars:
                return None
            each = found
        constants.append(each)
    return made.replace(co_consts=tuple(constants))


def filled(code: CodeType, constants: Mapping[str, Any]) -> CodeType:
    """Code in which objects of ours stand in the place of constants that name them."""
    return code.replace(co_consts=tuple(
        constants.get(each, each) if isinstance(each, str) else each for each in code.co_consts
    ))


def _nested(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            if each.co_name in _COMPREHENSIONS:
                yield from _nested(each)


_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


def _mark(code: CodeType) -> tuple[Any, ...]:
    """What tells a function from all others of the same file."""
    first = [each for each in code.co_positions() if each[2] is not None][:40]
    return code.co_name, code.co_firstlineno, tuple(first[-1:]), len(code.co_code)


class Signals(ast.NodeTransformer):
    """Turns what leaves a statement into signals, and mangles private names."""

    def __init__(self, code: Code) -> None:
        self.signals: set[str] = set()
        self.leaves = False  # known only after a first visit
        self._owner = code.owner
        self._is_module = code.is_module
        self._flags = code.flags
        self._loops = 0
        self._functions = 0
        self._first = "" if code.is_module else next(iter(code.native.co_varnames), "")

    def _signal(self, node: ast.stmt, signal: str, value: ast.expr | None = None) -> ast.stmt:
        self.signals.add(signal)
        parts: list[ast.expr] = [ast.Constant(signal), value or ast.Constant(None)]
        return place(ast.Return(place(ast.Tuple(parts, ast.Load()), node)), node)

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        self.generic_visit(node)
        return node if self._functions else self._signal(node, "return", node.value)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        if node.names[0].name != "*" or not self.leaves:
            return node
        call = ast.Call(read(_STAR, node), [ast.Constant(ast.unparse(node))], [])
        return place(ast.Expr(place(call, node)), node)

    def visit_Break(self, node: ast.Break) -> ast.stmt:
        return node if self._functions or self._loops else self._signal(node, "break")

    def visit_Continue(self, node: ast.Continue) -> ast.stmt:
        return node if self._functions or self._loops else self._signal(node, "continue")

    def parts(self, node: ast.AST) -> list[Any]:
        """What takes the place of a statement: one or several."""
        made = self.visit(node)
        return made if isinstance(made, list) else [made]

    def _loop(self, node: Any) -> Any:
        for field, value in ast.iter_fields(node):
            inside = field == "body"
            self._loops += inside
            if isinstance(value, list):
                setattr(node, field, [part for each in value for part in self.parts(each)])
            elif isinstance(value, ast.AST):
                setattr(node, field, self.visit(value))
            self._loops -= inside
        return node

    visit_For = visit_While = visit_AsyncFor = _loop

    def _function(self, node: Any) -> Any:
        self._functions += 1
        self.generic_visit(node)
        self._functions -= 1
        return node

    visit_Lambda = _function

    def visit_FunctionDef(self, node: Any) -> Any:
        self._function(node)
        node.name = mangle(node.name, self._owner)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self._functions += 1
        node.bases = [self.visit(each) for each in node.bases]
        node.keywords = [self.visit(each) for each in node.keywords]
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        owner, self._owner = self._owner, None  # its own name mangles what stands in it
        node.body = [self.visit(each) for each in node.body]
        self._owner = owner
        self._functions -= 1
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """What it does, without an annotation: no function can annotate names that aren't its own.

        So the annotations of a module go into its `__annotations__` by hand.
        """
        self.generic_visit(node)
        if self._functions or (self._is_module and not self.leaves):
            return node
        parts: list[ast.stmt] = []
        if node.value is not None:
            parts = [ast.Assign([node.target], node.value)]
        elif not isinstance(node.target, ast.Name):
            parts = [node]  # asks for what it is an attribute or an element of
        if self._is_module:
            parts += self._annotation(node)
        return [place(each, node) for each in parts or [ast.Pass()]]

    def _annotation(self, node: ast.AnnAssign) -> list[ast.stmt]:
        """What a module does with an annotation."""
        value, is_text = node.annotation, self._flags & __future__.annotations.compiler_flag
        if not (node.simple and isinstance(node.target, ast.Name)):
            return [] if is_text else [ast.Expr(value)]
        if is_text:
            value = place(ast.Constant(ast.unparse(value)), value)
        name = place(ast.Constant(node.target.id), node)
        kept = ast.Subscript(read("__annotations__", node), name, ast.Store())
        return [ast.Assign([place(kept, node)], value)]

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = mangle(node.id, self._owner)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        self.generic_visit(node)
        node.attr = mangle(node.attr, self._owner)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        self.generic_visit(node)
        node.arg = mangle(node.arg, self._owner)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        self.generic_visit(node)
        node.arg = node.arg and mangle(node.arg, self._owner)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        bare = isinstance(node.func, ast.Name) and node.func.id == "super"
        if bare and not (node.args or node.keywords or self._functions) and self._first:
            # The statement's function has no `self`, which the short form would look for.
            node.args = [read("__class__", node), read(self._first, node)]
        return node
