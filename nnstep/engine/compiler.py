"""ast -> Code: the statements of a function, op by op.

Expressions have a module of their own. A statement that holds anything unknown becomes one
NATIVE op, which Python itself executes with the right result.
"""

from __future__ import annotations

import __future__

import ast
import builtins
import sys
from collections.abc import Sequence
from types import CodeType
from typing import Any

from nnstep.engine import ops
from nnstep.engine.assembler import Block, Leaf, Unsupported
from nnstep.engine.expressions import Expressions, test_place
from nnstep.engine.fragments import parameter, place, read
from nnstep.engine.natives import Native, native_statement
from nnstep.engine.ops import Code, Handler, Label, Store
from nnstep.engine.scopes import Scopes

# The temporary that keeps a returned value while `finally` blocks run. It is the function's
# first, so that no op of such a block can take it.
_RETURNED = 0
_FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    _FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


def compile_code(
    scopes: Scopes, native: CodeType, node: ast.AST, module: dict[str, Any], operators: bool
) -> Code:
    """Compile one function, or the module itself, to ops.

    Args:
        scopes: the source and its functions.
        native: CPython's code object of the function.
        node: its AST node: a module, a function definition or a lambda.
        module: the globals in which it runs.
        operators: whether some class of the script has operator methods to step into.
    """
    code = Code(scopes.source, native.co_name, native, node, module)
    _Compiler(code, scopes, native.co_flags & _FUTURE_FLAGS, operators).run()
    return code


