"""Time: whatever way leads to a moment, the state there is that of plain stepping, to the bit.

Going back and forth, natively and op by op, with saved states at every opportunity or hardly any:
every script is stepped through once, and every state that a session comes to later is looked up
among those. Scripts are the lessons with few epochs, the samples, and loops of every kind.
"""

from __future__ import annotations

import contextlib
import gc
import io
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from engine.test_samples import SUBPROCESS_ONLY
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from loops import LOOPS
from oracle import observe_native
from states import Course, Fingerprint, Key, fingerprint, key, same_start, stepped

from nnstep.engine import timeline
from nnstep.session import Session

ROOT = Path(__file__).parents[1]
FOLDER = Path(mkdtemp())
LESSONS = sorted(path.stem for path in (ROOT / "lessons").glob("*.py"))
EPOCHS = re.compile(r"^(epochs|num_passes) = .*$", re.MULTILINE)

# Samples that can't be compared so, and why.
_LIFETIME = "events and saved states keep objects alive, whose end it shows"
_LONG = "it takes too many steps"
_BELOW = "it counts the interpreter's own frames"
_EQUAL = "its metaclass makes its classes equal to all others"
_UNWRITTEN = "it shows memory that nobody has written"
LEFT_OUT = {
    **SUBPROCESS_ONLY,
    **dict.fromkeys(["del_timing", "gen_half_consumed_finally", "x_del_and_stderr"], _LIFETIME),
    **dict.fromkeys(["train_xor_class", "autograd_scalar", "recursion_mutual"], _LONG),
    **dict.fromkeys(["train_adam_dict", "train_layers_momentum", "train_logistic_while"], _LONG),
    **dict.fromkeys(["train_perceptron_kmeans", "train_rnn_steps"], _LONG),
    "format_exc_nested": _BELOW, "bug_unbound_special_method": _EQUAL,
    "numpy_resize_out_sort": _UNWRITTEN,
}


# Coroutines of a sample that nobody awaits, and what dies with a session.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _nothing_dies_in_another_test() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture(autouse=True, scope="module")
def _all_dies_in_the_end() -> Iterator[None]:
    yield
    gc.unfreeze()
    course.cache_clear()
    gc.collect()


@cache
def scripts() -> dict[str, Path]:
    """Every script by its name."""
    found = {}
    for name in LESSONS:
        text = (ROOT / "lessons" / f"{name}.py").read_text(encoding="utf-8")
        found[name] = _written(name, EPOCHS.sub(r"\1 = 3", text))
    for name, text in LOOPS.items():
        found[name] = _written(name, textwrap.dedent(text).lstrip("\n"))
    for path in sorted((ROOT / "tests" / "samples").glob("*.py")):
        if path.stem not in LEFT_OUT and (sys.version_info >= (3, 12) or "py312" not in path.stem):
            found[f"samples/{path.stem}"] = path
    return found


def _written(name: str, text: str) -> Path:
    path = FOLDER / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return path


@cache
def course(name: str) -> Course:
    """A script, stepped through."""
    with _silent():
        return stepped(scripts()[name])


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Without what scripts write to the standard error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "__stderr__", io.StringIO())
        yield


KEYFRAMES = {"everywhere": 1e9, "as ever": 0.01, "hardly any": 1e-12}


@contextlib.contextmanager
def opened(name: str, keyframes: str = "as ever") -> Iterator[Session]:
    """A session of a script, under the conditions under which it was stepped through."""
    course(name)
    with pytest.MonkeyPatch.context() as patch, _silent(), same_start():
        patch.setattr(timeline, "_SHARE", KEYFRAMES[keyframes])
        session = Session(scripts()[name])
        yield session
        session.close()


def check(session: Session, name: str) -> None:
    """Whether the state is that of stepping."""
    wrong = course(name).wrong(session)
    if wrong:
        raise AssertionError("\n".join([f"{name} at {session.position}:", *wrong]))


# Natively or op by op: the same.


@pytest.mark.parametrize("name", scripts())
def test_running_on_ends_as_stepping_does(name: str) -> None:
    for keyframes in ["everywhere", "hardly any"]:
        with opened(name, keyframes) as session:
            session.run()
            assert session.finished
            check(session, name)
            session.rewind()
            check(session, name)
            session.run()
            check(session, name)


@pytest.mark.parametrize("name", [*LESSONS, *LOOPS])
@pytest.mark.parametrize("motion", ["epoch", "next", "finish"])
def test_motions_pass_through_the_states_of_stepping(name: str, motion: str) -> None:
    with opened(name) as session:
        if motion == "epoch" and session.main is None:
            pytest.skip("it has no epochs")
        for _ in course(name).keys:
            getattr(session, motion)()
            check(session, name)
            if session.finished:
                return
        raise AssertionError("there is no end")


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_is_what_python_makes_of_it(name: str) -> None:
    native = observe_native(scripts()[name])
    end = course(name).end
    assert end.output == native.stdout
    assert (end.ended[1] is None) == (native.error is None or native.code is None)


