"""Which identifiers of a script may name what is changed in place: read off the text.

An array that can't have changed since it was last saved needs no new copy; so this errs on the
side of too much. It is no analysis of what runs when, nor of which object is meant: the order of
statements doesn't count, and an identifier is the same one in every function and object.

Identifiers that may stand for the same memory are joined; a view, a container and what it holds
count as the same. Where only a container would hand on what it is given (`a + b`, `a.copy()`,
`a[i] = b`), the joining waits until it is known which identifiers may be one.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nnstep.engine import known
from nnstep.engine.names import bound_by, mangle, parameters
from nnstep.engine.outline import Def, Function, Outline, ident, marks_of

_Names = set[str]
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_HOLDING = (ast.Tuple, ast.List, ast.Set, ast.Dict, *_COMPREHENSIONS)


def written_in_place(trees: Iterable[ast.AST]) -> frozenset[str]:
    """The identifiers under which something may be changed in place by the code of these trees.

    "*" in it: anything may be. An array needs a new copy when any identifier that leads to it,
    be it a variable's or an attribute's, is in the result.
    """
    every = list(trees)
    script = Outline(every)
    reader = _Reader(script)
    for tree in every:
        reader.read(tree)
    found = {each for each in reader.memory.written() if each.isidentifier() or each == "*"}
    found |= set() if script.judged else {"*"}
    return frozenset(found | {mangle(each, owner) for each in found for owner in script.classes})


class _Memory:
    """Classes of names that may stand for the same memory.

    Attributes:
        writes: the names written directly.
        holders: names of what may be a container.
    """

    def __init__(self) -> None:
        self.writes: _Names = set()
        self.holders: _Names = set()
        self._parents: dict[str, str] = {}
        self._waiting: list[tuple[Sequence[_Names], _Names]] = []
        self._count = 0

    def _root(self, name: str) -> str:
        parents = self._parents
        while (parent := parents.setdefault(name, name)) != name:
            parents[name] = name = parents[parent]
        return name

    def join(self, names: _Names) -> bool:
        """Put names into one class; whether they were in several."""
        roots = {self._root(each) for each in names}
        for each in roots:
            self._parents[each] = next(iter(roots))
        return len(roots) > 1

    def join_if(self, holders: Sequence[_Names], names: _Names) -> None:
        """Join names once each of the others may be a container."""
        self._waiting.append((holders, names))

    def value(self, *, holder: bool = True) -> _Names:
        """A name, such as no script has, for the value of an expression."""
        self._count += 1
        name = f"#{self._count}"
        self.holders |= {name} if holder else set()
        return {name}

    def written(self) -> _Names:
        """All names that may stand for what is written."""
        changed = True
        while changed:
            roots = {self._root(each) for each in self.holders}
            changed = False
            for holders, names in self._waiting:
                if all(any(self._root(name) in roots for name in each) for each in holders):
                    changed |= self.join(names)
        roots = {self._root(each) for each in self.writes}
        return {each for each in list(self._parents) if self._root(each) in roots}


class _Given(NamedTuple):
    """The names behind what a call is given; `spread`: which is which can't be told."""

    receiver: _Names
    args: list[_Names]
    named: Sequence[tuple[str | None, _Names]] = ()
    spread: bool = False

    def every(self, start: int = 0) -> _Names:
        """Those behind the positional arguments from `start` on; from 0, behind all."""
        named = [] if start else [each for _, each in self.named]
        return set().union(*self.args[0 if self.spread else start :], *named)


