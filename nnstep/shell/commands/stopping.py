"""Commands about where to stop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nnstep.shell import scenes
from nnstep.shell.commands.arguments import required, whole
from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell

_CONDITION = re.compile(r"(?P<where>.*?)(?:\s+|^)if\b\s*(?P<condition>.*)", re.DOTALL)


@command("break", "b", group="stop at", usage="break NAME|LINE|FUNCTION [if COND]", takes="place")
def break_(shell: Shell, argument: str) -> None:
    """Stop at a name, a line or a function.

    For a name, that is right after an op has bound or changed it; for a line or a function,
    right before it runs. With `if`, stop only when the condition is true there. Without an
    argument, list the breakpoints.

    Example:
        break dcost_wo if epoch >= 100
    """
    if not argument:
        _show_breakpoints(shell)
        return
    _set_breakpoint(shell, argument, "break NAME|LINE|FUNCTION [if COND]", temporary=False)


@command("tbreak", group="stop at", usage="tbreak NAME|LINE|FUNCTION [if COND]", takes="place")
def tbreak(shell: Shell, argument: str) -> None:
    """Stop there once: like `break`, but gone after it.

    Example:
        tbreak 43
    """
    usage = "tbreak NAME|LINE|FUNCTION [if COND]"
    _set_breakpoint(shell, required(argument, usage), usage, temporary=True)


@command("info", group="stop at", usage="info [breakpoints]", takes="word")
def info(shell: Shell, argument: str) -> None:
    """List the breakpoints, and how often they stopped.

    Example:
        info breakpoints
    """
    if argument and not (argument == "b" or "breakpoints".startswith(argument)):
        raise CommandError(f"there is no info about `{argument}`; usage: info [breakpoints]")
    _show_breakpoints(shell)


@command("delete", "d", group="stop at", usage="delete [N]", takes="number")
def delete(shell: Shell, argument: str) -> None:
    """Delete breakpoint N, or all of them.

    Example:
        delete 1
    """
    if argument:
        shell.session.delete(whole(argument, "delete [N]; `info` lists the breakpoints"))
        return
    number = len(shell.session.breakpoints)
    shell.session.delete()
    shell.output.hint(f"{number} {'breakpoint' if number == 1 else 'breakpoints'} deleted")


def _set_breakpoint(shell: Shell, argument: str, usage: str, *, temporary: bool) -> None:
    match = _CONDITION.fullmatch(argument)
    where = match["where"].strip() if match else argument
    condition = match["condition"].strip() if match else None
    if not where or condition == "":
        raise CommandError(f"something is missing; usage: {usage}")
    made = shell.session.break_at(
        int(where) if where.isdecimal() else where, condition, temporary=temporary
    )
    shell.output.show(scenes.breakpoint_line(made, shell.output.ascii))


def _show_breakpoints(shell: Shell) -> None:
    found = shell.session.breakpoints.values()
    if not found:
        shell.output.hint("no breakpoints; `break NAME` sets one")
    for each in found:
        line = scenes.breakpoint_line(each, shell.output.ascii)
        if each.hits:
            times = "once" if each.hits == 1 else f"{each.hits} times"
            line.append(f", has stopped {times}", style="dim")
        shell.output.show(line)
