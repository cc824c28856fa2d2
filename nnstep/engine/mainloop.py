"""Which loop of a script counts its epochs: read off the text, before anything runs.

The main loop is the outermost loop whose body updates numbers or arrays that it carries over
from one iteration to the next. A sweep around it, which starts anew each time, is not it.
Where several would do, one that learns goes before one that only accumulates: what is added
depends on what it is added to. Last comes one that replaces parts of what it carries over by
what was made from the whole, as clusters' centres are.

A `_Flow` goes through statements in their order and knows what each place (`w`, `self.W`,
`params[key]`) holds: something carried over, or something made in this iteration.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nnstep.engine.names import bound_names, parameters

Loop = ast.For | ast.While
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Ways = Counter[str]

_ENOUGH = 2  # ways in which what is updated enters its own update; one way: it accumulates
_REPLACES, _ACCUMULATES, _LEARNS = 1, 2, 3  # how well a loop updates what it carries over

# Calls whose value is (part of) what they are given.
_PASSING = {
    "zip", "enumerate", "reversed", "list", "tuple", "iter", "sorted", "items", "values", "keys",
    "get", "getattr", "parameters", "reshape", "ravel", "view", "transpose", "squeeze", "asarray",
}
# Calls that choose among values or copy them, but compute no new ones.
_CHOOSING = _PASSING | {
    "max", "min", "maximum", "minimum", "copy", "deepcopy", "array", "astype", "float", "int",
    "str", "bool", "set", "dict", "len", "range", "next", "print", "isinstance", "type",
}
# Methods that put what they are given into the object they belong to.
_FILLING = {"append", "appendleft", "extend", "insert", "add", "update"}
# Methods that compute with the object they belong to.
_COMPUTING = {"dot", "matmul", "clip", "add", "sub", "mul", "div"}


def main_loop(tree: ast.Module, beside: Sequence[ast.Module] = ()) -> Loop | None:
    """The loop whose iterations are the epochs, None when no loop updates anything.

    Args:
        tree: the script.
        beside: the modules that it imports from its folder, whose functions it may call.
    """
    script = _read_once(tree, tuple(beside))
    ranks = [(loop, script.rank(loop)) for loop in script.loops]
    updating = [(loop, rank) for loop, rank in ranks if rank]
    found = max(updating, key=lambda each: (each[1], script.weight(each[0])), default=None)
    return found[0] if found else None


def learns(tree: ast.Module, beside: Sequence[ast.Module], node: ast.expr) -> bool:
    """Whether an expression calls functions of a script that train what is outside of them.

    Args:
        tree: the script.
        beside: the modules that it imports from its folder.
        node: the expression.
    """
    flow = _Flow(_read_once(tree, tuple(beside)), {})
    flow.value(node)
    return any(rank >= _LEARNS for _, rank, _ in flow.updates)


def leads_to(tree: ast.Module, start: ast.AST, goal: ast.AST) -> bool:
    """Whether a part of a script may lead to another one, by containing it or by calls.

    Functions are told by their names alone, so it may say yes where the answer is no.
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, _Function | ast.ClassDef)]
    todo, seen = [start], {start}
    while todo:
        for node in ast.walk(todo.pop()):
            if node is goal:
                return True
            name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", None)
            called = [each for each in functions if each.name == name and each not in seen]
            seen.update(called)
            todo += called
    return False


def function_around(tree: ast.Module, node: ast.AST) -> _Function | None:
    """The innermost function of a script that a part of it stands in."""
    around = [
        each for each in ast.walk(tree) if isinstance(each, _Function) and node in ast.walk(each)
    ]
    return around[-1] if around else None  # ast.walk comes to the inner ones later


