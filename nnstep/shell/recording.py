"""What a person types, and what comes, kept in a file: a lesson file, a film, or a picture.

A lesson file (.md) holds what was typed since the script was opened, so that it can be played
again; playing it once at the end fills in what comes (replaying.py). A film (.cast, asciicast v3)
and a picture (.svg) hold what is shown from when the recording begins. Nothing of the process's
surroundings goes into any of them but the size of the terminal.
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
import shutil
import tempfile
import time
import tokenize
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from nnstep import lessons
from nnstep.processes import Script
from nnstep.shell.failures import describe, message_of
from nnstep.shell.interrupts import before_ending
from nnstep.shell.kept import refusal, write
from nnstep.shell.output import Output
from nnstep.shell.registry import CommandError
from nnstep.shell.replaying import replay
from nnstep.transcript import MORE, PROMPT, directive_of, front_matter_of, parse
from nnstep.views.text import clean

KINDS = (".md", ".cast", ".svg")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f\ud800-\udfff]")
_FILE = """\
{fields}

# {heading}

```nnstep
{lines}
```
"""


class Unwritten(CommandError):
    """What was recorded can't be written where it was to be."""


class Recording:
    """A recording in progress.

    Attributes:
        path: the file that is written at the end.
    """

    def __init__(self, path: Path, output: Output) -> None:
        """Begin it.

        Args:
            path: the file; its ending says what it becomes.
            output: what is shown there is recorded.

        Raises:
            CommandError: there is no such kind of file, there is such a file already, or none can
                be written there.
        """
        if path.suffix not in KINDS:
            raise CommandError(f"a recording is {', '.join(KINDS[:-1])} or {KINDS[-1]}: `{path}`")
        if path.exists():
            raise CommandError(f"there is a {path} already; remove it, or take another name")
        path = path.absolute()  # the script may change the folder
        if said := refusal(path):
            raise CommandError(f"can't write {path}: {said}")
        self.path = path
        self._output = output
        self._unprepare: Callable[[], None] = lambda: None
        self._size = _size()
        self._events: list[tuple[float, str, str]] = []
        self._last = time.monotonic()

    def begin(self, finish: Callable[[], object]) -> None:
        """Record what is shown from now on.

        Args:
            finish: ends the recording; called when a closed window or `kill` ends the process.
        """
        self._last = time.monotonic()
        self._output.listener = self._shown
        self._unprepare = before_ending(finish)

    def typed(self, line: str) -> None:
        """Note a line that is typed."""
        self._shown(f"{PROMPT}{line}\n")

    def _shown(self, text: str) -> None:
        now, size = time.monotonic(), _size()
        if size != self._size:
            self._size = size
            self._events.append((0.0, "r", f"{size[0]}x{size[1]}"))
        self._events.append((round(now - self._last, 6), "o", text))
        self._last = now

    def end(self, typed: Sequence[str], script: Script | None) -> None:
        """Write the file.

        Args:
            typed: all that was typed since the script was opened.
            script: what it was typed at; None for nothing.

        Raises:
            Unwritten: the file can't be written; the recording goes on.
            CommandError: there is nothing to write, or it can't be played; so does it then.
        """
        while self._events and self._events[-1][2].startswith(f"{PROMPT}record "):
            self._events.pop()
        if said := refusal(self.path):  # its folder may be gone, from which a script is found
            raise Unwritten(f"can't write {self.path}: {said}")
        try:
            if self.path.suffix == ".md":
                data = self._lesson(typed, script)
            elif self.path.suffix == ".cast":
                data = self._film()
            else:
                data = self._picture(Path(script.path).name if script else "")
            write(self.path, data.encode(errors="backslashreplace"), new=True)
        except CommandError:
            raise
        except OSError as error:
            raise Unwritten(f"can't write {self.path}: {error.strerror}") from error
        except Exception as error:  # whatever it is, the session goes on
            raise CommandError(f"can't write {self.path}: {describe(error)}") from error
        self.drop()

    def go_elsewhere(self) -> None:
        """Write another file in the end, where there is room; what was recorded can't be had again.

        Raises:
            CommandError: there is no such place.
        """
        try:
            # A name is enough, for no file is written over.
            self.path = Path(tempfile.mktemp(self.path.suffix, f"{self.path.stem}-"))
        except OSError as error:
            raise CommandError(f"nor can it be kept elsewhere: {message_of(error)}") from error

    def drop(self) -> None:
        """End it without a file."""
        self._output.listener = None
        self._unprepare()

    def _lesson(self, typed: Sequence[str], script: Script | None) -> str:
        """A lesson file of what was typed, played once to fill in what comes."""
        if script is None or not typed:
            raise CommandError("nothing is recorded yet: open a script, and type something")
        path = Path(script.folder, script.path)
        with tokenize.open(path) as file:
            source = file.read()
        if re.search(r"\binput\s*\(", source):
            self._output.hint("the script reads input, which a lesson file can't hold")
        name = clean(path.name)
        fields = front_matter_of(
            title=f"{name}, step by step", script=os.path.relpath(path, self.path.parent),
            arguments=list(script.argv), cost=lessons.measures(source).cost or "0",
            sources=[name], order=100, minutes=5,
        )
        lines = "\n".join(map(_prompted, filter(_can_be_typed, typed)))
        text = _FILE.format(fields=fields, heading=f"`{name}`", lines=lines)
        found = replay(parse(text, self.path), script.folder).updated()
        parse(found, self.path)  # a recording that can't be read is none
        return found

    def _film(self) -> str:
        """Asciicast v3, as docs.asciinema.org/manual/asciicast/v3 has it."""
        columns, rows = self._size
        head = {"version": 3, "term": {"cols": columns, "rows": rows}}
        lines: list[object] = [head]
        for seconds, code, text in self._events:
            lines.append([seconds, code, text.replace("\n", "\r\n") if code == "o" else text])
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    def _picture(self, title: str) -> str:
        console = Console(
            record=True, width=self._size[0], file=io.StringIO(), force_terminal=True,
            color_system="truecolor", legacy_windows=False, highlight=False,
        )  # fmt: skip
        shown = "".join(text for _, code, text in self._events if code == "o")
        shown = _CONTROL.sub("", shown)
        console.print(Text.from_ansi(shown.rstrip("\n")))
        return console.export_svg(title=f"nnstep {title}".rstrip())


def _can_be_typed(typed: str) -> bool:
    """Whether a lesson file can say it: a directive isn't for the learner."""
    try:
        ast.parse(typed)
    except (SyntaxError, ValueError):
        return not directive_of(typed)
    return True


def _prompted(typed: str) -> str:
    first, *others = typed.strip("\n").split("\n")
    # Python such as `tolerance = 1`, where a directive begins with the same word
    force = "!" if directive_of(typed) else ""
    lines = (f"{MORE}{each}".rstrip() for each in others)
    return "\n".join([f"{PROMPT}{force}{first.strip()}", *lines])


def _size() -> tuple[int, int]:
    size = shutil.get_terminal_size((80, 24))
    return size.columns, size.lines


