"""What came of two scripts side by side: the first difference, and what only one of them has.

Not how they are compared, and nothing about how the scripts are run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.text import Text

from nnstep.differences import Compared, Difference, Side, Uneven
from nnstep.insight.apart import Apart, in_short
from nnstep.views.numbers import number
from nnstep.views.text import CHANGED, DIM, NAME, crop, flow, plain, stack, styled, wrap

_LETTERS = "AB"
_WORDS = 40  # cells of an operand
_DIGITS = 6  # of a number, where they tell it from the other
_NAMES = 20  # that are listed
_ROUNDING = 1e-7  # a relative difference below which it may be nothing but that


def differences_view(found: Compared, *, width: int, ascii: bool = False) -> Text:
    """Which scripts, the first difference with the ops that made it, then the names of only one.

    Args:
        found: what came of it.
        width: no line is wider; at least 24.
        ascii: nothing but ASCII characters.
    """
    lines = [
        styled(crop(f"{letter}  {plain(path, ascii)}", width), DIM)
        for letter, path in zip(_LETTERS, _short(found.paths), strict=True)
    ]
    if found.difference is None:
        lines += [styled(line, NAME) for line in wrap(_same(found), width)]
    else:
        lines += _difference(found.difference, width, ascii)
    for text in _notes(found):
        lines += [styled(line, DIM) for line in wrap(plain(text, ascii), width, "  ")]
    return stack(lines)


def _short(paths: tuple[str, str]) -> tuple[str, str]:
    """The names of the files, as long as these tell them apart."""
    names = Path(paths[0]).name, Path(paths[1]).name
    return names if names[0] != names[1] else paths


def _same(found: Compared) -> str:
    text = "no value differs"
    if found.epochs:
        epochs = f"{found.epochs} {'epoch' if found.epochs == 1 else 'epochs'}"
        text += f": {epochs} op by op, then the variables"
        places = [f"epoch {each}" for each in found.probed]
        text += f" at {', '.join([*places, 'the end'])}"
    return text


def _difference(found: Difference, width: int, ascii: bool) -> Iterable[Text]:
    place = _place(found.epoch, found.place)
    if found.kind == "raises":
        head = f"one raises{place}"
    elif found.kind == "epochs":
        head = "the main loop of one goes on longer"
    elif found.kind == "state":
        head = f"the variable {found.name} differs{place}; no op that both have makes it differ"
    else:
        head = f"first difference: {found.name}{place}{_which(found)}"
    for line in wrap(plain(head, ascii), width, "  "):
        text = Text(line)
        text.highlight_words([found.name] if found.name else [], CHANGED)
        yield text
    for letter, side in zip(_LETTERS, found.sides, strict=True):
        yield from _side(letter, side, found, width, ascii)
    if found.apart is not None:
        for line in wrap(plain(_apart(found.apart), ascii), width, "  "):
            yield Text(line)


def _which(found: Difference) -> str:
    words = f", in {found.function}()" if found.function else ""
    return f"{words}, binding {found.nth} of that name" if found.nth > 1 else words


def _place(epoch: int | None, place: str) -> str:
    words = {"before": "before the main loop", "behind": "behind the main loop", "script": ""}
    return f" {words[place]}".rstrip() if epoch is None else f" in epoch {epoch}"


def _side(letter: str, side: Side, found: Difference, width: int, ascii: bool) -> Iterable[Text]:
    """The op with its line, what it worked on, and what came of it."""
    said = plain(side.text if found.kind != "value" else f"{found.name} = {side.text}", ascii)
    if side.op is None:
        yield _led(letter, said, width)
        return
    yield _led(letter, f"line {side.op.line}: {plain(side.op.text, ascii)}", width)
    words = [
        f"{crop(plain(name, ascii), _WORDS)} {crop(plain(text, ascii), _WORDS)}"
        for name, text in side.op.operands
    ]
    pieces = [f"{word}," for word in words[:-1]] + words[-1:]
    if pieces:
        pieces[0] = f"   from {pieces[0]}"
        for line in flow(pieces, width, gap=" ", indent="     "):
            yield styled(line, DIM)
    yield Text(crop(f"   {said}", width))


def _led(letter: str, text: str, width: int) -> Text:
    line = Text(crop(f"{letter}  {text}", width))
    line.stylize(NAME, 0, 1)
    return line


def _apart(what: Apart) -> str:
    """Where two values differ most, and by how much."""
    at = f" at {what.at}" if what.at else ""
    if what.kind != "value":
        word = {"shape": "the shapes", "kind": "the kinds", "items": "the items"}[what.kind]
        return f"{word} differ{at}: {what.a} in A, {what.b} in B"
    a, b = _two(what.a, what.b)
    text = f"{a} in A, {b} in B"
    if what.by is not None:
        text += f", {number(what.by)} apart"
    if what.size > 1:
        text = f"{what.count} of {what.size} values differ, most{at}: {text}"
    elif at:
        text = f"they differ{at}: {text}"
    if what.relative is not None and what.relative < _ROUNDING:
        text += f"; that is {what.relative:.1e} of the larger one and may be rounding that adds up"
    return text


def _two(a: object, b: object) -> tuple[str, str]:
    """Both with as many digits as it takes to tell them apart."""
    texts = [
        number(each, _DIGITS) if isinstance(each, float) else in_short(each) for each in (a, b)
    ]
    return (texts[0], texts[1]) if texts[0] != texts[1] else (in_short(a), in_short(b))


def _notes(found: Compared) -> Iterable[str]:
    if found.failure:
        yield f"both raise {found.failure}"
    for letter, names in zip(_LETTERS, found.only, strict=True):
        if names:
            yield f"only {letter} has: {_listed(names)}"
    yield from map(_uneven, found.uneven)
    for name, (one, other) in found.dtypes.items():
        yield f"{name} has the same values and another dtype: {one} in A, {other} in B"
    if found.cut:
        yield "there were too many ops to compare each; the rest was compared by the variables"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {more} more" if more > 0 else "")


def _uneven(each: Uneven) -> str:
    times = [
        f"{'once' if count == 1 else f'{count} times'} in {letter}"
        for letter, count in zip(_LETTERS, each.counts, strict=True) if count
    ]
    missing = [f", and not in {letter}" for letter, count in
               zip(_LETTERS, each.counts, strict=True) if not count]  # fmt: skip
    return "".join([
        f"{each.name} is bound {' and '.join(times)}{_place(each.epoch, each.place)}", *missing
    ])
