"""CPython as the oracle: what a script does natively, and what it does by ops, ready to compare.

Two ways to look at a run. From outside: a process with its bytes and its exit code. From inside:
`observe_native` and `observe_ops` run a script in this process under the same conditions and
give an `Observation` of all that can be told apart: text, warnings, the exception with its chain
and the places in its traceback, and every variable of the module, to the bit.
"""

from __future__ import annotations

import builtins
import collections
import functools
import gc
import io
import linecache
import operator
import os
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import traceback
import types
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from nnstep.engine.program import Program

ROOT = Path(__file__).parents[1]

# From outside: processes.

COMMANDS = {
    "plain": (),
    "run": ("-m", "nnstep", "run"),
    "ops": ("-m", "nnstep", "run", "--ops"),
}


@dataclass(frozen=True)
class Outcome:
    """What a process leaves behind."""

    stdout: bytes
    stderr: bytes
    code: int


def start(
    way: str, path: str | Path, arguments: Sequence[str] = (), typed: str = "",
    folder: Path = ROOT,
) -> subprocess.Popen[bytes]:
    """Start a script as a process.

    Args:
        way: plain, run or ops.
        path: the script.
        arguments: what it gets as `sys.argv`, without its name.
        typed: what it can read from its standard input.
        folder: in which it works.
    """
    environment = dict(os.environ, PYTHONHASHSEED="0", PYTHONPATH=str(ROOT))
    for name in ("PYTHONWARNINGS", "PYTHONDEVMODE", "PYTHONOPTIMIZE", "COVERAGE_PROCESS_START"):
        environment.pop(name, None)
    with tempfile.TemporaryFile() as stdin:
        stdin.write(typed.encode())
        stdin.seek(0)
        return subprocess.Popen(
            [sys.executable, *COMMANDS[way], str(path), *arguments],
            stdin=stdin if typed else subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment, cwd=folder,
        )


def outcome(process: subprocess.Popen[bytes], timeout: float = 60) -> Outcome:
    """Wait for a process."""
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    finally:
        process.kill()
    return Outcome(stdout, stderr, process.returncode)


def outcomes(path: str | Path, ways: Sequence[str], arguments: Sequence[str] = ()) -> list[Outcome]:
    """Run a script in several ways at the same time."""
    processes = [start(way, path, arguments) for way in ways]
    return [outcome(process) for process in processes]


# From inside: observations.


@dataclass(frozen=True)
class Observation:
    """All that a run in this process shows.

    Attributes:
        stdout: what it printed.
        stderr: what it wrote there, warnings included.
        warnings: category, text, file, line, and how much had been printed by then.
        error: the exception that ended it, frozen; None when it ended well.
        traceback: the text that Python shows for it.
        code: the exit code.
        variables: those of the module, frozen.
        random: the state of NumPy's and Python's global generators.
    """

    stdout: str
    stderr: str
    warnings: tuple[Any, ...]
    error: Any
    traceback: str
    code: Any
    variables: dict[str, Any]
    random: Any


def observe_native(
    path: str | Path, arguments: Sequence[str] = (), typed: str = ""
) -> Observation:
    """Run a script by Python itself."""
    name = os.path.abspath(path)

    def run() -> tuple[dict[str, Any], BaseException | None]:
        code = compile(Path(name).read_bytes(), name, "exec", dont_inherit=True)
        module = ModuleType("__main__")
        module.__dict__.update(
            __file__=name, __builtins__=builtins, __cached__=None, __annotations__={},
            __loader__=SourceFileLoader("__main__", name),
        )
        with _main(module, name, arguments):
            try:
                exec(code, module.__dict__)
            except BaseException as error:
                return module.__dict__, error
        return module.__dict__, None

    return _observe(run, typed)


def observe_ops(
    path: str | Path, arguments: Sequence[str] = (), typed: str = ""
) -> Observation:
    """Run a script by nnstep's machine."""

    def run() -> tuple[dict[str, Any], BaseException | None]:
        program = Program(path, arguments)
        with program.installed():
            machine = program.machine()
            machine.run()
        return program.globals, machine.error

    return _observe(run, typed)


def differences(native: Observation, ops: Observation) -> list[str]:
    """What differs, one text for each; empty when both runs are the same."""
    found = []
    for field in fields(Observation):
        mine, theirs = getattr(native, field.name), getattr(ops, field.name)
        if mine == theirs:
            continue
        if field.name == "variables":
            for name in sorted({*mine, *theirs}):
                one, other = mine.get(name, "(unbound)"), theirs.get(name, "(unbound)")
                if one != other:
                    found.append(_difference(f"variable {name}", one, other))
        else:
            found.append(_difference(field.name, mine, theirs))
    return found


