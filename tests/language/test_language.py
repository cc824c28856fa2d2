"""CPython's own tests of the language, stepped: each test method ends as it does under Python.

Of the `test` package that is installed with the interpreter; where there is none, there is nothing
to do. driver.py makes a script of each file, whose own code the tests are. What unittest calls
back runs natively, and so do generators and coroutines, as everywhere; the bodies of the tests
are stepped, which is counted below.

Not compared: examples and tests that only see whether a text compiles, `IsolatedAsyncioTestCase`
(asyncio calls its methods), and files about what the engine doesn't promise: frame objects,
bytecode, tracing.
"""

import json
import sys
from pathlib import Path

import driver
import pytest

pytestmark = pytest.mark.skipif(
    not driver.file_of("test_grammar").exists(), reason="this Python came without its tests"
)

# Some seconds altogether; the others are for `-m long`.
QUICK = """
    test_augassign test_except_star test_extcall test_grammar test_scope test_with
""".split()
LONG = """
    test_abc test_abstract_numbers test_array test_asyncgen test_baseexception test_binop
    test_bisect test_bool test_builtin test_bytes test_call test_class test_cmath test_codeop
    test_collections test_compare test_complex test_contains test_context test_contextlib test_copy
    test_coroutines test_dataclasses test_decorators test_defaultdict test_deque test_descr
    test_descrtut test_dict test_dictcomps test_dictviews test_dynamic test_dynamicclassattribute
    test_enum test_enumerate test_eof test_exception_group test_exception_hierarchy
    test_exception_variations test_exceptions test_float test_flufl test_format test_fractions
    test_fstring test_funcattrs test_functools test_generator_stop test_generators test_genexps
    test_global test_graphlib test_hash test_heapq test_index test_int test_isinstance test_iter
    test_itertools test_keywordonlyarg test_list test_listcomps test_long test_metaclass
    test_named_expressions test_numeric_tower test_opcodes test_operator test_ordered_dict
    test_patma test_pep646_syntax test_positional_only_arg test_pow test_pprint test_property
    test_raise test_random test_range test_re test_reprlib test_richcmp test_set test_setcomps
    test_slice test_sort test_str test_string test_string_literals test_struct test_subclassinit
    test_super test_textwrap test_traceback test_tuple test_type_aliases test_type_annotations
    test_type_params test_typechecks test_types test_typing test_unary test_unicode test_unpack
    test_unpack_ex test_userdict test_userlist test_userstring test_weakref test_yield_from
""".split()

# Tests that aren't called at all, and why.
_TIMING = "what it prints is a time that it has measured, or depends on one"
_PULLED = "it takes `reversed` out of `builtins` while the engine needs it to go on"
LEFT_OUT = {
    "test_iter/TestCase.test_reduce_mutating_builtins_iter": _PULLED,
    **{
        f"test_int/{kind}.{name}": _TIMING
        for kind in ("IntStrDigitLimitsTests", "IntSubclassStrDigitLimitsTests")
        for name in (
            "test_denial_of_service_prevented_int_to_str",
            "test_denial_of_service_prevented_str_to_int",
        )
    },
}

# Tests that end differently when they are stepped, and why.
_FRAMES = "it looks into frames, of the stack or of a traceback; by ops these are stand-ins"
_TRACING = "sys.settrace() sees the engine's frames"
_ORIGIN = "what Python notes as the origin of a coroutine is the engine's frame"
_DEPTH = "its recursion limit is a few native frames deep, and the engine's are among them"
_COUNTED = "it counts all objects that there are, also the ops that are compiled meanwhile"
_PATCHED = "it patches what the interpreter's own call of a function does"
_SAME_ENTRY = "the entries of a traceback are equal to Python's, but not the same objects"