# Forwards and backwards, here and there.

Motion = tuple[str, Any]
COUNTS = st.integers(1, 40)
AT = st.integers(0, 10_000)  # which of the moments, by its number modulo how many there are
MOTIONS = st.one_of(
    st.tuples(st.sampled_from(["step", "back"]), COUNTS),
    st.tuples(st.sampled_from(["next", "rnext", "epoch", "repoch"]), st.integers(1, 3)),
    st.tuples(
        st.sampled_from(["finish", "rfinish", "run", "rcontinue", "rewind", "section", "delete"]),
        st.none(),
    ),
    st.tuples(st.sampled_from(["goto", "goto text", "until", "runtil", "break", "break if"]), AT),
    st.tuples(st.just("goto epoch"), st.integers(0, 4)),
)


def move(session: Session, at: Course, motion: str, argument: Any) -> None:
    """Make a motion; one that there isn't leaves the session where it is."""
    before = key(session)
    try:
        MOVES.get(motion, _plain)(session, at, motion, argument)
    except ValueError:
        assert key(session) == before


def _plain(session: Session, at: Course, motion: str, argument: Any) -> None:
    getattr(session, motion)(*([] if argument is None else [argument]))


def _goto(session: Session, at: Course, motion: str, argument: int) -> None:
    moment = at.moments[argument % len(at.moments)]
    if motion == "goto":
        session.goto(moment)
        assert session.position.moment == moment
    else:
        session.goto(moment.text)
        assert session.position.moment is not None
        assert session.position.moment.text == moment.text


def _goto_epoch(session: Session, at: Course, motion: str, argument: int) -> None:
    session.goto(epoch=argument)


def _until(session: Session, at: Course, motion: str, argument: int) -> None:
    moment = at.moments[argument % len(at.moments)]
    getattr(session, motion)(lambda session: session.position.moment == moment)


def _break(session: Session, at: Course, motion: str, argument: int) -> None:
    state = at.states[at.keys[argument % len(at.keys)]]
    line = state.position.line or 1
    condition = f"__name__ {'!=' if argument % 2 else '=='} '__main__'"
    session.break_at(line, condition if motion == "break if" else None, argument % 5 == 0)


