"""The carets stand under the op, whatever the line is made of and however narrow the screen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from view_helpers import rendered

from nnstep.engine.source import Source, Span
from nnstep.views.excerpt import excerpt, listing

SCRIPT = """import numpy as np

for epoch in range(10):
    zh = np.dot(x, wh)
    cost = np.mean(
        (ao - y) ** 2,
        axis=0,
    )

print(cost)
"""


def source_of(text: str) -> Source:
    return Source("net.py", text)


def underlined(lines: list[str]) -> str:
    """What stands above the carets."""
    place = next(number for number, line in enumerate(lines) if line.strip(" .").strip("^") == "")
    start = len(lines[place]) - len(lines[place].lstrip())
    end = start + lines[place].count("^")
    above, cells = "", 0
    for char in lines[place - 1]:
        above += char if start <= cells < end else ""
        cells += cell_len(char)
    return above


def test_context_and_carets() -> None:
    view = excerpt(source_of(SCRIPT), Span(4, 9, 4, 22), width=80)
    assert rendered(view) == [
        "  3  for epoch in range(10):",
        "> 4      zh = np.dot(x, wh)",
        "              ^^^^^^^^^^^^^",
        "  5      cost = np.mean(",
        "  6          (ao - y) ** 2,",
    ]


def test_an_op_of_several_lines() -> None:
    view = excerpt(source_of(SCRIPT), Span(5, 11, 8, 5), width=80, before=0, after=2)
    assert rendered(view) == [
        ">  5      cost = np.mean(",
        "                 ^^^^^^^^...",
        "|  6          (ao - y) ** 2,",
        "|  7          axis=0,",
        "|  8      )",
        "   9",
        "  10  print(cost)",
    ]


def test_a_long_op_is_shortened() -> None:
    text = "x = [\n" + "    1,\n" * 50 + "]\n"
    lines = rendered(excerpt(source_of(text), Span(1, 4, 52, 1), width=80))
    assert len(lines) < 10
    assert any("46 more lines" in line for line in lines)


@pytest.mark.parametrize("width", [40, 50, 80])
def test_a_long_line_is_cropped_around_the_op(width: int) -> None:
    text = "total = " + " + ".join(f"value_{number}" for number in range(40))
    column = text.index("value_20")
    lines = rendered(excerpt(source_of(text), Span(1, column, 1, column + 8), width=width), width)
    assert underlined(lines) == "value_20"
    assert lines[0].count("...") == 2


def test_an_op_longer_than_the_line_shows_its_beginning() -> None:
    text = "    wh -= " + "lr * " * 40 + "1"
    lines = rendered(excerpt(source_of(text), Span(1, 4, 1, len(text)), width=40), 40)
    assert lines[0].startswith("> 1      wh -= lr") and lines[0].endswith("...")


def test_tabs_wide_letters_and_controls() -> None:
    text = '\tname = "日本" + f(\x0c)'
    column = text.index("f(")
    lines = rendered(excerpt(source_of(text), Span(1, column, 1, len(text)), width=80))
    assert underlined(lines) == "f(?)"
    plain = rendered(excerpt(source_of(text), Span(1, 1, 1, 5), width=80, ascii=True))
    assert underlined(plain) == "name"
    assert "\\u65e5" in plain[0]


LETTERS = st.text(st.sampled_from("ab+ \t日é(\x0c"), min_size=1, max_size=150)


@settings(deadline=None)
@given(LETTERS, st.data(), st.integers(40, 120))
def test_any_line_fits(text: str, data: st.DataObject, width: int) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    lines = rendered(excerpt(source_of(text), Span(1, start, 1, end), width=width), width)
    shown = underlined(lines)
    op = text[start:end].replace("\x0c", "?").replace("\t", " ")
    assert "".join(op.split()).startswith("".join(shown.split()).removesuffix("..."))


def test_a_place_outside_of_the_text_does_no_harm() -> None:
    assert rendered(excerpt(source_of(""), Span(7, 3, 9, 2), width=40), 40)


def test_listing() -> None:
    view = listing(source_of(SCRIPT), -3, 6, width=80, current=4, breakpoints={3, 4})
    assert rendered(view) == [
        "   1  import numpy as np",
        "   2",
        " * 3  for epoch in range(10):",
        ">* 4      zh = np.dot(x, wh)",
        "   5      cost = np.mean(",
        "   6          (ao - y) ** 2,",
    ]
    assert len(rendered(listing(source_of(SCRIPT), 9, 500, width=80))) == 3
