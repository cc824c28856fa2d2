"""A check of gradients from its question to the screen: for the command, and for `nnstep check`.

Not the check itself (understanding.py), and not how its result looks (views/gradients.py).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from nnstep.checking import Report
from nnstep.engine.timeline import Interrupted
from nnstep.insight.verdicts import UNDECIDED, WRONG
from nnstep.session import Session
from nnstep.shell.failures import describe
from nnstep.shell.output import Output
from nnstep.shell.registry import CommandError
from nnstep.shell.stage import Stage
from nnstep.views.gradients import report_view

_EPOCHS = (0, 1, 10, 100)  # of a script that is checked as a whole, as far as there are any
_GOOD, _WRONG, _NOTHING = 0, 1, 2


def show_report(stage: Stage, report: Report) -> None:
    """Show what a check has found."""
    output = stage.output
    output.show(report_view(report, stage.source_of, width=output.width, ascii=output.ascii))


def epochs_of(text: str) -> list[int]:
    """The epochs of `0,100,2000`, each once.

    Raises:
        ValueError: it is no list of them.
    """
    try:
        found = [int(each) for each in text.split(",")]
    except ValueError:
        found = [-1]
    if min(found) < 0:
        raise ValueError(f"`{text}` is no list of epochs; they are written as in --at 0,100,2000")
    return list(dict.fromkeys(found))


def check_script(
    output: Output,
    target: str,
    arguments: Sequence[str] = (),
    *,
    cost: str | None = None,
    at: Sequence[int] | None = None,
    as_json: bool = False,
) -> int:
    """Check a script at some epochs, and tell what was found; its own output isn't shown.

    Args:
        output: where it is told.
        target: a lesson, or a path.
        arguments: the script's.
        cost: the expression for the cost.
        at: the epochs, which must be there; some of the first ones if None.
        as_json: whether it is told as data.

    Returns:
        The exit status: 0 when all is right, 1 when something is wrong, 2 when nothing could
        be checked.

    Raises:
        CommandError: it can't be opened, or there is nothing to check; the message says why.
        KeyboardInterrupt: Ctrl-C.
    """
    stage = Stage(output)
    stage.open(target, arguments)
    try:
        stage.session.on_print = None
        try:
            report = _checked(stage, target, cost, at)
        except CommandError as error:
            if as_json:
                output.text(json.dumps({"verdict": "nothing", "why": str(error)}) + "\n")
            raise
        if as_json:
            output.text(json.dumps(_plain(report.data()), indent=2) + "\n")
        else:
            output.hint(f"{target}: {report.kind}")
            show_report(stage, report)
    finally:
        stage.close_script()
    return {WRONG: _WRONG, UNDECIDED: _NOTHING}.get(report.kind, _GOOD)


def _checked(
    stage: Stage, target: str, cost: str | None, at: Sequence[int] | None
) -> Report:
    with stage.under_way() as session:
        try:
            if at is not None:
                return session.check(at=at, cost=cost)
            return _first_epochs(session, cost)
        except ValueError as error:
            why = _raised(session) or str(error)
            raise CommandError(f"{target}: nothing to check: {why}") from None
        except Interrupted:
            raise KeyboardInterrupt from None


def _first_epochs(session: Session, cost: str | None) -> Report:
    """The epochs that are there of those that are looked at; the first one must be."""
    found = session.check(at=_EPOCHS[:1], cost=cost)
    checked, notes = list(found.epochs), list(found.notes)
    for epoch in _EPOCHS[1:]:
        if not _has_epoch(session, epoch):
            break
        try:
            more = session.check(at=[epoch], cost=found.cost)
        except ValueError as error:
            notes.append(f"epoch {epoch} wasn't checked: {error}")
        else:
            checked += more.epochs
            notes += more.notes
    if session.error is not None:
        notes.append(f"the script raised {describe(session.error)} in epoch {_last(session)}")
    return Report(found.cost, found.chosen, tuple(checked), tuple(notes))


def _has_epoch(session: Session, epoch: int) -> bool:
    """Run on to a later epoch; one in which the script raises is not there."""
    here = session.position.epoch
    session.epoch(epoch - (-1 if here is None else here))
    if session.stop.reason == "interrupted":
        raise KeyboardInterrupt
    return session.error is None and session.position.epoch == epoch


def _last(session: Session) -> str:
    epoch = session.position.epoch
    return "?" if epoch is None else str(epoch)


def _raised(session: Session) -> str:
    """What the script raises in its first epoch or before, for which nothing can be checked."""
    if session.main is None:
        return ""
    session.rewind()
    session.epoch(2)
    if session.stop.reason == "interrupted":
        raise KeyboardInterrupt
    error = session.error
    return f"the script raises {describe(error)} (line {session.position.line})" if error else ""


def _plain(value: Any) -> Any:
    """Data as JSON has it, which knows no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