MOVES: dict[str, Callable[[Session, Course, str, Any], None]] = {
    "goto": _goto, "goto text": _goto, "goto epoch": _goto_epoch, "until": _until,
    "runtil": _until, "break": _break, "break if": _break,
}
quick = settings(
    max_examples=4, deadline=None, database=None, derandomize=True,
    phases=[Phase.generate],  # to shrink takes long where each example does
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("name", [*LESSONS, *LOOPS])
@quick
@given(motions=st.lists(MOTIONS, min_size=4, max_size=12), keyframes=st.sampled_from([*KEYFRAMES]))
def test_a_walk_meets_only_states_of_stepping(
    name: str, motions: list[Motion], keyframes: str
) -> None:
    walk(name, motions, keyframes)


@settings(quick, max_examples=60)
@given(
    name=st.sampled_from([name for name in scripts() if "samples/" in name]),
    motions=st.lists(MOTIONS, min_size=4, max_size=12), keyframes=st.sampled_from([*KEYFRAMES]),
)
def test_a_walk_in_a_sample(name: str, motions: list[Motion], keyframes: str) -> None:
    walk(name, motions, keyframes)


def walk(name: str, motions: Sequence[Motion], keyframes: str = "as ever") -> None:
    """Make motions, with statements typed in between; each state must be one of stepping."""
    states, edits = course(name), list[tuple[Key, str]]()
    with opened(name, keyframes) as session:
        for motion, argument in motions:
            if motion != "type":
                move(session, states, motion, argument)
            else:
                here = key(session)
                text = argument if isinstance(argument, str) else EDITS[name][argument]
                if typed(session, text):
                    before = set(states.keys[: states.keys.index(here) + 1])
                    edits = [*[each for each in edits if each[0] in before], (here, text)]
                    states = stepped(scripts()[name], edits)
            wrong = states.wrong(session)
            if wrong:
                raise AssertionError("\n".join([f"behind {motion} {argument}:", *wrong]))


def typed(session: Session, text: str) -> bool:
    """Type a statement, if it can be executed here."""
    try:
        session.execute(text)
    except (NameError, TypeError, IndexError):
        return False
    return True


# Exact inverses.

INVERSES = {"step": "back", "next": "rnext", "epoch": "repoch"}


BACK_AND_FORTH = [*LESSONS, "in_method", "for_range", "recursion", "main_in_function"]


@pytest.mark.parametrize("name", BACK_AND_FORTH)
@pytest.mark.parametrize("there", INVERSES)
def test_there_and_back_again(name: str, there: str) -> None:
    states = course(name)
    with opened(name) as session:
        for moment in states.moments[:: max(1, len(states.moments) // 4)]:
            for count in (1, 2, 7):
                session.goto(moment)
                origin = key(session)
                moved = go_on(session, there, count)
                check(session, name)
                if moved:
                    getattr(session, INVERSES[there])(moved)
                assert key(session) == origin, (moment, count)
                check(session, name)


def go_on(session: Session, motion: str, count: int) -> int:
    """Make a motion so many times, or once by so many; how often its reverse has to be made."""
    if motion == "epoch":
        session.epoch(count)
        return count
    for done in range(count):
        if session.finished:
            return done
        getattr(session, motion)()
    return count


@pytest.mark.parametrize("name", [*LESSONS, *LOOPS])
def test_back_by_so_many_steps(name: str) -> None:
    keys = course(name).keys
    with opened(name) as session:
        session.run()
        at = len(keys) - 1
        for count in (1, 2, 1, 5, 30, 3, 100, 1):
            session.back(count)
            at = max(0, at - count)
            assert key(session) == keys[at]
            check(session, name)
            session.step(2)
            session.back(3)
            at = max(0, min(at + 2, len(keys) - 1) - 3)
            assert key(session) == keys[at]
        session.step(len(keys))
        check(session, name)
        assert session.finished


@pytest.mark.parametrize("name", ["mse_hidden", "softmax_moons", "for_range", "in_function"])
def test_all_that_goes_back_ends_at_the_beginning(name: str) -> None:
    with opened(name) as session:
        for prepare in ("", "step", "run"):
            for motion in ("back", "rnext", "repoch", "rfinish", "rcontinue", "rewind"):
                if prepare:
                    session.rewind()
                    getattr(session, prepare)()
                    session.rewind()
                assert getattr(session, motion)() is None
                assert session.stop.reason == "start"
                assert key(session) == course(name).keys[0]
                check(session, name)
            session.back(99)
            assert session.runtil("1 > 2") is None
            assert key(session) == course(name).keys[0]


@pytest.mark.parametrize("name", ["mse_hidden", "softmax_moons", "l2_derivation", "tanh_sigmoid"])
def test_each_epoch_can_be_gone_to(name: str) -> None:
    with opened(name) as session:
        begun = {}
        while not session.finished:
            session.epoch()
            if session.position.epoch is not None:
                begun[session.position.epoch] = key(session)
        for epoch in (2, 0, 1, 1, 2, 0):
            session.goto(epoch=epoch)
            assert key(session) == begun[epoch]
            check(session, name)
            session.step(3)
            session.repoch()
            assert key(session) == begun[epoch]
        for epoch in (4, 99):
            with pytest.raises(ValueError, match="no epoch"):
                session.goto(epoch=epoch)
            assert key(session) == begun[0]
            check(session, name)


# What is typed in.

EDITS = {
    "mse_hidden": ["lr = lr * 2", "wh[0, 0] += 1", "wh = wh.copy()", "extra = [1]", "del extra"],
    "softmax_moons": ["reg_lambda *= 2", "W1[0] += 1", "X = X + 1", "np.random.rand()", "del y"],
    "nested": ["total += 1", "seen.append(5)", "seen = []", "i = 2", "more = [total]"],
    "arrays_in_place": ["W[0] = 5", "W = W * 2", "row[1] -= 1", "np.random.seed(9)", "W[1] *= 2"],
    "in_closure": ["total = 7", "seen.append(1)", "n = 3", "start = 1", "more = 1"],
}


@pytest.mark.parametrize("name", EDITS)
@settings(quick, max_examples=6)
@given(
    motions=st.lists(
        st.one_of(MOTIONS, st.tuples(st.just("type"), st.integers(0, 4))), min_size=4, max_size=10
    ),
    keyframes=st.sampled_from([*KEYFRAMES]),
)
def test_what_was_typed_in_is_a_part_of_the_run(
    name: str, motions: list[Motion], keyframes: str
) -> None:
    walk(name, motions, keyframes)


# Ways on which something went wrong once. Moments by their text, statements as they are typed.

WAYS: dict[str, list[Any]] = {
    "output printed behind a state gone back from": [
        "mse_hidden", ("goto", "2.17"), ("goto", "1.17"), ("goto", "2.3"),
    ],
    "the last test of a while": [
        "while_else", ("until", "top.10[3]"), ("back", 6), ("runtil", "top.3[2]"),
    ],
    "a state saved behind the main loop": ["own_iterators", ("run", None), ("repoch", 1)],
    "an epoch that the latest entry hasn't": [
        "in_function", ("goto", "top.7[1]/6"), ("goto text", "2.0"),
    ],
    "into a function that a loop made": ["classes_in_loops", ("goto", "top.8[0]/1")],
    "an error where stepping doesn't stop": [
        "samples/time_error_at_a_name", ("run", None), ("back", 1), ("run", None), ("rnext", 1),
    ],
    "a return through finally": ["leaving_try", ("goto", "top.9[4]/10"), ("back", 2)],
    "a return out of an except": ["samples/gen_return_in_finally", ("goto", "top.7")],
    "generators that die of going back": [
        "samples/x_sysexit_code_nested_with", ("goto", "top.7/6[0]"), ("back", 6),
    ],
    "back into an errstate": [
        "surroundings", ("goto", "top.7[0]"), ("next", 3), ("step", 9), ("back", 8),
    ],
    "back to a longer sys.path": [
        "samples/time_surroundings", ("run", None), ("back", 40), ("run", None),
    ],
    "an exception that is only handled": [
        "samples/x_exception_notes", ("step", 30), ("until", "top.5/2[1]"),
        ("runtil", "top.5/3[3]/5"), ("back", 1), ("next", 3), ("step", 19), ("back", 7),
    ],
    "a set emptied and filled": ["sets", ("run", None), ("back", 31)],
    "back into caught warnings": [
        "samples/x_warning_as_error", ("until", "top.12"), ("run", None), ("back", 13),
    ],
    "typed at the beginning": ["nested", ("type", "i = 2"), ("rewind", None), ("next", 1)],
    "typed at the beginning, and no such epoch": [
        "nested", ("type", "i = 2"), ("goto epoch", 9), ("goto epoch", 1),
    ],
    "typed, gone back, stepped on": [
        "mse_hidden", ("epoch", 2), ("type", "wh[0, 0] += 1"), ("back", 1), ("step", 26),
    ],
    "typed where an epoch begins": [
        "mse_hidden", ("epoch", 2), ("type", "lr = 3.0"), ("goto epoch", 0), ("goto epoch", 1),
    ],
    "typed in a loop that is run natively": [
        "nested", ("goto", "2.2[2]"), ("type", "seen = []"), ("goto", "0.8[0]"), ("finish", None),
    ],
    "typed at the end": [
        "nested", ("run", None), ("type", "seen.append(5)"), ("rewind", None), ("finish", None),
    ],
}


@pytest.mark.parametrize("keyframes", KEYFRAMES)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_way_on_which_something_went_wrong(way: list[Any], keyframes: str) -> None:
    name, *motions = way
    numbers = {moment.text: at for at, moment in enumerate(course(name).moments)}
    walk(name, [(motion, numbers.get(each, each)) for motion, each in motions], keyframes)


@pytest.mark.parametrize("name", [*LESSONS, *LOOPS])
def test_an_epoch_begins_at_the_same_moment_from_both_sides(name: str) -> None:
    with opened(name) as session:
        if session.main is None:
            pytest.skip("it has no epochs")
        begun = {}
        while not session.finished:
            session.epoch()
            position = session.position
            if position.epoch is not None and position.epoch not in begun:
                begun[position.epoch] = position.moment
        for epoch, moment in [*begun.items()][::-1]:
            with contextlib.suppress(ValueError):  # the latest entry of the loop may not have it
                session.goto(epoch=epoch)
                check(session, name)
                assert session.position.moment.text == moment.text


def test_ahead_from_where_an_epoch_is_about_to_begin() -> None:
    with opened("mse_hidden") as session:
        session.goto(epoch=0)
        while session.position.moment.text != "1.0":
            session.step()
        session.goto(epoch=2)
        assert session.position.moment.text == "2.1"
        with pytest.raises(ValueError, match="no epoch 9"):
            session.goto(epoch=9)
        assert session.position.moment.text == "2.1"


# Reverse motions by themselves.


def test_a_session_that_fails_to_go_stays_where_it_is() -> None:
    with opened("mse_hidden") as session:
        session.step(200)
        here: Fingerprint = fingerprint(session)
        for wrong in ("99.1", "0.99", "start.999", "end.4", "nonsense"):
            with pytest.raises(ValueError, match="moment"):
                session.goto(wrong)
            assert fingerprint(session) == here


def test_what_was_raised_keeps_its_context() -> None:
    """Going back is done outside of nnstep's own handlers."""
    with opened("handled_exceptions") as session:
        session.run()
        for _ in range(2):
            with pytest.raises(ValueError, match="moment"):
                session.goto("99.9")
            check(session, "handled_exceptions")
            session.back(5)
