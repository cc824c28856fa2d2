"""What is wrong with a lesson file: one rule a function, each fault with its place and its mend.

`nnstep lesson check` applies them all. The file has been played before (replaying.py), and its
script has been run; nothing is executed by the rules.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import os
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import NamedTuple

import numpy as np

from nnstep import lessons, processes
from nnstep.shell.registry import words
from nnstep.shell.replaying import Replay
from nnstep.stated import stated, without_comments
from nnstep.transcript import Transcript, hints_for, is_answer, without_code

_COMPLETE = ("title", "script", "cost", "sources", "order", "minutes")
_SECONDS = 600
_SPAN = re.compile(r"`([^`\n]+)`")
_WORD = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*")
_LINK = re.compile(r"\]\((?!\w+:|#)(?P<to>[^)#\s]+)[^)]*\)")
_LESSON = re.compile(r"(?:nnstep )?lesson (?P<name>[a-z]\w*)")
_NUMBER = re.compile(r"(?<![\w.,])[-\u2212]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")
_ADDRESS = re.compile(r"\w+://\S+")
_LARGEST = 308  # the exponent of a float
_COUNTED = 100  # whole numbers from here on are figures, smaller ones may be just words


class Fault(NamedTuple):
    """Something wrong in a lesson file.

    Attributes:
        line: where, from 1.
        what: what is wrong.
        mend: what would mend it.
    """

    line: int
    what: str
    mend: str


@dataclass(frozen=True)
class Review:
    """A lesson file with all that its rules ask about.

    Attributes:
        replay: how it played.
        ended: how its script ended when it ran alone: nothing, or the last line of its errors.
    """

    replay: Replay
    ended: str

    @property
    def transcript(self) -> Transcript:
        """The file."""
        return self.replay.transcript

    @cached_property
    def script(self) -> str:
        """The text of the script."""
        return self.transcript.script.read_text(encoding="utf-8")

    @cached_property
    def seen(self) -> str:
        """All that the learner sees besides the prose: the script, what is typed and shown."""
        played = self.replay.played
        typed = [each.exchange.text for each in played if each.exchange.directive != "hint"]
        return "\n".join([self.script, *typed, *(line for each in played for line in each.found)])

    def prose(self) -> Iterator[tuple[int, str]]:
        """The lines of the prose as they are read, without blocks of code."""
        for part in self.transcript.parts:
            for at, line in enumerate(without_code(part.prose).split("\n")):
                yield part.line + at, line


def review(replay: Replay) -> list[Fault]:
    """All that is wrong with a lesson file, in the order of its lines.

    Args:
        replay: how it played.
    """
    found = Review(replay, _ended(replay.transcript))
    return sorted(fault for rule in RULES for fault in rule(found))


def _ended(transcript: Transcript) -> str:
    """How the script ends alone."""
    surroundings = {**os.environ, **processes.ONE_THREAD, **processes.NO_WINDOW}
    command = [sys.executable, transcript.script.name, *transcript.arguments]
    try:
        done = subprocess.run(
            command, cwd=transcript.script.parent, env=surroundings, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=_SECONDS, check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it doesn't end within {_SECONDS} seconds"
    if not done.returncode:
        return ""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"


# The rules.


def front_matter_is_complete(found: Review) -> Iterator[Fault]:
    """Everything that lists and finds lessons is there."""
    for name in _COMPLETE:
        if not found.transcript.fields.get(name):
            yield Fault(1, f"the front matter lacks `{name}`", f"add `{name} = ...`")


def cost_is_that_of_the_script(found: Review) -> Iterator[Fault]:
    """What is called the cost can be computed, and is what the script says."""
    cost = str(found.transcript.fields.get("cost", ""))
    own = lessons.measures(found.script).cost
    try:
        given = ast.unparse(ast.parse(cost, mode="eval")) if cost else ""
    except SyntaxError:
        yield Fault(1, f"the cost `{cost}` is no Python expression", "mend it")
        return
    if own and given and ast.unparse(ast.parse(own, mode="eval")) != given:
        yield Fault(1, f"the script says `Cost: {own}`, the front matter `{cost}`", "take one")


def script_runs_alone(found: Review) -> Iterator[Fault]:
    """The script needs nothing of nnstep."""
    if found.ended:
        script = found.transcript.script.name
        yield Fault(1, f"{script} fails alone: {found.ended}", f"see `python {script}`")


def commands_work(found: Review) -> Iterator[Fault]:
    """No command fails."""
    exchanges = found.transcript.exchanges
    for at, each in enumerate(found.replay.played):
        directive = each.exchange.directive
        if not each.works and not directive and not is_answer(exchanges, at):
            said = each.found[-1].strip() if each.found else "it fails"
            yield Fault(each.exchange.line, f"`{each.exchange.text}`: {said}", "mend the command")


def expectations_hold(found: Review) -> Iterator[Fault]:
    """Every `expect` is true."""
    for each in found.replay.played:
        if not each.works and each.exchange.directive == "expect":
            yield Fault(each.exchange.line, " ".join(each.found), "mend it, or the prose with it")


def shown_is_as_written(found: Review) -> Iterator[Fault]:
    """What commands show is what the file says."""
    for each in found.replay.played:
        if each.exchange.directive != "expect":
            for mismatch in each.mismatches:
                line = each.exchange.line + 1 + mismatch.at
                yield Fault(line, mismatch.words, "`nnstep replay --update` writes what comes")


def questions_have_one_answer(found: Review) -> Iterator[Fault]:
    """Of distinct choices exactly one is right, and the others are refused."""
    for each in found.replay.played:
        if not each.exchange.asks:
            continue
        line, asked = each.exchange.line, each.asked
        if asked is None:
            if each.works:
                yield Fault(line, "it asks nothing", "`predict shape NAME` would")
            continue
        if len(set(asked.choices)) < len(asked.choices):
            yield Fault(line, "two of the choices are the same", "ask about another name")
        if asked.choices and asked.taken != (asked.right,):
            taken = ", ".join(asked.taken) or "none"
            yield Fault(line, f"taken for right: {taken}; right: {asked.right}", "ask otherwise")


def answers_are_right(found: Review) -> Iterator[Fault]:
    """The line below `predict` is the right answer."""
    played, exchanges = found.replay.played, found.transcript.exchanges
    for at, each in enumerate(played):
        if each.exchange.asks and not any(
            is_answer(exchanges, other) for other in range(at + 1, min(at + 9, len(played)))
        ):
            yield Fault(each.exchange.line, "the question has no answer", "type it below")
        if is_answer(exchanges, at) and not each.works:
            before = next((one.asked for one in reversed(played[:at]) if one.asked), None)
            right = before.right if before is not None else "nothing was asked"
            yield Fault(each.exchange.line, f"`{each.exchange.text}` isn't right: {right}",
                        f"`(nn) {right}`")  # fmt: skip


def hints_lead_to_the_way(found: Review) -> Iterator[Fault]:
    """No hint is empty, and the last one contains what is to be typed."""
    exchanges = found.transcript.exchanges
    for at, each in enumerate(exchanges):
        if each.directive == "hint" and not each.argument:
            yield Fault(each.line, "the hint is empty", "say what helps, or leave it out")
        hints = hints_for(exchanges, at) if each.directive != "hint" else ()
        if hints and _folded(each.text) not in _folded(hints[-1]):
            yield Fault(each.line, f"the last hint doesn't say `{each.text}`", "say it there")
        if is_answer(exchanges, at) and not hints:
            yield Fault(each.line, "there is no hint to this question", "`(nn) hint ...` above it")
    if exchanges and exchanges[-1].directive == "hint":
        yield Fault(exchanges[-1].line, "nothing stands below this hint", "it is for what follows")


def names_in_prose_exist(found: Review) -> Iterator[Fault]:
    """What is written as code in the prose is something that the learner can find."""
    typed = {*words(), "nnstep", "python", "pip"}
    python = {*dir(builtins), *keyword.kwlist, *dir(np)}
    known = {*_WORD.findall(found.seen), *lessons.names(), *python}
    for line, text in found.prose():
        for span in _SPAN.findall(text):
            if _begins_with(span, typed):
                continue
            for word in _WORD.findall(span):
                if word not in known:
                    yield Fault(line, f"`{word}` is neither in the script nor shown", "mend it")


def numbers_in_prose_are_true(found: Review) -> Iterator[Fault]:
    """Figures are computed, or can be seen in the script or in what is shown."""
    for each in found.replay.told:
        if not each.good:
            came = f"{each.stated.number} is {each.found}"
            if each.error:
                yield Fault(each.stated.line, f"`{each.stated.expression}`: {each.error}",
                            "mend the expression")  # fmt: skip
            else:
                yield Fault(each.stated.line, came, "`nnstep replay --update` writes what it is")
    seen = [Decimal(each) for each in map(_plain, _NUMBER.findall(found.seen)) if each]
    quoted = {_plain(str(each)) for each in found.transcript.fields.get("quoted", ())}
    for line, text in found.prose():
        if text.count("<!--{") != sum(1 for _ in stated(text)):
            yield Fault(line, "no number stands before `<!--{`", "write one, such as 0")
        for number in _figures(text):
            if number not in quoted and not _is_seen(Decimal(number), seen):
                yield Fault(line, f"{number} isn't in the script, and no command shows it",
                            f"`{number}<!--{{EXPR:...}}-->` computes it; what only a source says "
                            "is `quoted` in the front matter")  # fmt: skip


def links_lead_somewhere(found: Review) -> Iterator[Fault]:
    """Files and lessons that the prose leads to exist."""
    folder = found.transcript.path.parent
    known = {*lessons.names(), *(path.stem for path in folder.glob("*.md")), "check", "new"}
    for line, text in found.prose():
        for link in _LINK.finditer(text):
            if not (folder / link["to"]).exists():
                yield Fault(line, f"there is no {link['to']}", "mend the link")
        for span in _SPAN.findall(text):
            lesson = _LESSON.fullmatch(span)
            if lesson is not None and lesson["name"] not in known:
                yield Fault(line, f"there is no lesson {lesson['name']}", "`lessons` lists them")


RULES: tuple[Callable[[Review], Iterator[Fault]], ...] = (
    front_matter_is_complete, cost_is_that_of_the_script, script_runs_alone, commands_work,
    expectations_hold, shown_is_as_written, questions_have_one_answer, answers_are_right,
    hints_lead_to_the_way, names_in_prose_exist, numbers_in_prose_are_true, links_lead_somewhere,
)


def _begins_with(span: str, known: Collection[str]) -> bool:
    """Whether the first word of some code is one of those."""
    return any(word in known for word in span.split()[:1])


def _folded(text: str) -> str:
    return " ".join(text.split())


def _figures(text: str) -> Iterator[str]:
    """The numbers of a line that a run could contradict, but for those that are computed."""
    for each in stated(text):
        text = text.replace(each.number + "<!--", "<!--", 1)
    for span in _SPAN.findall(text):
        if _begins_with(span, words()):  # a command may go anywhere
            text = text.replace(f"`{span}`", "")
    for found in _NUMBER.findall(_ADDRESS.sub("", without_comments(text))):
        number = _plain(found)
        if number and ("." in number or abs(Decimal(number)) >= _COUNTED):
            yield number


def _plain(number: str) -> str:
    """A number as Python writes it; empty for what is none."""
    number = number.replace(",", "").replace("\u2212", "-")
    try:
        return number if abs(Decimal(number).adjusted()) <= _LARGEST else ""
    except InvalidOperation:
        return ""


def _is_seen(number: Decimal, seen: list[Decimal]) -> bool:
    """Whether a number is among those seen, to the digits that are written; by its size alone
    where it has no sign, for the prose may say that."""
    half = Decimal((0, (1,), int(number.as_tuple().exponent))) / 2
    if number < 0:
        return any(abs(each - number) <= half for each in seen)
    return any(abs(abs(each) - number) <= half for each in seen)
