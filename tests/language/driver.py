"""Turns a test file of CPython into a script that can be stepped, and runs it.

The script is the text of the test file, line for line, and a tail that does in its own code what
unittest and doctest would do: it calls each test method, and executes each example of a docstring,
one after the other, and prints how that ended. So the tests are the script's own code, and not
called by native frames. Not a test runner: what comes out is only there to be compared.
"""

from __future__ import annotations

import ast
import doctest
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import warnings
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TESTS = Path(sysconfig.get_path("stdlib")) / "test"

# Files of the `test` package whose classes others inherit from: they are laid beside the script.
SHARED = ("list_tests", "mapping_tests", "seq_tests", "string_tests")

MARK = "@@ "

_BEGIN = '''
import builtins as _nn_builtins, random as _nn_random, sys as _nn_sys
import test.support as _nn_support, unittest as _nn_unittest

_nn_support.verbose, _nn_support.use_resources = 0, []
_nn_now = ""


def _nn_say(text, out=_nn_sys.stdout, print=_nn_builtins.print):
    print(text, file=out, flush=True)


def _nn_ended(error):
    """How a test ended, in words."""
    if error is None:
        return "ok"
    if isinstance(error, _nn_unittest.SkipTest):
        return f"skipped: {error}"
    kind, lines, entry = type(error), [], error.__traceback__
    while entry is not None:
        if entry.tb_frame.f_code.co_filename == __file__:
            lines.append(f"{entry.tb_frame.f_code.co_name} {entry.tb_lineno}")
        entry = entry.tb_next
    try:
        text = str(error)
    except Exception as another:
        text = f"(str() raises {type(another).__name__})"
    return f"{kind.__module__}.{kind.__qualname__}: {text} [{', '.join(lines)}]"


def _nn_guarded(function, *args):
    try:
        function(*args)
    except BaseException as error:
        return _nn_ended(error)
    return "ok"


def _nn_method(kind, name):
    global _nn_now
    _nn_now = f"{kind.__name__}.{name}"
    _nn_say(f"@@ {_nn_now}")
    marked = [each for each in (kind, getattr(kind, name))
              if getattr(each, "__unittest_skip__", False)]
    if marked:
        _nn_say(f"skipped: {marked[0].__unittest_skip_why__}")
        return
    _nn_random.seed(0)
    test = kind(name)
    ended = _nn_guarded(test.setUp)
    if ended == "ok":
        ended = _nn_guarded(getattr(test, name))
        after = _nn_guarded(test.tearDown)
        if after != "ok":
            ended += f"; tearDown {after}"
    if not test.doCleanups():
        ended += "; a cleanup failed"
    _nn_say(ended)


def _nn_class(kind, left_out):
    ended = "ok" if getattr(kind, "__unittest_skip__", False) else _nn_guarded(kind.setUpClass)
    if ended != "ok":
        _nn_say(f"@@ {kind.__name__}")
        _nn_say(f"setUpClass {ended}")
        return
    for name in sorted(set(dir(kind))):
        if name.startswith("test") and callable(getattr(kind, name)):
            if f"{kind.__name__}.{name}" not in left_out:
                _nn_method(kind, name)
    if not getattr(kind, "__unittest_skip__", False):
        ended = _nn_guarded(kind.tearDownClass)
        if ended != "ok":
            _nn_say(f"tearDownClass {ended}")
    kind.doClassCleanups()


def _nn_all(names, left_out):
    seen = []
    ended = _nn_guarded(names.get("setUpModule", int))
    if ended != "ok":
        _nn_say(f"setUpModule {ended}")
        return
    for kind in list(names.values()):
        if not (isinstance(kind, type) and issubclass(kind, _nn_unittest.TestCase)):
            continue
        if issubclass(kind, _nn_unittest.IsolatedAsyncioTestCase):
            continue
        if kind.__module__ == "__main__" and kind not in seen:
            seen.append(kind)
            _nn_class(kind, left_out)
    ended = _nn_guarded(names.get("tearDownModule", int))
    if ended != "ok":
        _nn_say(f"tearDownModule {ended}")
    _nn_unittest.doModuleCleanups()


def _nn_reset(names, saved):
    """The module's names as each docstring finds them."""
    for name in [name for name in names if name not in saved]:
        del names[name]
    names.update(saved)


def _nn_example(name):
    global _nn_now
    _nn_now = name
    _nn_say(f"@@ {name}")


def _nn_show(value, out=_nn_sys.stdout, repr=_nn_builtins.repr):
    if value is not None:
        out.write(repr(value) + "\\n")
        out.flush()


'''
_END = '_nn_now = ""\n_nn_say("@@ (end)")\n'


def script(path: Path, left_out: Collection[str] = ()) -> str:
    """The script that a test file becomes.

    Args:
        path: the test file.
        left_out: the test methods that aren't called.
    """
    text = path.read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    lines = text.split("\n")
    for node in tree.body:
        if isinstance(node, ast.If) and "__name__ ==" in ast.unparse(node.test):
            assert node.end_lineno is not None
            lines[node.lineno - 1 : node.end_lineno] = ["", *[""] * (node.end_lineno - node.lineno)]
    parts = [_beside("\n".join(lines)), _BEGIN, f"_nn_all(globals(), {sorted(left_out)!r})\n"]
    parts += ["_nn_saved = {}\n_nn_saved.update(globals())\n", *_examples(tree, left_out), _END]
    return "".join(parts)