class _Compiler(Expressions):
    """Compiles the body of one function."""

    def __init__(self, code: Code, scopes: Scopes, flags: int, operators: bool) -> None:
        super().__init__(code, scopes, flags, operators)
        self._flags = flags
        self._blocks: list[Block] = []

    def run(self) -> None:
        """Compile it all."""
        node = self.code.node
        self.take()
        if isinstance(node, ast.Lambda):
            self.statement = node
            leaf = self.reduce(node.body)
            self.emit(ops.RETURN, node.body, [leaf], stop=True)
        else:
            self._body(node.body)  # type: ignore[attr-defined]
            end = place(ast.Constant(None), node.body[-1]) if _body_of(node) else None
            last = end or ast.Constant(None, lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
            self.statement = last
            self.emit(ops.RETURN, last, [Leaf(last, "None")], stop=not self.code.is_module)
        self.finish()

    def _body(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        mark = self.mark()
        outer, self.statement = self.statement, node
        visit = getattr(self, f"_{type(node).__name__.lower()}", None)
        try:
            if visit is None:
                raise Unsupported
            visit(node)
        except Unsupported:
            self.back_to(mark)
            self._native(node)
        self.statement = outer
        self.depth = mark.depth
        added = self.code.ops[mark.count :]
        # Every statement that does something can be stopped at.
        if added and not any(op.stop for op in added):
            added[-1].stop = True

    # Simple statements.

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.compute(node.value, ops.DISCARD, shown=node)

    def _assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Name):
            self.compute(node.value, self.store_name(target.id), shown=node)
            return
        if len(node.targets) == 1 and not isinstance(target, ast.Tuple | ast.List):
            self.assign(target, self.reduce(node.value), node)
            return
        slot = self.take()
        self.compute(node.value, Store(ops.TEMP, slot))
        self.depth = slot + 1
        for at, target in enumerate(node.targets):
            last = at == len(node.targets) - 1
            value = self.temporary(slot, node.value, self.text(node.value), keep=not last)
            self.assign(target, value, node)
            self.depth = slot + 1

    def assign(self, target: ast.expr, value: Leaf, shown: ast.AST) -> None:
        """Emit the assignment of a value to one target."""
        match target:
            case ast.Name():
                store = self.target_store(target)
                assert store is not None
                self.emit(ops.BIND, shown, [value], store=store, stop=True, at=target)
            case ast.Attribute() | ast.Subscript():
                self._store_in(target, value, shown)
            case ast.Tuple() | ast.List():
                self._unpack(target, value, shown)
            case _:
                raise Unsupported

    def _store_in(
        self, target: ast.Attribute | ast.Subscript, value: Leaf, shown: ast.AST
    ) -> None:
        if not value.fixed and self._target_has_ops(target):
            value = self.spill(value, target)
        leaves, made = self._place_of(target, 1)
        statement = place(ast.Assign([made], read(parameter(0), target)), target)
        name = self.text(target) if isinstance(target, ast.Attribute) else None
        self.emit(
            self._kind(target), shown, [value, *leaves], [statement],
            Store(ops.NOWHERE, None, name), stop=True, at=target, extra=target,
        )

    def _kind(self, target: ast.expr) -> int:
        stepped = self.operators and isinstance(target, ast.Subscript)
        return ops.OPERATOR if stepped else ops.COMPUTE

    def _target_has_ops(self, target: ast.Attribute | ast.Subscript) -> bool:
        parts = [target.value, *([target.slice] if isinstance(target, ast.Subscript) else [])]
        return any(map(self.has_ops, parts))

    def _place_of(
        self, target: ast.Attribute | ast.Subscript, offset: int
    ) -> tuple[list[Leaf], Any]:
        """The leaves of a target, and the target over parameters from `offset` on."""
        nodes = list(self._operands(target))
        leaves = self.reduce_all(nodes)
        numbers = {id(each): number for number, each in enumerate(nodes)}
        made = self.rebuild(target, numbers, offset)
        if isinstance(made, ast.Attribute):
            made.attr = self.mangled(made.attr)
        return leaves, made

    def _unpack(self, target: ast.Tuple | ast.List, value: Leaf, shown: ast.AST) -> None:
        inner = [each.value if isinstance(each, ast.Starred) else each for each in target.elts]
        names = [self.target_store(each) for each in inner]
        plain = all(name is not None for name in names)
        slots = [] if plain else [self.take() for _ in inner]
        parts = names if plain else [Store(ops.TEMP, slot) for slot in slots]
        parameters = [f".u{number}" for number in range(len(inner))]
        made: list[ast.expr] = []
        for each, identifier in zip(target.elts, parameters, strict=True):
            name: ast.expr = place(ast.Name(identifier, ast.Store()), each)
            starred = isinstance(each, ast.Starred)
            made.append(place(ast.Starred(name, ast.Store()), each) if starred else name)
        unpack = place(
            ast.Assign([place(ast.Tuple(made, ast.Store()), target)], read(parameter(0), target)),
            target,
        )
        values: list[ast.expr] = [read(identifier, target) for identifier in parameters]
        give = place(ast.Return(place(ast.Tuple(values, ast.Load()), target)), target)
        self.emit(
            ops.COMPUTE, shown, [value], [unpack, give], Store(ops.MANY, tuple(parts)), stop=True,
            at=target,
        )
        for each, slot in zip(inner, slots, strict=False):
            base = self.depth
            self.assign(each, self.temporary(slot, each, self.text(each)), shown)
            self.depth = base

    def _augassign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            name = self.store_name(node.target.id)
            leaf = self._name(place(ast.Name(node.target.id, ast.Load()), node.target))
            if self.has_ops(node.value) and not leaf.fixed:
                leaf = self.spill(leaf, node.target)
            leaves = [leaf, self.reduce(node.value)]
            body = self._in_place(node, [])
            self.emit(self._aug_kind(), node, leaves, body, name, stop=True, extra=node)
            return
        target = node.target
        leaves, made = self._place_of(target, 2)
        kept = [self._keep(leaf, target) for leaf in leaves]
        self._flush()
        again = [
            self.temporary(leaf.clears[0], target, leaf.text, keep=True) if leaf.clears else leaf
            for leaf in kept
        ]
        old = self._old_value(node, target, again)
        value = self.reduce(node.value)
        store = Store(ops.NOWHERE, None, self.text(target))
        body = self._in_place(node, [place(ast.Assign([made], read(parameter(0), target)), target)])
        self.emit(
            self._aug_kind(), node, [old, value, *kept], body, store, stop=True, extra=node
        )

    def _aug_kind(self) -> int:
        return ops.OPERATOR if self.operators else ops.COMPUTE

    def _keep(self, leaf: Leaf, node: ast.AST) -> Leaf:
        return leaf if leaf.fixed else self.spill(leaf, node)

    def _old_value(
        self, node: ast.AugAssign, target: ast.Attribute | ast.Subscript, leaves: list[Leaf]
    ) -> Leaf:
        """The value that `target op= ...` starts from, read before the right side."""
        _, made = self._place_of_again(target)
        slot = self.take()
        stop = isinstance(target, ast.Subscript) and self.has_ops(node.value)
        self.emit(
            self._kind(target), target, leaves, made, Store(ops.TEMP, slot), stop=stop, extra=made
        )
        return self.temporary(slot, target, self.text(target))

    def _place_of_again(self, target: ast.Attribute | ast.Subscript) -> tuple[None, ast.expr]:
        nodes = list(self._operands(target))
        numbers = {id(each): number for number, each in enumerate(nodes)}
        made = self.rebuild(target, numbers)
        made.ctx = ast.Load()
        if isinstance(made, ast.Attribute):
            made.attr = self.mangled(made.attr)
        return None, made

    def _in_place(self, node: ast.AugAssign, then: list[ast.stmt]) -> list[ast.stmt]:
        value = place(ast.Name(parameter(0), ast.Store()), node.target)
        change = place(ast.AugAssign(value, node.op, read(parameter(1), node.value)), node)
        return [change, *then, place(ast.Return(read(parameter(0), node)), node)]

    def _annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign(place(ast.Assign([node.target], node.value), node))
        simple = isinstance(node.target, ast.Name) and node.simple
        if not self.code.is_module and simple:
            return
        if not simple:
            raise Unsupported
        bare = place(ast.AnnAssign(node.target, node.annotation, None, node.simple), node)
        self._native(bare)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Tuple | ast.List):
                self._delete(place(ast.Delete(target.elts), node))
            elif isinstance(target, ast.Name):
                self.emit(ops.DELETE, node, extra=self.store_name(target.id), stop=True)
            else:
                assert isinstance(target, ast.Attribute | ast.Subscript)
                leaves, made = self._place_of(target, 0)
                self.emit(
                    self._kind(target), node, leaves, [place(ast.Delete([made]), target)],
                    stop=True, at=target, extra=target,
                )

    def _pass(self, node: ast.Pass) -> None:
        self.emit(ops.NOP, node)

    def _global(self, node: ast.Global | ast.Nonlocal) -> None:
        """Nothing happens: the names are resolved when compiling."""

    _nonlocal = _global

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            single = place(ast.Import([alias]), node)
            bound = alias.asname or alias.name.split(".")[0]
            self._import_one(node, single, bound, True)

    def _importfrom(self, node: ast.ImportFrom) -> None:
        if node.names[0].name == "*":
            raise Unsupported
        for alias in node.names:
            single = place(ast.ImportFrom(node.module, [alias], node.level), node)
            self._import_one(node, single, alias.asname or alias.name, alias is node.names[-1])

    def _import_one(self, node: ast.stmt, single: ast.stmt, bound: str, stop: bool) -> None:
        give = place(ast.Return(read(bound, node)), node)
        store = self.store_name(bound)
        self.emit(ops.COMPUTE, node, [], [single, give], store, stop=stop)

    # Definitions.

    def _functiondef(self, node: ast.FunctionDef) -> None:
        if getattr(node, "type_params", None):
            raise Unsupported
        self._decorated(node, lambda store: self._function(node, store))

    def _asyncfunctiondef(self, node: ast.AsyncFunctionDef) -> None:
        self._functiondef(node)  # type: ignore[arg-type]

    def _function(self, node: ast.FunctionDef, store: Store) -> None:
        if _has_annotations(node):
            # Python itself works out annotations; a bodiless twin of the function holds them.
            slot, value = self.take(), self.take()
            self.with_defaults(node, node.args, Store(ops.TEMP, value), node)
            self.code.ops[-1].stop = False
            self._twin(node, slot)
            leaves = [
                self.constant(_annotate, node, "def"),
                self.temporary(value, node, node.name),
                self.temporary(slot, node, ""),
            ]
            places = [read(parameter(number), node) for number in (1, 2)]
            body = place(ast.Call(read(parameter(0), node), [*places], []), node)
            self.emit(ops.COMPUTE, node, leaves, body, store, stop=True)
        elif node.args.defaults or any(node.args.kw_defaults):
            self.with_defaults(node, node.args, store, node)
        else:
            self.emit(ops.BIND, node, [self.made(node)], store=store, stop=True)

    def _twin(self, node: ast.FunctionDef, slot: int) -> None:
        args = node.args
        bare = ast.arguments(
            args.posonlyargs, args.args, args.vararg, args.kwonlyargs,
            [None for _ in args.kwonlyargs], args.kwarg, [],
        )
        twin = ast.FunctionDef(node.name, bare, [ast.Pass()], [], node.returns)
        twin.type_params = []  # type: ignore[attr-defined]
        native = native_statement(place(twin, node), self.code, self.owner, self._flags, gives=True)
        self.emit(ops.NATIVE, node, store=Store(ops.TEMP, slot), extra=native)

    def _classdef(self, node: ast.ClassDef) -> None:
        if getattr(node, "type_params", None):
            raise Unsupported
        self._decorated(node, lambda store: self._class(node, store))

    def _class(self, node: ast.ClassDef, store: Store) -> None:
        if any(isinstance(each, ast.Starred) for each in node.bases):
            raise Unsupported
        values = [*node.bases, *(each.value for each in node.keywords)]
        leaves = [
            self.constant(builtins.__build_class__, node, "class"),
            self.made(node),
            *self.reduce_all(values),
        ]
        numbers = {id(each): number + 2 for number, each in enumerate(values)}
        bases = self.rebuild(node.bases, numbers)
        keywords = self.rebuild(node.keywords, numbers)
        args = [read(parameter(1), node), place(ast.Constant(node.name), node), *bases]
        body = place(ast.Call(read(parameter(0), node), args, keywords), node)
        self.emit(ops.COMPUTE, node, leaves, body, store, stop=True)

    def _decorated(self, node: ast.FunctionDef | ast.ClassDef, make: Any) -> None:
        """Evaluate decorators, make the thing, and call them on it, innermost first."""
        base = self.depth
        decorators = []
        for decorator in node.decorator_list:
            leaf = self.reduce(decorator)
            decorators.append(leaf if leaf.clears else self.spill(leaf, decorator))
        name = self.store_name(node.name)
        if not decorators:
            make(name)
            return
        self._flush()
        slot = self.take()
        make(Store(ops.TEMP, slot))
        self.code.ops[-1].stop = True
        for at, leaf in reversed(list(enumerate(decorators))):
            decorator = node.decorator_list[at]
            self.depth = slot + 1
            call = ast.Call(read(parameter(0), decorator), [read(parameter(1), decorator)], [])
            self.emit(
                ops.CALL, decorator, [leaf, self.temporary(slot, node, node.name)],
                place(call, decorator), Store(ops.TEMP, slot) if at else name,
                stop=True, flag=True,
            )
        self.depth = base

    # Control flow.

    def _if(self, node: ast.If) -> None:
        otherwise, end = Label(), Label()
        self.jump_if(node.test, otherwise, False, node)
        self._body(node.body)
        if node.orelse:
            self.jump(end, node)
        self.here(otherwise)
        self._body(node.orelse)
        self.here(end)

    def _for(self, node: ast.For) -> None:
        outer = self.loops
        loop = self.begin_for(node, node.iter, self.reduce(node.iter), node.target)
        end = Label()
        block = Block("loop", self.handler, self.level, end, loop.head, loop.slot, outer)
        self._blocks.append(block)
        self._body(node.body)
        self._blocks.pop()
        self.jump(loop.head, node)
        self.end_for(loop)
        self._body(node.orelse)
        self.here(end)

    def _while(self, node: ast.While) -> None:
        outer = self.loops
        slot = self.take(2)
        loop = ops.Loop(node, slot, Label(), Label())
        self.emit(ops.ITER, node.test, slot=slot, flag=True)
        self.code.loops.append(loop)
        self.loops = (*outer, loop)
        self.here(loop.head)
        self.emit(ops.WHILE, node, slot=slot)
        self.jump_if(node.test, loop.end, False, node)
        end = Label()
        self._blocks.append(Block("loop", self.handler, self.level, end, loop.head, -1, outer))
        self._body(node.body)
        self._blocks.pop()
        self.jump(loop.head, node)
        self.end_for(loop)
        self._body(node.orelse)
        self.here(end)

    def _break(self, node: ast.Break) -> None:
        block = self._leave("loop", node)
        assert block is not None
        if block.slot >= 0:
            self.emit(ops.CLEAR, node, slot=block.slot)
        self.jump(block.label, node)

    def _continue(self, node: ast.Continue) -> None:
        block = self._leave("loop", node)
        assert block is not None
        self.jump(block.again, node)

    def _return(self, node: ast.Return) -> None:
        value = node.value or place(ast.Constant(None), node)
        self._give_back(node, self.reduce(value), value)

    def _give_back(self, node: ast.stmt, leaf: Leaf, value: ast.expr) -> None:
        """Leave all blocks and return; the value is read before any `finally` runs."""
        if self._blocks and not isinstance(value, ast.Constant):
            self.emit(ops.BIND, value, [leaf], store=Store(ops.TEMP, _RETURNED), at=value)
            leaf = self.temporary(_RETURNED, value, leaf.text)
        state = self.handler, self.level, self.loops
        self._leave("function", node)
        self.emit(ops.RETURN, node, [leaf], stop=True)
        self.handler, self.level, self.loops = state

    def _leave(self, kind: str, node: ast.AST) -> Block | None:
        """Emit what leaving the blocks up to the innermost one of a kind takes."""
        state = self.handler, self.level, self.loops
        found = None
        for block in reversed(self._blocks):
            if block.kind == kind:
                found = block
                break
            self._leave_block(block, node)
        if kind == "loop":
            self.handler, self.level, self.loops = state
        return found

    def _leave_block(self, block: Block, node: ast.AST) -> None:
        if block.kind == "handler":
            self.emit(ops.TRIM, node, extra=block.level)
        elif block.kind == "finally":
            resume = Label()
            self.emit(
                ops.SIGNAL, node, label=block.label, slot=block.slot, extra=(resume, block.level)
            )
            self.here(resume)
        elif block.slot >= 0:
            self.emit(ops.CLEAR, node, slot=block.slot)
        self.handler, self.level = block.handler, block.level
        self.loops = block.loops

    # Exceptions.

    def _raise(self, node: ast.Raise) -> None:
        if node.exc is None:
            self.emit(ops.RERAISE, node, [], [place(ast.Raise(), node)], stop=True)
            return
        values = [node.exc, *([node.cause] if node.cause else [])]
        leaves = self.reduce_all(values)
        places = [read(parameter(number), each) for number, each in enumerate(values)]
        statement = place(ast.Raise(*places), node)
        self.emit(ops.COMPUTE, node, leaves, [statement], stop=True)

    def _assert(self, node: ast.Assert) -> None:
        end = Label()
        self.jump_if(node.test, end, True, node)
        leaves = [self.reduce(node.msg)] if node.msg else []
        message = read(parameter(0), node.msg) if node.msg else None
        false = place(ast.Constant(False), node.test)
        at = node if sys.version_info >= (3, 12) else test_place(_last_test(node.test), node)
        failed = place(ast.Assert(false, message), at)
        self.emit(ops.COMPUTE, node, leaves, [failed], stop=True)
        self.here(end)

    def _try(self, node: ast.Try) -> None:
        if not node.finalbody:
            self._try_except(node)
            return
        slot = self.take()
        self._protected(
            node, slot, lambda: self._try_except(node), lambda: self._body(node.finalbody)
        )

    def _protected(self, node: ast.AST, slot: int, body: Any, final: Any) -> None:
        """A body, and what is done however it ends; `slot` keeps how it ended."""
        outer, level = self.handler, self.level
        block = Block("finally", outer, level, slot=slot, loops=self.loops)
        caught, resume = Label(), Label()
        self._blocks.append(block)
        self.handler = Handler(caught, level, self.depth)
        body()
        self._blocks.pop()
        self.handler = outer
        self.emit(ops.SIGNAL, node, label=block.label, slot=slot, extra=(resume, level))
        self.here(caught)
        self.emit(ops.CATCH, node, slot=slot)
        self.here(block.label)
        self.level = level + 1
        self._blocks.append(Block("handler", outer, level, loops=self.loops))
        final()
        self._blocks.pop()
        self.level = level
        self.emit(ops.END_FINALLY, node, slot=slot)
        self.here(resume)

    def _try_except(self, node: ast.Try) -> None:
        if not node.handlers:
            self._body(node.body)
            return
        outer, level = self.handler, self.level
        caught, end = Label(), Label()
        self.handler = Handler(caught, level, self.depth)
        self._body(node.body)
        self.handler = outer
        self._body(node.orelse)
        self.jump(end, node)
        self.here(caught)
        self.level = level + 1
        self._blocks.append(Block("handler", outer, level, loops=self.loops))
        for handler in node.handlers:
            self._except(handler, end, level)
        self._blocks.pop()
        self.level = level
        self.emit(ops.RERAISE, node, flag=True)
        self.here(end)

    def _except(self, node: ast.ExceptHandler, end: Label, level: int) -> None:
        following = Label()
        name = self.store_name(node.name) if node.name else None
        if node.type is not None:
            leaf = self.reduce(node.type)
            fits = _match_body(node.type)
            self.emit(
                ops.MATCH, node, [leaf], fits, name or ops.DISCARD, label=following, stop=True,
                at=node.type,
            )
        if name is None:
            self._body(node.body)
        else:
            slot = self.take()
            self._protected(
                node, slot, lambda: self._body(node.body),
                lambda: self.emit(ops.DELETE, node, extra=name, flag=True),
            )
        self.emit(ops.TRIM, node, extra=level)
        self.jump(end, node)
        self.here(following)

    def _with(self, node: ast.With) -> None:
        self._with_items(node, list(node.items))

    def _with_items(self, node: ast.With, items: list[ast.withitem]) -> None:
        if not items:
            self._body(node.body)
            return
        item, *rest = items
        leaf = self.reduce(item.context_expr)
        slot = self.take(2)
        at = item.context_expr
        target = item.optional_vars
        name = self.target_store(target) if target else None
        value = self.take() if target and name is None else None
        store = name or (Store(ops.TEMP, value) if value is not None else ops.DISCARD)
        enter = place(ast.Call(read(parameter(0), at), [], []), at)
        op = self.emit(ops.ENTER, at, [leaf], enter, store, slot=slot, stop=True)
        bare = place(ast.With([ast.withitem(read(parameter(0), at))], [ast.Pass()]), node)
        self.fragments.compute(1, [bare], at, lambda made: setattr(op, "extra", made))

        def body() -> None:
            if target is not None and value is not None:
                self.assign(target, self.temporary(value, target, self.text(target)), target)
            self._with_items(node, rest)

        def leave() -> None:
            where = at if sys.version_info >= (3, 13) else node
            places = [read(parameter(number), where) for number in (1, 2, 3)]
            call = place(ast.Call(read(parameter(0), where), [*places], []), where)
            self._exit(at, call, slot)

        self._protected(node, slot, body, leave)

    def _exit(self, at: ast.expr, call: ast.expr, slot: int) -> None:
        op = self.emit(ops.EXIT, at, slot=slot, stop=True, at=call)
        self.fragments.compute(4, call, call, lambda made: setattr(op, "fn", made))

    # What only Python itself executes.

    def _native(self, node: ast.stmt) -> None:
        native = native_statement(node, self.code, self.owner, self._flags)
        slot = self.take()
        self.emit(
            ops.NATIVE, node, store=Store(ops.TEMP, slot), extra=native, stop=True
        )
        if native.signals:
            self._signals(node, native, slot)

    def _signals(self, node: ast.stmt, native: Native, slot: int) -> None:
        """Do what a native statement asked for: `return`, `break` or `continue`."""
        for signal in sorted(native.signals):
            passed = Label()
            leaf = self.temporary(slot, node, "", keep=True)
            test = ast.Compare(
                place(ast.Subscript(read(parameter(0), node), ast.Constant(0), ast.Load()), node),
                [ast.Eq()],
                [ast.Constant(signal)],
            )
            flag = self.take()
            self.emit(ops.COMPUTE, node, [leaf], place(test, node), Store(ops.TEMP, flag))
            self._branch(node, self.temporary(flag, node, ""), passed, False)
            self.depth = flag
            if signal == "return":
                self._return_slot(node, slot)
            elif signal == "break":
                self._break(place(ast.Break(), node))
            else:
                self._continue(place(ast.Continue(), node))
            self.here(passed)

    def _return_slot(self, node: ast.stmt, slot: int) -> None:
        inner = self.temporary(slot, node, "return")
        value = place(ast.Subscript(inner.expr, ast.Constant(1), ast.Load()), node)
        self._give_back(node, Leaf(value, "return", inner.clears), value)


