"""What a check of gradients has found: verdicts as a table, what values are, what is wrong where.

Not how any of it was measured, and not how a mended script is run: all of it is given.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from nnstep.checking import Report
from nnstep.engine.source import Source
from nnstep.insight.faults import Fault, Mend
from nnstep.insight.gradients import Checked
from nnstep.insight.identities import TRUTH, Identity
from nnstep.insight.verdicts import DERIVATIVE, FACTOR, UNDECIDED, WRONG, Example, Verdict, listed
from nnstep.views.excerpt import excerpt
from nnstep.views.families import in_families
from nnstep.views.numbers import columns_of, number
from nnstep.views.text import ALARM, DIM, NAME, clean, crop, flow, pad, plain, stack, styled, wrap

Sources = Callable[[str], Source | None]

_GAP = "  "
_MOST, _LEAST = 30, 12  # cells of a gradient's name in a table
_WHOLE, _SOME = 8, 5  # elements of a value: up to how many all are shown; else how many
_NOTHING, _WRONG, _UNDECIDED = "-", "*", "?"
_ROUNDING = 1e-6  # an error below is rounding, another one on every processor
_CHOSEN = {"given": "as given", "lesson": "the script's own", "proposed": "proposed here"}
_HEADS = ("gradient", "is to be", "verdict", "error", "cosine", "factor", "tested")
_ENDS = re.compile(r"[A-Za-z_]\w*(?:\[\d+\])*")
_REPEATED = re.compile(r"(.*), (\d+ times)")


def report_view(
    report: Report, sources: Sources, *, width: int, ascii: bool = False
) -> Text:
    """A check: of several epochs the errors along the run, then the worst epoch in full.

    Args:
        report: what was found.
        sources: gives the text of a script's file, None where it can't be read.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    report = replace(report, epochs=tuple(
        replace(each, verdicts=in_families(each.verdicts)) for each in report.epochs
    ))
    lines: list[Text] = []
    if len(report.epochs) > 1:
        lines += [*_along(report, width, ascii), Text("")]
    worst = report.worst_epoch
    lines += _epoch(worst, report, sources, width, ascii)
    for note in dict.fromkeys((*worst.notes, *report.notes)):
        lines += _prose(note, width, ascii, DIM)
    return stack(lines)


def _prose(text: str, width: int, ascii: bool, style: str = "") -> list[Text]:
    return [styled(line, style) for line in wrap(plain(text, ascii), width, indent=_GAP)]


# Along the run.


def _along(report: Report, width: int, ascii: bool) -> list[Text]:
    """The cost, and how far each gradient is from the truth, at each epoch."""
    names = list(dict.fromkeys(each.what for one in report.epochs for each in one.verdicts))
    heads = ["epoch", "cost", "verdict", *(_parameter(plain(each, ascii)) for each in names)]
    rows = []
    for one in report.epochs:
        found = {each.what: each for each in one.verdicts}
        cells = [_cell(found[name]) if name in found else _NOTHING for name in names]
        rows.append([str(one.epoch), number(one.value, 6), one.kind, *cells])
    lines = _prose(f"cost: {report.cost} ({_CHOSEN[report.chosen]})", width, ascii, NAME)
    if _width(heads, rows) > width:  # the cells say it, too
        heads, rows = [*heads[:2], *heads[3:]], [[*row[:2], *row[3:]] for row in rows]
    if _width(heads, rows) > width:
        heads[2:] = _short(heads[2:])
    lines += _table(heads, rows, width, right=len(heads) - len(names))
    return lines + _prose(_legend(report), width, ascii, DIM)


def _cell(verdict: Verdict) -> str:
    if verdict.kind == UNDECIDED:
        return _UNDECIDED
    if verdict.kind == FACTOR and not verdict.decay:
        return f"{number(verdict.factor, 4)} times"
    return _error(verdict) + _WRONG * (verdict.kind == WRONG)


