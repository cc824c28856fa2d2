"""Commands that change a value of the script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell

_ASSIGNMENT = re.compile(r".*[^=!<>]=[^=].*", re.DOTALL)


@command("set", group="change", usage="set NAME = EXPR", takes="name")
def set_(shell: Shell, argument: str) -> None:
    """Give a variable another value.

    The script goes on with it. `lr = 0.1` alone does the same; `set` is for names that are
    commands too, such as `b`.

    Examples:
        set b = 0.5
        set wh[0, 0] = 1
    """
    if not _ASSIGNMENT.fullmatch(argument):
        raise CommandError("something is missing; usage: set NAME = EXPR")
    known = set(shell.session.names())
    for name in shell.change(argument):
        if name not in known and not shell.session.mentions(name):
            shell.output.hint(f"{name} is a new name, which the script doesn't use")
