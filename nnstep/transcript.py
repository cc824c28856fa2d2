"""A lesson file: its front matter, its prose, and the commands with what they are to show.

    +++
    title = "One unit"
    script = "perceptron.py"
    +++

    Prose, as Markdown.

    ```nnstep
    (nn) step
    input_set  (7, 3) int64 ...
    (nn) predict shape XW
    ...
    (nn) hint one number a person
    (nn) (7, 1)
    (nn) expect input_set.shape == (7, 3)
    ```

A hint helps with the line below it, and the line below `predict` is the answer to it.

Reading and writing only: nothing is executed (that is for shell/replaying.py), and nothing is
compared (matching.py).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

PROMPT = "(nn) "
MORE = "(..) "
"""Before the further lines of a statement of several lines."""
DIRECTIVES = ("expect", "tolerance", "hint")
"""What may stand behind the prompt that is no command of the shell's."""
_EDGE = "+++"
_FENCE = re.compile(r"(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})(?P<kind>[^`]*)")
_ASKS = re.compile(r"(?:.*;;)?\s*predict\s+(?!(?:on|off)\b)\S+\s+\S.*")
ELISION = "..."
"""Stands for any text in a line, and alone for any lines."""
REGULAR = re.compile(r"(?P<pattern>.*\S)\s+\(re\)\s*")
"""A line that is a regular expression."""
_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "title": str, "script": str, "cost": str, "sources": list, "order": int, "minutes": int,
    "quoted": list, "arguments": list,
}


class Broken(ValueError):
    """A lesson file that can't be read. The message names the place and the mend."""


def directive_of(text: str) -> str:
    """Which directive a line begins with, empty for none."""
    word = text.partition(" ")[0]
    return word if word in DIRECTIVES else ""


class Exchange(NamedTuple):
    """A line typed, and what it shows.

    Attributes:
        line: its line in the file, from 1; its last one where it has several.
        text: what is typed, without the prompt.
        expected: the lines below it.
    """

    line: int
    text: str
    expected: tuple[str, ...]

    @property
    def directive(self) -> str:
        """Which directive it is, empty for a command."""
        return directive_of(self.text)

    @property
    def argument(self) -> str:
        """What stands behind the first word."""
        return self.text.partition(" ")[2].strip()

    @property
    def asks(self) -> bool:
        """Whether it is a question to the learner, whose right answer is the next line."""
        return _ASKS.fullmatch(self.text) is not None


class Part(NamedTuple):
    """A stretch of a lesson: prose, or one fence.

    Attributes:
        line: where it begins in the file, from 1.
        prose: Markdown; empty for a fence.
        exchanges: those of a fence.
    """

    line: int
    prose: str
    exchanges: tuple[Exchange, ...] = ()


def is_answer(exchanges: Sequence[Exchange], at: int) -> bool:
    """Whether a line answers the question before it; only hints may stand between."""
    if exchanges[at].directive:
        return False
    before = next((each for each in reversed(exchanges[:at]) if each.directive != "hint"), None)
    return before is not None and before.asks


