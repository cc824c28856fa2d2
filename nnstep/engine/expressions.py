"""Expressions -> ops.

Every expression is reduced to leaves, which are read and not computed: constants, names,
attributes of leaves, functions made on the spot. What computes becomes an op whose fragment is
the expression itself with its leaves as parameters, so displays, slices and keywords need no
translation. Operands are read from left to right, as Python does: a leaf is spilled into a
temporary when an op stands to the right of it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Sequence
from types import CellType, CodeType, FunctionType
from typing import Any

from nnstep.engine import ops
from nnstep.engine.assembler import Assembler, Leaf, Unsupported
from nnstep.engine.fragments import LOCALS, TEMPS, item, parameter, place, read
from nnstep.engine.names import bound_names, mangle, parameters
from nnstep.engine.ops import Code, Label, Store
from nnstep.engine.positions import asked_place, place_behind, placed_comparison, test_place
from nnstep.engine.scopes import Scopes

_DISPLAYS = (ast.Tuple, ast.List, ast.Set, ast.Dict)
_TRANSPARENT = (ast.Slice, ast.Starred, ast.FormattedValue)
_OPERATORS = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript)
_CONTROL = (ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.ListComp, ast.SetComp, ast.DictComp)
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp


class Expressions(Assembler):
    """The part of the compiler that knows expressions."""

    def __init__(self, code: Code, scopes: Scopes, flags: int, operators: bool) -> None:
        super().__init__(code, flags)
        self.scopes = scopes
        self.operators = operators
        self.owner = scopes.owner.get(code.node)
        self._children = scopes.children(code.native)
        self._assigned = set() if code.is_module else bound_names(code.node, self.owner)
        self._captured = {*code.native.co_cellvars, *code.native.co_freevars}
        self._comprehension_names: list[dict[str, tuple[int, bool]]] = []
        self._stable = self._stable_names()

    def _stable_names(self) -> set[str]:
        """Parameters that nothing rebinds: they may be read late."""
        if self.code.is_module:
            return set()
        body = bound_names(self.code.node, self.owner, with_parameters=False)
        given = {mangle(each, self.owner) for each in parameters(self.code.node)}
        return given - body - self._captured

    # Names.

    def mangled(self, identifier: str) -> str:
        """A name as the compiler sees it inside a class."""
        return mangle(identifier, self.owner)

    def how(self, identifier: str) -> int:
        """Where a mangled name of this function lives."""
        if self.code.is_module:
            return ops.LOCAL
        if identifier in self.code.native.co_freevars:
            return ops.IN_CELL
        if identifier not in self._assigned:
            return ops.GLOBAL
        return ops.IN_CELL if identifier in self._captured else ops.LOCAL

    def store_name(self, identifier: str) -> Store:
        """The store that binds a name of this function."""
        mangled = self.mangled(identifier)
        return Store(self.how(mangled), mangled, identifier)

    def _name(self, node: ast.Name) -> Leaf:
        identifier = self.mangled(node.id)
        for names in reversed(self._comprehension_names):
            if identifier in names:
                slot, in_cell = names[identifier]
                expr = item(TEMPS, slot, node)
                return Leaf(self._contents(expr, node) if in_cell else expr, node.id)
        how = self.how(identifier)
        if how == ops.GLOBAL or self.code.is_module:
            return Leaf(read(identifier, node), node.id)
        expr = item(LOCALS, identifier, node)
        if how == ops.IN_CELL:
            return Leaf(self._contents(expr, node), node.id)
        return Leaf(expr, node.id, (), identifier in self._stable)

    @staticmethod
    def _contents(cell: ast.expr, at: ast.AST) -> ast.expr:
        return place(ast.Attribute(cell, "cell_contents", ast.Load()), at)

    # Leaves.

    def text(self, node: ast.AST) -> str:
        """The script's text of a node."""
        return self.code.source.segment(self.code.source.span(node))

    def is_leaf(self, node: ast.AST) -> bool:
        """Whether reading it computes nothing."""
        if is_constant(node) or isinstance(node, ast.Name):
            return True
        if isinstance(node, ast.Attribute):
            return self.is_leaf(node.value)
        return isinstance(node, ast.Lambda) and not _defaults(node.args)

    def has_ops(self, node: ast.AST) -> bool:
        """Whether evaluating it takes an op of its own."""
        if _is_transparent(node):
            return any(self.has_ops(part) for part in _parts(node))
        return not self.is_leaf(node)

    def reduce(self, node: ast.expr) -> Leaf:
        """Emit what computes, and give the leaf that holds the value."""
        if is_constant(node):
            return Leaf(node, self.text(node), (), True)
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                inner = self.reduce(node.value)
                attribute = ast.Attribute(inner.expr, self.mangled(node.attr), ast.Load())
                return Leaf(place(attribute, node), self.text(node), inner.clears)
            case ast.Lambda() if not _defaults(node.args):
                return self.made(node)
        slot = self.take()
        self.compute(node, Store(ops.TEMP, slot))
        self.depth = slot + 1
        return self.temporary(slot, node, self.text(node))

    def reduce_all(self, nodes: Sequence[ast.expr]) -> list[Leaf]:
        """Reduce operands from left to right."""
        last = max((at for at, node in enumerate(nodes) if not self.is_leaf(node)), default=-1)
        leaves = []
        for at, node in enumerate(nodes):
            leaf = self.reduce(node)
            if at < last and not leaf.fixed:
                leaf = self.spill(leaf, node)
            leaves.append(leaf)
        return leaves

    def made(self, node: ast.AST) -> Leaf:
        """The function, class body or generator expression of a node, made when it is read."""
        native = self._children.get(node)
        if native is None:
            raise Unsupported
        free = []
        for identifier in native.co_freevars:
            slot = next(
                (names[identifier][0] for names in reversed(self._comprehension_names)
                 if identifier in names),
                None,
            )
            free.append((identifier, slot))
        maker = self.fragments.constant(_maker(native, self.code.module, tuple(free)), node)
        places = [read(LOCALS, node), read(TEMPS, node)]
        return Leaf(place(ast.Call(maker, places, []), node), self.text(node))

    def constant(self, value: Any, node: ast.AST, text: str = "") -> Leaf:
        """A leaf that holds an object of ours."""
        return Leaf(self.fragments.constant(value, node), text, (), True)

    # Ops.

    def compute(
        self, node: ast.expr, store: Store, *, shown: ast.AST | None = None, stop: bool = True
    ) -> None:
        """Emit the ops of an expression; the last one puts the value where `store` says.

        `shown` is what the last op stands for, such as the whole assignment.
        """
        base = self.depth
        if self.is_leaf(node):
            bare = shown is None and store.how == ops.TEMP
            leaf = self.reduce(node)
            self.emit(ops.BIND, shown or node, [leaf], store=store, stop=not bare, at=node)
        elif isinstance(node, _CONTROL):
            self._control(node, store, shown)
        elif isinstance(node, ast.JoinedStr):
            self._format(node, store, shown)
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            self._chain(node, store, shown)
        elif isinstance(node, ast.GeneratorExp | ast.Lambda):
            self._make(node, store, shown)
        elif isinstance(node, (ast.Call, *_OPERATORS, *_DISPLAYS)):
            self._plain(node, store, shown, stop)
        else:
            raise Unsupported
        self.depth = max(base, self.depth) if store.how == ops.TEMP else base

    def template(self, node: ast.AST) -> tuple[list[Leaf], Any]:
        """The leaves of an op in order, and its node with parameters in their place."""
        nodes = list(self._operands(node))
        leaves = self.reduce_all(nodes)
        numbers = {id(each): number for number, each in enumerate(nodes)}
        return leaves, self.rebuild(node, numbers)

    def _operands(self, node: ast.AST) -> Iterable[ast.expr]:
        # An operator method that is stepped into needs its arguments, constants too.
        bare = self.operators and isinstance(node, _OPERATORS)
        for part in _parts(node):
            if is_constant(part) and not bare:
                continue
            if _is_transparent(part):
                yield from self._operands(part)
            else:
                yield part

    def rebuild(self, node: Any, numbers: dict[int, int], offset: int = 0) -> Any:
        """A copy of a node in which the numbered nodes are parameters."""
        if id(node) in numbers:
            return read(parameter(numbers[id(node)] + offset), node)
        if isinstance(node, list):
            return [self.rebuild(each, numbers, offset) for each in node]
        if not isinstance(node, ast.AST) or isinstance(node, ast.expr_context):
            return node
        made = copy.copy(node)
        for field, value in ast.iter_fields(node):
            setattr(made, field, self.rebuild(value, numbers, offset))
        return made

    def _plain(self, node: ast.expr, store: Store, shown: ast.AST | None, stop: bool) -> None:
        node = placed_comparison(self._with_early_stars(node))
        leaves, body = self.template(node)
        kind, flag = ops.COMPUTE, False
        if isinstance(node, ast.Call) and not is_constant(node.func):
            kind = ops.CALL
            flag = len(leaves) == 1 + len(node.args) and not node.keywords
            flag = flag and not any(map(_is_transparent, node.args))
        elif self.operators and isinstance(node, _OPERATORS):
            kind = ops.OPERATOR
        self.emit(
            kind, shown or node, leaves, body, store, stop=stop, at=node, flag=flag, extra=node
        )

    def _with_early_stars(self, node: ast.expr) -> ast.expr:
        """The node, with what must be iterated before a later operand is read in a list."""
        if isinstance(node, ast.Dict):
            return self._with_early_merges(node)
        field = "args" if isinstance(node, ast.Call) else "elts"
        if isinstance(node, ast.Call):
            self._check_merges(node)
            if len(node.args) == 1:
                return node  # a lone `*` isn't iterated before the call
        parts = list(_parts(node))
        last = max((at for at, part in enumerate(parts) if not is_constant(part)), default=0)
        early = {id(part) for part in parts[:last] if isinstance(part, ast.Starred)}
        if not early:
            return node
        made: Any = copy.copy(node)
        listed = [
            place(ast.Starred(place(ast.List([each], ast.Load()), node), ast.Load()), each)
            if id(each) in early else each
            for each in getattr(node, field)
        ]
        setattr(made, field, listed)
        return made  # type: ignore[no-any-return]

    def _check_merges(self, node: ast.Call) -> None:
        """Refuse a call in which `**` merges something before a later keyword's ops run."""
        merges = False
        for each in node.keywords:
            if merges and self.has_ops(each.value):
                raise Unsupported
            merges = merges or each.arg is None

    def _with_early_merges(self, node: ast.Dict) -> ast.expr:
        """The same for a dictionary and what `**` merges into it."""
        last = max((at for at, each in enumerate(node.values) if not is_constant(each)), default=0)
        values = [
            place(ast.Dict([None], [value]), value) if key is None and at < last else value
            for at, (key, value) in enumerate(zip(node.keys, node.values, strict=True))
        ]
        return place(ast.Dict(node.keys, values), node)

    def _make(
        self, node: ast.GeneratorExp | ast.Lambda, store: Store, shown: ast.AST | None
    ) -> None:
        if isinstance(node, ast.Lambda):
            self.with_defaults(node, node.args, store, shown or node)
            return
        source = self.reduce(node.generators[0].iter)
        leaves = [self.made(node), self.constant(iter, node, "iter"), source]
        where = asked_place(node.generators[0].iter, node)
        iterated = ast.Call(read(parameter(1), where), [read(parameter(2), where)], [])
        body = place(ast.Call(read(parameter(0), node), [place(iterated, where)], []), node)
        self.emit(ops.COMPUTE, shown or node, leaves, body, store, stop=True, at=node)

    def with_defaults(
        self, node: ast.AST, args: ast.arguments, store: Store, shown: ast.AST,
    ) -> None:
        """Make a function and give it its defaults."""
        positional = list(args.defaults)
        named = [
            (arg, default)
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if default is not None
        ]
        defaults = self.reduce_all([*positional, *(default for _, default in named)])
        names = tuple(self.mangled(arg.arg) for arg, _ in named)
        complete = _completer(len(positional), names)
        leaves = [self.constant(complete, node, "def"), self.made(node), *defaults]
        places = [read(parameter(number), node) for number in range(1, len(leaves))]
        body = place(ast.Call(read(parameter(0), node), [*places], []), node)
        self.emit(ops.COMPUTE, shown, leaves, body, store, stop=True, at=node)

    def _format(self, node: ast.JoinedStr, store: Store, shown: ast.AST | None) -> None:
        values = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        made: ast.AST
        if any(self.has_ops(value) for value in values[1:]):
            # Python formats each value before it evaluates the next.
            leaves: list[Leaf] = []
            parts: list[ast.expr] = []
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    slot = self.take()
                    alone = place(ast.JoinedStr([part]), part)
                    self._format(alone, Store(ops.TEMP, slot), part)
                    self.code.ops[-1].stop = False
                    self.depth = slot + 1
                    value = read(parameter(len(leaves)), part)
                    leaves.append(self.temporary(slot, part, self.text(part)))
                    part = place(ast.FormattedValue(value, -1, None), part)
                parts.append(part)
            made = place(ast.JoinedStr(parts), node)
        else:
            leaves, made = self.template(node)
        assert isinstance(made, ast.expr)
        stop = bool(values)
        self.emit(ops.COMPUTE, shown or node, leaves, made, store, stop=stop, at=node)

    # Control flow within expressions.

    def _control(self, node: ast.expr, store: Store, shown: ast.AST | None) -> None:
        if isinstance(node, ast.NamedExpr):
            assert isinstance(node.target, ast.Name)
            # It binds in the function even when it stands in a comprehension.
            bound = self.store_name(node.target.id)
            self.compute(node.value, Store(ops.BOTH, (store, bound)), shown=shown or node)
            return
        slot = self.take()
        result = Store(ops.TEMP, slot)
        if isinstance(node, ast.BoolOp):
            self._bool(node, result)
        elif isinstance(node, ast.IfExp):
            otherwise, end = Label(), Label()
            self.jump_if(node.test, otherwise, False, node)
            self._into(node.body, slot)
            self.jump(end, node)
            self.here(otherwise)
            self._into(node.orelse, slot)
            self.here(end)
        else:
            assert isinstance(node, Comprehension)
            self._comprehension(node, slot)
        self.deliver(node, slot, store, shown)

    def deliver(self, node: ast.expr, slot: int, store: Store, shown: ast.AST | None) -> None:
        """Bring a temporary to where a value is wanted."""
        if store.how == ops.TEMP and store.to == slot:
            return
        leaf = self.temporary(slot, node, self.text(node))
        stop = shown is not None or isinstance(node, Comprehension)
        self.emit(ops.BIND, shown or node, [leaf], store=store, stop=stop, at=node)

    def _into(self, node: ast.expr, slot: int) -> None:
        self.compute(node, Store(ops.TEMP, slot))
        self.depth = slot + 1

    def _bool(self, node: ast.BoolOp, result: Store) -> None:
        end = Label()
        for at, value in enumerate(node.values):
            self._into(value, result.to)
            if at < len(node.values) - 1:
                kept = self.temporary(result.to, value, self.text(value), keep=True)
                self._branch(value, kept, end, isinstance(node.op, ast.Or))
        self.here(end)

    def _chain(self, node: ast.Compare, store: Store, shown: ast.AST | None) -> None:
        slot = self.take()
        end = Label()
        self._links(node, Store(ops.TEMP, slot), lambda kept: self._branch(node, kept, end, False))
        self.here(end)
        self.deliver(node, slot, store, shown)

    def _links(self, node: ast.Compare, result: Store, between: Callable[[Leaf], Any]) -> None:
        """The comparisons of a chain, each operand evaluated once, one by one into `result`."""
        nodes = [node.left, *node.comparators]
        left = self.reduce(node.left)
        if not left.fixed:  # the next operand is kept for two comparisons, and so read early
            left = self.spill(left, node.left)
        for at, operator in enumerate(node.ops):
            right = self.reduce(nodes[at + 1])
            last = at == len(node.ops) - 1
            if not last:
                right = self.spill(right, nodes[at + 1])
                self._flush()
                again = self.temporary(right.clears[0], nodes[at + 1], right.text)
                right = self.temporary(right.clears[0], nodes[at + 1], right.text, keep=True)
            pair = [read(parameter(0), nodes[at]), read(parameter(1), nodes[at + 1])]
            compare = place(ast.Compare(pair[0], [operator], [pair[1]]), node)
            kind = ops.OPERATOR if self.operators else ops.COMPUTE
            self.emit(kind, node, [left, right], compare, result, stop=True, extra=compare)
            if not last:
                between(self.temporary(result.to, node, self.text(node), keep=True))
                left = again

    def _branch(
        self, node: ast.AST, leaf: Leaf, label: Label, flag: bool, at: ast.AST | None = None
    ) -> ops.Op:
        at = at or node
        truth = ast.IfExp(read(parameter(0), at), ast.Constant(True), ast.Constant(False))
        return self.emit(
            ops.BRANCH, node, [leaf], place(truth, at), label=label, flag=flag, at=at
        )

    def jump_if(self, node: ast.expr, label: Label, flag: bool, around: ast.AST) -> ast.AST:
        """Go to a label when a test comes out as `flag`; each truth is asked for once.

        `around` is the statement, conditional expression or comprehension that asks. What comes
        is where Python places what follows in it: before 3.12 at the last comparison, if any.
        """
        base = self.depth
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            around = self.jump_if(node.operand, label, not flag, around)
        elif isinstance(node, ast.BoolOp):
            decides = isinstance(node.op, ast.Or)
            end = Label()
            for value in node.values[:-1]:
                around = self.jump_if(value, label if decides == flag else end, decides, around)
            around = self.jump_if(node.values[-1], label, flag, around)
            self.here(end)
        elif isinstance(node, ast.IfExp):
            otherwise, end = Label(), Label()
            around = self.jump_if(node.test, otherwise, False, around)
            around = self.jump_if(node.body, label, flag, around)
            self.jump(end, node)
            self.here(otherwise)
            around = self.jump_if(node.orelse, label, flag, around)
            self.here(end)
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            self._jump_if_chain(node, label, flag)
        elif isinstance(node, ast.Constant):
            if bool(node.value) == flag:
                self.jump(label, node)
        else:
            count = len(self.code.ops)
            op = self._branch(node, self.reduce(node), label, flag, test_place(node, around))
            op.stop = not any(each.stop for each in self.code.ops[count:])
        self.depth = base
        return place_behind(node, around)

    def _jump_if_chain(self, node: ast.Compare, label: Label, flag: bool) -> None:
        slot = self.take()
        end = Label()
        fails = end if flag else label
        result = Store(ops.TEMP, slot)
        self._links(node, result, lambda kept: self._branch(node, kept, fails, False))
        self._branch(node, self.temporary(slot, node, self.text(node)), label, flag)
        self.here(end)

    # What the layers above know.

    def _comprehension(self, node: Comprehension, slot: int) -> None:
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Leaf, shown: ast.AST) -> None:
        """Emit the assignment of a value to a target."""
        raise NotImplementedError


