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
import inspect
import sys
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from nnstep.engine.names import bound_by, mangle, parameters

_Names = set[str]
_Def = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_HOLDING = (ast.Tuple, ast.List, ast.Set, ast.Dict, *_COMPREHENSIONS)


def _public(*types: type) -> _Names:
    return {each for type_ in types for each in dir(type_) if each[0] != "_"}


# Attributes: views, those whose change is the array's, and those that are no memory.
_VIEWS = set("T mT flat real imag base".split())
_FORMS = set("shape flat real imag dtype strides".split())
_PLAIN = set("shape size ndim dtype nbytes itemsize strides flags".split())
# Methods and NumPy functions whose value may share memory with what they are given.
_LISTS = set("split array_split hsplit vsplit dsplit unstack meshgrid broadcast_arrays".split())
_VIEWING = _LISTS | set(
    "reshape ravel view transpose squeeze swapaxes diagonal getfield conj conjugate newbyteorder "
    "asarray asanyarray ascontiguousarray asfortranarray asarray_chkfinite asmatrix require matrix "
    "atleast_1d atleast_2d atleast_3d broadcast broadcast_to expand_dims moveaxis rollaxis diag "
    "permute_dims matrix_transpose real imag flip fliplr flipud rot90 real_if_close nditer ndarray "
    "nested_iters ndenumerate frombuffer from_dlpack recarray trim_zeros poly1d ix_ "
    "to_numpy".split()
)
_VIEWING_MODULES = ("numpy.ma.", "numpy.lib.", "numpy.rec.", "numpy.polynomial.")
_CALLING_BACK = {"vectorize", "frompyfunc", "fromfunction", "piecewise", "apply_along_axis",
                 "apply_over_axes"}  # fmt: skip
# What changes its first argument, and methods that change their receiver.
_FIRST = set("copyto put place putmask fill_diagonal put_along_axis shuffle at".split())
_RECEIVER = set(
    "sort fill put partition resize setfield setflags itemset byteswap append extend insert remove "
    "pop clear reverse update setdefault popitem add discard appendleft extendleft popleft rotate "
    "move_to_end".split()
)
# What hands on items of what it is given.
_PASSING = set("items values keys get most_common union choice choices sample".split())
_BUILTIN_PASSING = set(
    "zip enumerate reversed list tuple dict set frozenset iter sorted next map filter max min "
    "memoryview".split()
)
# What can't be judged: names, attributes; all special methods of classes but a few.
_HIDDEN_NAMES = {"exec", "eval", "globals", "locals", "vars"}
_HIDDEN = {"__dict__", "__globals__", "f_locals", "f_globals", "__closure__", "cell_contents"}
_SPECIAL = set(
    "__init__ __new__ __post_init__ __call__ __repr__ __str__ __len__ __del__ __hash__ __bool__ "
    "__eq__ __lt__ __format__ __exit__ __contains__".split()
)
# Library code that writes into nothing and keeps nothing.
_HARMLESS_MODULES = set(
    "math cmath time os sys json pickle logging datetime argparse statistics string re warnings "
    "pprint textwrap random pathlib abc enum matplotlib pylab seaborn".split()
)
_HARMLESS_METHODS = _public(str, float) | set(
    "write writelines read readline close flush info debug warning error log exit plot scatter bar "
    "imshow contour contourf barh hist pcolormesh errorbar fill_between axhline axvline semilogy "
    "semilogx loglog text annotate legend xlabel ylabel xlim ylim axis grid colorbar figure "
    "subplot subplots add_subplot savefig show draw pause cla clf set_title set_xlabel set_ylabel "
    "set_xlim set_ylim set_xticks set_yticks set_data tight_layout parse_args add_argument".split()
)
# Library code that writes into nothing it is given, but may keep it and hand it back.
_KEEPING_MODULES = set("sklearn itertools collections contextlib dataclasses typing tqdm".split())
_KEEPING_METHODS = set(
    "fit partial_fit predict predict_proba predict_log_proba decision_function transform score "
    "fit_transform fit_predict inverse_transform score_samples get_params set_params".split()
)
_DECORATORS = set(
    "staticmethod classmethod property setter getter deleter cached_property cache lru_cache wraps "
    "contextmanager abstractmethod dataclass njit jit".split()
)
_BASES = {"object", "ABC", "Enum", *(each for each in dir(builtins) if each[0].isupper())}
_ARRAY_METHODS = _public(np.ndarray) - _RECEIVER - _VIEWING
_RANDOM_METHODS = _public(np.random.Generator, np.random.RandomState) - _FIRST - _PASSING


