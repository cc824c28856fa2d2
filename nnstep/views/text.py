"""Lines of text that fit: cleaning, cropping, wrapping, stacking, and the few styles in use.

Widths are terminal cells, not characters. Nothing here knows what the text is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len
from rich.text import Text

# Readable on dark and on light backgrounds; no meaning hangs on any of them alone.
NAME = "bold"
DIM = "dim"
CURRENT = "bold"
CHANGED = "bold #c2409a"
ALARM = "bold #e03131"

ELLIPSIS = "..."
TAB = 4

_CUT_NUMBER = re.compile(r"[-+.\w]*\d[-+.\w]*$")


def clean(text: str, ascii: bool = False) -> str:
    """A text whose every character can be shown: `?` for control characters, tabs kept.

    Args:
        text: one line.
        ascii: write characters beyond ASCII as escapes such as `\\xe9`.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() or char == "\t" else "?" for char in text)
    if ascii and not text.isascii():
        text = text.encode("ascii", "backslashreplace").decode("ascii")
    return text


def plain(text: str, ascii: bool = False) -> str:
    """A `clean` text on one line: every run of blanks and line breaks is one blank."""
    return clean(" ".join(text.split()), ascii)


def crop(text: str, width: int) -> str:
    """A text cut to a width, its end then `...`; never right behind a digit, as if cut there."""
    if cell_len(text) <= width:
        return text
    kept = head(text, max(width - len(ELLIPSIS), 0))
    rest = text[len(kept) :]
    if kept[-1:].isdigit() or rest[:1].isalnum() or rest[:1] == ".":
        kept = _CUT_NUMBER.sub("", kept)
    return (kept + ELLIPSIS)[: max(width, 0)]


def shortened(name: str, text: str, width: int) -> str:
    """A name cropped so that `name = text` fits, but not to less than a third of the width."""
    return crop(name, max(width - cell_len(f" = {text}"), width // 3))


def head(text: str, width: int) -> str:
    """The longest beginning of a text that is no wider than a width."""
    kept = text[: max(width, 0)]
    while cell_len(kept) > width:
        kept = kept[:-1]
    return kept


def pad(text: str, width: int, right: bool = False) -> str:
    """A text filled up with blanks to a width, on its left when it is to stand at the right."""
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def flow(pieces: Iterable[str], width: int, gap: str = "  ", indent: str = "  ") -> list[str]:
    """Pieces set one after another into lines; a piece isn't broken unless it can't fit at all.

    Args:
        pieces: what is to be laid out, in order; empty ones are skipped.
        width: how wide a line may be.
        gap: what stands between two pieces of one line.
        indent: what every line but the first begins with.
    """
    lines: list[str] = []
    for piece in filter(None, pieces):
        joined = f"{lines[-1]}{gap}{piece}" if lines else piece
        if lines and cell_len(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(crop(indent + piece if lines else piece, width))
    return lines


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Prose broken at blanks into lines of a width; a longer word is broken where it must be."""
    lines: list[str] = []
    for word in text.split():
        start = "" if not lines else indent
        if lines and cell_len(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        while cell_len(start + word) > width and (part := head(word, width - len(start))):
            lines.append(start + part)
            word, start = word[len(part) :], indent
        if word:
            lines.append(start + word)
    return lines


def styled(text: str, style: str) -> Text:
    """One line in one style, which what is appended to it doesn't have."""
    return Text.assemble((text, style))


def stack(lines: Iterable[Text]) -> Text:
    """Lines put under one another."""
    # The lines fit already; rich need not look for places to wrap them.
    return Text("\n", no_wrap=True, overflow="crop").join(lines)
