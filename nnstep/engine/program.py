"""A script to be run: its module, its place in the interpreter, and what can be stepped in it.

A script runs as `__main__`, as it would under plain `python`: same `sys.argv`, same `sys.path[0]`,
same names in its module.
"""

from __future__ import annotations

import ast
import builtins
import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType, ModuleType
from typing import Any

from nnstep.engine.assembler import Unsupported
from nnstep.engine.calls import OPERATOR_METHODS, Calls
from nnstep.engine.compiler import compile_code
from nnstep.engine.frames import Frame
from nnstep.engine.machine import Machine
from nnstep.engine.ops import Code
from nnstep.engine.scopes import Scopes
from nnstep.engine.source import Source


class Program:
    """One script, ready to run.

    Attributes:
        source: its text.
        native: CPython's code object of the whole script.
        module: the module that it runs as.
        argv: what it sees as `sys.argv`.
        into: names of packages whose functions are stepped into besides.
    """

    def __init__(
        self, path: str | os.PathLike[str], argv: Sequence[str] = (), into: Sequence[str] = ()
    ) -> None:
        """Read and compile a script.

        Args:
            path: the script.
            argv: its arguments, without its own name.
            into: packages whose functions are stepped into, though they lie elsewhere.

        Raises:
            OSError: it can't be read.
            SyntaxError: it can't be compiled; also for bytes that aren't text.
        """
        given = os.fspath(path)
        self.path = os.path.abspath(given) if given else given
        self.argv = [given, *argv]
        self.into = tuple(into)
        self.source = Source.read(self.path)
        self.native = compile(self.source.text, self.path, "exec", dont_inherit=True)
        self.tree = ast.parse(self.source.text, self.path)
        self.module = self._module()
        self.scopes = Scopes(self.source, self.tree, self.native)
        self._operators = _has_operators(self.tree)
        self._folder = os.path.dirname(self.path)
        self._files: dict[str, Scopes | None] = {self.path: self.scopes}
        self._codes: dict[int, Code | None] = {}
        self._own_files: dict[str, bool] = {}
        self._environment: tuple[list[str], list[str]] | None = None
        self._natives: list[CodeType] = []  # kept, so that no identity is used twice

    def _module(self) -> ModuleType:
        module = ModuleType("__main__")
        module.__dict__.update(
            __file__=self.path,
            __builtins__=builtins,
            __loader__=SourceFileLoader("__main__", self.path),
            __cached__=None,
        )
        if sys.version_info < (3, 14):
            vars(module).update(__annotations__={})
        return module

    @property
    def globals(self) -> dict[str, Any]:
        """The names of the script's module."""
        return self.module.__dict__

    def machine(self) -> Machine:
        """A machine that stands before the first op."""
        self.main_code = code = compile_code(
            self.scopes, self.native, self.tree, self.globals, self._steps_operators()
        )
        self._codes[id(self.native)] = code
        if ast.get_docstring(self.tree, clean=False) is not None:
            # Python words it: from 3.13 on without its indentation.
            docstring = ast.Module([self.tree.body[0]], [])
            exec(compile(docstring, self.path, "exec", dont_inherit=True), self.globals)
        frame = Frame(code, self.globals, None, None)
        return Machine(frame, Calls(self.lookup, self._codes))

    def _steps_operators(self) -> bool:
        """Whether some class that can be stepped into may have operator methods."""
        return self._operators or bool(self.into) or self.has_modules_beside

    def lookup(self, function: FunctionType) -> Code | None:
        """The ops of a function, None when it is not stepped into."""
        native = function.__code__
        try:
            code = self._codes[id(native)]
        except KeyError:
            self._natives.append(native)
            code = self._codes[id(native)] = self._compile(function)
        if code is not None and code.module is not function.__globals__:
            return None
        return code

    def _compile(self, function: FunctionType) -> Code | None:
        native = function.__code__
        scopes = self._scopes_of(function)
        if scopes is None or not scopes.can_step(native):
            return None
        node = scopes.node(native)
        assert node is not None
        try:
            return compile_code(scopes, native, node, function.__globals__, self._steps_operators())
        except Unsupported:  # by a lambda; of other functions only a statement is
            return None

    def _scopes_of(self, function: FunctionType) -> Scopes | None:
        path = function.__code__.co_filename
        if path not in self._files:
            self._files[path] = None
            if self._is_lesson_file(path, function.__module__ or ""):
                self._files[path] = _read(path)
        return self._files[path]

    def _is_lesson_file(self, path: str, module: str) -> bool:
        if any(module == name or module.startswith(f"{name}.") for name in self.into):
            return True
        inside = os.path.dirname(path) == self._folder or path.startswith(self._folder + os.sep)
        return inside and not _is_library(path)

    @property
    def has_modules_beside(self) -> bool:
        """Whether the script imports a module that lies beside it."""
        tops = (os.path.join(self._folder, name.split(".")[0]) for name in _imported(self.tree))
        return any(os.path.exists(each + ".py") or os.path.isdir(each) for each in tops)

    @cached_property
    def trees_beside(self) -> tuple[ast.Module, ...]:
        """The modules beside the script that it imports, and those that they do, as syntax."""
        found: dict[str, Scopes | None] = {}
        todo = [(self._folder, name) for name in _imported(self.tree)]
        while todo:
            folder, name = todo.pop()
            place = os.path.join(folder, *name.split("."))
            for path in (place + ".py", os.path.join(place, "__init__.py")):
                if path in found or not os.path.exists(path):
                    continue
                scopes = found[path] = _read(path)
                if scopes is not None:
                    around = {self._folder, os.path.dirname(path)}
                    todo += [(each, more) for each in around for more in _imported(scopes.tree)]
        return tuple(each.tree for each in found.values() if each is not None)

    def is_own_file(self, path: str) -> bool:
        """Whether code of a file belongs to the script, or to a module beside it."""
        if path not in self._own_files:
            beside = path.endswith(".py") and self._is_lesson_file(path, "")
            self._own_files[path] = path == self.path or beside
        return self._own_files[path]

    def is_own_module(self, module: ModuleType) -> bool:
        """Whether a module lies beside the script, and is a part of it."""
        path = getattr(module, "__file__", None) or ""
        return self._is_lesson_file(path, "")

    def install(self) -> None:
        """Make the script the interpreter's `__main__`."""
        sys.modules["__main__"] = self.module
        sys.argv = list(self.argv)
        sys.path[:1] = [os.path.dirname(os.path.realpath(self.path))]

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Make the script the interpreter's `__main__` for a while.

        What the script has done to `sys.argv` and `sys.path` is there again the next time.
        """
        main, argv, path = sys.modules.get("__main__"), sys.argv, list(sys.path)
        if self._environment is None:
            self.install()
        else:
            sys.modules["__main__"] = self.module
            sys.argv, sys.path[:] = self._environment
        try:
            yield
        finally:
            self._environment = sys.argv, list(sys.path)
            sys.argv, sys.path[:] = argv, path
            if main is not None:
                sys.modules["__main__"] = main


def _read(path: str) -> Scopes | None:
    try:
        source = Source.read(path)
        native = compile(source.text, path, "exec", dont_inherit=True)
        return Scopes(source, ast.parse(source.text, path), native)
    except (OSError, SyntaxError, ValueError):
        return None


def _is_library(path: str) -> bool:
    """Whether a file belongs to Python or to an installed package, wherever the script lies."""
    installed = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
    if any(each in path for each in installed):  # links take time to follow, and are rare
        return True
    real = os.path.realpath(path)
    if any(each in real for each in installed):
        return True
    roots = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), sys.prefix}
    return any(real.startswith(os.path.realpath(root) + os.sep) for root in roots if root)


def _has_operators(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.FunctionDef) and node.name in OPERATOR_METHODS
        for node in ast.walk(tree)
    )


def _imported(tree: ast.AST) -> Iterator[str]:
    """The names of the modules that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            around = [node.module] if node.module else []
            yield from around
            yield from (".".join([*around, alias.name]) for alias in node.names)