def _is_transparent(node: ast.AST) -> bool:
    """Whether it is put together within the op that uses it, for that can't fail or have effects.

    To hash a key and to iterate what is unpacked is an op of its own.
    """
    if isinstance(node, ast.Dict):
        return all(each is not None and is_constant(each) for each in node.keys)
    if isinstance(node, ast.Tuple | ast.List):
        return not any(isinstance(each, ast.Starred) for each in node.elts)
    return isinstance(node, _TRANSPARENT)


def is_constant(node: ast.AST) -> bool:
    """Whether CPython folds it to a constant."""
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.Not()):
            return isinstance(node.operand, ast.Constant)
        case ast.UnaryOp(op=ast.Invert()):
            return _is_small_number(node.operand) and not _is_float(node.operand)
        case ast.UnaryOp():
            return _is_small_number(node.operand)
        case ast.BinOp():
            return _is_small_number(node.left) and _is_small_number(node.right) and _folds(node)
        case ast.Tuple(ctx=ast.Load()):
            return all(is_constant(each) for each in node.elts)
        case ast.JoinedStr():
            return all(is_constant(each) for each in node.values)
        case _:
            return False


def _is_small_number(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and abs(node.value) < 1e6
    return isinstance(node, ast.UnaryOp | ast.BinOp) and is_constant(node)


def _is_float(node: ast.AST) -> bool:
    """Whether a constant number may be no integer: `~` of one is left to raise in its turn."""
    return any(
        isinstance(each, ast.Div | ast.Pow)
        or (isinstance(each, ast.Constant) and isinstance(each.value, float))
        for each in ast.walk(node)
    )


def _folds(node: ast.BinOp) -> bool:
    """Whether an operation on small numbers has a value; else it is left to raise in its turn."""
    if not isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.FloorDiv | ast.Mod):
        return isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant)
    try:
        eval(compile(ast.Expression(node), "<constant>", "eval"), {})
    except ArithmeticError:
        return False
    return True


