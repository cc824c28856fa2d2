"""Commands that run the script on, and how finely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnstep.shell.commands.arguments import count, one_truth, required
from nnstep.shell.failures import UNREADABLE, unreadable
from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell


@command("step", "s", group="move", usage="step [N]", takes="number", motion=True)
def step(shell: Shell, argument: str) -> None:
    """Run the next op, going into functions of the script.

    An op is one evaluation that computes: an operator, a call, an assignment. With N, run
    that many and show the last. An empty line repeats it.

    Example:
        step 3
    """
    number = count(argument, "step [N]")
    shell.move(lambda session: session.step(number))


@command("next", "n", group="move", usage="next [N]", takes="number", motion=True)
def next_(shell: Shell, argument: str) -> None:
    """Run the rest of the statement, over the calls in it.

    With N, run that many statements and show the last.

    Example:
        next 5
    """
    number = count(argument, "next [N]")
    shell.move(lambda session: session.next(number))


@command("finish", "fin", group="move", usage="finish", motion=True)
def finish(shell: Shell, argument: str) -> None:
    """Run until the function returns, and show its value.

    Outside of any function, run to the end of the script.

    Example:
        break sigmoid ;; continue ;; finish
    """
    shell.move(lambda session: session.finish())


@command("until", group="move", usage="until COND", takes="expression", motion=True)
def until(shell: Shell, argument: str) -> None:
    """Run until a condition is true.

    The condition is a Python expression over the script's variables. As long as a name in it
    has no value yet, it counts as false.

    Example:
        until error_out.sum() < 5
    """
    condition = required(argument, "until COND, such as `until epoch == 100`")
    with one_truth(condition):
        moved = shell.move(lambda session: session.until(condition))
    if moved and shell.session.finished:
        shell.output.hint(f"`{condition}` did not become true")


@command("epoch", "e", group="move", usage="epoch [N]", takes="number", motion=True)
def epoch(shell: Shell, argument: str) -> None:
    """Run to the start of the next epoch.

    An epoch is one iteration of the main loop. With N, go on for that many epochs.

    Example:
        epoch 1000
    """
    number = count(argument, "epoch [N]")
    shell.move(lambda session: session.epoch(number))


@command("section", group="move", usage="section", motion=True)
def section(shell: Shell, argument: str) -> None:
    """Run to the start of another section.

    A section is the part of a script under one `# %% title` line.

    Example:
        section
    """
    shell.move(lambda session: session.section())


@command("continue", "c", "cont", "run", group="move", usage="continue", motion=True)
def continue_(shell: Shell, argument: str) -> None:
    """Run to the next breakpoint, or to the end.

    Ctrl-C halts it at the next op.

    Example:
        break dcost_wo ;; continue
    """
    shell.move(lambda session: session.run())


@command("restart", group="move", usage="restart")
def restart(shell: Shell, argument: str) -> None:
    """Begin again at the first op.

    The script is read again, so that an edit of it counts. Breakpoints and displays stay.

    Example:
        restart
    """
    session = shell.session
    try:
        session.restart()
    except UNREADABLE as error:
        raise CommandError(unreadable(session.source.path, error)) from error
    shell.show_start()


@command("grain", group="move", usage="grain [op|all]", takes="word")
def grain(shell: Shell, argument: str) -> None:
    """Show or choose how fine a step is.

    With `op`, loading names, attributes such as `np.dot` and views such as `.T` belong to the
    op that uses them. With `all`, stepping stops there too.

    Example:
        grain all
    """
    if argument and argument not in ("op", "all"):
        raise CommandError(f"there is no grain `{argument}`; usage: grain [op|all]")
    if argument:
        shell.session.grain = argument
    words = {
        "op": "op: each step is one op that computes",
        "all": "all: attributes and views are steps of their own",
    }
    shell.output.hint(f"grain {words[shell.session.grain]}")
