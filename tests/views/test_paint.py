"""Colours: seen on light and on dark, told apart, with as many as a terminal has."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from view_helpers import Triple, contrast

from nnstep.views.paint import DEEP, DIVERGING, INKS, NEGATIVE, PALE, POSITIVE, fills
from nnstep.views.text import ALARM, CHANGED

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
OF_MANY = [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT]


def shown(colour: str, system: ColorSystem) -> Triple:
    """What a terminal shows for a colour."""
    return tuple(Color.parse(colour).downgrade(system).get_truecolor(DEFAULT_TERMINAL_THEME))


def test_contrast_as_it_is_known() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("system", OF_MANY)
@pytest.mark.parametrize("ink", [*INKS, NEGATIVE, POSITIVE, ALARM.split()[-1], CHANGED.split()[-1]])
def test_inks_are_seen_on_dark_and_on_light(ink: str, system: ColorSystem) -> None:
    assert contrast(shown(ink, system), BLACK) >= 3
    assert contrast(shown(ink, system), WHITE) >= 3


@pytest.mark.parametrize("ink", INKS)
def test_of_sixteen_colours_no_ink_is_black_or_a_white(ink: str) -> None:
    assert Color.parse(ink).downgrade(ColorSystem.STANDARD).number not in (0, 7, 15)


@pytest.mark.parametrize("system", OF_MANY)
def test_marks_are_seen_on_every_fill(system: ColorSystem) -> None:
    for deep in DEEP:
        for pale in PALE:
            assert contrast(shown(deep, system), shown(pale, system)) >= 3


@pytest.mark.parametrize(
    ("colours", "system"),
    [(1 << 24, ColorSystem.TRUECOLOR), (256, ColorSystem.EIGHT_BIT), (16, ColorSystem.STANDARD)],
)
def test_fills_are_told_apart(colours: int, system: ColorSystem) -> None:
    count = fills(colours)
    assert count >= 2 and len({shown(each, system) for each in PALE[:count]}) == count
    for deep in DEEP[:count]:
        for pale in PALE[:count]:
            assert contrast(shown(deep, system), shown(pale, system)) >= 3


def test_without_colours_there_are_no_fills() -> None:
    assert fills(0) == 0


@pytest.mark.parametrize("system", OF_MANY)
def test_the_steps_between_negative_and_positive_are_told_apart(system: ColorSystem) -> None:
    assert len({shown(each, system) for each in DIVERGING}) == len(DIVERGING)