def written_in_place(trees: Iterable[ast.AST]) -> frozenset[str]:
    """The identifiers under which something may be changed in place by the code of these trees.

    "*" in it: anything may be. An array needs a new copy when any identifier that leads to it,
    be it a variable's or an attribute's, is in the result.
    """
    every = list(trees)
    script = _Script(every)
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


class _Function(NamedTuple):
    """A function of the script; `bound`: its first parameter is the object."""

    node: _Def | ast.Lambda
    bound: bool


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


class _Script:
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
        self.functions: dict[str, list[_Function]] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.variables: _Names = set()
        self.stored: _Names = set()
        self.origins: dict[str, str] = {}
        self._apart: set[ast.AST] = set()
        for tree in trees:
            for node in ast.walk(tree):
                self._note(node)
        self.attributes = {*self.stored, *self.functions}
        every = [each.node for named in self.functions.values() for each in named]
        marks = {mark for each in every for mark in _marks(each)}
        special = {each for each in self.functions if each.startswith("__") and each.endswith("__")}
        bases = {_ident(base) for each in self.classes.values() for base in each.bases}
        self.judged = (
            special <= _SPECIAL and marks <= _DECORATORS and bases <= {*self.classes, *_BASES}
        )

    def inits(self, name: str) -> list[_Function]:
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
                parts = [part for each in body if not isinstance(each, _Def)
                         for part in ast.walk(each)]  # fmt: skip
                self.stored.update(name for each in parts for name in bound_by(each))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                method = node in self._apart or parameters(node)[:1] == ["self"]
                method &= "staticmethod" not in _marks(node)
                self.functions.setdefault(name, []).append(_Function(node, method))
            case ast.Assign(targets=[target], value=ast.Lambda() as value) if _ident(target):
                self.functions.setdefault(_ident(target), []).append(_Function(value, False))
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


