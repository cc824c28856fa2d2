"""Breakpoints within native loops: checks put between the statements that are run natively.

A check that fires breaks the loop off; the machine then executes that iteration again op by op,
and decides by itself where to halt and whether to. So a check may fire too often, but never too
rarely; what can't be checked so makes the loop run op by op. Functions that the loop calls are
checked by lending them other code while it runs.
"""

from __future__ import annotations

import ast
import copy
import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from nnstep.engine.fragments import place, silent
from nnstep.engine.names import bound_by, parameters
from nnstep.engine.natives import filled
from nnstep.engine.places import place_of
from nnstep.engine.program import Program
from nnstep.engine.values import is_finite

# Constants of compiled checks, in place of which comes what they name.
_FIRE, _CHANGED, _FINITE = ".fire", ".changed", ".finite"
_NAME_ERROR, _ANY_ERROR = ".NameError", ".Exception"


class Fired(BaseException):
    """A check has fired; not an Exception, so that hardly a script catches it."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What to look for.

    Attributes:
        kind: `name` (bound or changed in place), `line`, `function` (each before it runs),
            `everywhere`, `watch`, `finite` (something isn't), or `exception` (one that is
            handled).
        where: the name, the line, the function, the number of the watch, or nothing.
        test: the condition that must be true as well, None for none.
    """

    kind: str
    where: str | int
    test: str | None


Guards = tuple[Guard, ...]


