"""Commands that explain a value: where it comes from, how it is computed, what a sample became."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnstep.shell.commands.arguments import required, whole
from nnstep.shell.registry import command

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell
    from nnstep.tracing import Traced

_DEEP = "--deep"


@command("why", group="understand", usage="why NAME [--deep]", takes="expression")
def why(shell: Shell, argument: str) -> None:
    """Draw the ops that made a variable, and from what.

    Each op stands above what it worked on, back to data and parameters as they were when the
    epoch began; an in-place change stands above the op that made the array. Three levels are
    drawn, with `--deep` all of them.

    Examples:
        why dcost_wh
        why params["W1"] --deep
    """
    name, deep = _asked(argument, "why NAME [--deep]")
    shell.evaluate(name)
    with shell.under_way() as session:
        traced = session.trace_why(name, deep)
    from nnstep.views.tracing import origin_view

    output = shell.output
    output.show(origin_view(
        traced.found, name=name, since=traced.since, width=output.width, ascii=output.ascii
    ))
    _tell(shell, traced)


@command("explain", group="understand", usage="explain NAME[i,j] [--deep]", takes="expression")
def explain(shell: Shell, argument: str) -> None:
    """Compute one element of an array by hand.

    Shows the formula in names, then with the numbers in it, all their digits; and whether they
    give the stored value to the last bit. A long sum is cut to its six largest terms. With
    `--deep`, down to data and parameters.

    Examples:
        explain zh[0, 1]
        explain dcost_wo[2, 0] --deep
    """
    text, deep = _asked(argument, "explain NAME[i,j] [--deep]")
    shell.evaluate(text.partition("[")[0] if _is_element(text) else text)
    with shell.under_way() as session:
        traced = session.trace_explain(text, deep)
    from nnstep.views.tracing import explanation_view

    output = shell.output
    output.show(explanation_view(
        traced.found, since=traced.since, width=output.width, ascii=output.ascii
    ))
    _tell(shell, traced)


@command("focus", group="understand", usage="focus ROW", takes="number")
def focus(shell: Shell, argument: str) -> None:
    """Follow one sample through the whole net.

    Every array of the epoch that has an axis for the samples is shown at this sample, in the
    order of time, forward and backward; `*` marks an array that was changed in place.

    Example:
        break dcost_wh ;; continue ;; focus 3
    """
    row = whole(required(argument, "focus ROW, such as `focus 3`"), "focus ROW")
    with shell.under_way() as session:
        traced = session.trace_focus(row)
    from nnstep.views.tracing import sample_view

    output = shell.output
    output.show(sample_view(
        traced.found, since=traced.since, width=output.width, ascii=output.ascii
    ))
    _tell(shell, traced)


def _asked(argument: str, usage: str) -> tuple[str, bool]:
    """What is asked for, and whether `--deep` stands with it."""
    deep = argument.endswith(_DEEP) or argument.startswith(_DEEP)
    name = argument.removesuffix(_DEEP).removeprefix(_DEEP).strip()
    return required(name, usage), deep


def _is_element(text: str) -> bool:
    return text.partition("[")[0].strip().isidentifier() and text.endswith("]")


def _tell(shell: Shell, traced: Traced) -> None:
    for note in traced.notes:
        shell.output.hint(note)
    shell.tell_notes()