def _legend(report: Report) -> str:
    kinds = {each.kind for one in report.epochs for each in one.verdicts}
    words = "errors: |a - n| / (|a| + |n|), a the gradient, n the truth"
    words += f"; {_WRONG} is wrong" * (WRONG in kinds)
    words += "; `times`: right up to that factor" * (FACTOR in kinds)
    return words + f"; {_UNDECIDED} is {UNDECIDED}" * (UNDECIDED in kinds)


def _parameter(what: str) -> str:
    return what.removeprefix(DERIVATIVE)


def _short(names: Sequence[str]) -> list[str]:
    """Names without what leads to them, `W1` for `net.params['W1']`, if that tells them apart."""
    found = [(_ENDS.findall(each) or [each])[-1] for each in names]
    return found if len(set(found)) == len(found) else list(names)


# One epoch.


def _epoch(
    checked: Checked, report: Report, sources: Sources, width: int, ascii: bool
) -> Iterator[Text]:
    kind = checked.kind
    alarm = ALARM if kind == WRONG else NAME
    judged = bool(checked.verdicts) or not checked.others  # of others it is told what they are
    yield styled(f"epoch {checked.epoch}: {kind}" if judged else f"epoch {checked.epoch}", alarm)
    cost = f"cost: {checked.cost} = {number(checked.value, 8)}, read before line {checked.line}"
    yield from _prose(f"{cost} ({_CHOSEN[report.chosen]})", width, ascii)
    yield from _verdicts(checked.verdicts, width, ascii)
    yield from _reasons(checked.verdicts, width, ascii)
    for each in checked.others:
        yield from _prose(_identity(each), width, ascii, DIM)
    for verdict in checked.verdicts:
        if verdict.example is not None:
            yield from _prose(_counterexample(verdict.example), width, ascii)
    first, mends = 1, len(report.mends)
    for fault in report.faults:
        yield from _fault(fault, sources, width, ascii, first if mends > 1 else 0)
        first += len(fault.mends)


def _verdicts(verdicts: Sequence[Verdict], width: int, ascii: bool) -> list[Text]:
    if not verdicts:
        return []
    rows = [
        [crop(plain(each.what, ascii), _MOST), each.kind, *_numbers(each)] for each in verdicts
    ]
    room = width - len(_GAP) - _width(_HEADS[1:], rows)
    if room < _LEAST:
        short = _short([_parameter(row[0]) for row in rows])
        rows = [[DERIVATIVE + name, *row[1:]] for name, row in zip(short, rows, strict=True)]
        room = width - len(_GAP) - _width(_HEADS[1:], rows)
    # A name is cropped, for the parameter says which it is; but to no less than a few letters.
    names = [crop(plain(each.name, ascii), room if room >= _LEAST else _MOST) for each in verdicts]
    whole = [[name, *row] for name, row in zip(names, rows, strict=True)]
    return _table(_HEADS, whole, width, right=3)


def _numbers(verdict: Verdict) -> list[str]:
    """Error, cosine, factor, and how much was tested; dashes where nothing was."""
    if not verdict.size or (verdict.kind == UNDECIDED and not verdict.tested):
        return [_NOTHING] * 4
    tested = str(verdict.size)
    if verdict.tested < verdict.size:
        tested = f"{verdict.tested} of {verdict.size}, and random directions"
    return [_error(verdict), number(verdict.cosine, 4), number(verdict.factor, 4), tested]


def _error(verdict: Verdict) -> str:
    if verdict.kind == FACTOR:  # it says no more than the factor does
        return _NOTHING
    if verdict.error < _ROUNDING:
        return f"<{_ROUNDING:.0e}".replace("e-0", "e-")
    return number(verdict.error, 2 if verdict.error < 1e-3 else 3)


def _reasons(verdicts: Sequence[Verdict], width: int, ascii: bool) -> Iterator[Text]:
    """Why, once for all those of which it is true."""
    found: dict[str, list[str]] = {}
    names = Counter(name for name, _ in {(each.name, each.what) for each in verdicts})
    for each in verdicts:
        if each.why:
            alone = each.name and names[each.name] == 1
            told = _quoted(each.name if alone else _parameter(each.what))
            found.setdefault(each.why, []).append(told)
    for why, told_of in found.items():
        whole = len(told_of) == len(verdicts) > 1
        yield from _prose(f"{'all' if whole else listed(told_of)}: {why}", width, ascii)


