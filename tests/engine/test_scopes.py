"""Code objects and their places in the text, over the standard library's own files."""

import ast
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType

import pytest
from stdlib import FILES

from nnstep.engine.scopes import Scope, Scopes, comprehension_name
from nnstep.engine.source import Source

_KINDS = {
    "<lambda>": ast.Lambda, "<listcomp>": ast.ListComp, "<setcomp>": ast.SetComp,
    "<dictcomp>": ast.DictComp, "<genexpr>": ast.GeneratorExp,
}
_COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>"}


@cache
def scopes_of(path: Path) -> tuple[Scopes, CodeType]:
    source = Source.read(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree, native = ast.parse(source.text), compile(source.text, str(path), "exec")
    return Scopes(source, tree), native


def inside(code: CodeType) -> Iterator[CodeType]:
    """The code objects directly in one; those of a type parameter's scope are looked through."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name.startswith("<generic parameters of"):
                # Beside what is defined it holds what works out the parameters' bounds.
                yield from (each for each in inside(constant) if each.co_name in constant.co_name)
            else:
                yield constant


def everything(code: CodeType) -> Iterator[CodeType]:
    for each in inside(code):
        yield each
        yield from everything(each)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_code_object_has_its_node(path: Path) -> None:
    scopes, native = scopes_of(path)
    seen: dict[ast.AST, CodeType] = {}
    for code in everything(native):
        node = scopes.node(code)
        if node is None and scopes.source.line(code.co_firstlineno).startswith("type "):
            continue  # what works out a type alias
        assert isinstance(node, Scope), code
        assert node not in seen, (code, seen.get(node))
        seen[node] = code
        wanted = _KINDS.get(code.co_name)
        if wanted is not None:
            assert isinstance(node, wanted), code
        else:
            assert node.name == code.co_name  # type: ignore[union-attr]
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(each.lineno for each in decorators)])
        assert first == code.co_firstlineno
        assert node.end_lineno is not None
        lines = [line for _, _, line in code.co_lines() if line]
        assert all(first <= line <= node.end_lineno for line in lines), code
        for name in parameters(node):
            assert name in code.co_varnames or name.startswith("__"), code
    # Comprehensions are no code objects any more from Python 3.12 on, nor is dead code ever.
    missed = [node for node in scopes.owner if node not in seen]
    assert all(isinstance(node, Scope) for node in missed)


def parameters(node: Scope) -> list[str]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return []
    args = node.args
    return [each.arg for each in (*args.posonlyargs, *args.args, *args.kwonlyargs)]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_children(path: Path) -> None:
    scopes, native = scopes_of(path)

    def wanted(code: CodeType) -> Iterator[CodeType]:
        for each in inside(code):
            yield each
            if each.co_name in _COMPREHENSIONS:
                yield from wanted(each)

    for code in (native, *everything(native)):
        if any(
            isinstance(each, CodeType) and each.co_name.startswith("<generic")
            for each in code.co_consts
        ):
            continue
        children = scopes.children(code)
        assert sorted(map(id, children.values())) == sorted(map(id, wanted(code)))
        assert all(scopes.node(child) is node for node, child in children.items())


@pytest.mark.parametrize("path", FILES[:6], ids=[path.stem for path in FILES[:6]])
def test_another_compilation_has_the_same_nodes(path: Path) -> None:
    """It doesn't matter who compiled it: an imported module's functions are found too."""
    scopes, native = scopes_of(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = compile(scopes.source.text, "elsewhere.py", "exec")
    for one, other in zip(everything(native), everything(again), strict=True):
        assert scopes.node(one) is scopes.node(other)


def in_text(text: str) -> tuple[Scopes, list[CodeType]]:
    scopes = Scopes(Source("script.py", text), ast.parse(text))
    return scopes, list(everything(compile(text, "script.py", "exec")))


@pytest.mark.parametrize(
    "text",
    [
        "a = lambda: 1, lambda: 2, lambda: 3\n",
        "a = (lambda: lambda: lambda: x), (lambda y: y)\n",
        "a = (lambda x=(lambda: 1): x), lambda: (lambda: 2)\n",
        "a = [i for i in b], [i for i in [j for j in b]], [[k for k in i] for i in b]\n",
        "a = sorted(x for x in (y for y in b)), (z for z in b)\n",
        "a = lambda: None, lambda: None\n",
        "a = lambda: (), lambda: ()\n",
        "a = (lambda: é), '→→→', (lambda: é)\n",
        "def f(): return 1\nif f():\n    def f(): return 2\n",
        "def f(): pass; \ndef g(): pass\n",
        "class A: f = lambda self: 1; g = lambda self: 2\n",
        "@(lambda f: f)\n@(lambda f: (lambda: f)())\ndef f(a=lambda: 1): return lambda: a\n",
    ],
)
def test_alike_on_one_line(text: str) -> None:
    scopes, codes = in_text(text)
    nodes = [scopes.node(code) for code in codes]
    assert None not in nodes
    assert len({id(node) for node in nodes}) == len(codes)
    order = [(node.lineno, node.col_offset) for node in nodes if node is not None]
    for code, place in zip(codes, order, strict=True):
        starts = [
            (line, column) for line, _, column, _ in code.co_positions()
            if line is not None and column is not None and (line, column) > (code.co_firstlineno, 0)
        ]
        decorated = isinstance(scopes.node(code), ast.FunctionDef | ast.ClassDef)
        assert decorated or not starts or place <= min(starts)


def test_owner() -> None:
    text = "class A:\n    def f(self): return lambda: [i for i in self.__x]\ndef g(): pass\n"
    scopes, codes = in_text(text)
    owners = {code.co_name: scopes.owner[scopes.node(code)] for code in codes}  # type: ignore[index]
    assert owners["A"] is None
    assert owners["f"] == owners["<lambda>"] == "A"
    assert owners["g"] is None


def test_can_step() -> None:
    text = (
        "def plain(): pass\ndef generator(): yield\nasync def coroutine(): pass\n"
        "async def both(): yield\nclass C: pass\nf = lambda: 1\ng = lambda: (yield)\n"
        "h = (i for i in a)\n"
    )
    scopes, codes = in_text(text)
    able = [code.co_firstlineno for code in codes if scopes.can_step(code)]
    assert able == [1, 6]


def test_from_elsewhere() -> None:
    scopes, _ = in_text("def f(): pass\n")
    assert scopes.node(compile("\n\n\ndef other(): pass", "x.py", "exec")) is None
    assert scopes.node(test_owner.__code__) is None


def test_comprehension_names() -> None:
    names = [comprehension_name(ast.parse(each, mode="eval").body) for each in (
        "[i for i in a]", "{i for i in a}", "{i: i for i in a}", "(i for i in a)"
    )]
    assert names == ["<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"]