@dataclass(frozen=True)
class _Value:
    """What is known of a value.

    Attributes:
        of: the carried places whose memory it is, or is part of.
        made_from: the carried places from whose numbers it was computed.
        depends: the carried places that it depends on at all, and in how many ways.
    """

    of: frozenset[str] = frozenset()
    made_from: frozenset[str] = frozenset()
    depends: _Ways = field(default_factory=Counter)

    def computed(self) -> _Value:
        """Something new, computed from this value."""
        return _Value(made_from=self.made_from | set(self.depends), depends=self.depends)

    def chosen(self) -> _Value:
        """Something new that holds the same numbers."""
        return _Value(made_from=self.made_from, depends=self.depends)

    def picked(self, by: _Value) -> _Value:
        """This value, picked by an index."""
        return _together([self, _Value(depends=by.depends)])

    def uses(self, place: str) -> bool:
        """Whether it was computed from the numbers of a place, or of a part of it."""
        return any(_within(each, place) for each in self.made_from)

    def part(self, which: str) -> _Value:
        """An item or attribute."""
        of = frozenset(each + which for each in self.of)
        ways = {each + which if each in self.of else each: n for each, n in self.depends.items()}
        return _Value(of, self.made_from, Counter(ways))


def _together(values: Iterable[_Value]) -> _Value:
    """A value that consists of others."""
    every = list(values)
    ways: _Ways = Counter()
    for each in every:
        ways.update(each.depends)
    return _Value(
        frozenset().union(*(each.of for each in every)),
        frozenset().union(*(each.made_from for each in every)),
        Counter({place: min(count, _ENOUGH) for place, count in ways.items()}),
    )


class _Script:
    """The loops and functions of a script, and what each function changes of what it is given."""

    def __init__(self, tree: ast.Module, beside: Sequence[ast.Module]) -> None:
        self.loops = [node for node in ast.walk(tree) if isinstance(node, Loop)]
        nodes = [node for each in (tree, *beside) for node in ast.walk(each)]
        self._beside = {id(node) for each in beside for node in each.body}
        self.functions: dict[str, list[_Function]] = {}
        for node in nodes:
            if isinstance(node, _Function):
                self.functions.setdefault(node.name, []).append(node)
        classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        self._methods = {id(each) for node in classes for each in node.body}
        imported = {
            name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ((each.asname or each.name).split(".")[0] for each in node.names)
        }
        # Names that hold no numbers, unless something is stored in them, too.
        plain = {
            name for name, each in self.functions.items() if not all(map(self.is_method, each))
        }
        names = (node for node in nodes if isinstance(node, ast.Name))
        self.constant = {*imported, *plain, *(each.name for each in classes), *dir(builtins)}
        self.constant -= {each.id for each in names if isinstance(each.ctx, ast.Store)}
        self.free = {id(each): _free_names(each) for each in self._every()}
        # By function: the names from outside, parameters too, that it updates, and how well.
        self.updated: dict[int, dict[str, int]] = {id(each): {} for each in self._every()}
        grown = True
        while grown:
            grown = False
            for each in self._every():
                grown |= self._look_again(each)

    def _every(self) -> Iterator[_Function]:
        for each in self.functions.values():
            yield from each

    def is_method(self, function: _Function) -> bool:
        """Whether a function stands in a class."""
        return id(function) in self._methods

    def takes_owner(self, function: _Function) -> bool:
        """Whether the first parameter of a function is what it belongs to."""
        static = any(
            isinstance(each, ast.Name) and each.id == "staticmethod"
            for each in function.decorator_list
        )
        return self.is_method(function) and not static

    def called(self, call: ast.Call) -> list[_Function]:
        """The functions of the script that a call may mean."""
        named = self.functions.get(_called(call), [])
        if isinstance(call.func, ast.Attribute):  # of an object, or of a module beside
            return [each for each in named if self.is_method(each) or id(each) in self._beside]
        return [each for each in named if not self.is_method(each)]

    def _look_again(self, function: _Function) -> bool:
        """Whether a function updates more, now that more is known of those it calls."""
        outside = self.free[id(function)]
        local = bound_names(function, None) - set(parameters(function))
        flow = _Flow(self, {name: _Value() for name in local})
        flow.run(function.body)
        known = self.updated[id(function)]
        found: dict[str, int] = {}
        for place, rank, bound in flow.updates:
            name = _root(place)
            # A parameter that is bound anew is the function's own affair.
            if not bound or place != name or name in outside:
                found[name] = max(rank, found.get(name, 0))
        self.updated[id(function)] = found | {n: max(r, found.get(n, 0)) for n, r in known.items()}
        return self.updated[id(function)] != known

    def rank(self, loop: Loop) -> int:
        """How well a loop updates what it carries over: 0 for not at all."""
        own = _targets(loop.target) if isinstance(loop, ast.For) else set()
        ahead: dict[str, _Ways] = {}
        for _ in range(2):  # in the second round, what the first one left is carried over
            flow = _Flow(self, {name: _Value() for name in own}, ahead)
            flow.run(loop.body)
            ahead = {place: value.depends for place, value in flow.known.items()}
        # An item of its own in each iteration (`X[i] -= mean`) isn't carried over.
        ranks = [rank for place, rank, _ in flow.updates if not own & _mentioned(place)]
        return max(ranks, default=0)

    def weight(self, loop: Loop) -> int:
        """How many operations stand in a loop and in what it calls."""
        seen: set[str] = set()
        todo: list[ast.AST] = [loop]
        count = 0
        while todo:
            for node in ast.walk(todo.pop()):
                count += isinstance(node, ast.BinOp | ast.Call | ast.AugAssign)
                name = _called(node) if isinstance(node, ast.Call) else ""
                if name in self.functions and name not in seen:
                    seen.add(name)
                    todo += self.functions[name]
        return count