def _quoted(name: str) -> str:
    """A name as code; the number of times that it counts is none."""
    repeated = _REPEATED.fullmatch(name)
    return f"`{repeated[1]}`, {repeated[2]}" if repeated else f"`{name}`"


def _identity(identity: Identity) -> str:
    what = identity.what
    if identity.kind == TRUTH:
        name, comma, turned = _parameter(what).partition(", ")
        what = f"{DERIVATIVE}`{name}`{comma}{turned}"
    times = "" if identity.factor == 1.0 else f", {number(identity.factor, 6)} times"
    return f"`{identity.name}` is {what}{times}"


def _counterexample(example: Example) -> str:
    """The nudge in plain numbers, with as many digits as it takes to tell the two apart."""
    moved, said = example.moved, example.said
    digits = next((d for d in range(3, 9) if number(moved, d) != number(said, d)), 9)
    return (
        f"nudge `{example.element}` by {number(example.nudge)}: the cost moves by "
        f"{number(moved, digits)}, the gradient says {number(said, digits)}"
    )


# What is wrong.


def _fault(
    fault: Fault, sources: Sources, width: int, ascii: bool, first: int
) -> Iterator[Text]:
    """The op, what came out of it and what should have, and what would mend it.

    Args:
        first: the number of its first mend, 0 where numbers aren't needed.
    """
    names = list(dict.fromkeys(map(_quoted, fault.gradients)))
    yield from _prose(f"the first wrong op, line {fault.line}", width, ascii, ALARM)
    source = sources(fault.path)
    if source is not None and source.line(fault.line):
        view = excerpt(source, fault.span, width=width, before=1, after=1, ascii=ascii)
        yield from view.split("\n")
    else:
        yield Text(crop(plain(fault.text, ascii), width))
    yield from _prose(f"it spoils {listed(names)}", width, ascii)
    yield from _values(fault.actual, fault.expected, width)
    for at, mend in enumerate(fault.mends):
        what = "it comes" if set(mend.fixes) >= set(fault.gradients) else (
            f"{listed([_quoted(each) for each in mend.fixes])} "
            f"{'come' if len(mend.fixes) > 1 else 'comes'}"
        )
        label = f"mend {first + at}: " if first else ""
        words = f"{label}with `{mend.code}`{_order(mend)} {what} out right"
        yield from _prose(words, width, ascii, NAME)
    if not fault.mends:
        yield from _prose("no simple change of this op puts it right", width, ascii, DIM)


def _order(mend: Mend) -> str:
    if mend.before is None:
        return ""
    return f" before line {mend.before.line} (`{mend.before.text}`)"


def _values(actual: Any, expected: Any, width: int) -> Iterator[Text]:
    """What came out beside what should have: all of a small array, else some that differ."""
    if expected is None or np.shape(actual) != np.shape(expected):
        return
    one, other = (np.asarray(each, dtype=np.float64) for each in (actual, expected))
    if one.size == 1:
        cells = columns_of(np.array([[one.item(), other.item()]]), 6)
        yield Text(f"it is {cells[0][0]}, and should be {cells[1][0]}")
        return
    chosen = _chosen(one.reshape(-1), other.reshape(-1))
    block = np.stack([one.reshape(-1)[chosen], other.reshape(-1)[chosen]], axis=1)
    places = [np.unravel_index(each, one.shape) for each in chosen]
    labels = ["[" + ", ".join(map(str, map(int, place))) + "]" for place in places]
    rows = [list(each) for each in zip(labels, *columns_of(block, 6), strict=True)]
    yield from _table(["", "is", "should be"], rows, width, right=1)
    if len(chosen) < one.size:
        yield styled(f"the {len(chosen)} furthest apart of {one.size} elements", DIM)


def _chosen(one: Any, other: Any) -> list[int]:
    if one.size <= _WHOLE:
        return list(range(one.size))
    with np.errstate(all="ignore"):
        gaps = np.nan_to_num(np.abs(one - other), nan=np.inf)
    return sorted(int(each) for each in np.argsort(-gaps, kind="stable")[:_SOME])


