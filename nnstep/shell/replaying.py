"""A lesson file played unattended: each command typed for it, and what it shows.

Every file is played in a process of its own, so that width, height, colours and threads are the
same everywhere, and no script finds what another has left behind. Whether what is shown is what
the file says is for matching.py; how a person plays a lesson is not known here.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nnstep import processes
from nnstep.matching import RELATIVE, Mismatch, merged, mismatches, same
from nnstep.shell.output import Output
from nnstep.shell.shell import Shell
from nnstep.stated import Stated, restated, stated
from nnstep.transcript import Broken, Exchange, Transcript, parse, read, writable

if TYPE_CHECKING:
    from nnstep.insight.predictions import Question

_SURROUNDINGS = {"COLUMNS": "80", "LINES": "24", "NO_COLOR": "1", "TERM": "dumb"}


class Asked(NamedTuple):
    """A question of a lesson file.

    Attributes:
        right: the right answer.
        choices: all that may be chosen; none where the answer is free.
        taken: which of the choices are taken for the right answer.
    """

    right: str
    choices: tuple[str, ...]
    taken: tuple[str, ...]


class Played(NamedTuple):
    """One command of a lesson file.

    Attributes:
        exchange: what is typed, and what it is to show.
        found: what it shows.
        mismatches: where that differs.
        tolerance: by which part numbers may differ there.
        works: whether it did what it is for.
        asked: what is asked there, where it is a question.
    """

    exchange: Exchange
    found: tuple[str, ...]
    mismatches: tuple[Mismatch, ...]
    tolerance: float
    works: bool = True
    asked: Asked | None = None


class Told(NamedTuple):
    """A computed number in the prose of a lesson file.

    Attributes:
        stated: as it is written.
        found: as it is; empty where it can't be computed.
        error: why it can't be computed; empty where it can.
    """

    stated: Stated
    found: str
    error: str

    @property
    def good(self) -> bool:
        """Whether it is as it is written."""
        return not self.error and same(self.stated.number, self.found)


@dataclass(frozen=True, slots=True)
class Replay:
    """A lesson file that was played.

    Attributes:
        transcript: the file.
        played: its commands in their order.
        told: the computed numbers of its prose, in their order.
    """

    transcript: Transcript
    played: tuple[Played, ...]
    told: tuple[Told, ...] = ()

    @property
    def good(self) -> bool:
        """Whether everything is as it is written."""
        return all(each.good for each in self.told) and not any(
            each.mismatches for each in self.played
        )

    @property
    def holds(self) -> bool:
        """Whether every `expect` is true."""
        return not any(each.mismatches for each in self.played if each.exchange.directive)

    def updated(self) -> str:
        """The text of the file, brought up to date."""
        shown = {
            each.exchange.line: merged(
                each.exchange.expected, tuple(map(writable, each.found)), each.tolerance
            )
            for each in self.played if each.mismatches and not each.exchange.directive
        }
        return self.transcript.updated(shown, dict(self._restated()))

    def _restated(self) -> Iterator[tuple[int, str]]:
        told = iter(self.told)
        for part in self.transcript.parts:
            here = [next(told) for _ in stated(part.prose)]
            wrong = {at: each.found for at, each in enumerate(here)
                     if each.found and not each.good}  # fmt: skip
            if wrong:
                yield part.line, restated(part.prose, wrong)


def replay_all(paths: Iterable[Path], jobs: int = 1) -> Iterator[Replay | Broken | OSError]:
    """Play lesson files, several at a time; each, or why it can't be played, in their order.

    Args:
        paths: the files.
        jobs: how many are played at the same time.
    """

    def played(path: Path) -> Replay | Broken | OSError:
        try:
            return replay(read(path))
        except (Broken, OSError) as error:
            return error

    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        yield from pool.map(played, paths)


def replay(transcript: Transcript, folder: str = "") -> Replay:
    """Play a lesson file.

    Args:
        transcript: the file.
        folder: where it is played; the present folder if empty.

    Raises:
        Broken: there is no such script, or its process has died; the message names the file.
    """
    if not transcript.script.is_file():
        raise Broken(f"{transcript.path}: there is no script {transcript.script}")
    surroundings = {**processes.ONE_THREAD, **processes.NO_WINDOW, **_SURROUNDINGS}
    with processes.start(__name__, surroundings, folder) as process:
        text = "\n".join(transcript.lines)
        processes.tell(process, {"path": os.path.abspath(transcript.path), "text": text})
        answer = processes.told(process) or {"error": "the script has ended the process"}
    if "error" in answer:
        raise Broken(f"{transcript.path}: it can't be played: {answer['error']}")
    return compared(transcript, answer["shown"], answer["told"])


def compared(
    transcript: Transcript, shown: Sequence[Mapping[str, Any]], told: Sequence[Sequence[str]]
) -> Replay:
    """What a lesson file says beside what has come.

    Args:
        transcript: the file.
        shown: of each of its commands, the lines that it has `shown`, whether it `works`, and
            what was `asked`.
        told: each computed number of its prose, and why it can't be computed.
    """
    numbers = [each for part in transcript.parts for each in stated(part.prose, part.line)]
    return Replay(
        transcript, tuple(_compared(transcript, shown)),
        tuple(Told(each, *found) for each, found in zip(numbers, told, strict=True)),
    )


def _compared(transcript: Transcript, shown: Sequence[Mapping[str, Any]]) -> Iterable[Played]:
    tolerance, at = RELATIVE, 0
    for part in transcript.parts:
        tolerance = RELATIVE
        for exchange in part.exchanges:
            found, asked = tuple(shown[at]["shown"]), shown[at]["asked"]
            works = shown[at]["works"]
            at += 1
            if exchange.directive == "tolerance":
                tolerance = _tolerance(exchange, transcript.path)
            wrong = mismatches(exchange.expected, found, tolerance)
            question = Asked(asked[0], tuple(asked[1]), tuple(asked[2])) if asked else None
            yield Played(exchange, found, tuple(wrong), tolerance, works, question)


def _tolerance(exchange: Exchange, path: Path) -> float:
    try:
        found = float(exchange.argument)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1:
        raise Broken(
            f"{path}:{exchange.line}: `{exchange.argument}` is no part of a number; "
            "`tolerance 0.001` would be a thousandth"
        )
    return found


# In the process of a file.


def answer() -> None:
    """Play the file that is asked for, and tell what its commands show."""
    processes.answer_once(_work)


def _work(words: Mapping[str, Any]) -> dict[str, Any]:
    try:
        shown, told = play(parse(words["text"], Path(words["path"])))
        return {"shown": shown, "told": told}
    except Exception as error:
        return {"error": processes.in_one_line(error)}


def play(transcript: Transcript) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """What `compared` is given: of each command of a lesson file, and its computed numbers."""
    stream = io.StringIO()
    shell = Shell(Output(stream, stream, {}), keep_going=True)
    shell.open(str(transcript.script), transcript.arguments)
    shown, told = list[dict[str, Any]](), list[tuple[str, str]]()
    try:
        for part in transcript.parts:
            told += [_told(shell, each) for each in stated(part.prose)]
            shown += [_shown(shell, stream, each) for each in part.exchanges]
    finally:
        shell.close()
    return shown, told


def _shown(shell: Shell, stream: io.StringIO, exchange: Exchange) -> dict[str, Any]:
    stream.seek(0)
    stream.truncate()
    works, before = True, shell.asking
    if exchange.directive == "expect":
        wrong = _expected(shell, exchange.argument)
        shell.output.text(wrong)
        works = not wrong
    elif not exchange.directive:
        works = shell.execute(exchange.text)
        if before is not None:  # it is the answer
            works = before.question.judge(exchange.text) == before.question.right
            shell.asking = None if shell.asking is before else shell.asking
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    asking = shell.asking if shell.asking is not before else None
    return {"shown": lines, "works": works, "asked": asking and _asked(asking.question)}


def _asked(question: Question) -> tuple[str, list[str], list[str]]:
    """What `Asked` says of a question."""
    texts = [each.text for each in question.choices]
    taken = [text for text in texts if question.judge(text) == question.right]
    return question.right.text, texts, taken


def _expected(shell: Shell, text: str) -> str:
    """Nothing where an expression is true; else what it is."""
    try:
        value = shell.session.eval(text)
        true = bool(value)
    except Exception as error:
        return f"{processes.in_one_line(error)}\n"
    return "" if true else f"{text} isn't true\n"


def _told(shell: Shell, number: Stated) -> tuple[str, str]:
    """A number of the prose, where the script stands; and why it isn't one, if it isn't."""
    try:
        return format(shell.session.eval(number.expression), number.spec), ""
    except Exception as error:
        return "", processes.in_one_line(error)