def _difference(what: str, native: Any, ops: Any) -> str:
    shown = [value if isinstance(value, str) else repr(value) for value in (native, ops)]
    return f"--- {what}: Python\n{shown[0]}\n--- {what}: by ops\n{shown[1]}"


@contextmanager
def _main(module: ModuleType, path: str, arguments: Sequence[str]) -> Iterator[None]:
    main, argv, places = sys.modules["__main__"], sys.argv, list(sys.path)
    sys.modules["__main__"] = module
    sys.argv = [path, *arguments]
    sys.path[:1] = [os.path.dirname(os.path.realpath(path))]
    try:
        yield
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = main, argv, places


_STATE = (
    "stdout", "stderr", "stdin", "excepthook", "displayhook", "unraisablehook", "__stdout__",
    "__stderr__",
)
_DEFAULT_FILTERS = (
    ("default", DeprecationWarning, "__main__"), ("ignore", DeprecationWarning, ""),
    ("ignore", PendingDeprecationWarning, ""), ("ignore", ImportWarning, ""),
    ("ignore", ResourceWarning, ""),
)
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def _observe(
    run: Callable[[], tuple[dict[str, Any], BaseException | None]], typed: str = ""
) -> Observation:
    """Run under fresh conditions, and freeze what there is afterwards."""
    saved = {name: getattr(sys, name) for name in _STATE}
    limit, errors, printing = sys.getrecursionlimit(), np.geterr(), np.get_printoptions()
    call, folder = np.geterrcall(), os.getcwd()
    modules, environment = set(sys.modules), dict(os.environ)
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    shown: list[Any] = []

    def show(
        message: Warning | str, category: type[Warning], filename: str, lineno: int,
        file: Any = None, line: str | None = None,
    ) -> None:
        shown.append((category.__name__, str(message), filename, lineno, len(_text(out))))
        err.write(warnings.formatwarning(message, category, filename, lineno, line))

    np.random.seed(0)
    random.seed(0)
    np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    collecting = gc.isenabled()
    gc.disable()
    with warnings.catch_warnings():
        warnings.resetwarnings()
        for action, category, module in reversed(_DEFAULT_FILTERS):
            warnings.filterwarnings(action, "", category, module)  # type: ignore[arg-type]
        warnings.showwarning = show
        sys.stdout = sys.__stdout__ = out
        sys.stderr = sys.__stderr__ = err
        sys.stdin = io.StringIO(typed)
        sys.excepthook, sys.unraisablehook = sys.__excepthook__, sys.__unraisablehook__
        try:
            variables, error = run()
            text = "" if error is None else _words(error)
            freezer = Freezer()
            frozen = {
                name: freezer(value) for name, value in list(variables.items())
                if not (name.startswith("__") and name.endswith("__"))
            }
            failed = None if error is None else freezer(error)
            state = Freezer()([np.random.get_state(), random.getstate()])
        finally:
            for name, value in saved.items():
                setattr(sys, name, value)
            if collecting:
                gc.enable()
            sys.setrecursionlimit(limit)
            np.seterr(**errors)
            np.seterrcall(call)
            np.set_printoptions(**printing)
            os.chdir(folder)
            if dict(os.environ) != environment:
                os.environ.clear()
                os.environ.update(environment)
            _forget(modules)
    code = None if error is None else getattr(error, "code", 1)
    return Observation(
        stdout=_neutral(_text(out)), stderr=_neutral(_text(err)), warnings=tuple(shown),
        error=failed, traceback=_neutral(text), code=Freezer()(code), variables=frozen,
        random=state,
    )


def _text(stream: io.TextIOWrapper) -> str:
    data: bytes = stream.buffer.getvalue()  # type: ignore[attr-defined]
    return data.decode()


def _neutral(text: str) -> str:
    """A text without addresses, which differ from run to run."""
    return _ADDRESS.sub("0x", text)


def _forget(before: set[str]) -> None:
    """Forget modules that a script imported from its own folder, for the next run to do it too."""
    for name in set(sys.modules) - before:
        if _is_scripts_own(name):
            del sys.modules[name]


_FOLDERS = tuple(str(ROOT / "tests" / name) + os.sep for name in ("samples", "corpus"))


def _is_scripts_own(module: str) -> bool:
    """Whether it's a module beside the scripts, which belongs to them."""
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return file.startswith(_FOLDERS)


def _words(error: BaseException) -> str:
    """What Python shows for an uncaught exception."""
    _without_oracle(error, set())
    linecache.checkcache()
    try:
        return "".join(traceback.format_exception(error))
    except Exception as failure:  # a script's own __str__ may raise
        return f"(not shown: {type(failure).__name__})"


