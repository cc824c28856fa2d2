"""Prose on the screen: laid out, readable on every ground, and unable to steer the terminal."""

from __future__ import annotations

from rich.text import Text

from nnstep.views.plots import scatter_view
from nnstep.views.prose import prose
from nnstep.views.text import DIM, styled

TEXT = "# A title\n\nSome `code` and **more**, " + "word " * 40 + "\n\n- one\n- two\n"


def test_it_is_laid_out_at_the_left_and_not_too_wide() -> None:
    for width in (40, 80, 200):
        lines = prose(TEXT, width, True).plain.splitlines()
        assert lines[0] == "A title" and max(map(len, lines)) <= min(width, 80)
    assert "one" in lines[-2] and "two" in lines[-1]


def test_no_ground_is_painted_and_no_colour_chosen() -> None:
    found = prose(TEXT, 80, True)
    styles = [span.style for span in found.spans]
    assert styles and all(
        each.color is None and each.bgcolor is None for each in styles if not isinstance(each, str)
    )
    assert not prose(TEXT, 80, False).spans


def test_escape_codes_in_it_do_nothing() -> None:
    assert "\x1b" not in prose("a\x1b[2Jb \x07 [x](\x1b]8;;http://e\x1b\\)", 80, True).plain


def test_what_is_appended_to_a_styled_line_has_no_part_in_its_style() -> None:
    line = styled("axis ", DIM) + Text("point")
    assert [(span.start, span.end) for span in line.spans] == [(0, 5)]
    drawn = scatter_view([[0.0, 0.0], [1.0, 1.0]], [0, 1], width=60)
    at = drawn.plain.index("●")
    assert all("dim" not in str(span.style) for span in drawn.spans if span.start <= at < span.end)
