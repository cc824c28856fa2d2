"""Pictures in half blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nnstep.views.images import image_view

RED, BLUE = (255, 0, 0), (0, 0, 255)


def test_two_pixels_in_a_cell() -> None:
    view = image_view(np.array([[RED, RED], [BLUE, RED]], np.uint8), width=80)
    assert view.plain == "▀ "
    assert [str(span.style) for span in view.spans] == ["#ff0000 on #0000ff", "on #ff0000"]


def test_a_thin_line_does_not_fade() -> None:
    pixels = np.full((90, 90, 3), 255, np.uint8)
    pixels[44] = 0
    view = image_view(pixels, width=10)
    darkest = min(int(str(span.style)[1:3], 16) for span in view.spans if str(span.style)[0] == "#")
    assert darkest < 255 * (1 - 1 / 9) / 2  # the mean alone would be 227


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 120), st.integers(2, 60))
def test_it_fits(high: int, wide: int, width: int, highest: int) -> None:
    view = image_view(np.zeros((high, wide, 3), np.uint8), width=width, highest=highest)
    lines = view.plain.split("\n")
    assert max(map(cell_len, lines)) <= width
    assert len(lines) <= max((highest + 1) // 2, 1)


def test_what_is_no_picture() -> None:
    with pytest.raises(ValueError, match=r"shape \(height, width, 3\), not \(2, 2\)"):
        image_view(np.zeros((2, 2), np.uint8), width=80)
