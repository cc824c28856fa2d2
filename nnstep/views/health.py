"""What is wrong with some values, one quiet line each; how it was found is for insight."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from nnstep.insight.health import Finding
from nnstep.views.text import DIM, plain, stack, styled, wrap

_MOST = 6


def health_view(found: Sequence[Finding], width: int, ascii: bool = False) -> Text | None:
    """The findings, the first few; None when there are none.

    Args:
        found: what is wrong.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    if not found:
        return None
    shown = found if len(found) <= _MOST else found[: _MOST - 1]
    lines = [
        line for each in shown for line in wrap(plain(each.words, ascii), width, indent="  ")
    ]
    if len(shown) < len(found):
        lines.append(f"... {len(found) - len(shown)} more like that")
    return stack(styled(line, DIM) for line in lines)
