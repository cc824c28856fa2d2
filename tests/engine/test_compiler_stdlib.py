"""The compiler over the standard library: every function compiles, and every jump lands."""

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest
from stdlib import FILES

from nnstep.engine import ops
from nnstep.engine.compiler import compile_code
from nnstep.engine.ops import Code, Store
from nnstep.engine.scopes import Scopes
from nnstep.engine.source import Source

JUMPS = {ops.BRANCH, ops.NEXT, ops.JUMP, ops.MATCH, ops.SIGNAL}


def codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from codes(constant)


def slots(store: Store) -> Iterator[int]:
    if store.how in (ops.TEMP, ops.TEMP_CELL):
        yield store.to
    elif store.how in (ops.MANY, ops.BOTH):
        for part in store.to:
            yield from slots(part)


def check(code: Code) -> None:
    """What holds of any code that a machine may run."""
    count = len(code.ops)
    assert count and code.ops[-1].kind in (ops.RETURN, ops.JUMP, ops.RERAISE)
    for at, op in enumerate(code.ops):
        assert op.index == at
        if op.kind in JUMPS:
            assert 0 <= op.target < count, (op, count)
        if op.handler is not None:
            assert 0 <= op.handler.label.pc < count
            assert 0 <= op.handler.depth <= code.depth
            assert op.handler.level >= 0
        for slot in slots(op.store):
            assert 0 <= slot < code.depth
        assert op.slot < code.depth
        if op.stop and not code.is_module:
            span = code.span(op)
            first = code.native.co_firstlineno
            end = code.node.end_lineno  # type: ignore[attr-defined]
            assert first <= span.line <= span.end_line <= end
            assert code.text(op)
        for loop in op.loops:
            assert 0 <= loop.head.pc < loop.end.pc <= count
            assert 0 <= loop.slot < code.depth - 1
    # Every op can be come to: from the op before, by a jump, or by an exception.
    reached = {0}
    handled = {op.handler.label.pc for op in code.ops if op.handler}
    targets = {op.target for op in code.ops if op.kind in JUMPS}
    resumed = {op.extra[0].pc for op in code.ops if op.kind == ops.SIGNAL}
    assert {*handled, *targets, *resumed} <= set(range(count)), reached


def compiled(path: Path, operators: bool) -> Iterator[Code]:
    source = Source.read(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree, native = ast.parse(source.text), compile(source.text, str(path), "exec")
        scopes = Scopes(source, tree)
        yield compile_code(scopes, native, tree, {}, operators)
        for code in codes(native):
            if scopes.can_step(code):
                node = scopes.node(code)
                assert node is not None
                yield compile_code(scopes, code, node, {}, operators)


@pytest.mark.parametrize("path", FILES[::2], ids=[path.stem for path in FILES[::2]])
def test_compiles(path: Path) -> None:
    for number, code in enumerate(compiled(path, operators="e" in path.stem)):
        assert code.is_module == (number == 0)
        check(code)


def test_little_is_native() -> None:
    """Statements that Python itself must execute are rare in ordinary code."""
    every = native = 0
    for path in FILES[1:20:3]:
        for code in compiled(path, operators=False):
            if not code.is_module:
                every += len(code.ops)
                native += sum(op.kind == ops.NATIVE for op in code.ops)
    assert every > 5000
    assert native < every / 50
