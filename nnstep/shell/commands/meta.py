"""Commands about lessons, files, help, and the end."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from nnstep import lessons
from nnstep.shell import learnt
from nnstep.shell.commands.arguments import required
from nnstep.shell.lines import pieces
from nnstep.shell.registry import (
    GROUPS,
    Command,
    CommandError,
    command,
    commands,
    find,
    suggestion,
)
from nnstep.views.names import lessons_table
from nnstep.views.text import DIM, NAME, wrap

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell

_RULES = (
    "Everything else is Python in the current function: `zh.shape`, `ah * 2`, `lr = 0.1`. "
    "A word alone is the command even when a variable has its name: `p b` prints the variable. "
    "`!` forces Python. `;;` stands between two commands. An empty line repeats the last motion."
)


@command("lessons", group="lesson", usage="lessons")
def lessons_(shell: Shell, argument: str) -> None:
    """List the lessons, what they teach, and how far you are.

    Example:
        lessons
    """
    known, note = learnt.load()
    if note:
        shell.output.hint(note)
    rows = []
    for each in lessons.lessons():
        far = known.get(learnt.key(each.guide)) if each.guide is not None else None
        teaches = each.teaches if far is None else f"{each.teaches} ({far.in_words})"
        rows.append((each.name, teaches, each.source))
    shell.output.show(lessons_table(rows, shell.output.width, shell.output.ascii))


@command("open", group="lesson", usage="open NAME|FILE", takes="path")
def open_(shell: Shell, argument: str) -> None:
    """Open a lesson or a script instead of this one.

    Example:
        open mse_hidden
    """
    target = required(argument, "open NAME|FILE; `lessons` lists the lessons")
    shell.open(target)
    shell.show_opening()


@command("source", group="lesson", usage="source FILE", takes="path")
def source(shell: Shell, argument: str) -> None:
    """Execute the commands in a file.

    They stand one a line, but for statements of several lines, and the first that fails ends
    it. Empty lines and lines that begin with `#` are skipped.

    Example:
        source steps.txt
    """
    path = required(argument, "source FILE")
    text = read_commands(path)
    with shell.nested():
        if not shell.execute_all(pieces(text, shell.parse), echo=True):
            raise CommandError(f"a command in {path} failed")


@command("record", group="lesson", usage="record [FILE.md|FILE.cast|FILE.svg|off]", takes="path")
def record(shell: Shell, argument: str) -> None:
    """Keep what you type and what comes in a file, until `record off` or the end.

    FILE.md becomes a lesson file, which `nnstep replay` plays and checks; all that was typed since
    the script was opened is in it, and at the end it is played once to fill in what comes.
    FILE.cast is a film in asciicast v3, FILE.svg a picture of the screen, both from now on. Alone
    it tells what is recorded.

    Example:
        record session.md
    """
    from nnstep.shell.recording import Recording, Unwritten

    recording = shell.recording
    if argument == "off" and recording is not None:
        try:
            shell.end_recording()
        except Unwritten as error:
            message = f"{error}; nothing is lost: mend that, and `record off` again"
            raise CommandError(message) from error
    elif not argument or argument == "off":
        what = f"{recording.path} is being recorded" if recording else "nothing is being recorded"
        shell.output.hint(what, whole=True)
    elif recording is not None:
        raise CommandError(f"{recording.path} is being recorded; `record off` ends it")
    elif argument.endswith(".md") and shell.lesson is not None:
        raise CommandError("a guided lesson is a lesson file already; `open` its script to record")
    else:
        from nnstep.shell.shell import GAP

        shell.recording = Recording(Path(argument).expanduser(), shell.output)
        shell.output.hint(f"{argument} is being recorded; `record off` ends it", whole=True)
        shell.recording.begin(shell.finish)
        if shell.gap and argument.endswith(".md"):
            shell.output.hint(GAP)


def read_commands(path: str) -> str:
    """The text of a file of commands.

    Raises:
        CommandError: it can't be read.
    """
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"can't read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"can't read {path}: it isn't UTF-8 text") from error


@command("help", group="lesson", usage="help [COMMAND]", takes="word")
def help_(shell: Shell, argument: str) -> None:
    """List the commands, or tell about one.

    `?` does the same. Nothing is ever evaluated by it.

    Example:
        help step
    """
    if not argument:
        _show_all(shell)
        return
    found = find(argument)
    if found is None:
        raise CommandError(f"there is no command `{argument}`; {suggestion(argument)}")
    _show_one(shell, found)


def _show_all(shell: Shell) -> None:
    known = sorted(commands(), key=lambda each: GROUPS.index(each.group))
    left = max(len(_names(each)) for each in known) + 2
    for group, members in groupby(known, key=lambda each: each.group):
        shell.output.show(Text(group, style=NAME))
        for each in members:
            first, *others = wrap(each.summary, max(shell.output.width - left - 2, 20))
            line = Text(f"  {_names(each):<{left}}{first}")
            line.append("".join(f"\n  {'':<{left}}{other}" for other in others))
            shell.output.show(line)
    for text in wrap(_RULES, shell.output.width):
        shell.output.hint(text)


def _names(each: Command) -> str:
    return ", ".join((each.name, *each.aliases))


def _show_one(shell: Shell, found: Command) -> None:
    usage = Text(found.usage, style=NAME)
    if found.aliases:
        usage.append(f"   short: {', '.join(found.aliases)}", style=DIM)
    shell.output.show(usage)
    for text in wrap(found.summary, shell.output.width):
        shell.output.show(Text(text))
    for paragraph in found.help.split("\n\n"):
        prose, colon, example = paragraph.partition(":\n")
        lines = wrap(prose + colon.strip(), shell.output.width)
        shell.output.show(Text("\n".join(["", *lines, *example.splitlines()])))


@command("pager", group="lesson", usage="pager [on|off]", takes="word")
def pager(shell: Shell, argument: str) -> None:
    """Show what is longer than the screen through a pager, or don't.

    At the prompt it is on; `--no-pager` switches it off from the beginning. The program is that
    of the environment's PAGER, else `less`.

    Example:
        pager off
    """
    if argument not in ("", "on", "off"):
        raise CommandError("usage: pager [on|off]")
    if argument:
        shell.output.pages = argument == "on"
    shell.output.hint(f"the pager is {'on' if shell.output.pages else 'off'}")


@command("quit", "q", "exit", group="lesson", usage="quit")
def quit_(shell: Shell, argument: str) -> None:
    """End nnstep.

    Example:
        quit
    """
    shell.done = True
