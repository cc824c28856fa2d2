"""Reading the arguments that several commands share."""

from __future__ import annotations

from nnstep.shell.registry import CommandError


def count(argument: str, usage: str) -> int:
    """How many times; once when nothing is said.

    Raises:
        CommandError: it isn't a positive number.
    """
    if not argument:
        return 1
    number = whole(argument, usage)
    if number < 1:
        raise CommandError(f"the number must be at least 1, not {number}; usage: {usage}")
    return number


def whole(argument: str, usage: str) -> int:
    """A whole number, written as in Python: `20000` or `20_000`.

    Raises:
        CommandError: it isn't one.
    """
    try:
        return int(argument)
    except ValueError:
        raise CommandError(f"`{argument}` is not a whole number; usage: {usage}") from None


def required(argument: str, usage: str) -> str:
    """An argument that must be there.

    Raises:
        CommandError: it isn't.
    """
    if not argument:
        raise CommandError(f"something is missing; usage: {usage}")
    return argument