@lru_cache(maxsize=4)
def _read_once(tree: ast.Module, beside: tuple[ast.Module, ...]) -> _Script:
    """What is known of a script, which is asked for its main loop first, and of each cost then."""
    return _Script(tree, beside)


class _Flow:
    """What places hold while statements run one after the other, and which are updated.

    Attributes:
        known: what has been stored in this iteration, by place; all else is carried over.
        updates: the carried places updated, how well, and whether by binding them anew.
    """

    def __init__(
        self, script: _Script, known: dict[str, _Value], ahead: dict[str, _Ways] | None = None
    ) -> None:
        self.known = known
        self.updates: list[tuple[str, int, bool]] = []
        self._script = script
        self._ahead = ahead or {}
        self._condition: _Ways = Counter()

    # Statements.

    def run(self, body: Iterable[ast.AST]) -> None:
        """Go through statements."""
        for node in body:
            self._statement(node)

    def _statement(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                return
            case ast.Assign():
                for target in node.targets:
                    self._assign(target, node.value)
            case ast.AnnAssign(value=ast.expr() as value):
                self._assign(node.target, value)
            case ast.AugAssign():
                self._augmented(node)
            case ast.If() | ast.While():
                self._branches(node)
            case ast.For() | ast.AsyncFor():
                self._iterate(node.target, _as_items(node))
                self.run((*node.body, *node.orelse))
            case ast.withitem(optional_vars=ast.expr() as target):
                self._assign(target, node.context_expr)
            case ast.expr():
                self.value(node)
            case _:
                self.run(ast.iter_child_nodes(node))

    def _branches(self, node: ast.If | ast.While) -> None:
        """What stands under a condition depends on it; a name is known where all branches bind."""
        outer, before = self._condition, self.known
        test = self.value(node.test)
        self._condition = _together([_Value(depends=outer), test]).depends
        after = []
        for body in (node.body, node.orelse) if isinstance(node, ast.If) else (node.body,):
            self.known = dict(before)
            self.run(body)
            after.append(self.known)
        self._condition = outer
        self.known = {}
        for place in dict.fromkeys(place for each in after for place in each):
            if place.isidentifier() or all(place in each for each in after):
                held = [each.get(place) or self._carried(place) for each in after]
                self.known[place] = held[0] if held[0] is held[-1] else _either(held)

    def _assign(self, target: ast.expr, node: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List) and isinstance(node, ast.Tuple | ast.List):
            if len(target.elts) == len(node.elts):
                values = [self.value(each) for each in node.elts]
                for each, value in zip(target.elts, values, strict=True):
                    self._store(each, value)
                return
        self._store(target, self.value(node))

    def _store(self, target: ast.expr, value: _Value) -> None:
        """Bind a target: an update when the value was made from what the target held before."""
        if isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self._store(each, value)
            return
        if isinstance(target, ast.Starred):
            target = target.value
        places = {_text(target)}
        if isinstance(target, ast.Attribute | ast.Subscript):
            places = set(self.value(target.value).part(_which(target)).of)
        for place in places:
            if value.uses(place):
                self._update(place, value, bound=True)
            elif isinstance(target, ast.Subscript) and _root(place) in map(_root, value.depends):
                self.updates.append((place, _REPLACES, True))
        self._forget(_text(target))
        self.known[_text(target)] = value

    def _forget(self, place: str) -> None:
        """What lay below a place is no longer known once the place is bound anew."""
        self.known = {
            each: value for each, value in self.known.items()
            if each == place or not _within(each, place)
        }

    def _augmented(self, node: ast.AugAssign) -> None:
        old, value = self.value(node.target), self.value(node.value)
        new = _together([old, value])
        if not _counts(node.op, node.value):
            for place in old.of:
                self._update(place, new)
            new = _Value(old.of, new.computed().made_from, new.depends)
        self._forget(_text(node.target))
        self.known[_text(node.target)] = _Value(old.of, new.made_from, new.depends)

    def _update(
        self, place: str, value: _Value, *, bound: bool = False, least: int = _ACCUMULATES
    ) -> None:
        ways = sum(
            count for depends in (value.depends, self._condition)
            for each, count in depends.items() if _root(each) == _root(place)
        )
        rank = _LEARNS if ways >= _ENOUGH else _ACCUMULATES
        self.updates.append((place, max(least, rank), bound))

    def _iterate(self, target: ast.expr, node: ast.expr) -> None:
        """Bind a loop's target to items of what it goes over."""
        match target, node:
            case ast.Tuple(), ast.Call(func=ast.Name("zip")) if len(target.elts) == len(node.args):
                for each, items in zip(target.elts, node.args, strict=True):
                    self._iterate(each, items)
            case ast.Tuple(elts=[at, item]), ast.Call(func=ast.Name("enumerate"), args=[of, *_]):
                self._store(at, _Value())
                self._iterate(item, of)
            case _:
                self._store(target, self.value(node).part("[]"))

    # Expressions.

    def value(self, node: ast.expr) -> _Value:
        """What is known of an expression's value; notes what the calls in it update."""
        match node:
            case ast.Name():
                return self.known.get(node.id) or self._carried(node.id)
            case ast.Attribute() | ast.Subscript():
                found = self.known.get(_text(node)) or self.value(node.value).part(_which(node))
                if not isinstance(node, ast.Subscript):
                    return found
                return found.picked(self.value(node.slice))
            case ast.BinOp():
                both = _together([self.value(node.left), self.value(node.right)])
                plain = _counts(node.op, node.left) or _counts(node.op, node.right)
                if isinstance(node.op, ast.Add) and _is_list(node.left, node.right):
                    return both
                return both.chosen() if plain else both.computed()
            case ast.IfExp():
                self.value(node.test)
                return _either([self.value(node.body), self.value(node.orelse)])
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node)
            case ast.NamedExpr():
                self._assign(node.target, node.value)
                return self.value(node.target)
            case ast.Lambda():
                return _Value()
            case ast.Call():
                return self._call(node)
        parts = (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))
        found = _together([self.value(each) for each in parts])
        holds = isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.BoolOp | ast.Starred)
        return found if holds else found.chosen()

    def _carried(self, name: str) -> _Value:
        """A name that nothing in this iteration has bound."""
        if name in self._script.constant:
            return _Value()
        ways = {each: n for each, n in self._ahead.get(name, {}).items() if _root(each) != name}
        return _Value(frozenset({name}), frozenset(), Counter({**ways, name: 1}))

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> _Value:
        outside = self.known
        self.known = dict(outside)
        for each in node.generators:
            self._iterate(each.target, each.iter)
        found = self.value(node.value if isinstance(node, ast.DictComp) else node.elt)
        self.known = outside
        return found

    def _call(self, node: ast.Call) -> _Value:
        name = _called(node)
        function = node.func
        owner = self.value(function.value if isinstance(function, ast.Attribute) else function)
        args = [self.value(each) for each in node.args]
        named = {each.arg: self.value(each.value) for each in node.keywords}
        out = named.pop("out", _Value())
        given = _together([*args, *named.values()])
        for place in out.of:
            if given.computed().uses(place):
                self._update(place, given)
        if name == "at" and len(args) > 1:  # `np.add.at(w, rows, step)`
            for place in args[0].of:
                self._update(place, given)
        if name == "setattr" and len(args) == 3:
            for place in args[0].of:
                if args[2].uses(place):
                    self._update(place, args[2], bound=True)
        if name in _FILLING and isinstance(function, ast.Attribute):
            text = _text(function.value)
            if text in self.known:  # what is carried over isn't updated by what is put in
                self.known[text] = _together([self.known[text], given.computed()])
        called = self._script.called(node)
        for each in called:
            self._apply(each, [owner, *args], named)
        given = _together([given, *(self._outside(each) for each in called)])
        if name in _CHOOSING:
            every = _together([owner, given])
            return every if name in _PASSING else every.chosen()
        computes = bool(called) or name in _COMPUTING
        return _together([owner.computed() if computes else owner.chosen(), given.computed()])

    def _outside(self, function: _Function) -> _Value:
        """The variables outside of a function that it reads."""
        read = self._script.free[id(function)] - set(parameters(function))
        return _together([self.known.get(each) or self._carried(each) for each in sorted(read)])

    def _apply(
        self, function: _Function, given: list[_Value], named: dict[str | None, _Value]
    ) -> None:
        """Note what a function of the script updates of what it is given, or of what it knows."""
        names = parameters(function)
        values = dict(zip(names, given[not self._script.takes_owner(function) :], strict=False))
        values.update((name, value) for name, value in named.items() if name is not None)
        every = _together([*given, *named.values()])
        for name, rank in self._script.updated[id(function)].items():
            value = values.get(name, _Value()) if name in names else self.value(_read(name))
            for place in value.of:
                self._update(place, every, least=rank)


