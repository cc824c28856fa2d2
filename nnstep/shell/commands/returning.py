"""Commands that go back in time, or to any moment of it, and that tell where in time one is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nnstep.engine.events import Event
from nnstep.shell import scenes
from nnstep.shell.commands.arguments import count, one_truth, required, whole
from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from nnstep.session import Session
    from nnstep.shell.shell import Shell

_GOTO = "goto MOMENT|epoch K|start|end"
_EPOCH = re.compile(r"(?:epoch|e)\b\s*(?P<number>.*)", re.DOTALL)
_MOMENT = re.compile(r"(?P<epoch>\d+|start|end|top)\.\d\S*")


@command("back", "rs", group="move back", usage="back [N]", takes="number", motion=True)
def back(shell: Shell, argument: str) -> None:
    """Go back to before the last op: the reverse of `step`.

    Every value is again what it was there. With N, go back that many ops. The screen looks as
    when one had stepped there; then it says which variables have other values than before.

    Example:
        step 3 ;; back
    """
    number = count(argument, "back [N]")
    shell.travel(lambda session: session.back(number))


@command("rnext", "rn", group="move back", usage="rnext [N]", takes="number", motion=True)
def rnext(shell: Shell, argument: str) -> None:
    """Go back one statement: the reverse of `next`.

    The calls in it are passed over. With N, go back that many statements.

    Example:
        next 5 ;; rnext 2
    """
    number = count(argument, "rnext [N]")
    shell.travel(lambda session: session.rnext(number))


@command("rfinish", group="move back", usage="rfinish", motion=True)
def rfinish(shell: Shell, argument: str) -> None:
    """Go back to where the function was called.

    `finish` runs to the end of a function, this goes back to its beginning. Outside of any
    function, go back to the beginning of the script.

    Example:
        break sigmoid ;; continue ;; rfinish
    """
    shell.travel(lambda session: session.rfinish())


@command("runtil", group="move back", usage="runtil COND", takes="expression", motion=True)
def runtil(shell: Shell, argument: str) -> None:
    """Go back until a condition is true.

    That is the last moment at which it was. The condition is a Python expression over the
    script's variables, as for `until`.

    Example:
        runtil error_out.sum() > 5
    """
    condition = required(argument, "runtil COND, such as `runtil epoch == 100`")
    with one_truth(condition):
        shell.travel(lambda session: session.runtil(condition))
    if shell.session.stop.reason == "start":
        shell.output.hint(f"`{condition}` was not true before")


@command("repoch", group="move back", usage="repoch [N]", takes="number", motion=True)
def repoch(shell: Shell, argument: str) -> None:
    """Go back to the start of this epoch, or the one before.

    The reverse of `epoch`. With N, go back by that many beginnings.

    Example:
        epoch 100 ;; repoch 10
    """
    number = count(argument, "repoch [N]")
    shell.travel(lambda session: session.repoch(number))


@command("rcontinue", "rc", group="move back", usage="rcontinue", motion=True)
def rcontinue(shell: Shell, argument: str) -> None:
    """Go back to the last breakpoint, or to the beginning.

    With a watch, that is where the value was written last.

    Example:
        watch wo ;; epoch 10 ;; rcontinue
    """
    shell.travel(lambda session: session.rcontinue())


@command("rewind", group="move back", usage="rewind", motion=True)
def rewind(shell: Shell, argument: str) -> None:
    """Go back to the beginning of the script.

    Unlike `restart`, it keeps what has been run: `goto end` leads back at once.

    Example:
        epoch 3 ;; rewind
    """
    shell.travel(lambda session: session.rewind())


@command("goto", group="move back", usage=_GOTO, takes="word", motion=True)
def goto(shell: Shell, argument: str) -> None:
    """Go to any moment of the past, or to any epoch, past or future.

    `goto epoch K` leads to where it begins: its variable bound, nothing else of it run. A moment
    is written as it is shown, such as `1200.17`: epoch, then which op of it. The beginning and
    the end of the script are `start` and `end`.

    It stands right before that op, which `next:` tells; the screen begins with the op done last.

    Examples:
        goto 1200.17
        goto epoch 500
    """
    text = required(argument, _GOTO)
    epoch = _EPOCH.fullmatch(text)
    if text == "start":
        shell.travel(lambda session: session.rewind())
    elif text == "end":
        shell.travel(_to_the_end)
    elif epoch:
        number = whole(epoch["number"], "goto epoch K")
        shell.travel(lambda session: session.goto(epoch=number))
    else:
        _goto_moment(shell, text)


def _goto_moment(shell: Shell, text: str) -> None:
    if text.isdecimal():
        raise CommandError(f"`goto epoch {text}` goes to an epoch, `goto {text}.1` to an op of it")
    moment = _MOMENT.fullmatch(text)
    if not moment:
        raise CommandError(f"`{text}` is no moment, such as 1200.17; usage: {_GOTO}")
    try:
        shell.travel(lambda session: session.goto(text))
    except ValueError as error:
        known = moment["epoch"].isdecimal()
        mend = f"; `goto epoch {moment['epoch']}` goes to that epoch" if known else ""
        raise CommandError(f"{error}{mend}") from error


def _to_the_end(session: Session) -> Event | None:
    """Run on over all breakpoints."""
    return session.run(deaf=True)


@command("when", group="move back", usage="when")
def when(shell: Shell, argument: str) -> None:
    """Tell where in time this is, in words.

    Example:
        when
    """
    shell.output.show(scenes.when(shell.session, shell.output.width, shell.output.ascii))


@command("loop", group="move back", usage="loop [LINE]", takes="number")
def loop(shell: Shell, argument: str) -> None:
    """List the loops, or choose which one counts epochs.

    `>` marks the main loop. `epoch`, `repoch` and moments such as `1200.17` count its
    iterations.

    Example:
        loop 53
    """
    session = shell.session
    if argument:
        session.use_loop(whole(argument, "loop [LINE]; `loop` lists them"))
    found = session.loops()
    if not found:
        shell.output.hint("the script has no loops")
        return
    shell.output.show(scenes.loops(found, shell.output.width, shell.output.ascii))
