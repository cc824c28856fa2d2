"""Commands that look for a moment in the whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnstep.engine.events import Event
from nnstep.shell.commands.arguments import one_truth, required
from nnstep.shell.registry import command

if TYPE_CHECKING:
    from nnstep.reports import Bisected
    from nnstep.session import Session
    from nnstep.shell.shell import Shell


@command("bisect", group="find", usage="bisect COND", takes="expression")
def bisect(shell: Shell, argument: str) -> None:
    """Find the epoch and the op where a condition became true.

    A few epochs are probed, each time half of what is left. That finds the first one when the
    condition stays true once it is; where it doesn't, this is said.

    Example:
        bisect error_out.sum() < 5
    """
    condition = required(argument, "bisect COND, such as `bisect error_out.sum() < 5`")
    results: list[Bisected] = []

    def motion(session: Session) -> Event | None:
        results.append(session.bisect(condition))
        return results[0].event

    with one_truth(condition):
        shell.travel(motion)
    _tell(shell, condition, results[0])


def _tell(shell: Shell, condition: str, found: Bisected) -> None:
    probes = f"({found.probes} {'probe' if found.probes == 1 else 'probes'})"
    since = "before the first epoch" if found.epoch is None else f"epoch {found.epoch}"
    shell.output.hint(f"{condition} is true from {since} on {probes}")
    if not found.monotone:
        shell.output.hint(
            "at the epochs probed it was true and then false again, so there may be an earlier "
            f"one; `runtil {condition}` and `history` look closer"
        )
