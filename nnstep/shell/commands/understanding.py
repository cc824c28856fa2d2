"""Commands about what the values mean for the training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnstep.insight.parts import shape_of
from nnstep.shell.commands.arguments import required
from nnstep.shell.registry import CommandError, command
from nnstep.views.shapes import story_view

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


@command("shape", group="understand", usage="shape NAME", takes="name")
def shape(shell: Shell, argument: str) -> None:
    """Tell where the shape of a variable comes from.

    The op that bound it last is looked up, however long ago that was, and its shapes are worked
    out: which sizes cancel, which axis is stretched, which one goes.

    Example:
        shape zh
    """
    name = required(argument, "shape NAME")
    value = shell.evaluate(name)
    if shape_of(value) is None:
        raise CommandError(f"`{name}` is a {type(value).__name__}, which has no shape")
    with shell.under_way() as session:
        story = session.shape_of(name)
    if story is None:
        shell.output.hint(f"no op is known that made `{name}`; its shape is {shape_of(value)}")
    else:
        output = shell.output
        output.show(story_view(story, name=name, width=output.width, ascii=output.ascii))
    shell.tell_notes()
