"""`nnstep replay` and `nnstep lesson check`: lesson files shown, compared, mended, reviewed.

Not the playing itself (replaying.py), not what counts as the same (matching.py), and not the rules
(reviewing.py).
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from nnstep import lessons
from nnstep.matching import same
from nnstep.shell.kept import why, write
from nnstep.shell.output import Output
from nnstep.shell.registry import CommandError
from nnstep.shell.replaying import Played, Replay, Told, replay_all
from nnstep.stated import without_comments
from nnstep.transcript import PROMPT, Broken
from nnstep.views.prose import prose
from nnstep.views.text import ALARM, DIM, NAME, stack

_BESIDE = ".md.new"


def replay_files(
    output: Output, targets: Sequence[str], *, check: bool = False, update: bool = False,
    in_place: bool = False, pace: float = 0.0, jobs: int = 1,
) -> bool:
    """Play lesson files.

    Args:
        output: where everything is shown.
        targets: names of lessons, files, and folders of files.
        check: compare, and tell where they differ.
        update: write files in which what has changed is as it is now.
        in_place: write them in the place of the old ones, not beside them.
        pace: seconds between two commands that are shown.
        jobs: how many are played at the same time.

    Returns:
        Whether all can be played, and is as the files say, or, updated, could be written, and all
        that is expected there holds.

    Raises:
        CommandError: there is no such file, or the only one can't be played.
    """
    paths, good = list(_paths(targets)), True
    for found in replay_all(paths, jobs):
        if not isinstance(found, Replay):
            if len(paths) == 1:
                raise CommandError(str(found)) from found
            output.error(str(found))
            good = False
        elif check:
            _tell(output, found)
            good = good and found.good
        elif update:
            good = _updated(output, found, in_place) and found.holds and good
        else:
            _show(output, found, pace)
    return good


def review_files(output: Output, targets: Sequence[str], jobs: int = 1) -> bool:
    """Tell what is wrong with lesson files.

    Args:
        output: where it is told.
        targets: names of lessons, files, and folders of files; all lessons if there are none.
        jobs: how many are played at the same time.

    Returns:
        Whether nothing is wrong.

    Raises:
        CommandError: there is no such file.
    """
    guides = (lessons.guide(name) for name in lessons.names())
    paths = list(_paths(targets)) if targets else [path for path in guides if path is not None]
    good = True
    for path, found in zip(paths, replay_all(paths, jobs), strict=True):
        faults = _faults(found)
        for line in faults:
            output.show(Text(line), whole=True)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        verdict = f"{path.name}: {count if faults else 'nothing is wrong'}"
        output.show(Text(verdict, style=ALARM if faults else DIM))
        good = good and not faults
    return good


def _faults(found: Replay | Broken | OSError) -> list[str]:
    from nnstep.shell.reviewing import review

    if not isinstance(found, Replay):
        return [str(found)]
    path = found.transcript.path
    try:
        return [f"{path}:{each.line}: {each.what}; {each.mend}" for each in review(found)]
    except OSError as error:
        return [str(error)]


def _paths(targets: Sequence[str]) -> Iterator[Path]:
    """The files that are meant."""
    for target in targets:
        path, named = Path(target), lessons.guide(target)
        if path.is_dir():
            inside = sorted(filter(lessons.has_front_matter, path.glob("*.md")))
            if not inside:
                raise CommandError(f"there are no lesson files (.md) in {target}")
            yield from inside
        elif named is not None:
            yield named
        elif path.is_file():
            yield path
        else:
            raise CommandError(
                f"there is no lesson or file {target}; `nnstep lessons` lists the lessons"
            )


def _show(output: Output, found: Replay, pace: float) -> None:
    """Prose and commands in their order, as a demonstration."""
    played = {each.exchange.line: each for each in found.played}
    for part in found.transcript.parts:
        if part.prose:
            text = without_comments(part.prose)
            output.show(stack([Text(), prose(text, output.width, output.colours), Text()]))
        for exchange in part.exchanges:
            if exchange.directive:
                continue
            time.sleep(pace)
            output.show(Text(f"{PROMPT}{exchange.text}", style=NAME))
            if played[exchange.line].found:
                output.show(Text("\n".join(played[exchange.line].found)))


def _tell(output: Output, found: Replay) -> None:
    path = found.transcript.path
    wrong = [each for each in found.played if each.mismatches]
    for each in wrong:
        _tell_of(output, path, each)
    stale = [each for each in found.told if not each.good]
    for number in stale:
        _tell_number(output, path, number)
    count, numbers = len(found.played), len(found.told)
    if found.good:
        verdict = "1 command as written" if count == 1 else f"all {count} commands as written"
        what = "number" if numbers == 1 else "numbers"
        verdict += f", and {numbers} {what} of the prose" if numbers else ""
    else:
        verdict = f"{len(wrong)} of {count} commands differ"
        verdict += f", and {len(stale)} of {numbers} numbers of the prose" if stale else ""
    output.show(Text(f"{path.name}: {verdict}", style=DIM if found.good else ALARM))


def _tell_number(output: Output, path: Path, number: Told) -> None:
    """A number of the prose that isn't what the run gives."""
    stated = number.stated
    came = f"it is {number.found}" if number.found else number.error
    output.show(Text(f"{path}:{stated.line}: {stated.number} in the prose", style=NAME), whole=True)
    output.show(Text(f"  line {stated.line}: `{stated.expression}`: {came}"), whole=True)


