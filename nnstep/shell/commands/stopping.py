"""Commands about where to stop."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from nnstep.engine.stops import CATCHES, Breakpoint
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
        tbreak 93
    """
    usage = "tbreak NAME|LINE|FUNCTION [if COND]"
    _set_breakpoint(shell, required(argument, usage), usage, temporary=True)


@command("watch", group="stop at", usage="watch NAME [if COND]", takes="expression")
def watch(shell: Shell, argument: str) -> None:
    """Stop whenever a value has changed, also in place.

    The value is that of a name or of another expression. With `if`, stop only when the
    condition is true there. `rcontinue` then goes back to who wrote it last.

    Example:
        watch wo[0, 0] if epoch > 10
    """
    usage = "watch NAME [if COND]"
    where, condition = _with_condition(required(argument, usage), usage)
    _show_made(shell, shell.session.watch(where, condition))


@command("catch", group="stop at", usage="catch nan|exception", takes="word")
def catch(shell: Shell, argument: str) -> None:
    """Stop at the first NaN or Inf, or at an exception.

    That is at the op that makes it out of finite values, or that raises.

    Example:
        catch nan ;; continue
    """
    if argument not in CATCHES:
        wrong = f"`{argument}` can't be caught" if argument else "something is missing"
        raise CommandError(f"{wrong}; usage: catch nan|exception")
    _show_made(shell, shell.session.catch(argument))


@command("ignore", group="stop at", usage="ignore N COUNT", takes="number")
def ignore(shell: Shell, argument: str) -> None:
    """Pass breakpoint N by the next COUNT times.

    Example:
        ignore 1 50
    """
    usage = "ignore N COUNT"
    words = argument.split()
    if len(words) != 2:
        raise CommandError(f"it takes a number and a count; usage: {usage}")
    number, times = (whole(each, usage) for each in words)
    shell.session.ignore(number, times)
    _show_made(shell, shell.session.breakpoints[number])


@command("info", group="stop at", usage="info [breakpoints]", takes="word")
def info(shell: Shell, argument: str) -> None:
    """List the breakpoints, watches and catches.

    Example:
        info breakpoints
    """
    if argument and not (argument == "b" or "breakpoints".startswith(argument)):
        raise CommandError(f"there is no info about `{argument}`; usage: info [breakpoints]")
    _show_breakpoints(shell)


@command("delete", "d", group="stop at", usage="delete [N]", takes="number")
def delete(shell: Shell, argument: str) -> None:
    """Delete breakpoint, watch or catch N, or all.

    Example:
        delete 1
    """
    if argument:
        shell.session.delete(whole(argument, "delete [N]; `info` lists the breakpoints"))
        return
    counts = Counter(scenes.kind_of(each) for each in shell.session.breakpoints.values())
    shell.session.delete()
    words = [f"{number} {kind}{'s' * (number > 1)}" for kind, number in counts.items()]
    shell.output.hint(f"{', '.join(words) or '0 breakpoints'} deleted")


def _set_breakpoint(shell: Shell, argument: str, usage: str, *, temporary: bool) -> None:
    where, condition = _with_condition(argument, usage)
    place = int(where) if where.isdecimal() else where
    _show_made(shell, shell.session.break_at(place, condition, temporary=temporary))


def _with_condition(argument: str, usage: str) -> tuple[str, str | None]:
    """A place, and the condition behind `if`."""
    match = _CONDITION.fullmatch(argument)
    where = match["where"].strip() if match else argument
    condition = match["condition"].strip() if match else None
    if not where or condition == "":
        raise CommandError(f"something is missing; usage: {usage}")
    return where, condition


def _show_made(shell: Shell, made: Breakpoint) -> None:
    shell.output.show(scenes.breakpoint_line(made, shell.output.ascii))


def _show_breakpoints(shell: Shell) -> None:
    found = shell.session.breakpoints.values()
    if not found:
        shell.output.hint("no breakpoints; `break NAME` sets one")
    for each in found:
        _show_made(shell, each)
