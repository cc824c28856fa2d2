"""A lesson file played unattended: each command typed for it, and what it shows.

Every file is played in a process of its own, so that width, height, colours and threads are the
same everywhere, and no script finds what another has left behind. Whether what is shown is what
the file says is for matching.py; how a person plays a lesson is not known here.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nnstep import processes
from nnstep.matching import RELATIVE, Mismatch, merged, mismatches
from nnstep.shell.output import Output
from nnstep.shell.shell import Shell
from nnstep.transcript import Broken, Exchange, Transcript, read

_SURROUNDINGS = {"COLUMNS": "80", "LINES": "24", "NO_COLOR": "1", "TERM": "dumb"}


class Played(NamedTuple):
    """One command of a lesson file.

    Attributes:
        exchange: what is typed, and what it is to show.
        found: what it shows.
        mismatches: where that differs.
        tolerance: by which part numbers may differ there.
    """

    exchange: Exchange
    found: tuple[str, ...]
    mismatches: tuple[Mismatch, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class Replay:
    """A lesson file that was played.

    Attributes:
        transcript: the file.
        played: its commands in their order.
    """

    transcript: Transcript
    played: tuple[Played, ...]

    @property
    def good(self) -> bool:
        """Whether everything is as it is written."""
        return not any(each.mismatches for each in self.played)

    def updated(self) -> str:
        """The text of the file, brought up to date."""
        return self.transcript.updated({
            each.exchange.line: merged(each.exchange.expected, each.found, each.tolerance)
            for each in self.played if each.mismatches
        })


def replay_all(
    paths: Iterable[Path], jobs: int = 1, on_done: Callable[[Replay], object] | None = None
) -> list[Replay]:
    """Play lesson files, several at a time.

    Args:
        paths: the files.
        jobs: how many are played at the same time.
        on_done: is given each, in the order of the files.

    Raises:
        Broken: a file can't be read, or a process has died; the message names it.
        OSError: a file can't be opened.
    """
    transcripts = [read(path) for path in paths]
    found = []
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        for each in pool.map(replay, transcripts):
            found.append(each)
            if on_done is not None:
                on_done(each)
    return found


def replay(transcript: Transcript) -> Replay:
    """Play a lesson file.

    Raises:
        Broken: there is no such script, or its process has died; the message names the file.
    """
    if not transcript.script.is_file():
        raise Broken(f"{transcript.path}: there is no script {transcript.script}")
    surroundings = {**processes.ONE_THREAD, **processes.NO_WINDOW, **_SURROUNDINGS}
    with processes.start(__name__, surroundings) as process:
        processes.tell(process, {"path": os.path.abspath(transcript.path)})
        answer = processes.told(process) or {"error": "the script has ended the process"}
    if "error" in answer:
        raise Broken(f"{transcript.path}: it can't be played: {answer['error']}")
    return Replay(transcript, tuple(_compared(transcript, answer["shown"])))


def _compared(transcript: Transcript, shown: Sequence[Sequence[str]]) -> Iterable[Played]:
    tolerance, at = RELATIVE, 0
    for part in transcript.parts:
        tolerance = RELATIVE
        for exchange in part.exchanges:
            found = tuple(shown[at])
            at += 1
            if exchange.directive == "tolerance":
                tolerance = _tolerance(exchange, transcript.path)
            wrong = mismatches(exchange.expected, found, tolerance)
            yield Played(exchange, found, tuple(wrong), tolerance)


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
        return {"shown": play(read(Path(words["path"])))}
    except Exception as error:
        return {"error": processes.in_one_line(error)}


def play(transcript: Transcript) -> list[list[str]]:
    """What each command of a lesson file shows, in the order of the file."""
    stream = io.StringIO()
    shell = Shell(Output(stream, stream, {}), keep_going=True)
    shell.open(str(transcript.script))
    try:
        return [_shown(shell, stream, each) for each in transcript.exchanges]
    finally:
        shell.close()


def _shown(shell: Shell, stream: io.StringIO, exchange: Exchange) -> list[str]:
    stream.seek(0)
    stream.truncate()
    if exchange.directive == "expect":
        shell.output.text(_expected(shell, exchange.argument))
    elif not exchange.directive:
        shell.execute(exchange.text)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def _expected(shell: Shell, text: str) -> str:
    """Nothing where an expression is true; else what it is."""
    try:
        value = shell.session.eval(text)
        true = bool(value)
    except Exception as error:
        return f"{processes.in_one_line(error)}\n"
    return "" if true else f"{text} isn't true\n"
