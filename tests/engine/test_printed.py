"""What stands in for standard output while a script is stepped."""

from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstep.engine.printed import Printed


def test_text_and_length() -> None:
    printed = Printed()
    assert (printed.text(), printed.length) == ("", 0)
    assert printed.write("ab") == 2
    assert printed.write("") == 0
    assert printed.write("cde\n") == 4
    assert printed.length == 6
    assert printed.text() == "abcde\n"
    assert printed.text(1) == "bcde\n"
    assert printed.text(6) == ""


@given(st.lists(st.text(max_size=4), max_size=8), st.data())
def test_text_from_anywhere(pieces: list[str], data: st.DataObject) -> None:
    printed = Printed()
    for piece in pieces:
        printed.write(piece)
        if data.draw(st.booleans()):
            assert printed.text() == "".join(pieces)[: printed.length]
    whole = "".join(pieces)
    assert printed.length == len(whole)
    for start in range(len(whole) + 1):
        assert printed.text(start) == whole[start:]


@pytest.mark.parametrize("wrong", [b"bytes", None, 1])
def test_only_text_is_written(wrong: object) -> None:
    with pytest.raises(TypeError, match="write\\(\\) argument must be str, not "):
        Printed().write(wrong)  # type: ignore[arg-type]


def test_the_listener_hears_each_piece() -> None:
    heard: list[str] = []
    printed = Printed()
    printed.listener = heard.append
    with printed.capturing():
        sys.stdout.write("a 1\n")
    assert "".join(heard) == "a 1\n"
    assert "" not in heard


def test_capturing_puts_the_real_output_back() -> None:
    real = sys.stdout
    printed = Printed()
    with printed.capturing():
        assert sys.stdout is printed
        sys.stdout.write("inside\n")
    assert sys.stdout is real
    with pytest.raises(ValueError), printed.capturing():
        raise ValueError
    assert sys.stdout is real
    assert printed.text() == "inside\n"


def test_a_script_may_put_its_own_output_there() -> None:
    real, own = sys.stdout, io.StringIO()
    printed = Printed()
    with printed.capturing():
        sys.stdout.write("first\n")
        kept, sys.stdout = sys.stdout, own
        sys.stdout.write("own\n")
    assert sys.stdout is real
    with printed.capturing():
        assert sys.stdout is own
        sys.stdout.write("still own\n")
        sys.stdout = kept
        sys.stdout.write("last\n")
    assert sys.stdout is real
    assert own.getvalue() == "own\nstill own\n"
    assert printed.text() == "first\nlast\n"


def test_it_looks_like_the_real_output() -> None:
    printed = Printed()
    with printed.capturing():
        assert sys.stdout.writable()
        assert not sys.stdout.readable()
        assert sys.stdout.encoding == printed.encoding
        assert sys.stdout.isatty() is printed.isatty()
        sys.stdout.flush()
        sys.stdout.writelines(["a", "b"])
    assert printed.text() == "ab"
    assert not printed.closed
