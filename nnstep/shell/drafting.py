"""`nnstep lesson new`: a lesson file for a script, to go on from. It plays and passes at once.

What the commands in it show is filled in by playing it (replaying.py).
"""

from __future__ import annotations

import os
import tokenize
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from nnstep import lessons
from nnstep.insight.predictions import Question, kind_for, question
from nnstep.session import Session, open
from nnstep.shell.failures import UNREADABLE, unreadable
from nnstep.shell.kept import refusal, why, write
from nnstep.shell.output import Output
from nnstep.shell.registry import CommandError
from nnstep.shell.replaying import replay
from nnstep.transcript import Broken, front_matter_of, parse

_FAR = 40  # statements that are looked at for something to ask about
_FILE = """\
{fields}

# {heading}

Say here what the learner is going to see. A stretch of prose and the fence below it are a page; in
a fence, lines behind the prompt are typed, and the others are what comes.

```nnstep
{begin}
```
{asked}
That is all there is as yet. `nnstep replay --update --in-place {name}.md` writes what new commands
show; `nnstep lesson check {name}.md` tells what is wrong.
"""
_ASKED = """
Let the learner guess before something is shown. Hints lead from the vague to the exact.

```nnstep
{lines}
```
"""


def draft(output: Output, name: str, script: str) -> None:
    """Write a lesson file, `NAME.md`, into the present folder.

    Args:
        output: where it is told what was written.
        name: what the lesson is called.
        script: the path of its script.

    Raises:
        CommandError: the script can't be read, the name is none, or there is such a file.
    """
    path = Path(f"{name}.md")
    if not name.isidentifier():
        raise CommandError(f"a lesson is called by letters, digits and `_`, not {name!r}")
    if path.exists():
        raise CommandError(f"there is a {path} already; remove it, or take another name")
    if said := refusal(path):
        raise CommandError(f"can't write {path.absolute()}: {said}")
    try:
        with tokenize.open(script) as file:
            text = file.read()
        session = open(script)
    except UNREADABLE as error:
        raise CommandError(unreadable(script, error)) from error
    try:
        with redirect_stdout(StringIO()):
            asked = list(_asked(session))
        begins = session.main is not None
    finally:
        session.close()
    written = _written(name, script, text, begins, asked)
    try:
        found = replay(parse(written, path))
        write(path.absolute(), found.updated().encode(), new=True)
    except Broken as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"can't write: {why(error, 'go to another folder')}") from error
    output.text(f"{path}: written\n")
    output.hint(f"`nnstep lesson {path}` plays it, `nnstep lesson check {path}` checks it")


def _written(name: str, script: str, text: str, begins: bool, asked: list[str]) -> str:
    teaches, source = lessons.about(text)
    title = teaches.rstrip(".") or name.replace("_", " ").capitalize()
    fields = front_matter_of(
        title=title, script=os.path.relpath(script), cost=lessons.measures(text).cost or "0",
        sources=[source or Path(script).name], order=100, minutes=15,
    )
    return _FILE.format(
        name=name, heading=title, fields=fields,
        begin="(nn) epoch\n(nn) vars" if begins else "(nn) step\n(nn) vars",
        asked=_ASKED.format(lines="\n".join(asked)) if asked else "",
    )


def _asked(session: Session) -> Iterator[str]:
    """The lines of a question about something in the first epoch, with its hints and its answer."""
    if session.main is not None:
        session.epoch()
    else:
        session.step()
    for passed in range(_FAR):
        found = session.foresee_next("next")
        if found is not None and found.name.isidentifier() and kind_for(found) == "shape":
            if passed:
                yield f"(nn) next {passed}"
            yield f"(nn) predict shape {found.name}"
            yield from _answered(question("shape", found))
            yield "(nn) next"
            return
        if session.finished or session.next() is None:
            return


def _answered(asked: Question) -> Iterator[str]:
    for each in asked.hints()[:1]:
        yield f"(nn) hint {each}"
    yield f"(nn) hint it is {asked.right.text}"
    yield f"(nn) {asked.right.text}"