class Checks:
    """Puts the checks of some guards into statements and functions of a script."""

    def __init__(
        self, program: Program, guards: Guards, written: frozenset[str],
        changed: Callable[[int], bool],
    ) -> None:
        """Args:
        program: the script.
        guards: what to look for.
        written: the identifiers of what may be changed in place.
        changed: whether the value with a number, which is watched, has changed.
        """
        self._program = program
        self._guards = guards
        self._written = written
        self._constants = {
            _FIRE: self._fire, _CHANGED: self._changed, _FINITE: self._ask_finite,
            _NAME_ERROR: NameError, _ANY_ERROR: Exception,
        }
        self.fired = False  # also when the script has caught what that raises
        self.on_fire: Callable[[], None] = lambda: None
        self._ask = changed
        self._active = False
        self.chunks: dict[tuple[int, int], Any] = {}
        self.possible = all(self._is_possible(each) for each in guards)
        self._functions = self._checked_functions() if self.possible else {}
        self._lent: list[tuple[FunctionType, CodeType, CodeType]] = []
        self._bound: list[Any] = []

    # What can be checked.

    def _is_possible(self, guard: Guard) -> bool:
        tree = self._program.tree
        if guard.kind == "finite" and any(_name(each) in _ERROR_STATE for each in ast.walk(tree)):
            return False
        if guard.kind == "exception":
            return not any(isinstance(each, _HANDLING) for each in ast.walk(tree))
        if guard.test is not None and not _is_simple(guard.test, tree):
            return False
        for node in ast.walk(tree):
            if isinstance(node, ast.NamedExpr) and guard.kind in ("name", "everywhere"):
                return False
            if guard.kind == "line" and isinstance(node, ast.For | ast.While):
                if node.lineno == guard.where:
                    return False
        return not any(self._concerns(each, guard) for each in self._nested())

    def _nested(self) -> Iterator[ast.AST]:
        """Functions that are made while others run, lambdas too: their code can't be lent."""
        for node in ast.walk(self._program.tree):
            if isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.AsyncFunctionDef):
                for each in ast.walk(node):
                    if each is not node and isinstance(each, ast.FunctionDef | ast.Lambda):
                        yield each
            elif isinstance(node, ast.Lambda):
                yield node

    def _concerns(self, function: ast.AST, guard: Guard) -> bool:
        """Whether a guard may have something to look for in a function."""
        if guard.kind == "exception":
            return False
        if guard.kind in ("watch", "everywhere", "finite"):
            return isinstance(function, ast.FunctionDef)
        if guard.kind == "function":
            name = getattr(function, "name", "")
            return name == str(guard.where).rpartition(".")[2]
        if guard.kind == "line":
            first = function.lineno  # type: ignore[attr-defined]
            last = function.end_lineno or first  # type: ignore[attr-defined]
            return first < int(guard.where) <= last and isinstance(function, ast.FunctionDef)
        given = set(parameters(function)) if not isinstance(function, ast.ClassDef) else set()
        bound = {name for each in ast.walk(function) for name in bound_by(each)}
        stored = {_text(each) for each in ast.walk(function) if _is_store(each)}
        changes = guard.where in self._written_places() and any(map(_may_write, ast.walk(function)))
        return self._may_bind(guard, given | bound | stored) or changes

    @staticmethod
    def _may_bind(guard: Guard, names: Iterable[str]) -> bool:
        place = place_of(str(guard.where))
        return any(place.may_be(place_of(each)) for each in names)

    def _written_places(self) -> set[str | int]:
        """The guards' names behind which something may be changed in place."""
        found: set[str | int] = set()
        for guard in self._guards:
            if guard.where == "":  # a condition that is waited for has no place
                continue
            identifiers = place_of(str(guard.where)).identifiers
            if "*" in self._written or identifiers & self._written:
                found.add(guard.where)
        return found

    # Statements.

    def loop(self, node: ast.For | ast.While) -> list[ast.stmt]:
        """The statements of a loop, checks between them and at the beginning."""
        return [*self._heading(node), *self.body(node.body)]

    def body(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """Statements with checks between them."""
        found: list[ast.stmt] = []
        for statement in statements:
            found += self._before(statement)
            found.append(self._inside(statement))
            found += self._after(statement)
        return found

    def _inside(self, node: ast.stmt) -> ast.stmt:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return node
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(node, name, None)
            if isinstance(inner, list) and inner:
                first = self._heading(node) if name == "body" else []
                setattr(node, name, [*first, *self.body(inner)])
        for handler in getattr(node, "handlers", ()):
            handler.body = [*self._heading(handler), *self.body(handler.body)]
        for case in getattr(node, "cases", ()):
            case.body = [*self._heading(case), *self.body(case.body)]
        return node

    def _heading(self, node: ast.AST) -> list[ast.stmt]:
        """The checks of what the head of a compound statement has done."""
        at = node.body[0]  # type: ignore[attr-defined]
        guards = [
            each for each in self._guards
            if each.kind in ("everywhere", "watch")
            or (each.kind == "name" and self._touches(each, _head_of(node)))
        ]
        return [check for each in guards for check in self._check(each, at)]

    def _before(self, node: ast.stmt) -> list[ast.stmt]:
        found = [each for each in self._guards if each.kind == "line" and each.where == node.lineno]
        return [check for each in found for check in self._check(each, node)]

    def _after(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.Return | ast.Break | ast.Continue | ast.Raise):
            return []
        # What a compound statement has done is looked at in it, but for the end of a `with`.
        simple = not hasattr(node, "body") or isinstance(node, ast.With)
        guards = [
            each for each in self._guards
            if each.kind in ("everywhere", "watch")
            or (each.kind == "name" and simple and self._touches(each, [node]))
        ]
        finite = [self._finite(node)] if self._is_catching and _names_of(node) else []
        return [*(check for each in guards for check in self._check(each, node)), *finite]

    @property
    def _is_catching(self) -> bool:
        return any(each.kind == "finite" for each in self._guards)

    def _finite(self, node: ast.stmt) -> ast.stmt:
        """A check that what was bound is finite."""
        values = [*_values_of(node)]
        call = ast.Call(ast.Constant(_FINITE), values, [])
        handler = ast.ExceptHandler(ast.Constant(_NAME_ERROR), None, [ast.Pass()])
        return _at(ast.Try([ast.Expr(call)], [handler], [], []), node)

    def _touches(self, guard: Guard, nodes: list[ast.AST]) -> bool:
        """Whether a name may be bound or changed by parts of a statement."""
        every = [each for node in nodes for each in ast.walk(node)]
        bound = {name for each in every for name in bound_by(each)}
        stored = {_text(each) for each in every if _is_store(each)}
        if self._may_bind(guard, bound | stored):
            return True
        return guard.where in self._written_places() and any(map(_may_write, every))

    def _check(self, guard: Guard, at: ast.AST) -> list[ast.stmt]:
        fire: ast.stmt = ast.Expr(ast.Call(ast.Constant(_FIRE), [], []))
        if guard.kind == "watch":
            asked = ast.Call(ast.Constant(_CHANGED), [ast.Constant(guard.where)], [])
            if guard.test is None:
                return [place(ast.If(asked, [fire], []), at)]
            fire = ast.If(asked, [ast.If(_parsed(guard.test), [fire], [])], [])
        elif guard.test is None:
            return [place(fire, at)]
        else:
            fire = ast.If(_parsed(guard.test), [fire], [])
        again = ast.Expr(ast.Call(ast.Constant(_FIRE), [], []))
        handlers = [
            ast.ExceptHandler(ast.Constant(_NAME_ERROR), None, [ast.Pass()]),
            ast.ExceptHandler(ast.Constant(_ANY_ERROR), None, [again]),
        ]
        return [_at(ast.Try([fire], handlers, [], []), at)]

    def fill(self, code: CodeType) -> CodeType:
        """Compiled statements with what their checks call."""
        return filled(code, self._constants)

    # Functions.

    def _checked_functions(self) -> dict[CodeType, CodeType]:
        """The code of functions of the script -> what is lent to them."""
        tree = copy.deepcopy(self._program.tree)
        changed = False
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and not _is_generator(node):
                concerned = [each for each in self._guards if self._concerns(node, each)]
                if concerned:
                    node.body = [*self._entry(node, concerned), *self.body(node.body)]
                    changed = True
        if not changed:
            return {}
        with silent():
            made = compile(tree, self._program.path, "exec", dont_inherit=True)
        return dict(self._pairs(self._program.native, made))

    def _entry(self, node: ast.FunctionDef, guards: list[Guard]) -> list[ast.stmt]:
        """The checks at a function's beginning: its parameters are bound."""
        given = set(parameters(node))
        found = [
            each for each in guards
            if each.kind in ("function", "everywhere", "watch")
            or (each.kind == "name" and each.where in given)
        ]
        return [check for each in found for check in self._check(each, node.body[0])]

    def _pairs(self, native: CodeType, made: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
        """Code objects that belong together, and whose closures are alike."""
        mine = [each for each in native.co_consts if isinstance(each, CodeType)]
        theirs = [each for each in made.co_consts if isinstance(each, CodeType)]
        for one, other in zip(mine, theirs, strict=True):
            yield from self._pairs(one, other)
            if one.co_code == other.co_code and one.co_consts == other.co_consts:
                continue
            if one.co_freevars != other.co_freevars:
                self.possible = False
            nested = [each for each in one.co_consts if isinstance(each, CodeType)]
            yield one, _with_nested(self.fill(other), nested)

    # What checks call.

    def _fire(self) -> None:
        if self._active:  # not so code that was lent to something that lives on
            self.fired = True
            self.on_fire()
            raise Fired

    def _changed(self, number: int) -> bool:
        return self._active and self._ask(number)

    def _overflows(self, kind: str, flags: int) -> None:
        self._fire()

    def _ask_finite(self, *values: Any) -> None:
        if not all(is_finite(each) for each in values):
            self._fire()

    def find_functions(self) -> None:
        """Find the functions that code is lent to; before a loop is run."""
        values = self._program.globals.values()
        bound = [each for each in values if isinstance(each, FunctionType | type)]
        if list(map(id, bound)) == list(map(id, self._bound)):
            return  # no `def` of the module has been executed since
        self._bound = bound
        self._lent = [
            (each, each.__code__, self._functions[each.__code__])
            for each in (gc.get_referrers(*self._functions) if self._functions else ())
            if type(each) is FunctionType and each.__code__ in self._functions
        ]

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Have the functions, and NumPy's arithmetic, check for a while."""
        for function, _, lent in self._lent:
            function.__code__ = lent
        self.fired, self._active = False, True
        try:
            if self._is_catching:
                with np.errstate(over="call", divide="call", invalid="call", call=self._overflows):
                    yield
            else:
                yield
        finally:
            self._active = False
            for function, own, _ in self._lent:
                function.__code__ = own


def _names_of(node: ast.AST) -> list[str]:
    """The names that a simple statement binds or changes an item of."""
    if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr):
        return []
    names: dict[str, None] = {}
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
            names[each.id] = None
        elif _is_store(each):
            names.update(dict.fromkeys(_roots(each)))
    return list(names)


def _values_of(node: ast.stmt) -> Iterator[ast.expr]:
    """What reads the values that a simple statement has bound."""
    for name in _names_of(node):
        yield ast.Name(name, ast.Load())
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
            yield ast.Attribute(copy.deepcopy(each.value), each.attr, ast.Load())


def _roots(node: ast.AST) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)][:1]


