"""The prompt: history, completion, Ctrl-C and Ctrl-D. The only module that has prompt_toolkit.

It reads lines for the shell; what they mean is the shell's affair.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from nnstep import lessons
from nnstep.engine.stops import CATCHES
from nnstep.insight.arrays import dtype_name, is_array
from nnstep.shell.registry import commands, find, words
from nnstep.shell.shell import Shell

PROMPT = "(nn) "

# Two lines are enough to see that there is more, and the screen doesn't jump.
_MENU_LINES = 2
_WORDS = {
    "grain": ("op", "all"), "catch": CATCHES, "goto": ("epoch ", "start", "end"),
    "info": ("breakpoints",),
}
_FIRST = re.compile(r"\s*(?P<word>[^\W\d]*\w*)(?P<rest>.*)", re.DOTALL)
_LAST_NAME = re.compile(r"(?P<dot>\.\s*)?(?<!\w)(?P<name>[^\W\d]\w*)?$")


def loop(shell: Shell) -> None:
    """Read lines and execute them until `quit` or Ctrl-D."""
    prompt: PromptSession[str] = PromptSession(
        PROMPT,
        history=_history(),
        completer=ShellCompleter(shell),
        complete_while_typing=False,
        reserve_space_for_menu=_MENU_LINES,
        enable_history_search=True,
    )
    while not shell.done:
        try:
            line = prompt.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        try:
            shell.execute(line)
        except KeyboardInterrupt:
            # It came while something was shown; that is no reason to end.
            shell.output.error("interrupted")


def _history() -> History:
    """Lines of earlier sessions, where they can be kept."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    try:
        folder = Path(state).expanduser() / "nnstep"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "history"
        with path.open("ab"):
            pass
    except (OSError, RuntimeError):
        return InMemoryHistory()
    return FileHistory(str(path))


class ShellCompleter(Completer):
    """Completes commands, and the names that are alive where the script stands."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """What may stand at the cursor."""
        text = document.text_before_cursor.rpartition(";;")[2]
        match = _FIRST.match(text)
        if match is None:
            return
        if not match["rest"]:
            yield from _matching(match["word"], {each.name: each.summary for each in commands()})
            yield from self._names(match["word"])
            return
        command = find(match["word"])
        if command is not None and match["rest"][0].isspace():
            yield from self._argument(command.name, command.takes, match["rest"].lstrip())
        else:
            yield from self._names(_last_name(text))

    def _argument(self, name: str, takes: str, typed: str) -> Iterator[Completion]:
        if name == "help":
            yield from _matching(typed, dict.fromkeys(words(), ""))
        elif name in _WORDS:
            yield from _matching(typed, dict.fromkeys(_WORDS[name], ""))
        elif name in ("switch", "compare"):
            yield from self._branches(typed.rpartition(" ")[2])
        elif name == "open":
            yield from _matching(typed, dict.fromkeys(lessons.names(), "lesson"))
            yield from _files(typed)
        elif name == "source":
            yield from _files(typed)
        elif takes in ("name", "expression", "place"):
            yield from self._names(_last_name(typed))

    def _branches(self, typed: str) -> Iterator[Completion]:
        if self._shell.has_session:
            found = self._shell.session.branches()
            yield from _matching(typed, {each.name: f"reached {each.reached}" for each in found})

    def _names(self, typed: str | None) -> Iterator[Completion]:
        if typed is None or not self._shell.has_session:
            return
        names = self._shell.session.names()
        yield from _matching(typed, {name: _meta(value) for name, value in names.items()})


def _matching(typed: str, candidates: dict[str, str]) -> Iterator[Completion]:
    for word in sorted(candidates):
        if word.startswith(typed):
            yield Completion(word, -len(typed), display_meta=candidates[word])


def _last_name(text: str) -> str | None:
    """The name being typed, perhaps none of it yet; None where none may stand."""
    match = _LAST_NAME.search(text)
    return None if match is None or match["dot"] else match["name"] or ""


def _meta(value: object) -> str:
    if is_array(value):
        return f"{value.shape} {dtype_name(value.dtype)}"
    return type(value).__name__


def _files(typed: str) -> Iterator[Completion]:
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
            text = f"{entry.name}/" if entry.is_dir() else entry.name
            yield Completion(text, -len(start))
