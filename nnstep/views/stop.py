"""What one step shows: the source with the op underlined, then what the op made, changed, printed.

Not the commands, and not why a value is what it is.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from rich.text import Text

from nnstep.engine.events import Event, Mutation, Operand
from nnstep.engine.source import Source
from nnstep.insight.arrays import changed, is_array, short_text
from nnstep.insight.parts import worked_on
from nnstep.insight.shapes import mismatch, surprises
from nnstep.views.excerpt import excerpt
from nnstep.views.shapes import mismatch_lines, surprise_lines
from nnstep.views.tables import Mask, value_view
from nnstep.views.text import ALARM, DIM, NAME, clean, crop, flow, plain, stack, styled, wrap

_PRINTED_LINES = 5
_OPERAND_LINES = 2
_WORDS = 40


def stop_view(
    event: Event, source: Source | None, *, width: int, changes: Mapping[str, Mask] | None = None,
    ascii: bool = False,
) -> Text:
    """One executed op, from its place in the script to what came of it.

    Args:
        event: what the op did.
        source: the text of the file it stands in, None when there is none to show.
        width: no line is wider; at least 40.
        changes: for arrays that it bound, the cells to be marked with `*`.
        ascii: nothing but ASCII characters.
    """
    parts = [_place(event, width, ascii)]
    if source is not None:
        narration = source.narration(event.line)
        parts += [
            styled(line, "italic")
            for text in _paragraphs(narration)
            for line in wrap(clean(text, ascii), width)
        ]
        before = 0 if narration else 2
        parts.append(excerpt(source, event.span, width=width, before=before, ascii=ascii))
    else:
        parts.append(styled(crop(plain(event.text, ascii), width), NAME))
    if event.exception is not None:
        parts += _failure(event, event.exception, width, ascii)
        return stack(parts)
    parts += _results(event, changes or {}, width, ascii)
    for mutation in event.mutated:
        parts += _mutation(mutation, width, ascii)
    parts += _printed(event.printed, width, ascii)
    parts += _operands(event, width, ascii)
    parts += surprise_lines(surprises(event), width, ascii)
    return stack(parts)


def _place(event: Event, width: int, ascii: bool) -> Text:
    inside = "" if event.function == "<module>" else f" in {event.function}"
    where = f"{event.moment}  {PurePath(event.path).name}:{event.line}{inside}"
    return styled(crop(clean(where, ascii), width), DIM)


def _results(
    event: Event, changes: Mapping[str, Mask], width: int, ascii: bool
) -> list[Text]:
    """What the op made, under the names it bound; nothing twice, and no None of a statement."""
    if event.kind == "loop end":
        return [styled("the loop ends", DIM)]
    if event.kind == "call" or (event.kind == "store" and event.mutated):
        return []
    changed_here = {id(mutation.value) for mutation in event.mutated}
    changed_names = {mutation.name for mutation in event.mutated}
    if len(event.names) > 1 and isinstance(event.value, tuple):
        pairs = list(zip(event.names, event.value, strict=False))
    else:
        pairs = [(event.name or event.text, event.value)]
    return [
        value_view(value, name=name, width=width, changed=changes.get(name), ascii=ascii)
        for name, value in pairs
        if id(value) not in changed_here
        and name not in changed_names
        and (value is not None or event.names)
    ]


def _mutation(mutation: Mutation, width: int, ascii: bool) -> Iterable[Text]:
    """An array or container that the op changed, with every other name of its memory."""
    others = ", ".join(mutation.aliases)
    words = f"{mutation.name} changed in place"
    if others:
        words += f", and with it {others} (same memory)"
    mask = None if mutation.before is None else changed(mutation.before, mutation.value)
    if mask is not None:
        words += f": {int(mask.sum())} of {mask.size} values"
    elif mutation.before is None and is_array(mutation.value):
        words += " (too large to tell which values)"
    for line in wrap(plain(words, ascii), width, indent="  "):
        yield styled(line, NAME)
    yield value_view(mutation.value, name=mutation.name, width=width, changed=mask, ascii=ascii)


def _printed(printed: str, width: int, ascii: bool) -> Iterable[Text]:
    """The text that the op printed, its first lines."""
    if not printed:
        return
    lines = printed.removesuffix("\n").split("\n")
    label = "prints: "
    for number, line in enumerate(lines[:_PRINTED_LINES]):
        start = label if number == 0 else " " * len(label)
        shown = clean(line, ascii).expandtabs()
        text = Text(start + crop(shown, width - len(label)))
        text.stylize(DIM, 0, len(label))
        yield text
    if len(lines) > _PRINTED_LINES:
        yield styled(f"{' ' * len(label)}... {len(lines) - _PRINTED_LINES} more lines", DIM)


def _operands(event: Event, width: int, ascii: bool) -> Iterable[Text]:
    """What the op worked on, with shapes: `from feature_set (100, 2), wh (2, 4)`."""
    words = [_operand(operand, ascii) for operand in worked_on(event.operands)]
    if not words:
        return
    pieces = [f"{word}," for word in words[:-1]] + words[-1:]
    pieces[0] = f"{'with' if event.kind == 'call' else 'from'} {pieces[0]}"
    lines = flow(pieces, width, gap=" ")
    for line in lines[:_OPERAND_LINES]:
        yield styled(line, DIM)
    if len(lines) > _OPERAND_LINES:
        yield styled("  ...", DIM)


def _paragraphs(narration: str) -> list[str]:
    """The comment above a statement as running text; an empty comment line parts paragraphs."""
    return [" ".join(part.split("\n")) for part in narration.split("\n\n")]


def _operand(operand: Operand, ascii: bool) -> str:
    value = operand.value
    text = str(value.shape) if is_array(value) else plain(short_text(value), ascii)
    return f"{crop(plain(operand.name, ascii), _WORDS)} {crop(text, _WORDS)}"


def _failure(event: Event, exception: BaseException, width: int, ascii: bool) -> Iterable[Text]:
    """The operands of an op that failed, a line each, then why, and the exception's own words."""
    for operand in worked_on(event.operands):
        yield Text(crop(f"  {_operand(operand, ascii)}", width))
    unfit = mismatch(exception, event.text, event.operands)
    if unfit is not None:
        yield from mismatch_lines(unfit, width, ascii)
    yield from _printed(event.printed, width, ascii)
    for line in traceback.format_exception_only(exception):
        for text in line.splitlines():
            for part in wrap(clean(text, ascii), width, indent="  "):
                yield styled(part, ALARM)