class _Reader:
    """Goes through statements, joins the names of the same memory, notes what is written."""

    def __init__(self, script: _Script) -> None:
        self.memory = _Memory()
        self._script = script
        self._results = ["()"]

    # Statements.

    def read(self, node: ast.AST) -> None:
        """Take in a node and all below it."""
        function = isinstance(node, _Def | ast.Lambda)
        if function:
            self._results.append(f"{getattr(node, 'name', '')}()")
            self._define(node)  # type: ignore[arg-type]
        self._statement(node)
        self._write(node)
        for each in ast.iter_child_nodes(node):
            self.read(each)
        if function:
            self._results.pop()

    def _define(self, node: _Def | ast.Lambda) -> None:
        args = node.args
        late = [*args.posonlyargs, *args.args][::-1]
        pairs = [*zip(late, args.defaults[::-1], strict=False)]
        for each, default in [*pairs, *zip(args.kwonlyargs, args.kw_defaults, strict=True)]:
            self.memory.join({each.arg} | (self.names(default) if default else set()))
        self.memory.holders.update(each.arg for each in (args.vararg, args.kwarg) if each)

    def _statement(self, node: ast.AST) -> None:
        """Join what a statement binds with what it is bound to."""
        match node:
            case ast.Assign(targets=[target], value=ast.Lambda(body=body)) if _ident(target):
                self.memory.join({f"{_ident(target)}()"} | self.names(body))
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
                self.memory.writes |= self.names(value) if attr in _FORMS else set()
        hidden = _HIDDEN_NAMES if isinstance(node, ast.Name) else _HIDDEN
        if getattr(node, "name", _ident(node)) in hidden:
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
                self.memory.join({_ident(target)} | names)
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
        if origin.startswith("numpy.") or (name in _PLAIN and not own):
            return set()
        self._escape(name)
        if name in _VIEWS:
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
        function, name, origin = node.func, _ident(node.func), self._origin(node.func)
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
        elif found is None and hasattr(builtins, _ident(node.func)):
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
        name, classes = _ident(node.func), self._script.classes
        of = node.func.value if isinstance(node.func, ast.Attribute) else None
        called = [each for each in self._script.functions.get(name, []) if of or not each.bound]
        for each in called:
            unbound = _ident(of) in classes and "classmethod" not in _marks(each.node)
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
            fields = {_ident(each.target) for each in body if isinstance(each, ast.AnnAssign)}
            self.memory.join(fields | given.every())

    def _apply(self, name: str, given: _Given) -> _Names:
        """Call the script's methods of a name."""
        found = self._script.functions.get(name, [])
        for each in found:
            self._pass(each, given, bound=each.bound)
        return {f"{name}()"} if found else set()

    def _pass(self, function: _Function, given: _Given, *, bound: bool) -> None:
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
        script, name = self._script, _ident(node)
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
        if root in _KEEPING_MODULES:
            self.memory.join(every)
            return every | value
        if root in _HARMLESS_MODULES or origin == "copy.deepcopy":
            return every | value if root == "random" else value
        return self._unknown(given, set())

    def _numpy(self, node: ast.Call, given: _Given, origin: str) -> _Names:
        name, every, start = _last(origin), given.every(), _first_output(origin)
        if name in _FIRST:
            self.memory.writes |= given.args[0] if given.args and not given.spread else every
            return set()
        if start is None or name in _CALLING_BACK:
            return self._unknown(given, every)
        keywords = {each.arg for each in node.keywords}
        changing = name == "nan_to_num" or "overwrite_input" in keywords
        outputs = every if _in_place(node) and changing else given.every(start)
        self.memory.writes |= outputs
        if _of_objects(node) or name in _LISTS:
            return every | self.memory.value()
        shares = name in _VIEWING or origin.startswith(_VIEWING_MODULES) or _in_place(node)
        return every if shares else outputs

    def _builtin(self, node: ast.Call, given: _Given) -> _Names:
        name, every = _ident(node.func), given.every()
        match name, node.args:
            case "getattr", [of, ast.Constant(value=str(attribute)), *_]:
                return given.every(2) | self.names(ast.Attribute(of, attribute, ast.Load()))
            case "setattr", [of, ast.Constant(value=str(attribute)), value]:
                self._bind(ast.Attribute(of, attribute, ast.Store()), value)
            case ("getattr" | "setattr"), _:
                self.memory.writes.add("*")
        if name not in _BUILTIN_PASSING:
            return set()
        if name not in ("zip", "enumerate"):  # a function among them may be called
            self.memory.join(every)
        return every | self.memory.value()

    def _method(self, node: ast.Call, given: _Given) -> _Names | None:
        """Call a method that is known by its name, whatever it belongs to."""
        name, memory = _ident(node.func), self.memory
        receiver, every = given.receiver, given.every()
        own = receiver | every
        if _in_place(node) and name not in _ARRAY_METHODS:
            memory.writes |= own
        if name in _RECEIVER:
            memory.writes |= receiver
            memory.join_if([receiver], own)
            return own
        if name in _FIRST:
            memory.writes |= every
            return set()
        if name == "copy":
            return self._copied(receiver)
        if name == "astype" and (_in_place(node) or _of_objects(node)):
            return receiver | memory.value()
        if name in _VIEWING or name in _PASSING:
            return receiver if name in _VIEWING else own
        if name in _ARRAY_METHODS or name in _RANDOM_METHODS:
            outputs = given.every(1 if name in _ARRAY_METHODS else 2)
            memory.writes |= outputs
            return outputs | (memory.value() if name == "tolist" else set())
        if name in _KEEPING_METHODS:
            memory.join(own)
            return own | memory.value()
        return memory.value() if name in _HARMLESS_METHODS else None

    def _copied(self, names: _Names) -> _Names:
        """The copy of a container holds the same; that of an array is its own."""
        value = self.memory.value(holder=False)
        self.memory.join_if([names], value | names)
        return value


def _ident(node: ast.AST | None) -> str:
    """The identifier of a name, the last one of an attribute."""
    return str(getattr(node, "id", getattr(node, "attr", "")))


def _last(origin: str) -> str:
    return origin.rpartition(".")[2]


def _marks(node: ast.AST) -> _Names:
    """The decorators of a function."""
    nodes = getattr(node, "decorator_list", [])
    return {_ident(each.func if isinstance(each, ast.Call) else each) for each in nodes}


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
    return any(_ident(each) in ("object", "object_") or ast.unparse(each) in ("'O'", "'object'")
               for each in values)  # fmt: skip


@lru_cache(maxsize=1000)
def _first_output(origin: str) -> int | None:
    """From which positional argument on a NumPy function writes; None: there's no such function."""
    function: object = np
    with warnings.catch_warnings():  # of what NumPy no longer wants to be asked for
        warnings.simplefilter("ignore")
        for part in origin.split(".")[1:]:
            function = getattr(function, part, None)
    if function is None:
        return None
    if isinstance(function, np.ufunc):
        return function.nin
    try:
        every = inspect.signature(function).parameters  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 2
    by_place = [name for name, each in every.items() if each.kind != each.KEYWORD_ONLY]
    return by_place.index("out") if "out" in by_place else sys.maxsize
