"""Reading the arguments that several commands share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

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
    required(argument, usage)
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


@contextmanager
def one_truth(condition: str) -> Iterator[None]:
    """Around what asks a condition: NumPy's refusal to call an array true is told with a mend."""
    try:
        yield
    except ValueError as error:
        if not str(error).startswith("The truth value of an"):
            raise
        text = condition if condition.isidentifier() else f"({condition})"
        raise CommandError(
            f"`{condition}` is an array, which is neither true nor false; `{text}.sum() < 5`, "
            "`.any()` or `.all()` would do"
        ) from None


def options(argument: str, known: re.Pattern[str], usage: str) -> tuple[str, dict[str, str]]:
    """Take a line apart: what stands before all options, and what stands behind each.

    Args:
        argument: the line.
        known: matches an option, its group `name` being what it is called.
        usage: how the command is used.

    Raises:
        CommandError: something is missing or there twice.
    """
    matches = list(known.finditer(argument))
    starts = [*(each.start() for each in matches), len(argument)]
    found: dict[str, str] = {}
    for each, end in zip(matches, starts[1:], strict=True):
        text = argument[each.end() : end].strip()
        if each["name"] in found or not text:
            wrong = "stands there twice" if text else "needs something behind it"
            raise CommandError(f"{each['name']} {wrong}; usage: {usage}")
        found[each["name"]] = text
    return argument[: starts[0]].strip(), found