class _Reader:
    """Goes through statements, joins the names of the same memory, notes what is written."""

    def __init__(self, script: Outline) -> None:
        self.memory = _Memory()
        self._script = script
        self._results = ["()"]

    # Statements.

    def read(self, node: ast.AST) -> None:
        """Take in a node and all below it."""
        function = isinstance(node, Def | ast.Lambda)
        if function:
            self._results.append(f"{getattr(node, 'name', '')}()")
            self._define(node)  # type: ignore[arg-type]
        self._statement(node)
        self._write(node)
        for each in ast.iter_child_nodes(node):
            self.read(each)
        if function:
            self._results.pop()

    def _define(self, node: Def | ast.Lambda) -> None:
        args = node.args
        late = [*args.posonlyargs, *args.args][::-1]
        pairs = [*zip(late, args.defaults[::-1], strict=False)]
        for each, default in [*pairs, *zip(args.kwonlyargs, args.kw_defaults, strict=True)]:
            self.memory.join({each.arg} | (self.names(default) if default else set()))
        self.memory.holders.update(each.arg for each in (args.vararg, args.kwarg) if each)

    def _statement(self, node: ast.AST) -> None:
        """Join what a statement binds with what it is bound to."""
        match node:
            case ast.Assign(targets=[target], value=ast.Lambda(body=body)) if ident(target):
                self.memory.join({f"{ident(target)}()"} | self.names(body))
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value)
                    self._bind(target, targets[0])
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, value)
            case ast.NamedExpr(target=target, value=value):
                self._bind(target, value)
            case ast.For() | ast.AsyncFor() | ast.comprehension():
                self._iterate(node.target, node.iter)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self._bind(target, value)
            case ast.Return(value=ast.expr() as value) | ast.Yield(value=ast.expr() as value):
                self.memory.join({self._results[-1]} | self.names(value))
            case ast.YieldFrom(value=value):
                self.memory.join({self._results[-1]} | self.names(value))
            case ast.Match(subject=value, cases=cases):
                for each in cases:
                    bound = {name for part in ast.walk(each.pattern) for name in bound_by(part)}
                    self.memory.join(bound | self.names(value))
            case ast.Call():
                self.names(node)

    def _write(self, node: ast.AST) -> None:
        """Note what a node itself changes."""
        match node:
            case ast.AugAssign(target=target, op=op, value=value):
                names, values = self.names(target), self.names(value)
                self.memory.writes |= names
                if isinstance(op, ast.Add | ast.BitOr):  # a list takes in all items
                    self.memory.join_if([names], names | values)
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                self.memory.writes |= self.names(value)
            case ast.Attribute(value=value, attr=attr, ctx=ast.Store() | ast.Del()):
                self.memory.writes |= self.names(value) if attr in known.FORMS else set()
        hidden = known.HIDDEN_NAMES if isinstance(node, ast.Name) else known.HIDDEN
        if getattr(node, "name", ident(node)) in hidden:
            self.memory.writes.add("*")

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case (ast.Tuple() | ast.List(), ast.Tuple() | ast.List()) if _pairs(target, value):
                for one, other in zip(_parts(target), _parts(value), strict=True):
                    self._bind(one, other)
            case (ast.Tuple(elts=parts) | ast.List(elts=parts), _):
                known = self._origin(value.func) if isinstance(value, ast.Call) else ""
                if not known and not isinstance(value, _COMPREHENSIONS):  # `[np.zeros(3)] * 2`
                    whole = self.memory.value(holder=False)
                    self.memory.join(whole | self.names(value))
                    value = ast.Name(whole.pop(), ast.Load())
                for each in parts:
                    self._bind(each, value)
            case ast.Starred(), _:
                self._bind(target.value, value)
                self.memory.holders |= self.names(target.value)
            case ast.Subscript(), _:
                names, values = self.names(target.value), self.names(value)
                self.memory.join_if([names], names | values)
            case _:
                names = self.names(value)
                self.memory.join({ident(target)} | names)
                if isinstance(target, ast.Attribute):  # a property
                    self._apply(target.attr, _Given(set(), [names]))

    def _iterate(self, target: ast.expr, node: ast.expr) -> None:
        match target, node:
            case ast.Tuple(), ast.Call(ast.Name("zip"), args, []) if _pairs(target, node):
                for each, items in zip(target.elts, args, strict=True):
                    self._iterate(each, items)
            case ast.Tuple(elts=[ast.Name(), item]), ast.Call(ast.Name("enumerate"), [of, *_]):
                self._iterate(item, of)
            case _:
                self._bind(target, node)

    # Expressions.

    def names(self, node: ast.expr) -> _Names:
        """The names of the memory that is, or is held by, an expression's value."""
        match node:
            case ast.Name(id=name):
                return self._name(name)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Subscript(value=part) | ast.Starred(value=part) | ast.Await(value=part):
                return self.names(part)
            case ast.Lambda(body=part):
                return {*parameters(node)} | self.names(part) | self.memory.value()
            case ast.Yield() | ast.YieldFrom():  # what is sent
                return {self._results[-1]}
            case ast.BinOp():
                return self._operator(node)
            case ast.Call():
                return self._call(node)
            case ast.NamedExpr() | ast.IfExp() | ast.BoolOp():
                return self._all(_parts(node))
            case _ if isinstance(node, _HOLDING):
                return self._all(_parts(node)) | self.memory.value()
        return set()

    def _all(self, nodes: Iterable[ast.expr]) -> _Names:
        return set().union(*(self.names(each) for each in nodes))

    def _name(self, name: str) -> _Names:
        if self._origin(ast.Name(name)).startswith("numpy"):
            return set()
        if name not in self._script.variables and {name, "*"} & self._script.origins.keys():
            self.memory.holders.add(name)
        self._escape(name)
        return {name}

    def _escape(self, name: str) -> None:
        """Whatever holds a function may call it."""
        for each in [*self._script.functions.get(name, []), *self._script.inits(name)]:
            given = parameters(each.node)[each.bound :]
            self.memory.holders.add(name)
            self.memory.join({name, f"{name}()", *given})

    def _attribute(self, node: ast.Attribute) -> _Names:
        name, own = node.attr, node.attr in self._script.attributes
        origin = self._origin(node)
        if origin.startswith("numpy.") or (name in known.PLAIN and not own):
            return set()
        self._escape(name)
        if name in known.VIEWS:
            return {name} | self.names(node.value)
        if own:
            return {name}
        self.memory.holders.add(name)
        return {name} | (set() if origin else self.names(node.value))

    def _operator(self, node: ast.BinOp) -> _Names:
        """Numbers are computed anew; lists are joined and repeated with their items."""
        left, right = self.names(node.left), self.names(node.right)
        found = self.memory.value(holder=False)
        if isinstance(node.op, ast.Add | ast.BitOr):
            self.memory.join_if([left, right], found | left | right)
        elif isinstance(node.op, ast.Mult):
            self.memory.join_if([left], found | left)
            self.memory.join_if([right], found | right)
        return found

    # Calls.

    def _call(self, node: ast.Call) -> _Names:
        function, name, origin = node.func, ident(node.func), self._origin(node.func)
        owner = function.value if isinstance(function, ast.Attribute) and not origin else None
        receiver = self.names(owner) if owner else set()
        named = [(each.arg, self.names(each.value)) for each in node.keywords]
        spread = any(isinstance(each, ast.Starred) for each in node.args)
        spread |= any(each is None for each, _ in named)
        given = _Given(receiver, [self.names(each) for each in node.args], named, spread)
        found = self._judged(node, given, origin)
        other = self._script.stored if owner else self._script.variables
        if found is None or (name in other and not origin):
            callee = set() if origin else receiver if owner else self.names(function)
            found = (found or set()) | self._unknown(given, callee)
        out = set().union(*(each for key, each in named if key == "out"))
        self.memory.writes |= out
        return found | out

    def _judged(self, node: ast.Call, given: _Given, origin: str) -> _Names | None:
        """The names behind the value of a call whose function is known by name, else None."""
        found = None if origin.startswith("numpy.") else self._defined(node, given)
        other = None
        if origin:
            other = self._library(node, given, origin)
        elif isinstance(node.func, ast.Attribute):
            other = self._method(node, given)
        elif found is None and hasattr(builtins, ident(node.func)):
            other = self._builtin(node, given)
        return other if found is None else found | (other or set())

    def _unknown(self, given: _Given, callee: _Names) -> _Names:
        """What is unknown may write into all that it is given, keep it, and hand it back."""
        found = callee | given.every()
        self.memory.writes |= found
        if callee:
            self.memory.join(found)
            found = found | self._apply("__call__", given)
        return found | self.memory.value()

    def _defined(self, node: ast.Call, given: _Given) -> _Names | None:
        """Call what the script defines under a name, if anything."""
        name, classes = ident(node.func), self._script.classes
        of = node.func.value if isinstance(node.func, ast.Attribute) else None
        called = [each for each in self._script.functions.get(name, []) if of or not each.bound]
        for each in called:
            unbound = ident(of) in classes and "classmethod" not in marks_of(each.node)
            self._pass(each, given, bound=each.bound and not unbound)
        if name in classes:
            self._construct(name, given)
        return {f"{name}()"} if called or name in classes else None

    def _construct(self, name: str, given: _Given) -> None:
        """What is given to a class lies in attributes of its objects."""
        inits, body = self._script.inits(name), self._script.classes[name].body
        for each in inits:
            self._pass(each, given, bound=True)
        if not inits:  # a dataclass
            fields = {ident(each.target) for each in body if isinstance(each, ast.AnnAssign)}
            self.memory.join(fields | given.every())

    def _apply(self, name: str, given: _Given) -> _Names:
        """Call the script's methods of a name."""
        found = self._script.functions.get(name, [])
        for each in found:
            self._pass(each, given, bound=each.bound)
        return {f"{name}()"} if found else set()

    def _pass(self, function: Function, given: _Given, *, bound: bool) -> None:
        """Join parameters with what they are given."""
        args, join = function.node.args, self.memory.join
        names = [each.arg for each in (*args.posonlyargs, *args.args)][bound:]
        rest = {each.arg for each in (args.vararg, args.kwarg) if each}
        by_name = {*names, *(each.arg for each in args.kwonlyargs)}
        if given.spread:
            join(by_name | rest | given.every())
            return
        for at, each in enumerate(given.args):
            join(({names[at]} if at < len(names) else rest) | each)
        for name, each in given.named:
            join(({str(name)} if name in by_name else rest) | each)

    def _origin(self, node: ast.AST) -> str:
        """What an imported thing is: `numpy.random.randn`; empty when it isn't imported."""
        if isinstance(node, ast.Attribute):
            owner = self._origin(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        script, name = self._script, ident(node)
        if name in script.variables or not name:
            return ""
        if name in script.origins or "*" not in script.origins:
            return script.origins.get(name, "")
        defined = name in script.functions or name in script.classes or hasattr(builtins, name)
        return "" if defined else f"{script.origins['*'].rstrip('*')}{name}"

    def _library(self, node: ast.Call, given: _Given, origin: str) -> _Names:
        """Call what is imported."""
        root, every, value = origin.split(".")[0], given.every(), self.memory.value()
        if root == "numpy":
            return self._numpy(node, given, origin)
        if origin == "copy.copy":
            return self._copied(every)
        if origin == "random.shuffle":
            self.memory.writes |= every
        self.memory.writes |= {"*"} if _in_place(node) else set()
        if root == "sklearn":
            return every | (set() if _last(origin).startswith("make_") else value)
        if root in known.KEEPING_MODULES:
            self.memory.join(every)
            return every | value
        if root in known.HARMLESS_MODULES or origin == "copy.deepcopy":
            return every | value if root == "random" else value
        return self._unknown(given, set())

    def _numpy(self, node: ast.Call, given: _Given, origin: str) -> _Names:
        name, every, start = _last(origin), given.every(), known.first_output(origin)
        if name in known.FIRST:
            self.memory.writes |= given.args[0] if given.args and not given.spread else every
            return set()
        if start is None or name in known.CALLING_BACK:
            return self._unknown(given, every)
        keywords = {each.arg for each in node.keywords}
        changing = name == "nan_to_num" or "overwrite_input" in keywords
        outputs = every if _in_place(node) and changing else given.every(start)
        self.memory.writes |= outputs
        if _of_objects(node) or name in known.LISTS:
            return every | self.memory.value()
        views = name in known.VIEWING or origin.startswith(known.VIEWING_MODULES)
        return every if views or _in_place(node) else outputs

    def _builtin(self, node: ast.Call, given: _Given) -> _Names:
        name, every = ident(node.func), given.every()
        match name, node.args:
            case "getattr", [of, ast.Constant(value=str(attribute)), *_]:
                return given.every(2) | self.names(ast.Attribute(of, attribute, ast.Load()))
            case "setattr", [of, ast.Constant(value=str(attribute)), value]:
                self._bind(ast.Attribute(of, attribute, ast.Store()), value)
            case ("getattr" | "setattr"), _:
                self.memory.writes.add("*")
        if name not in known.BUILTIN_PASSING:
            return set()
        if name not in ("zip", "enumerate"):  # a function among them may be called
            self.memory.join(every)
        return every | self.memory.value()

    def _method(self, node: ast.Call, given: _Given) -> _Names | None:
        """Call a method that is known by its name, whatever it belongs to."""
        name, memory = ident(node.func), self.memory
        receiver, every = given.receiver, given.every()
        own = receiver | every
        if _in_place(node) and name not in known.ARRAY_METHODS:
            memory.writes |= own
        if name in known.RECEIVER:
            memory.writes |= receiver
            memory.join_if([receiver], own)
            return own
        if name in known.FIRST:
            memory.writes |= every
            return set()
        if name == "copy":
            return self._copied(receiver)
        if name == "astype" and (_in_place(node) or _of_objects(node)):
            return receiver | memory.value()
        if name in known.VIEWING or name in known.PASSING:
            return receiver if name in known.VIEWING else own
        if name in known.ARRAY_METHODS or name in known.RANDOM_METHODS:
            outputs = given.every(1 if name in known.ARRAY_METHODS else 2)
            memory.writes |= outputs
            return outputs | (memory.value() if name == "tolist" else set())
        if name in known.KEEPING_METHODS:
            memory.join(own)
            return own | memory.value()
        return memory.value() if name in known.HARMLESS_METHODS else None

    def _copied(self, names: _Names) -> _Names:
        """The copy of a container holds the same; that of an array is its own."""
        value = self.memory.value(holder=False)
        self.memory.join_if([names], value | names)
        return value


def _last(origin: str) -> str:
    return origin.rpartition(".")[2]


def _parts(node: ast.AST) -> list[ast.expr]:
    """The expressions that a display or choice consists of."""
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return parts
        case ast.Dict(values=parts) | ast.BoolOp(values=parts) | ast.Call(args=parts):
            return parts
        case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
            return [part]
        case ast.DictComp(value=part):
            return [part]
        case ast.IfExp(body=one, orelse=other) | ast.NamedExpr(target=one, value=other):
            return [one, other]
    return []


def _pairs(one: ast.expr, other: ast.expr) -> bool:
    """Whether what two expressions consist of goes together one by one."""
    every = [*_parts(one), *_parts(other)]
    same = len(_parts(one)) == len(_parts(other))
    return same and not any(isinstance(each, ast.Starred) for each in every)


def _in_place(node: ast.Call) -> bool:
    """Whether keywords allow a call to work on what it is given: `copy=False`."""
    return any(
        each.arg and each.arg.startswith(("copy", "overwrite", "inplace"))
        and ast.unparse(each.value) != str(each.arg.startswith("copy"))
        for each in node.keywords
    )


def _of_objects(node: ast.Call) -> bool:
    """Whether a call makes an array of objects, which holds what it is given."""
    values = [*node.args, *(each.value for each in node.keywords)]
    return any(ident(each) in ("object", "object_") or ast.unparse(each) in ("'O'", "'object'")
               for each in values)  # fmt: skip