def _last_test(node: ast.expr) -> ast.expr:
    """The part of a test that is asked last."""
    match node:
        case ast.BoolOp():
            return _last_test(node.values[-1])
        case ast.UnaryOp(op=ast.Not()):
            return _last_test(node.operand)
        case ast.IfExp():
            return _last_test(node.orelse)
        case _:
            return node


def _body_of(node: ast.AST) -> list[ast.stmt]:
    body: list[ast.stmt] = getattr(node, "body", [])
    return body


def _has_annotations(node: ast.FunctionDef) -> bool:
    args = node.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return node.returns is not None or any(each.annotation for each in every if each)


def _annotate(function: Any, twin: Any) -> Any:
    if hasattr(twin, "__annotate__"):
        function.__annotate__ = twin.__annotate__
    else:
        function.__annotations__ = twin.__annotations__
    return function


def _match_body(at: ast.expr) -> list[ast.stmt]:
    """`except` asked of Python itself: the current exception, raised again, against a type."""
    handler = ast.ExceptHandler(
        read(parameter(0), at), None, [place(ast.Return(ast.Constant(True)), at)]
    )
    rest = ast.ExceptHandler(None, None, [place(ast.Return(ast.Constant(False)), at)])
    body: list[ast.stmt] = [place(ast.Raise(), at)]
    return [place(ast.Try(body, [place(handler, at), place(rest, at)], [], []), at)]