def _without_oracle(error: BaseException | None, seen: set[int]) -> None:
    """Take this module's frames off the outside of tracebacks."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    entry = error.__traceback__
    while entry is not None and entry.tb_frame.f_code.co_filename == __file__:
        entry = entry.tb_next
    error.__traceback__ = entry
    _without_oracle(error.__cause__, seen)
    _without_oracle(error.__context__, seen)


class Hang(BaseException):
    """A run was ended because it took too long."""


@contextmanager
def time_limit(seconds: float) -> Iterator[list[bool]]:
    """Break into runs that go on for longer; the list that it gives says whether that happened.

    Again and again, since a script may catch it. Only where there are timer signals.
    """
    late = [False]

    def break_in(number: int, frame: types.FrameType | None) -> None:
        late[0] = True
        while frame is not None:
            if frame.f_code.co_filename == __file__ and frame.f_code.co_name == "run":
                raise Hang
            frame = frame.f_back

    if not hasattr(signal, "setitimer"):
        yield late
        return
    before = signal.signal(signal.SIGALRM, break_in)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
    try:
        yield late
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# Values, in a form that can be compared.

_ATOMS = (type(None), bool, int, bytes, type(...), type(NotImplemented))
_COUNTED = (
    "list_iterator", "tuple_iterator", "str_iterator", "str_ascii_iterator", "range_iterator",
    "list_reverseiterator", "enumerate", "zip", "map", "reversed",
)
_SKIPPED = {
    "__dict__", "__weakref__", "__doc__", "__module__", "__builtins__", "__annotate_func__",
    "__annotations_cache__", "__slots__", "__firstlineno__", "_abc_impl",
}


class Freezer:
    """Turns values into nested tuples that are equal exactly when the values are the same.

    Objects with an identity get a number at the first sight and are named by it afterwards, so
    that aliases and cycles compare too. Nothing of a script's own code is run.
    """

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._alive: list[Any] = []
        self._depth = 0

    def __call__(self, value: Any) -> Any:
        """The frozen form of a value."""
        kind = type(value)
        if kind is str:
            return _neutral(value)
        if kind in _ATOMS:
            return value if kind is not bool else ("bool", value)
        if kind is float:
            return "float", struct.pack("<d", value)
        if kind is complex:
            return "complex", struct.pack("<2d", value.real, value.imag)
        if kind is tuple:
            return "tuple", *map(self, value)
        if issubclass(kind, np.generic):  # `isinstance` would ask the script's own `__class__`
            data = self(value.item()) if value.dtype.hasobject else value.tobytes()
            return "scalar", str(value.dtype), data
        number = self._numbers.get(id(value))
        if number is not None:
            return "again", number
        number = self._numbers[id(value)] = len(self._numbers)
        self._alive.append(value)
        if self._depth > 60:
            return "deep", kind.__name__
        self._depth += 1
        try:
            return number, *self._parts(value, kind)
        finally:
            self._depth -= 1

    def _parts(self, value: Any, kind: type) -> tuple[Any, ...]:
        if kind in (type(re), types.BuiltinFunctionType, np.ufunc, np.dtype, types.CodeType):
            return kind.__name__, getattr(value, "__name__", None) or str(value)
        if kind is types.FunctionType:
            return self._function(value)
        if issubclass(kind, type):
            return self._class(value)
        if issubclass(kind, BaseException):
            return self._exception(value)
        if issubclass(kind, np.ndarray):
            return self._array(value)
        if kind in (types.MethodType, functools.partial, property, staticmethod, classmethod):
            return kind.__name__, *map(self, _members(value))
        if kind is types.CellType:
            return "cell", *_contents(value, self)
        if kind is types.GeneratorType:
            frame = value.gi_frame
            where = None if frame is None else (frame.f_lineno, frame.f_lasti)
            # `.0` is left out: of a display that is only iterated Python makes a tuple.
            variables = () if frame is None else sorted(frame.f_locals.items())
            variables = [each for each in variables if each[0] != ".0"]
            return "generator", value.__qualname__, where, *[self(each) for each in variables]
        if kind in (range, slice):
            return kind.__name__, self((value.start, value.stop, value.step))
        if kind is types.TracebackType:
            return "traceback", *_places(value)
        if kind is np.random.Generator:
            return "Generator", self(value.bit_generator.state)
        if kind is np.random.RandomState:
            return "RandomState", self(value.get_state(legacy=False))
        if kind is random.Random:
            return "Random", self(value.getstate())
        if kind is operator.itemgetter or issubclass(kind, weakref.ReferenceType):
            return (kind.__name__,)
        if kind.__name__ in _COUNTED and kind.__module__ == "builtins":
            return kind.__name__, *_reduced(value, self)
        return self._instance(value, kind)

    def _instance(self, value: Any, kind: type) -> tuple[Any, ...]:
        found: list[Any] = [self(kind) if kind.__module__ == "__main__" else kind.__qualname__]
        if issubclass(kind, list | tuple):
            native = list if issubclass(kind, list) else tuple
            found.append([self(each) for each in native.__iter__(value)])
        elif issubclass(kind, dict):
            found.append([(self(key), self(each)) for key, each in dict.items(value)])
        elif issubclass(kind, set | frozenset):
            native = set if issubclass(kind, set) else frozenset
            items = list(native.__iter__(value))
            ordered = all(type(each) in (int, str, bool, float, tuple) for each in items)
            frozen = [self(each) for each in items]
            found.append(frozen if ordered else sorted(map(repr, frozen)))
        elif issubclass(kind, int | float | str | bytes | complex | bytearray):
            base = next(each for each in kind.__mro__ if each.__module__ == "builtins")
            found.append(self(base.__new__(base, value)) if base is not bytearray else bytes(value))
        elif kind is collections.deque:
            found.append([self(each) for each in value])
        known = kind.__module__ == "__main__" or kind.__module__.startswith("types")
        if known or _is_scripts_own(kind.__module__):
            try:
                inside = object.__getattribute__(value, "__dict__")
            except Exception:  # a class may call anything so
                inside = {}
            found.append([(name, self(each)) for name, each in inside.items()])
            for cls in kind.__mro__:
                for name, member in vars(cls).items():
                    if type(member) is types.MemberDescriptorType:
                        try:
                            found.append((name, self(member.__get__(value))))
                        except AttributeError:
                            found.append((name, "unbound"))
        return "instance", *found

    def _function(self, value: types.FunctionType) -> tuple[Any, ...]:
        return (
            "function", value.__module__, value.__qualname__, value.__code__.co_firstlineno,
            value.__doc__, self(value.__defaults__), self(value.__kwdefaults__),
            self(value.__dict__), self(value.__closure__ or ()),
            self(value.__annotations__) if value.__module__ == "__main__" else None,
        )

    def _class(self, value: type) -> tuple[Any, ...]:
        if value.__module__ != "__main__":
            return "class", value.__module__, value.__qualname__
        inside = [
            (name, self(each)) for name, each in vars(value).items()
            if name not in _SKIPPED and type(each) not in _DESCRIPTORS
        ]
        return "class", value.__qualname__, value.__doc__, self(value.__bases__), inside

    def _array(self, value: np.ndarray[Any, Any]) -> tuple[Any, ...]:
        base = value.base
        offset = None
        if isinstance(base, np.ndarray):
            offset = value.__array_interface__["data"][0] - base.__array_interface__["data"][0]
        data = [self(each) for each in value.ravel().tolist()] if value.dtype.hasobject else (
            value.tobytes()
        )
        flags = value.flags
        return (
            type(value).__name__, str(value.dtype), value.shape, value.strides, data,
            (flags.writeable, flags.owndata, flags.c_contiguous, flags.f_contiguous),
            offset, None if base is None else self(base),
        )

    def _exception(self, value: BaseException) -> tuple[Any, ...]:
        _without_oracle(value, set())
        special = [
            (name, self(getattr(value, name)) if name != "obj" else type(value.obj).__qualname__)
            for name in ("name", "path", "obj", "code", "value", "exceptions")
            if name in dir(type(value))
        ]
        return (
            "exception", self(type(value)), self(value.args), special, self(vars(value)),
            ("cause", self(value.__cause__)), ("context", self(value.__context__)),
            value.__suppress_context__, tuple(_places(value.__traceback__)),
        )


_DESCRIPTORS = (types.GetSetDescriptorType, types.MemberDescriptorType, types.WrapperDescriptorType)


def _members(value: Any) -> tuple[Any, ...]:
    match value:
        case types.MethodType():
            return value.__func__, value.__self__
        case functools.partial():
            return value.func, value.args, value.keywords
        case property():
            return value.fget, value.fset, value.fdel
        case _:
            return (value.__func__,)


def _contents(cell: types.CellType, freeze: Freezer) -> tuple[Any, ...]:
    try:
        return (freeze(cell.cell_contents),)
    except ValueError:
        return ()


def _reduced(value: Any, freeze: Freezer) -> tuple[Any, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return tuple(map(freeze, value.__reduce__()))
        except TypeError:
            return ()


def _places(entry: types.TracebackType | None) -> Iterator[tuple[Any, ...]]:
    """Where a traceback's entries stand: file, function, lines, columns."""
    while entry is not None:
        code = entry.tb_frame.f_code
        positions = list(code.co_positions())
        at = entry.tb_lasti // 2
        position = positions[at] if 0 <= at < len(positions) else None
        if code.co_filename != __file__:
            yield code.co_filename, code.co_name, entry.tb_lineno, position
        entry = entry.tb_next