# A mended script beside the one as it is.


def mended_view(
    text: str,
    code: str,
    line: int,
    cost: str,
    courses: tuple[Sequence[float | None], Sequence[float | None]],
    *,
    width: int,
    rows: int = 10,
    ascii: bool = False,
) -> Text:
    """The cost over the epochs, as the script is and with one op mended.

    Args:
        text: the op as it is.
        code: the op as it should be.
        line: its line.
        cost: the expression of the cost.
        courses: its value at each epoch, None where there is none: as it is, then mended.
        width: no line is wider; at least 40.
        rows: so many epochs are shown at most, the first and the last among them.
        ascii: nothing but ASCII characters.
    """
    lines = _prose(f"line {line}: `{text}`", width, ascii)
    lines += _prose(f"mended: `{code}`", width, ascii)
    lines += _prose(f"cost: {cost}", width, ascii, NAME)
    count = max(map(len, courses))
    if not count:
        return stack([*lines, *_prose("no epoch was run", width, ascii, DIM)])
    if not all(courses):  # one went wrong at once
        return stack(lines)
    chosen = np.unique(np.linspace(0, count - 1, min(rows, count)).round().astype(int)).tolist()
    cells = zip(*_columns([_at(each, chosen) for each in courses]), strict=True)
    shown = [[str(epoch), *both] for epoch, both in zip(chosen, cells, strict=True)]
    lines += _table(["epoch", "as it is", "mended"], shown, width, right=0)
    if len(chosen) < count:
        lines.append(styled(f"{len(chosen)} of {count} epochs", DIM))
    return stack(lines)


def _at(course: Sequence[float | None], epochs: Iterable[int]) -> list[float]:
    """The values at some epochs, NaN where there is none."""
    found = [course[each] if each < len(course) else None for each in epochs]
    return [math.nan if each is None else each for each in found]


def _columns(values: Sequence[Sequence[float]]) -> list[list[str]]:
    """Costs in one notation, so that they can be compared."""
    return columns_of(np.array(values, dtype=np.float64).T, 6)


# Tables.


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], width: int, right: int
) -> list[Text]:
    """Rows under their heads, or flowing where there is no room for it.

    Args:
        heads: one a column.
        rows: their cells.
        width: how wide a line may be.
        right: the first column that stands at the right.
    """
    if _width(heads, rows) > width:
        return _flowing(heads, rows, width)
    widths = _widths(heads, rows)
    lines = [
        Text(_GAP.join(
            pad(cell, room, at >= right or heads[at] in ("epoch", "cost"))
            for at, (cell, room) in enumerate(zip(row, widths, strict=True))
        ).rstrip())
        for row in (heads, *rows)
    ]  # fmt: skip
    lines[0].stylize(DIM)
    for line, row in zip(lines[1:], rows, strict=True):
        _mark_wrong(line, row)
    return lines


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(cell_len, column)) for column in zip(heads, *rows, strict=True)]


def _width(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How wide a table is."""
    return sum(_widths(heads, rows)) + len(_GAP) * (len(heads) - 1)


def _flowing(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[Text]:
    """Each row as its first cell, then the others with what they are."""
    lines: list[Text] = []
    for row in rows:
        pieces = [f"{heads[0]} {row[0]}" if heads[0] == "epoch" else row[0]]
        for head, cell in zip(heads[1:], row[1:], strict=True):
            pieces.append(cell if head in ("is to be", "verdict") else f"{head} {cell}")
        start = len(lines)
        lines += [Text(clean(line)) for line in flow(pieces, width)]
        lines[start].stylize(NAME, 0, min(len(pieces[0]), len(lines[start])))
        _mark_wrong(lines[start], row)
    return lines


def _mark_wrong(line: Text, row: Sequence[str]) -> None:
    if WRONG in row:
        start = line.plain.find(f" {WRONG}") + 1
        if start:
            line.stylize(ALARM, start, start + len(WRONG))
