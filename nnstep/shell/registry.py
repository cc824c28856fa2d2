"""What a command is, and the one table of all of them.

Prompt, `-c`, `-x` and pipes read the same table; so do help and completion. The commands
themselves are in `commands/`.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell

Takes = Literal["nothing", "number", "place", "name", "expression", "path", "word"]
"""What the argument is, for completion and for telling a command from Python."""

Action = Callable[["Shell", str], None]

GROUPS = (
    "move", "move back", "stop at", "find", "look", "understand", "see", "change", "lesson",
)


class CommandError(Exception):
    """A command that couldn't do what was asked. The message is one clear line."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: its full name.
        aliases: its other names.
        group: the heading it stands under in `help`.
        usage: how it is typed, such as `step [N]`.
        summary: what it does, in one line.
        help: the rest that `help NAME` shows, with an example.
        takes: what its argument is.
        motion: whether it moves in time, so that an empty line repeats it.
        action: what does it.
    """

    name: str
    aliases: tuple[str, ...]
    group: str
    usage: str
    summary: str
    help: str
    takes: Takes
    motion: bool
    action: Action

    @property
    def free(self) -> bool:
        """Whether its argument may begin with a bracket or a sign."""
        return self.takes in ("expression", "path")

    @property
    def reads(self) -> bool:
        """Whether it only shows something, which may be long."""
        return self.group in ("look", "understand", "see") or self.name in ("help", "lessons")


_by_word: dict[str, Command] = {}


def command(
    *names: str, group: str, usage: str, takes: Takes = "nothing", motion: bool = False
) -> Callable[[Action], Action]:
    """Register a function as a command.

    Its docstring is the help: the first line the summary, the rest the details.

    Args:
        names: its name, then its other names.
        group: one of `GROUPS`.
        usage: how it is typed.
        takes: what its argument is.
        motion: whether an empty line repeats it.
    """

    def register(action: Action) -> Action:
        summary, _, details = (inspect.getdoc(action) or "").partition("\n")
        name, *aliases = names
        made = Command(
            name, tuple(aliases), group, usage, summary, details.strip(), takes, motion, action
        )
        for word in names:
            if word in _by_word:
                raise ValueError(f"two commands are called {word!r}")
            _by_word[word] = made
        return action

    return register


def find(word: str) -> Command | None:
    """The command that a word stands for."""
    return _by_word.get(word)


def commands() -> list[Command]:
    """All commands, each once, as they were registered."""
    return list(dict.fromkeys(_by_word.values()))


def words(known: Callable[[str], bool] = lambda _: True) -> dict[str, bool]:
    """Every name and alias, and whether the argument may begin with a bracket or a sign.

    Args:
        known: whether a word is a variable; `step -1` is a command where `step` is none.
    """
    return {
        word: each.free or (each.takes == "number" and not known(word))
        for word, each in _by_word.items()
    }


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The word that was probably meant."""
    # Words of one letter are near to everything.
    near = [each for each in candidates if len(each) > 2]
    found = difflib.get_close_matches(word, near, n=1, cutoff=0.6)
    return found[0] if found else None


def suggestion(word: str, others: Iterable[str] = ()) -> str:
    """What to say about an unknown word: the nearest command or name, or where to look."""
    near = nearest(word, (*_by_word, *others))
    return f"did you mean `{near}`?" if near else "`help` lists the commands"
