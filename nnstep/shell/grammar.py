"""What a typed line is: a command, Python, or neither. Nothing is run or looked up here.

The rule: a bare word is the command, even when a variable has that name; a word followed by an
operator, a bracket, a dot or `=` is Python.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple


class Blank(NamedTuple):
    """Nothing to do.

    Attributes:
        empty: whether the line is empty, and not just a comment.
    """

    empty: bool


class Command(NamedTuple):
    """A command.

    Attributes:
        word: the word as typed, such as `b`.
        argument: what stands behind it, without blanks around it.
    """

    word: str
    argument: str


class Python(NamedTuple):
    """Python, to be evaluated in the current frame.

    Attributes:
        text: the source.
        expression: whether it has a value to show. What doesn't parse counts as a statement.
    """

    text: str
    expression: bool


class Unknown(NamedTuple):
    """A line that begins with a word that is neither a command nor a known name."""

    word: str


Parsed = Blank | Command | Python | Unknown

_WORD = re.compile(r"[^\W\d]\w*")
_OPERATOR = re.compile(r"(?:\*\*|//|>>|<<|[-+*/%@&|^<>=!:])=?|[,;~]")
# What may begin an argument too: `p -x`, `p *xs`, `source /tmp/x`.
_SIGNS = frozenset(("-", "+", "*", "**", "/", "//", "~"))
_WORD_OPERATOR = re.compile(r"(?:if|in|is|and|or|not|for)\b")
# Habits from Python's own prompt. `help(x)` in particular must not open a pager.
_CALLED = re.compile(r"(?P<word>quit|exit|help)\s*\((?P<inside>[^()]*)\)$")
_QUOTE = re.compile(r"'''|\"\"\"|'|\"")


def parse(line: str, commands: Mapping[str, bool], known: Callable[[str], bool]) -> Parsed:
    """Tell what a line is.

    Args:
        line: one line, without `;;`.
        commands: every word that is a command; true when its argument is an expression or a
            path, which may begin with a bracket or a sign.
        known: whether a word is a name that Python would find in the current frame.
    """
    text = line.strip()
    if not text or text.startswith("#"):
        return Blank(not text)
    if text.startswith("!"):
        return _python(text[1:].strip())
    if text.startswith("?"):
        return Command("help", text[1:].strip())
    match = _WORD.match(text)
    if match is None:
        return _python(text)
    word, rest = match.group(), text[match.end() :]
    if word in commands:
        called = _CALLED.match(text)
        if called:
            return Command(word, called["inside"].strip("'\" "))
        if _goes_on(word, rest, commands[word]):
            return _python(text)
        return Command(word, rest.strip())
    if not rest:
        is_name = known(word) or keyword.iskeyword(word)
        return _python(text) if is_name else Unknown(word)
    if keyword.iskeyword(word) or _goes_on(word, rest, False) or _compiles(text):
        return _python(text)
    return Unknown(word)


def _goes_on(word: str, rest: str, free: bool) -> bool:
    """Whether what follows a word makes it Python.

    Args:
        word: the first word of a line.
        rest: the line behind it.
        free: whether an argument may begin with a bracket or a sign.
    """
    body = rest.strip()
    if not body:
        return False
    if not rest[0].isspace():
        return True
    if body[0] in "([.":
        return not free
    operator = _OPERATOR.match(body)
    if operator:
        glued = bool(body[operator.end() :]) and not body[operator.end()].isspace()
        return not (free and glued and operator.group() in _SIGNS)
    return bool(_WORD_OPERATOR.match(body)) and _compiles(f"{word} {body}")


def _python(text: str) -> Python:
    return Python(text, _compiles(text))


def _compiles(text: str) -> bool:
    """Whether a text is a Python expression."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def split(line: str) -> list[str]:
    """The commands of a line, which stand between `;;`, without the comment at its end.

    What stands between quotes is left alone.
    """
    parts = [""]
    for piece, quoted in _pieces(line):
        if quoted:
            parts[-1] += piece
            continue
        comment = re.search(r"(?:^|(?<=\s))#", piece)
        first, *others = piece[: comment.start() if comment else None].split(";;")
        parts[-1] += first
        parts += others
        if comment:
            break
    return [part.strip() for part in parts]


def _pieces(line: str) -> Iterator[tuple[str, bool]]:
    """A line in pieces, and whether each is a quoted one. A lone quote quotes nothing."""
    start = 0
    while opening := _QUOTE.search(line, start):
        quote = opening.group()
        end = _closing(line, quote, opening.end())
        if end is None:
            break
        yield line[start : opening.start()], False
        yield line[opening.start() : end], True
        start = end
    yield line[start:], False


def _closing(line: str, quote: str, start: int) -> int | None:
    """Where a string ends, None when it doesn't."""
    at = start
    while at < len(line):
        if line.startswith(quote, at):
            return at + len(quote)
        at += 2 if line[at] == "\\" else 1
    return None
