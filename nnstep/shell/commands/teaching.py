"""Commands of a guided lesson: begin it, turn its pages, come back to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nnstep import lessons
from nnstep.shell import learnt
from nnstep.shell.commands.arguments import whole
from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from nnstep.shell.playing import Playing
    from nnstep.shell.shell import Shell

_USAGE = "lesson [NAME|FILE.md [--fresh]]"
_PREDICT = "predict shape|sign|value|changes|same NAME, or predict on|off"


@command("lesson", group="lesson", usage=_USAGE, takes="word")
def lesson(shell: Shell, argument: str) -> None:
    """Begin a guided lesson, or go on with it where it was left.

    It shows a page, and then types its commands one by one: an empty line goes on. Whatever you
    type in between is yours; before it goes on, the lesson goes back to where it was. `--fresh`
    begins at the first page. Without a name it shows the present page again.

    Example:
        lesson perceptron
    """
    name = argument.removesuffix(" --fresh").strip()
    option = argument.endswith(" --fresh")
    if name == "--fresh" or (" " in name and not name.endswith(".md")):
        raise CommandError(f"usage: {_USAGE}")
    if not name:
        _playing(shell).show_page()
        return
    begin(shell, name, fresh=option)


def begin(shell: Shell, name: str, fresh: bool) -> None:
    """Begin a lesson, or go on with it where it was left, unless `fresh`.

    Raises:
        CommandError: there is none, or it can't be read.
    """
    from nnstep.shell.playing import Playing
    from nnstep.transcript import Broken, read

    path = Path(name) if name.endswith(".md") else lessons.guide(name)
    if path is None and lessons.find(name) is None:
        raise CommandError(f"there is no lesson {name!r}; `lessons` lists them")
    if path is None:
        raise CommandError(f"{name} has no guided lesson yet; `open {name}` opens its script")
    try:
        transcript = read(path)
    except (Broken, OSError) as error:
        raise CommandError(str(error)) from error
    known, note = learnt.load()
    if note:
        shell.output.hint(note)
    before = known.get(learnt.key(path))
    page = 0 if fresh or before is None or before.page >= before.pages else before.page
    shell.open(str(transcript.script), transcript.arguments)
    shell.lesson = Playing(shell, transcript, page)
    if page:
        shell.lesson.resume()
    shell.lesson.show_page()


@command("resume", group="lesson", usage="resume")
def resume(shell: Shell, argument: str) -> None:
    """Go back to where the lesson is, whatever was typed since.

    Example:
        resume
    """
    _playing(shell).resume()
    _playing(shell).show_page()


@command("skip", group="lesson", usage="skip")
def skip(shell: Shell, argument: str) -> None:
    """Do the rest of the page unseen, and turn it; or have a question answered.

    Example:
        skip
    """
    if shell.asking is not None:
        shell.asking.give_up()
        shell.asked()
        return
    _playing(shell).skip()


@command("previous", group="lesson", usage="previous")
def previous(shell: Shell, argument: str) -> None:
    """Show the page before this one again.

    Example:
        previous
    """
    playing = _playing(shell)
    if not playing.page:
        raise CommandError("this is the first page")
    playing.turn_to(playing.page - 1, anew=True)


@command("hint", group="lesson", usage="hint")
def hint(shell: Shell, argument: str) -> None:
    """Help with the question that waits, or with what the lesson asks you to type.

    The first hint is vague; each further one says more, and the last one the way.

    Example:
        hint
    """
    asking = shell.asking
    if shell.lesson is not None and (asking is None or not asking.motion):
        text = shell.lesson.hint()
        if text:
            shell.output.show(text)
            return
    if asking is not None:
        asking.hint()
        return
    _playing(shell).show_next()


@command("pages", group="lesson", usage="pages [N]", takes="number")
def pages(shell: Shell, argument: str) -> None:
    """List the pages of the lesson, or turn to one.

    Example:
        pages 3
    """
    playing = _playing(shell)
    if argument:
        playing.turn_to(whole(argument, "pages [N]") - 1, anew=True)
        return
    for number, page in enumerate(playing.pages, 1):
        mark = ">" if number == playing.page + 1 else " "
        shell.output.show(f"{mark} {number}  {page.title}")


@command("predict", group="lesson", usage=_PREDICT, takes="name")
def predict(shell: Shell, argument: str) -> None:
    """Guess what an op is going to make, before you see it.

    The op that gives NAME a value next is executed ahead and taken back, and you are asked for
    the shape of NAME, the signs in it, its value (a single number, to a twentieth), for the
    names whose values change in place, or for those that lie in the same memory. Then type the
    answer: you have two tries. `hint` helps; `skip`, or an empty line, tells it. Any command may
    be typed before. With `predict on`, each `step` and `next` asks before it shows what it made.

    Examples:
        predict shape XW
        predict changes delta3
        predict on
    """
    from nnstep.insight.predictions import KINDS, question
    from nnstep.shell.asking import Asking

    kind, _, name = argument.partition(" ")
    if argument in ("on", "off"):
        shell.guessing = argument == "on"
        shell.output.hint("`step` and `next` ask before they show; `predict off` ends that"
                          if shell.guessing else "nothing is asked any more")  # fmt: skip
        return
    if kind not in KINDS or not name.strip():
        raise CommandError(f"usage: {_PREDICT}")
    with shell.under_way() as session:
        try:
            asked = question(kind, session.foresee(name.strip()))
        except ValueError as error:
            raise CommandError(str(error)) from None
    shell.asking = Asking(asked, shell.output)
    shell.asking.show()


def _playing(shell: Shell) -> Playing:
    if shell.lesson is None:
        raise CommandError("no guided lesson is going on; `lesson perceptron` begins one")
    return shell.lesson
