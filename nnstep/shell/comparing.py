"""`nnstep diff`: two scripts compared, and what came of it shown, for people or as JSON.

Not the comparison itself (differences.py).
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any

from nnstep.differences import EPOCHS, TOLERANCE, Compared, Died, Difference, Unopened, compare
from nnstep.insight.apart import in_short
from nnstep.shell.failures import unreadable
from nnstep.shell.output import Output
from nnstep.shell.registry import CommandError
from nnstep.views.differences import differences_view


def diff(
    output: Output, a: str, b: str, *, epochs: int = EPOCHS, tolerance: float = TOLERANCE,
    ignore: Collection[str] = (), as_json: bool = False,
) -> bool:
    """Compare two scripts and show what came of it.

    Returns:
        Whether anything differs.

    Raises:
        CommandError: one of them can't be run.
    """
    try:
        found = compare(a, b, epochs=epochs, tolerance=tolerance, ignore=ignore)
    except Unopened as error:
        raise CommandError(unreadable(error.target, error.error)) from error
    except (LookupError, Died) as error:
        raise CommandError(str(error.args[0])) from error
    if as_json:
        output.text(json.dumps(as_data(found), indent=2, allow_nan=False) + "\n")
    else:
        output.show(differences_view(found, width=output.width, ascii=output.ascii))
    return found.difference is not None


def as_data(found: Compared) -> dict[str, Any]:
    """What came of it as JSON has it."""
    return {
        "a": found.paths[0],
        "b": found.paths[1],
        "differs": found.difference is not None,
        "difference": None if found.difference is None else _difference(found.difference),
        "only_a": found.only[0],
        "only_b": found.only[1],
        "uneven": [each._asdict() for each in found.uneven],
        "dtypes": found.dtypes,
        "epochs": found.epochs,
        "probed": found.probed,
        "failure": found.failure,
        "cut": found.cut,
    }


def _difference(found: Difference) -> dict[str, Any]:
    what = found.apart
    sides = [
        {
            "text": side.text,
            "op": None if side.op is None else {
                "text": side.op.text, "line": side.op.line, "path": side.op.path,
                "moment": side.op.moment,
                "operands": [{"name": name, "value": text} for name, text in side.op.operands],
            },
        }
        for side in found.sides
    ]
    return {
        "kind": found.kind, "name": found.name, "function": found.function,
        "epoch": found.epoch, "place": found.place, "binding": found.nth,
        "a": sides[0], "b": sides[1],
        "apart": None if what is None else {
            "kind": what.kind, "at": what.at, "a": _plain(what.a), "b": _plain(what.b),
            "by": what.by, "relative": what.relative, "count": what.count, "size": what.size,
        },
    }


def _plain(value: Any) -> Any:
    """A value that JSON has; text for any other, NaN and Inf among them."""
    if isinstance(value, (bool, int, str, type(None))):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return in_short(value)