def _parts(node: ast.AST) -> Iterable[Any]:
    """The expressions in a node, in the order in which Python evaluates them."""
    match node:
        case ast.Call():
            return [node.func, *node.args, *(each.value for each in node.keywords)]
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return [part for pair in pairs for part in pair if part is not None]
        case ast.Compare():
            return [node.left, *node.comparators]
        case ast.FormattedValue():
            # A format that holds values is a string of its own, but is evaluated in place.
            spec = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
            return [node.value, *(part for part in spec if not isinstance(part, ast.Constant))]
        case _:
            return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [*args.defaults, *(each for each in args.kw_defaults if each is not None)]


def _maker(
    native: CodeType, module: dict[str, Any], free: tuple[tuple[str, int | None], ...]
) -> Callable[[dict[str, Any], list[Any]], FunctionType]:
    """Makes the real function of a native code object over a frame's cells."""

    def make(frame_locals: dict[str, Any], temps: list[Any]) -> FunctionType:
        cells: tuple[CellType, ...] = tuple(
            frame_locals[identifier] if slot is None else temps[slot]
            for identifier, slot in free
        )
        return FunctionType(native, module, closure=cells)

    return make


def _completer(count: int, names: tuple[str, ...]) -> Callable[..., FunctionType]:
    """Gives a function its positional and its keyword-only defaults."""

    def complete(function: FunctionType, *values: Any) -> FunctionType:
        if count:
            function.__defaults__ = values[:count]
        if names:
            function.__kwdefaults__ = dict(zip(names, values[count:], strict=True))
        return function

    return complete