def _is_generator(node: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(node))


def _with_nested(code: CodeType, nested: list[CodeType]) -> CodeType:
    """A code object that makes the script's own functions, so that they can be stepped into."""
    rest = iter(nested)
    return code.replace(co_consts=tuple(
        next(rest) if isinstance(each, CodeType) else each for each in code.co_consts
    ))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text.strip(), mode="eval").body


def _at(node: ast.stmt, at: ast.AST) -> ast.stmt:
    """A check at the place of a statement, with all that is in it."""
    for each in ast.walk(node):
        if "lineno" in each._attributes:
            ast.copy_location(each, at)
    return node


_ERROR_STATE = ("seterr", "errstate", "seterrcall")


def _name(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


_HANDLING = (ast.Try, ast.With)
_COMPLICATED = (
    ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr,
    ast.Await, ast.Yield, ast.YieldFrom,
)


def _is_simple(test: str, tree: ast.AST) -> bool:
    """Whether a condition means the same when it stands among the script's statements."""
    parts = list(ast.walk(_parsed(test)))
    if any(isinstance(each, _COMPLICATED) for each in parts):
        return False
    names = {each.id for each in parts if isinstance(each, ast.Name)}
    inner: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension):
            inner |= {each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)}
        elif isinstance(node, ast.Lambda):
            inner |= set(parameters(node))
    return not names & inner


def _head_of(node: ast.AST) -> list[ast.AST]:
    """The parts of a compound statement that run before its body."""
    match node:
        case ast.For() | ast.AsyncFor():
            return [node.target, node.iter]
        case ast.With() | ast.AsyncWith():
            return [*node.items]
        case ast.ExceptHandler():
            return [ast.ExceptHandler(node.type, node.name, [])]
        case ast.match_case():
            return [node.pattern]
        case ast.If() | ast.While():
            return [node.test]
    return []


def _is_store(node: ast.AST) -> bool:
    """Whether an attribute or an element is bound."""
    return isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)


def _text(node: ast.AST) -> str:
    return ast.unparse(node)


def _may_write(node: ast.AST) -> bool:
    """Whether something may be changed in place here."""
    return isinstance(node, ast.AugAssign | ast.Call) or _is_store(node)
