"""Whether what a command shows is what a lesson file says, and where it isn't.

Text counts exactly, runs of blanks as one; whole numbers and shapes exactly; numbers with a
fraction to half a unit of the last digit that is written, and a small part of their size. `...`
stands for any text within a line, and on a line of its own for any lines; a line that ends with
`(re)` is a regular expression. Nothing is executed here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from nnstep.transcript import ELISION, REGULAR

RELATIVE = 1e-6
"""By which part of its size a number with a fraction may differ, besides its last digit."""
_LARGEST = 308  # the exponent of a float
_NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w])|(?<!\w)[-+]?(?:nan|inf)(?!\w)",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"[-+]?\d(?:[\d,.]*\d)?(?:e[-+]?\d+)?", re.IGNORECASE)
_HEAD = re.compile(r"\[\d+\]")
_TITLE = re.compile(r"(?P<name>\S.*?)\s{2,}\(\d[\d, ]*\) ")


class Mismatch(NamedTuple):
    """What isn't as it is written.

    Attributes:
        at: which line of what is written, counted from 0; behind the last one for what is missing
            there.
        words: what was expected, what came, and by how much numbers differ.
    """

    at: int
    words: str


def mismatches(
    expected: Sequence[str], found: Sequence[str], tolerance: float = RELATIVE
) -> list[Mismatch]:
    """Where the lines that came aren't those that were expected; empty where they are.

    Args:
        expected: the lines of a lesson file.
        found: those that a command has shown.
        tolerance: by which part numbers with a fraction may differ, besides their last digit.
    """
    if _matches(tuple(expected), tuple(found), tolerance):
        return []
    return [
        each for before, after in _pairs(expected, found)
        for each in _of_pair(expected, found, before, after, tolerance)
    ]


def same(expected: str, found: str, tolerance: float = RELATIVE) -> bool:
    """Whether one line is as it is written."""
    regular = REGULAR.fullmatch(expected)
    if regular is not None:
        return re.fullmatch(regular["pattern"], found.rstrip()) is not None
    if expected == found:
        return True  # `...` too: the views shorten what is long so
    if ELISION not in expected:
        return _texts_agree(expected, found, tolerance)
    return _elided(_folded(expected), _folded(found), tolerance)


def _is_free(line: str) -> bool:
    """Whether a line leaves something open: an elision, or a regular expression."""
    return ELISION in line or REGULAR.fullmatch(line) is not None


# Lines.


def _matches(expected: tuple[str, ...], found: tuple[str, ...], tolerance: float) -> bool:
    """Whether all lines agree; a line that is `...` stands for any number of lines."""
    reached = {0}  # how many of the found lines may have been used up by now
    for line in expected:
        if line.strip() == ELISION:
            reached = set(range(min(reached), len(found) + 1))
            continue
        reached = {at + 1 for at in reached if at < len(found) and same(line, found[at], tolerance)}
        if not reached:
            return False
    return len(found) in reached


def _pairs(
    expected: Sequence[str], found: Sequence[str]
) -> list[tuple[range, range]]:
    """Which lines belong to which, told by their words."""
    from difflib import SequenceMatcher

    before, after = [_shape(line) for line in expected], [_shape(line) for line in found]
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(range(a, b), range(c, d)) for _, a, b, c, d in codes]


def _shape(line: str) -> str:
    return _NUMBER.sub("\0", _folded(line).replace("\0", ""))


def _of_pair(
    expected: Sequence[str], found: Sequence[str], before: range, after: range, tolerance: float
) -> list[Mismatch]:
    if len(before) == len(after):
        return [
            Mismatch(one, _words(expected, found, one, two, tolerance))
            for one, two in zip(before, after, strict=True)
            if not same(expected[one], found[two], tolerance)
        ]
    if any(expected[at].strip() == ELISION for at in before):
        return []
    missing = [
        Mismatch(at, f"expected `{expected[at].strip()}`, which didn't come") for at in before
    ]
    more = [
        Mismatch(before.stop, f"came `{found[at].strip()}`, which wasn't expected") for at in after
    ]
    return [*missing, *more]


def _words(
    expected: Sequence[str], found: Sequence[str], one: int, two: int, tolerance: float
) -> str:
    """What of a line differs: the element of a table, or the number, or else the line."""
    wanted, came = _numbers(expected[one]), _numbers(found[two])
    whole = f"expected `{expected[one].strip()}`, came `{found[two].strip()}`"
    if _is_free(expected[one]) or _shape(expected[one]) != _shape(found[two]):
        return whole
    differing = [
        at for at, (w, c) in enumerate(zip(wanted, came, strict=True))
        if not _numbers_agree(w, c, tolerance)
    ]
    if not differing:
        return whole
    at = differing[0]
    apart = abs(float(wanted[at]) - float(came[at]))
    amount = f", {apart:.3g} apart" if math.isfinite(apart) else ""
    more = f"; {len(differing) - 1} more in this line" if len(differing) > 1 else ""
    where = _element(expected, one, at)
    return f"{where}expected {wanted[at]}, came {came[at]}{amount}{more}"


def _element(lines: Sequence[str], at: int, number: int) -> str:
    """Which element of a table a number in a line is, such as `zh[3, 1]: `; empty for none."""
    heads = next((each for each in reversed(lines[:at]) if _is_head_line(each)), None)
    title = next((each for each in reversed(lines[:at]) if _TITLE.match(each)), None)
    if heads is None or title is None:
        return ""
    columns = [each.strip("[]") for each in heads.split() if _HEAD.fullmatch(each)]
    row = _HEAD.match(lines[at].strip())
    # The number in the row's head is the first of the line.
    place = number - 1 if row else number
    shown = [each for each in heads.split() if each != ELISION]
    if not 0 <= place < len(shown):
        return ""
    name = _TITLE.match(title)
    assert name is not None
    index = f"{row[0].strip('[]')}, {columns[place]}" if row else columns[place]
    return f"{name['name']}[{index}]: "


def _is_head_line(line: str) -> bool:
    cells = line.split()
    return bool(cells) and all(_HEAD.fullmatch(each) or each == ELISION for each in cells)


# Within a line.


def _folded(line: str) -> str:
    return " ".join(line.split())


def _numbers(line: str) -> list[str]:
    return _NUMBER.findall(_folded(line))


def _texts_agree(expected: str, found: str, tolerance: float) -> bool:
    expected, found = _folded(expected), _folded(found)
    if expected == found:
        return True
    if _shape(expected) != _shape(found):
        return False
    pairs = zip(_NUMBER.findall(expected), _NUMBER.findall(found), strict=True)
    return all(_numbers_agree(one, two, tolerance) for one, two in pairs)


def _numbers_agree(expected: str, found: str, tolerance: float) -> bool:
    """Whole numbers exactly; others to half a unit of the last digit written, and a part."""
    if expected == found:
        return True
    try:
        one, two = Decimal(expected.lower()), Decimal(found.lower())
    except InvalidOperation:  # its exponent is beyond everything
        return False
    if not (one.is_finite() and two.is_finite()):
        return str(one) == str(two)
    if max(one.adjusted(), two.adjusted()) > _LARGEST:
        return one == two
    if _is_whole(expected) or _is_whole(found):
        return one == two and _is_whole(expected) == _is_whole(found)
    # NumPy writes `1.` for what is exactly that.
    unit = Decimal((0, (1,), int(one.as_tuple().exponent))) * (not expected.endswith("."))
    return abs(one - two) <= unit / 2 + abs(one) * Decimal(tolerance)


def _is_whole(number: str) -> bool:
    return number.lstrip("+-").isdigit()


def _elided(expected: str, found: str, tolerance: float) -> bool:
    """Whether a line agrees in which `...` stands for any text."""
    first, *others = expected.split(ELISION)
    starts = _ends_of(first.strip(), found, 0, tolerance, anchored=True)
    for part in others[:-1]:
        starts = {
            end for start in starts
            for end in _ends_of(part.strip(), found, start, tolerance, anchored=False)
        }
    last = others[-1].strip()
    return any(
        _texts_agree(last, found[at:], tolerance)
        for start in starts for at in range(start, len(found) + 1) if _is_edge(found, at)
    )


def _ends_of(
    part: str, found: str, start: int, tolerance: float, *, anchored: bool
) -> set[int]:
    """Where a piece of text may end that begins at a place, or anywhere behind it."""
    if not part:
        return {start}
    begins = [start] if anchored else [
        at for at in range(start, len(found)) if _is_edge(found, at)
    ]
    return {
        end for begin in begins for end in range(begin, len(found) + 1)
        if _is_edge(found, end) and _texts_agree(part, found[begin:end], tolerance)
    }


def _is_edge(text: str, at: int) -> bool:
    """Whether no word or number is cut there."""
    if at in (0, len(text)):
        return True
    if text[at - 1].isalnum() and text[at].isalnum():
        return False
    return not any(each.start() < at < each.end() for each in _FIGURE.finditer(text))


# Bringing up to date.


def merged(
    expected: Sequence[str], found: Sequence[str], tolerance: float = RELATIVE
) -> list[str]:
    """The lines that came, where they aren't as they are written; else what is written.

    What is left open stays so where it still fits. Merged twice, they are the same.
    """
    if not mismatches(expected, found, tolerance):
        return list(expected)
    lines: list[str] = []
    for before, after in _pairs(expected, found):
        if len(before) != len(after):
            open_end = [expected[at] for at in before if expected[at].strip() == ELISION]
            lines += open_end or [found[at] for at in after]
            continue
        lines += [
            expected[one] if same(expected[one], found[two], tolerance) else found[two]
            for one, two in zip(before, after, strict=True)
        ]
    return lines if not mismatches(lines, found, tolerance) else list(found)