def _either(values: list[_Value]) -> _Value:
    """One value or another."""
    found = _together(values)
    most = {place: max(each.depends[place] for each in values) for place in found.depends}
    return _Value(found.of, found.made_from, Counter(most))


def _counts(operator: ast.operator, by: ast.expr) -> bool:
    """Whether an operator only counts on, as in `n += 1`."""
    return isinstance(operator, ast.Add | ast.Sub) and isinstance(by, ast.Constant)


def _as_items(loop: ast.For | ast.AsyncFor) -> ast.expr:
    """What a loop goes over; `w + v` are lists put together where items have attributes."""
    over = loop.iter
    if isinstance(over, ast.BinOp) and isinstance(over.op, ast.Add) and any(
        isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)
        and isinstance(each.value, ast.Name) and each.value.id in _targets(loop.target)
        for each in ast.walk(loop)
    ):
        return ast.Tuple([over.left, over.right], ast.Load())
    return over


def _is_list(*nodes: ast.expr) -> bool:
    """Whether one of them is a list for certain, so that `+` puts lists together."""
    return any(isinstance(each, ast.List | ast.ListComp) for each in nodes)


def _free_names(function: _Function) -> set[str]:
    """The names that a function uses and doesn't own, and its parameters."""
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return used - bound_names(function, None) | set(parameters(function))


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _read(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


@lru_cache(maxsize=10_000)
def _text(node: ast.expr) -> str:
    return ast.unparse(node)


def _which(node: ast.Attribute | ast.Subscript) -> str:
    """The end of a place: `.W`, `[key]`; what `[:]` gives is the place itself."""
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    index = _text(node.slice)
    return "" if index in (":", "...") else f"[{index}]"


def _within(place: str, other: str) -> bool:
    """Whether a place is another one, or lies in it."""
    return place == other or place.startswith((other + ".", other + "["))


def _root(place: str) -> str:
    return re.split(r"[.\[]", place, maxsplit=1)[0]


def _mentioned(place: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"'[^']*'", "", place)))


def _targets(target: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
