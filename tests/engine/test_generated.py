"""Random programs, natively and by ops: nothing may tell them apart.

`NNSTEP_EXAMPLES` says how many there are in all, `NNSTEP_SEED` gives others than usual.
"""

import linecache
import os
import traceback
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import oracle
import programs
import pytest
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("NNSTEP_EXAMPLES", "500"))
SEED = os.environ.get("NNSTEP_SEED")
_names = count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("generated")


def found(text: str, folder: Path, seconds: float = 20) -> list[str]:
    """What differs when a program is run in both ways; nothing if Python takes too long."""
    path = folder / f"generated{next(_names)}.py"
    path.write_text(text)
    try:
        with warnings.catch_warnings(), oracle.time_limit(seconds) as late:
            warnings.simplefilter("ignore")
            native = oracle.observe_native(path)
            if late[0]:
                return []
            try:
                ops = oracle.observe_ops(path)
            except Exception:
                return [f"--- crash: {traceback.format_exc()}"]
            differences = oracle.differences(native, ops)
            # One may take an address apart; with more in memory it is another one.
            more = [lambda: None for _ in range(999)] if differences else []
            if more and oracle.differences(native, oracle.observe_native(path)):
                return []
    finally:
        path.unlink()
        linecache.cache.pop(str(path), None)
    return differences


def valid(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return programs.is_valid(text)


def kinds(differences: list[str]) -> set[str]:
    """What is compared where something differs, a variable's name left out."""
    return {each.split(":")[0].split(" ")[1] for each in differences}


class Differs(Exception):
    """A program that does."""


def report(text: str, folder: Path) -> str:
    """A small program that differs in the same way, and how."""
    differences = found(text, folder)
    kind = kinds(differences)

    def fails(smaller: str) -> bool:
        try:
            return valid(smaller) and kind <= kinds(found(smaller, folder, 1))
        except Exception:
            return False

    small = programs.minimised(text, fails)
    shown = "\n".join(each[:3000] for each in found(small, folder) or differences)
    return f"{small}\n{shown}"


@pytest.mark.parametrize("theme", programs.THEMES)
def test_program(theme: str, folder: Path) -> None:
    # Programs are made small by leaving out statements, which hypothesis can't do by bytes.
    @settings(
        max_examples=max(1, EXAMPLES // len(programs.THEMES)), deadline=None, database=None,
        phases=[Phase.generate], derandomize=SEED is None, report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.binary(min_size=1500, max_size=1500))
    def check(data: bytes) -> None:
        text = programs.program(data, theme)
        assume(valid(text))
        if found(text, folder):
            raise Differs(text)

    failing = None
    try:
        (check if SEED is None else seed(int(SEED))(check))()
    except Differs as error:
        failing = str(error)
    if failing is not None:
        pytest.fail(report(failing, folder), pytrace=False)


@pytest.mark.parametrize("theme", programs.THEMES)
def test_programs_are_good(theme: str) -> None:
    """Nearly all are valid, they differ, and bytes that are missing do no harm."""
    texts = [programs.some_program(number, theme) for number in range(60)]
    assert sum(map(valid, texts)) >= 54
    assert len(set(texts)) == 60
    assert valid(programs.program(b"", theme))


def test_minimised() -> None:
    text = "a = 1\nfor i in range(3):\n    if i:\n        print([i + bad(a) for _ in 'a'])\nb = 2\n"
    assert programs.minimised(text, lambda smaller: "bad" in smaller) == "bad"


def test_difference_is_seen(folder: Path) -> None:
    """A program that looks at the machine itself is told apart."""
    text = "import sys\nx = [sys.modules['nnstep.engine.machine'].Machine.run.__name__]\n"
    assert not found(text, folder)
    text = "x = (lambda: __import__('inspect').stack()[1].filename)()\n"
    text += "import inspect\ny = len(inspect.stack(0)), [id(0)]\nx = print.__call__\n"
    assert found(text + "y = list(map(lambda _: len(inspect.stack(0)), [1]))[0]\n", folder)
