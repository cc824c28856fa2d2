"""What may be typed next: commands, their arguments, and what is alive where the script stands.

Nothing of the script is called for it. What a terminal makes of it is for prompt.py.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from nnstep import lessons
from nnstep.engine.stops import CATCHES
from nnstep.engine.values import attributes
from nnstep.insight.arrays import dtype_name, is_array
from nnstep.shell.registry import Command, commands, find, words
from nnstep.shell.shell import Shell

_WORDS = {
    "grain": ("op", "all"), "catch": CATCHES, "goto": ("epoch ", "start", "end"),
    "info": ("breakpoints",),
}
_FIRST = re.compile(r"\s*(?P<word>[^\W\d]*\w*)(?P<rest>.*)", re.DOTALL)
_LAST_NAME = re.compile(r"(?<![\w.])(?P<name>[^\W\d]\w*)?$")
_ATTRIBUTE = re.compile(r"(?P<owner>[^\W\d]\w*(?:\.[^\W\d]\w*)*)\.(?P<name>\w*)$")
_OPTION = re.compile(r"(?:^|\s)(?P<option>--?\w*)$")
_SAVE = re.compile(r"(?:^|\s)--save[\s=]+(?P<path>\S*)$")
_EPOCH = re.compile(r"epoch\s+(?P<number>\d*)$")


class Candidate(NamedTuple):
    """One way to go on.

    Attributes:
        word: what stands there then.
        typed: how many characters of it are there already.
        meta: what is said beside it, such as a shape.
    """

    word: str
    typed: int
    meta: str = ""


def candidates(shell: Shell, text: str) -> Iterator[Candidate]:
    """What may stand at the end of a text.

    Args:
        shell: where it is typed.
        text: what is typed already, up to the cursor.
    """
    line = text.rpartition("\n")[2].rpartition(";;")[2]
    match = _FIRST.match(line)
    if match is None:
        return
    if not match["rest"]:
        yield from _matching(match["word"], {each.name: each.summary for each in commands()})
        yield from _names(shell, match["word"])
        return
    command = find(match["word"])
    if command is not None and match["rest"][0].isspace():
        yield from _argument(shell, command, match["rest"].lstrip())
    else:
        yield from _python(shell, line)


def _argument(shell: Shell, command: Command, typed: str) -> Iterator[Candidate]:
    option = _OPTION.search(typed)
    epoch = _EPOCH.match(typed) if command.name == "goto" else None
    if option is not None:
        known = dict.fromkeys(re.findall(r"--\w+", command.usage), "")
        yield from _matching(option["option"], known)
    elif "--save" in command.usage and (saved := _SAVE.search(typed)):
        yield from _files(saved["path"])
    elif epoch is not None:
        yield from _matching(epoch["number"], _epochs(shell))
    elif command.name == "help":
        yield from _matching(typed, dict.fromkeys(words(), ""))
    elif command.name in _WORDS:
        yield from _matching(typed, dict.fromkeys(_WORDS[command.name], ""))
    elif command.name in ("switch", "compare"):
        yield from _matching(typed.rpartition(" ")[2], _branches(shell))
    elif command.name in ("delete", "ignore") and " " not in typed:
        yield from _matching(typed, _breakpoints(shell))
    elif command.name == "open":
        yield from _matching(typed, dict.fromkeys(lessons.names(), "lesson"))
        yield from _files(typed)
    elif command.takes == "path":
        yield from _files(typed)
    elif command.takes in ("name", "expression", "place"):
        yield from _python(shell, typed)


def _branches(shell: Shell) -> dict[str, str]:
    if not shell.has_session:
        return {}
    return {each.name: f"reached {each.reached}" for each in shell.session.branches()}


def _breakpoints(shell: Shell) -> dict[str, str]:
    if not shell.has_session:
        return {}
    return {
        str(number): f"{each.kind} {each.where}"
        for number, each in shell.session.breakpoints.items()
    }


def _epochs(shell: Shell) -> dict[str, str]:
    """The first epoch, this one, and its neighbours."""
    here = shell.session.position.epoch if shell.has_session else None
    if here is None:
        return {"0": "the first"}
    return {"0": "the first", str(max(here - 1, 0)): "before", str(here): "this", str(here + 1): ""}


# Python.


def _python(shell: Shell, text: str) -> Iterator[Candidate]:
    """A name, or an attribute, in an expression that is being typed."""
    attribute = _ATTRIBUTE.search(text)
    if attribute is not None:
        yield from _attributes(shell, attribute["owner"], attribute["name"])
        return
    match = _LAST_NAME.search(text)
    if match is not None:
        yield from _names(shell, match["name"] or "")


def _names(shell: Shell, typed: str) -> Iterator[Candidate]:
    if not shell.has_session:
        return
    names = shell.session.names()
    yield from _matching(typed, {name: meta(value) for name, value in names.items()})
    if len(typed) > 1:  # of these there are too many to be looked through
        others = (each for each in (*keyword.kwlist, *dir(builtins)) if each not in names)
        yield from _matching(typed, {each: "" for each in others if not each.startswith("_")})


def _attributes(shell: Shell, owner: str, typed: str) -> Iterator[Candidate]:
    """The attributes of what a dotted name leads to; no property is asked on the way."""
    if not shell.has_session:
        return
    first, *path = owner.split(".")
    if first not in shell.session:
        return
    value: object = shell.session[first]
    for name in path:
        own = _own(value)
        if name not in own:
            return
        value = own[name]
    found = {name: meta(each) for name, each in _own(value).items()}
    if not isinstance(value, ModuleType):
        found = dict.fromkeys(_of_class(type(value)), "") | found
    hidden = not typed.startswith("_")
    yield from _matching(typed, {
        name: each for name, each in found.items() if not (hidden and name.startswith("_"))
    })


def _own(value: object) -> dict[str, object]:
    return dict(vars(value)) if isinstance(value, ModuleType) else attributes(value)


def _of_class(kind: type) -> Iterator[str]:
    for each in kind.__mro__:
        yield from each.__dict__


def meta(value: object) -> str:
    """What is said beside a name: shape and dtype of an array, else the type."""
    if is_array(value):
        return f"{value.shape} {dtype_name(value.dtype)}"
    return type(value).__name__


def _matching(typed: str, words_: dict[str, str]) -> Iterator[Candidate]:
    for word in sorted(words_):
        if word.startswith(typed):
            yield Candidate(word, len(typed), words_[word])


def _files(typed: str) -> Iterable[Candidate]:
    """Scripts, files of commands and folders that a path may go on with."""
    folder, _, start = typed.rpartition("/")
    root = Path(folder or ("/" if typed.startswith("/") else ".")).expanduser()
    try:
        entries = sorted(root.iterdir())
    except (OSError, RuntimeError):
        return
    for entry in entries:
        hidden = entry.name.startswith(".") and not start.startswith(".")
        if entry.name.startswith(start) and not hidden:
            yield Candidate(f"{entry.name}/" if entry.is_dir() else entry.name, len(start))