_BUG_ALIVE = "bug: `raise E(o)` makes a cycle: a frame of its own traceback holds the exception"
DIFFERENT = {
    "test_exceptions/ExceptionTests.testExceptionCleanupState": _BUG_ALIVE,
    "test_raise/TestTraceback.test_accepts_traceback": _SAME_ENTRY,
    "test_except_star/TestExceptStarExceptionGroupSubclass.test_except_star_EG_subclass": (
        _SAME_ENTRY
    ),
    "test_descr/ClassPropertiesAndMethods.test_slots": _COUNTED,
    "test_call/TestPEP590.test_setvectorcall": _PATCHED,
    "test_typing/ForwardRefTests.test_forward_recursion_actually": _DEPTH,
    "test_coroutines/OriginTrackingTest.test_origin_tracking": _ORIGIN,
    "test_coroutines/OriginTrackingTest.test_origin_tracking_warning": _ORIGIN,
    "test_exceptions/ExceptionTests.testSettingException": _FRAMES,
    "test_raise/TestTracebackType.test_attrs": _FRAMES,
    **dict.fromkeys(
        (
            "test_traceback/TracebackFormatTests.test_stack_format",
            "test_traceback/TestTracebackFormat.test_stack_format",
            "test_traceback/TestFallbackTracebackFormat.test_stack_format",
            "test_traceback/PyExcReportingTests.test_KeyboardInterrupt_at_first_line_of_frame",
            "test_traceback/CExcReportingTests.test_KeyboardInterrupt_at_first_line_of_frame",
            "test_traceback/MiscTracebackCases.test_clear",
            "test_traceback/TestStack.test_format_locals",
            "test_traceback/TestStack.test_walk_stack",
            "test_traceback/TestTracebackException.test_print",
        ),
        _FRAMES,
    ),
    **dict.fromkeys(
        (
            *(
                f"test_exceptions/PEP626Tests.{name}" for name in (
                    "test_lineno_after_other_except", "test_lineno_after_raise_in_except",
                    "test_lineno_after_raise_in_with_exit", "test_lineno_after_raise_simple",
                    "test_lineno_after_with", "test_lineno_in_finally_except",
                    "test_lineno_in_finally_normal", "test_lineno_in_named_except",
                    "test_lineno_in_try", "test_missing_lineno_shows_as_none",
                )
            ),
            *(
                f"test_patma/TestTracing.{name}" for name in (
                    "test_default_capture", "test_default_wildcard", "test_no_default",
                    "test_only_default_capture", "test_only_default_wildcard",
                    "test_unreachable_code",
                )
            ),
        ),
        _TRACING,
    ),
}

# Listed ones that differ only in some versions of Python, though the others have them too.
ONLY = {
    "test_exceptions/ExceptionTests.testSettingException": [(3, 11)],
    "test_super/TestSuper.test_obscure_super_errors": [(3, 12), (3, 13)],
    "test_traceback/CExcReportingTests.test_KeyboardInterrupt_at_first_line_of_frame": [(3, 13)],
    "test_typing/ForwardRefTests.test_forward_recursion_actually": [(3, 13)],
}
VERSION = sys.version_info[:2]

FILES = [
    pytest.param(name, marks=() if name in QUICK else pytest.mark.long, id=name)
    for name in sorted([*QUICK, *LONG]) if driver.file_of(name).exists()
]


def of_file(table: dict[str, str], name: str) -> set[str]:
    """The entries of a table that are about a file, as this version of Python has it."""
    return {
        entry.partition("/")[2] for entry in table
        if entry.startswith(f"{name}/") and VERSION in ONLY.get(entry, [VERSION])
    }


@pytest.mark.parametrize("name", FILES)
def test_as_under_python(name: str, tmp_path: Path) -> None:
    script = driver.write(name, tmp_path, of_file(LEFT_OUT, name))
    plain, ops = driver.run("plain", script), driver.run("ops", script)
    assert "(end)" in plain
    differing = {each for each in {**plain, **ops} if plain.get(each) != ops.get(each)}
    listed = of_file(DIFFERENT, name) & plain.keys()
    texts = [
        f"{each}\n  Python: {plain.get(each, '(not come to)')}\n  by ops: {ops.get(each)}"
        for each in sorted(differing - listed)
    ]
    assert not texts, "\n".join(texts)
    assert listed <= differing, "these no longer differ: take them out of the table"


def test_the_bodies_of_the_tests_are_stepped(tmp_path: Path) -> None:
    tests, stepped, ops = 0, 0, 0
    for name in QUICK:
        script = driver.write(name, tmp_path)
        ended = driver.run("counted", script)
        counts = json.loads(script.with_suffix(".json").read_text())
        called = [each for each, text in ended.items() if text[:7] != "skipped" and each[0] != "("]
        tests += len(called)
        stepped += sum(counts.get(each, 0) > 0 for each in called)
        ops += sum(counts.get(each, 0) for each in called)
    # Without one: `def test_pass(self): pass`, and bodies that one native op executes.
    assert tests > 200 and stepped > 0.95 * tests and ops > 20 * tests