def hints_for(exchanges: Sequence[Exchange], at: int) -> tuple[str, ...]:
    """The hints to a line, which stand right before it, from the vague to the exact."""
    found = list[str]()
    while at and exchanges[at - 1].directive == "hint":
        at -= 1
        found.append(exchanges[at].argument)
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Transcript:
    """A lesson file.

    Attributes:
        path: where it is.
        fields: its front matter.
        parts: prose and fences in their order.
        lines: the file as it is.
    """

    path: Path
    fields: Mapping[str, Any]
    parts: tuple[Part, ...]
    lines: tuple[str, ...]

    @property
    def script(self) -> Path:
        """The script, beside the file."""
        return self.path.parent / str(self.fields["script"])

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the script gets in `sys.argv` behind its own name."""
        return tuple(map(str, self.fields.get("arguments", ())))

    @property
    def exchanges(self) -> list[Exchange]:
        """All that is typed."""
        return [each for part in self.parts for each in part.exchanges]

    def updated(
        self, shown: Mapping[int, Sequence[str]], prose: Mapping[int, str] | None = None
    ) -> str:
        """The text of the file with other lines below some commands.

        Args:
            shown: the new lines, by the line of the command.
            prose: other prose of as many lines, by the line where it begins.
        """
        made: list[str] = []
        skip = 0
        for number, line in enumerate(self.lines, 1):
            if number <= skip:
                continue
            if prose and number in prose:
                made += prose[number].split("\n")
                skip = number + prose[number].count("\n")
                continue
            made.append(line)
            if number in shown:
                skip = number + len(self._at(number).expected)
                made += shown[number]
        return "\n".join(made) + "\n"

    def _at(self, line: int) -> Exchange:
        return next(each for each in self.exchanges if each.line == line)


def read(path: Path) -> Transcript:
    """A lesson file.

    Raises:
        Broken: something in it is wrong.
        OSError: it can't be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Broken(f"{path}: it isn't UTF-8 text") from None
    return parse(text, path)


def parse(text: str, path: Path) -> Transcript:
    """The same of a text.

    Raises:
        Broken: something in it is wrong.
    """
    lines = text.removesuffix("\n").split("\n")
    fields, start = front_matter(lines, path)
    return Transcript(path, fields, tuple(_parts(lines, start, path)), tuple(lines))


def front_matter(lines: Sequence[str], path: Path) -> tuple[dict[str, Any], int]:
    """The front matter that a lesson file begins with.

    Args:
        lines: those of the file.
        path: of it, for messages.

    Returns:
        The fields, and the number of the lines that they take.

    Raises:
        Broken: there is none, or something in it is wrong.
    """
    if not lines or lines[0].strip() != _EDGE:
        raise Broken(f"{path}:1: the first line must be `{_EDGE}`, before the front matter")
    end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == _EDGE), None)
    if end is None:
        raise Broken(f"{path}:1: the front matter has no end; a second line `{_EDGE}` ends it")
    try:
        fields = tomllib.loads("\n".join(["", *lines[1:end]]))  # its lines count from the edge
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = found[1] if found else 1
        raise Broken(f"{path}:{line}: the front matter is no TOML: {error}") from None
    for name in ("title", "script"):
        if name not in fields:
            raise Broken(f"{path}:1: the front matter lacks `{name} = ...`")
    for name, value in fields.items():
        line = next((at for at, line in enumerate(lines, 1) if line.startswith(name)), 1)
        _check_field(name, value, f"{path}:{line}")
    return fields, end + 1


def _check_field(name: str, value: Any, where: str) -> None:
    kind = _FIELDS.get(name)
    if kind is None:
        known = ", ".join(_FIELDS)
        raise Broken(f"{where}: the front matter knows no `{name}`; it may have {known}")
    if not isinstance(value, kind) or isinstance(value, bool):
        wanted = {str: "a text", int: "a whole number", list: "a list of texts"}[kind]  # type: ignore[index]
        raise Broken(f"{where}: `{name}` must be {wanted}, not {value!r}")
    for each in value if isinstance(value, list) else [value]:
        if isinstance(value, list | str) and not _is_readable(name, each):
            raise Broken(f"{where}: `{name}` must be readable text, not {each!r}")


def _is_readable(name: str, value: object) -> bool:
    """Whether a field is text; the name of a file may hold anything that a file's may."""
    if not isinstance(value, str) or "\0" in value:
        return False
    return name == "script" or value.replace("\n", "").isprintable()


def _parts(lines: Sequence[str], start: int, path: Path) -> list[Part]:
    parts: list[Part] = []
    at, prose = start, start
    while at < len(lines):
        opening = _FENCE.fullmatch(lines[at].rstrip())
        if opening is None:
            at += 1
            continue
        end = _end_of_fence(lines, at, opening["ticks"], path)
        if opening["kind"].strip() == "nnstep":
            if opening["indent"]:
                raise Broken(f"{path}:{at + 1}: a fence marked nnstep begins at the left")
            parts += _prose(lines, prose, at)
            parts.append(Part(at + 1, "", tuple(_exchanges(lines, at + 1, end, path))))
            prose = end + 1
        at = end + 1
    return [*parts, *_prose(lines, prose, len(lines))]