def _tell_of(output: Output, path: Path, played: Played) -> None:
    """What differs, in words and as a unified diff."""
    exchange = played.exchange
    output.show(Text(f"{path}:{exchange.line}: {exchange.text}", style=NAME), whole=True)
    for mismatch in played.mismatches:
        at = exchange.line + 1 + mismatch.at
        output.show(Text(f"  line {at}: {mismatch.words}"), whole=True)
    came = _like(exchange.expected, played)
    diff = difflib.unified_diff(
        exchange.expected, came, f"{path.name}:{exchange.line}", "what came", n=1, lineterm=""
    )
    output.show(Text("\n".join(f"  {line}" for line in diff), style=DIM), whole=True)


def _like(expected: Sequence[str], played: Played) -> list[str]:
    """What came, the lines that agree as they are written: they are no difference."""
    found = list(played.found)
    if len(found) == len(expected):
        return [
            one if same(one, two, played.tolerance) else two
            for one, two in zip(expected, found, strict=True)
        ]
    return [next((one for one in expected if same(one, two, played.tolerance)), two)
            for two in found]  # fmt: skip


def _updated(output: Output, found: Replay, in_place: bool) -> bool:
    """Update a file; whether it could be written, which others may be if it couldn't."""
    try:
        _update(output, found, in_place)
    except CommandError as error:
        output.error(str(error))
    except OSError as error:
        output.error(f"can't write: {why(error, 'copy the lesson elsewhere')}")
    else:
        return True
    return False


def _update(output: Output, found: Replay, in_place: bool) -> None:
    path, text = found.transcript.path, found.updated()
    for number in found.told:
        if number.error:
            _tell_number(output, path, number)
    for each in found.played:
        if each.exchange.directive and each.mismatches:  # that is for a person to mend
            _tell_of(output, path, each)
        elif not each.works and each.mismatches:
            said = each.found[-1].strip() if each.found else "it fails"
            line = f"{path}:{each.exchange.line}: `{each.exchange.text}`: {said}"
            output.show(Text(line, style=ALARM), whole=True)
    old = "\n".join(found.transcript.lines)
    if text == f"{old}\n":
        output.hint(f"{path}: nothing to change", whole=True)
        return
    if path.read_text(encoding="utf-8", errors="replace").removesuffix("\n") != old:
        raise CommandError(f"{path} was changed while it was played; update it once more")
    there = path if in_place else path.with_name(path.stem + _BESIDE)
    ending = "\r\n" if b"\r\n" in path.read_bytes() else "\n"
    write(there, text.replace("\n", ending).encode())
    count = sum(bool(each.mismatches) for each in found.played)
    stale = sum(bool(each.found) and not each.good for each in found.told)
    numbers = f" and {stale} {'number' if stale == 1 else 'numbers'} of the prose" if stale else ""
    output.hint(f"{there}: {count} commands{numbers} brought up to date", whole=True)

