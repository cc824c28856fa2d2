"""The command that runs the script once per value; the open script stays where it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nnstep.lessons import Measures, measures
from nnstep.shell.commands.arguments import count, options
from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell
    from nnstep.sweep import Sweep

_USAGE = "sweep NAME V1,V2,... [-j N] [--cost EXPR] [--accuracy EXPR]"
_OPTION = re.compile(r"(?:^|\s)(?P<name>-j|--cost|--accuracy)(?=[\s=\d]|$)[\s=]*")


@command("sweep", group="change", usage=_USAGE, takes="name")
def sweep_(shell: Shell, argument: str) -> None:
    """Run the script once per value, and compare.

    Each value is a Python expression. NAME gets it right after its first binding, in the
    module or else in a function, and the script runs on to its end, N runs at a time (-j). Then
    come the cost, the accuracy on the training data and, where the lesson says how to make
    some, on fresh data: a net that has learned its points by heart does well on the one and
    badly on the other.

    Each run is a process of its own. It reads the script's file and knows nothing of what was
    changed by hand. The open script stays where it stands.

    A script of your own says in its docstring what is measured, in lines such as
    `Cost: loss.sum()`, `Accuracy: np.mean(predict(X) == y)` and `Fresh: X, y = more_data()`.

    Examples:
        sweep nn_hdim 1,2,3,4,5,20,50
        sweep lr 0.05, 0.1*2, 1 -j 2 --cost error_out.sum()
    """
    text, chosen = options(argument, _OPTION, _USAGE)
    jobs = count(chosen["-j"], _USAGE) if "-j" in chosen else None
    from nnstep.shell.sweeping import Wish, run_sweep

    wish = Wish.of(text, jobs, _USAGE)
    run_sweep(shell, wish, _measures(shell, chosen), lambda found: _show(shell, found))


def _measures(shell: Shell, typed: dict[str, str]) -> Measures:
    """What is measured: what was typed goes before what the script says of itself."""
    said = measures(shell.session.source.text)
    chosen = replace(
        said,
        cost=typed.get("--cost", shell.session.cost or ""),
        accuracy=typed.get("--accuracy", said.accuracy),
    )
    if not chosen.cost and not chosen.accuracy:
        raise CommandError(
            "it isn't known what to compare; `--cost EXPR` says it, an expression with a single "
            "number at the end of the script"
        )
    return chosen


def _show(shell: Shell, found: Sweep) -> None:
    from nnstep.views.sweeps import sweep_table

    output = shell.output
    output.show(
        sweep_table(
            found.name, found.rows, found.measures, width=output.width, ascii=output.ascii
        )
    )
    if not found.measures.cost:
        output.hint("the cost isn't known; `--cost EXPR` says what it is")
