"""Commands about what the values mean for the training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell


@command("cost", group="understand", usage="cost [EXPR]", takes="expression")
def cost(shell: Shell, argument: str) -> None:
    """Show or set the number that training brings down.

    It is an expression with a single number as its value, once an epoch.

    Example:
        cost error_out.sum()
    """
    session = shell.session
    if argument:
        session.cost = argument
    if session.cost is None:
        shell.output.hint("no cost is known; `cost EXPR` sets it, such as `cost error_out.sum()`")
        return
    try:
        shell.show_value(f"cost: {session.cost}", shell.evaluate(session.cost))
    except CommandError:
        shell.output.hint(f"cost: {session.cost}, which has no value here yet")
