"""The prompt: keys, history, colours, the bar below. The only module that has prompt_toolkit.

It reads text for the shell; what that means is the shell's affair, what may be typed next that of
completing.py, and whether it is whole that of lines.py.
"""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import completion_is_selected, has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from nnstep.shell.completing import candidates
from nnstep.shell.kept import folder, name_of, naming, why
from nnstep.shell.lines import indentation, is_whole, pieces
from nnstep.shell.registry import find
from nnstep.shell.shell import Shell

PROMPT = "(nn) "
KEYS = {"f2": "back", "f3": "step", "f4": "next", "f5": "continue", "f6": "epoch"}

# Two lines are enough to see that there is more, and the screen doesn't jump.
_MENU_LINES = 2
# Colours that can be read on a dark ground and on a light one.
_STYLE = Style.from_dict({
    "command": "bold ansiblue", "keyword": "bold", "string": "ansigreen", "number": "ansicyan",
    "comment": "italic", "auto-suggestion": "ansibrightblack",
    "bottom-toolbar": "noreverse ansibrightblack",
})  # fmt: skip
_TOKENS = re.compile(
    r"(?P<comment>#.*)|(?P<string>'[^'\n]*'?|\"[^\"\n]*\"?)|(?P<word>[^\W\d]\w*)"
    r"|(?P<number>\d[\d_.]*(?:[eE][+-]?\d+)?)|(?P<rest>\s+|.)"
)


def loop(shell: Shell, vi: bool = False) -> None:
    """Read lines and execute them until `quit` or Ctrl-D.

    Args:
        shell: what executes them.
        vi: whether the keys are those of vi.
    """
    prompts: dict[str, PromptSession[str]] = {}
    typed = told = ""
    while not shell.done:
        script = shell.session.source.path if shell.has_session else ""
        if script not in prompts:  # each script has its own history
            prompts[script] = _prompt_of(shell, script, vi)
        try:
            text = prompts[script].prompt(default=typed, bottom_toolbar=_bar(shell))
        except KeyboardInterrupt:
            typed = ""
            continue
        except EOFError:
            return
        history = prompts[script].history
        if isinstance(history, _Typed) and history.failure not in ("", told):
            told = history.failure
            shell.output.hint(told)
        typed = _run(shell, text)


def _run(shell: Shell, text: str) -> str:
    """Execute what was typed, or what a key stands for; what is still typed then."""
    kept = text.kept if isinstance(text, _Key) else ""
    try:
        for piece in pieces(text, shell.parse) or [""]:
            if not shell.execute(piece) or shell.done:
                break
    except KeyboardInterrupt:
        # It came while something was shown; that is no reason to end.
        shell.output.error("interrupted")
    return kept


class _Key(str):
    """The command that a function key stands for.

    Attributes:
        kept: what was typed when it was pressed.
    """

    kept = ""


def _prompt_of(shell: Shell, script: str, vi: bool) -> PromptSession[str]:
    made: PromptSession[str] = PromptSession(
        PROMPT,
        history=_Typed(script),
        completer=ShellCompleter(shell),
        complete_while_typing=False,
        reserve_space_for_menu=_MENU_LINES,
        enable_history_search=True,
        # Without colours what is suggested would look as if it had been typed.
        auto_suggest=AutoSuggestFromHistory() if shell.output.colours else None,
        lexer=ShellLexer(),
        style=_STYLE,
        color_depth=None if shell.output.colours else ColorDepth.DEPTH_1_BIT,
        editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
        multiline=True,
        prompt_continuation=lambda width, line, wrapped: "... ".rjust(width),
        key_bindings=_bindings(shell),
    )
    return made


# Keys.


def _bindings(shell: Shell) -> KeyBindings:
    """Enter ends a text that is whole, and begins a line in any other; function keys move."""
    bindings = KeyBindings()

    @bindings.add("enter", filter=has_focus(DEFAULT_BUFFER) & ~completion_is_selected)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if is_whole(buffer.text, shell.parse):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n" + indentation(buffer.document.text_before_cursor))

    for key, command in KEYS.items():
        bindings.add(key)(_pressing(command))
    return bindings


def _pressing(command: str) -> Callable[[KeyPressEvent], None]:
    def pressed(event: KeyPressEvent) -> None:
        key = _Key(command)
        key.kept = event.current_buffer.text
        event.current_buffer.reset()
        event.app.exit(result=key)

    return pressed


# Below and beside.


def _bar(shell: Shell) -> str:
    """Where the script stands, and what the keys do."""
    keys = [f"{key.upper()} {command}" for key, command in KEYS.items()]
    if not shell.has_session:
        return "  ".join(keys)
    at = shell.session.position
    name = Path(shell.session.source.path).name
    branch = next((each.name for each in shell.session.branches() if each.current), "")
    where = f"{at.moment}, line {at.line}" if at.moment is not None else "the end"
    parts = [name, where, branch, shell.cost_in_short()]
    bar = " | ".join(each for each in parts if each)
    # What doesn't fit is left out whole.
    while keys and len(f"{bar} | {'  '.join(keys)}") > shell.output.width:
        keys.pop()
    return f"{bar} | {'  '.join(keys)}" if keys else bar


class _Typed(FileHistory):
    """Lines of earlier sessions with a script, and of this one.

    Attributes:
        failure: why they can't be kept, empty where they can.
    """

    def __init__(self, script: str) -> None:
        self.failure = ""
        name = name_of(script) if script else "no-script"
        try:
            super().__init__(str(folder("typed") / name))
        except OSError as error:
            self._fail(error)
            super().__init__(os.devnull)

    def load_history_strings(self) -> Iterable[str]:
        """What was typed before, the last line first; what can't be read is none."""
        try:
            return list(super().load_history_strings())
        except OSError as error:
            self._fail(error)
            return []

    def store_string(self, string: str) -> None:
        """Keep a line, where that can be; what was pasted may be no text."""
        try:
            with naming(Path(str(self.filename))):
                super().store_string(string.encode(errors="replace").decode())
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.failure = f"what you type can't be kept for later sessions: {why(error)}"


class ShellCompleter(Completer):
    """Completes commands, and the names that are alive where the script stands."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """What may stand at the cursor."""
        for each in candidates(self._shell, document.text_before_cursor):
            yield Completion(each.word, -each.typed, display_meta=each.meta)


class ShellLexer(Lexer):
    """Colours for commands and Python."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """Colour a text line by line."""
        lines = document.lines

        def line_of(number: int) -> StyleAndTextTuples:
            return coloured(lines[number], number == 0) if number < len(lines) else []

        return line_of


def coloured(line: str, is_first: bool) -> StyleAndTextTuples:
    """A line in pieces, each with its style."""
    found: StyleAndTextTuples = []
    for match in _TOKENS.finditer(line):
        kind, text = match.lastgroup, match.group()
        begins = is_first and not "".join(part[1] for part in found).strip()
        if kind == "word" and begins and find(text) is not None:
            kind = "command"
        elif kind == "word" and keyword.iskeyword(text):
            kind = "keyword"
        found.append((f"class:{kind}" if kind not in ("word", "rest") else "", text))
    return found