def _prose(lines: Sequence[str], start: int, end: int) -> list[Part]:
    text = "\n".join(lines[start:end]).strip("\n")
    if not text.strip():
        return []
    first = next(at for at in range(start, end) if lines[at].strip())
    return [Part(first + 1, text)]


def _end_of_fence(lines: Sequence[str], at: int, ticks: str, path: Path) -> int:
    for end in range(at + 1, len(lines)):
        closing = lines[end].strip()
        if closing.startswith(ticks) and not closing.strip(ticks[0]):
            return end
    raise Broken(f"{path}:{at + 1}: this fence has no end; a line {ticks} ends it")


def toml_text(text: str) -> str:
    """A text as TOML has it; what is no character becomes `?`."""
    known = text.encode(errors="replace").decode()
    return json.dumps(known, ensure_ascii=False).replace("\x7f", "\\u007f")


def front_matter_of(**fields: object) -> str:
    """The front matter of a lesson file, to begin one with: texts, numbers, lists of texts."""
    lines = [f"{name} = {_toml(value)}" for name, value in fields.items() if value not in ("", [])]
    return "\n".join([_EDGE, *lines, _EDGE])


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return toml_text(value) if isinstance(value, str) else str(value)


def without_code(prose: str) -> str:
    """Prose with blank lines in place of its blocks of code."""
    lines, at = prose.split("\n"), 0
    while at < len(lines):
        opening = _FENCE.fullmatch(lines[at].rstrip())
        end = _end_of_fence(lines, at, opening["ticks"], Path()) if opening else at - 1
        lines[at : end + 1] = [""] * (end + 1 - at)
        at = max(end, at) + 1
    return "\n".join(lines)


def writable(line: str) -> str:
    """A line that came, as it can stand in a fence: what would mean something else is elided."""
    means = line.startswith((PROMPT.rstrip(), MORE.rstrip())) or _FENCE.fullmatch(line)
    return ELISION if means or REGULAR.fullmatch(line) else line


def _check_expression(line: str, where: str) -> None:
    regular = REGULAR.fullmatch(line)
    try:
        re.compile(regular["pattern"] if regular else "")
    except (re.error, RecursionError, OverflowError) as error:
        raise Broken(f"{where}: this is no regular expression: {error}") from None


def _goes_on(line: str) -> bool:
    """Whether it is a further line of what is typed."""
    return line.startswith(MORE) or line.rstrip() == MORE.rstrip()


def _exchanges(lines: Sequence[str], start: int, end: int, path: Path) -> list[Exchange]:
    found: list[Exchange] = []
    typed: tuple[int, str] | None = None
    below: list[str] = []
    for at in range(start, end):
        line = lines[at]
        if line.startswith(PROMPT) or line.rstrip() == PROMPT.rstrip():
            if typed is not None:
                found.append(Exchange(*typed, tuple(below)))
            typed, below = (at + 1, line.removeprefix(PROMPT.rstrip()).strip()), []
            if not typed[1]:
                raise Broken(f"{path}:{at + 1}: nothing stands behind the prompt")
        elif typed is not None and not below and _goes_on(line):
            typed = (at + 1, f"{typed[1]}\n{line.removeprefix(MORE.rstrip()).removeprefix(' ')}")
        elif typed is None:
            raise Broken(f"{path}:{at + 1}: a fence begins with a command: `{PROMPT}step`")
        else:
            _check_expression(line, f"{path}:{at + 1}")
            below.append(line.rstrip())
    if typed is None:
        raise Broken(f"{path}:{start}: this fence is empty; `{PROMPT}step` would be a command")
    return [*found, Exchange(*typed, tuple(below))]