def _beside(text: str) -> str:
    """A text that imports the shared files from beside it."""
    shared = "|".join(SHARED)
    pattern = rf"^( *)from test import (.*, )?({shared})((?:, .*)?)$"
    text = re.sub(pattern, _imports, text, flags=re.M)
    return re.sub(rf"\btest\.({shared})\b", r"\1", text)


def _imports(found: re.Match[str]) -> str:
    space, before, name, behind = found.groups()
    others = (before or "").rstrip(", ") + (behind if before else behind.removeprefix(", "))
    return f"{space}import {name}" + (f"; from test import {others}" if others else "")


def _docstrings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every text with examples, and its name."""
    if doc := ast.get_docstring(tree):
        yield "module", doc
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            if doc := ast.get_docstring(node):
                yield node.name, doc
    for node in tree.body:
        match node:
            case ast.Assign([ast.Name(name)], ast.Constant(str() as doc)):
                yield name, doc


def _examples(tree: ast.Module, left_out: Collection[str]) -> Iterator[str]:
    """The examples of docstrings, as statements of the script, by the names of both."""
    seen: Counter[str] = Counter()
    for name, doc in _docstrings(tree):
        examples = doctest.DocTestParser().get_examples(doc)
        if not examples:
            continue
        yield "_nn_reset(globals(), _nn_saved)\n"
        for example in examples:
            entry = f"{name}: {example.source.partition(chr(10))[0]}"
            seen[entry] += 1
            if seen[entry] > 1:
                entry += f" ({seen[entry]})"
            if entry not in left_out:
                yield from _example(entry, example.source)


def _example(name: str, source: str) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source)
            compile(tree, "<example>", "exec")
        except SyntaxError:
            return  # there is nothing that could be run
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return
    for at, node in enumerate(tree.body):
        if isinstance(node, ast.Expr):
            shown = ast.Call(ast.Name("_nn_show", ast.Load()), [node.value], [])
            tree.body[at] = ast.Expr(shown)
    text = ast.unparse(ast.fix_missing_locations(tree))
    handler = "except BaseException as _nn_error:\n    _nn_say(_nn_ended(_nn_error))\n"
    body = "\n".join("    " + line for line in text.split("\n"))
    yield f"_nn_example({name!r})\ntry:\n{body}\n{handler}"


def file_of(name: str) -> Path:
    """Where a test file lies, if this Python has it."""
    path = TESTS / f"{name}.py"
    return path if path.exists() else TESTS / name / "__init__.py"


def write(name: str, folder: Path, left_out: Collection[str] = ()) -> Path:
    """Write the script of a test file, with what lies beside it."""
    path = folder / f"{name}.py"
    path.write_text(script(file_of(name), left_out), encoding="utf-8")
    for each in SHARED:
        text = (TESTS / f"{each}.py").read_text(encoding="utf-8")
        (folder / f"{each}.py").write_text(_beside(text), encoding="utf-8")
    return path


WAYS = {
    "plain": (),
    "ops": ("-m", "nnstep", "run", "--ops"),
    "counted": (__file__,),
}


def run(way: str, path: Path, timeout: float = 600) -> dict[str, str]:
    """Run a script: what each test of it printed, and what came of the whole."""
    environment = dict(os.environ, PYTHONHASHSEED="0", PYTHONPATH=str(ROOT))
    for name in ("PYTHONWARNINGS", "PYTHONDEVMODE", "PYTHONOPTIMIZE", "COVERAGE_PROCESS_START"):
        environment.pop(name, None)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, *WAYS[way], str(path)], cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
        )
    out, err = (
        _neutral(each.decode("utf-8", "backslashreplace").replace(folder, "(folder)"))
        for each in (done.stdout, done.stderr)
    )
    return {**_entries(out), "(errors)": err, "(exit code)": str(done.returncode)}


_CHANGING = (
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "0x..."),
    (re.compile(r"@test_\d+_tmp\w*"), "@test_tmp"),
)


def _neutral(text: str) -> str:
    """A text without what is different in every run."""
    for pattern, neutral in _CHANGING:
        text = pattern.sub(neutral, text)
    return text


def _entries(out: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = "(begin)"
    for line in out.split("\n"):
        if line.startswith(MARK):
            name = line.removeprefix(MARK)
        else:
            found[name] = found.get(name, "") + line + "\n"
    return found


def count(path: str) -> int:
    """Run a script by an observed machine, and write how many ops each test has executed."""
    from nnstep.engine.frames import Frame
    from nnstep.engine.observer import Observer
    from nnstep.engine.ops import Op
    from nnstep.engine.program import Program

    program = Program(path)
    names = program.globals
    ops: Counter[str] = Counter()

    class Counts(Observer):
        def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
            if not frame.code.native.co_name.startswith("_nn_"):
                ops[names.get("_nn_now", "")] += 1

    program.install()
    machine = program.machine()
    machine.run(Counts())
    Path(path).with_suffix(".json").write_text(json.dumps(ops), encoding="utf-8")
    if isinstance(machine.error, BaseException):
        raise machine.error
    return 0


if __name__ == "__main__":
    sys.exit(count(sys.argv[1]))
