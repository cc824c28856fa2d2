"""Every sample script, native and by ops: same bytes, same exit code, same variables."""

import sys
from pathlib import Path

import oracle
import pytest

SAMPLES = sorted((oracle.ROOT / "tests" / "samples").glob("*.py"))
if sys.version_info < (3, 12):
    SAMPLES = [path for path in SAMPLES if not path.name.startswith("py312_")]

_ATEXIT = "it registers atexit handlers, which would run in the tests' own process"
_DEPTH = "it recurses until the limit, and the tests' own frames count too"
_SUGGESTS = "before 3.13 the interpreter itself suggests other names than `traceback` does"
SUBPROCESS_ONLY = {
    "main_guard_atexit": _ATEXIT,
    "x_sysexit_string": _ATEXIT,
    "weakref_callbacks": "it has finalizers that run at exit",
    "x_recursion_forever": _DEPTH,
    "x_recursion_mutual_catch": _DEPTH,
    **dict.fromkeys(["bug_suggest_free_variable", "x_nameerror_suggest"], _SUGGESTS),
    "x_syntax_error": "it can't be compiled",
    "warnings_module_stacklevel": "it blames frames outside of the script",
}

by_name = pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])


@by_name
def test_process(path: Path) -> None:
    plain, run, ops = oracle.outcomes(path, ["plain", "run", "ops"])
    assert (ops.stdout.decode(), ops.stderr.decode(), ops.code) == (
        plain.stdout.decode(), plain.stderr.decode(), plain.code
    )
    assert run == plain


@by_name
def test_everything(path: Path) -> None:
    if path.stem in SUBPROCESS_ONLY:
        pytest.skip(SUBPROCESS_ONLY[path.stem])
    native, ops = oracle.observe_native(path), oracle.observe_ops(path)
    assert not oracle.differences(native, ops)


def test_arguments(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint(sys.argv[1:], sys.argv[0] == __file__, sys.path[0])\n")
    arguments = ["--ops", "-h", "--", "a b", ""]
    plain, run, ops = oracle.outcomes(script, ["plain", "run", "ops"], arguments)
    assert plain == run == ops
    assert plain.code == 0


def test_oracle_sees() -> None:
    """The comparison is worth nothing if it can't tell things apart."""
    import numpy as np

    array = np.zeros(4)
    pairs = [
        (1, True), (0.0, -0.0), (1.0, 1), ([1], (1,)), ("1", 1),
        ([array, array], [array, array.copy()]), (array[:2], array[2:]),
        (array[::2], array[:2]), (np.float32(1), np.float64(1)), ({1: 2, 3: 4}, {3: 4, 1: 2}),
        (ValueError("a"), ValueError("b")), (iter([1, 2]), iter([1])), (array, array.astype(int)),
    ]
    for one, other in pairs:
        assert oracle.Freezer()([one]) != oracle.Freezer()([other])
        assert oracle.Freezer()([one]) == oracle.Freezer()([one])
