"""Commands about what the values mean for the training."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

from nnstep.shell.commands.arguments import count, options, required
from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell

_CHECK = "check [NAME] [--at E1,E2,...] [--cost EXPR]"
_OPTION = re.compile(r"(?:^|\s)(?P<name>--at|--cost)(?=[\s=]|$)[\s=]*")


@command("cost", group="understand", usage="cost [EXPR|default]", takes="expression")
def cost(shell: Shell, argument: str) -> None:
    """Show or set the number that training brings down.

    It is an expression with a single number as its value, once an epoch. `cost default` takes
    back what was set: then it is what the script's docstring says, or none.

    Examples:
        cost error_out.sum()
        cost default
    """
    session = shell.session
    if argument == "default":
        session.cost = None
    elif argument:
        _check_single(shell, argument)
        session.cost = argument
    if session.cost is None:
        shell.output.hint(shell.no_cost())
        return
    try:
        value = shell.evaluate(session.cost)
    except CommandError:
        shell.output.hint(f"cost: {session.cost}, which has no value here yet")
        return
    shell.show_value(f"cost: {session.cost}", value)


def _check_single(shell: Shell, text: str) -> None:
    """Refuse a cost that is several numbers here; one without a value may come to be a number."""
    from nnstep.insight.parts import shape_of

    try:
        shape = shape_of(shell.session.eval(text))
    except Exception:
        return
    if shape:
        stays = f"; the cost is still `{shell.session.cost}`" if shell.session.cost else ""
        raise CommandError(
            f"`{text}` is no single number, but has the shape {shape}; `({text}).sum()` or "
            f"`.mean()` makes it one{stays}"
        )


@command("shape", group="understand", usage="shape NAME", takes="name")
def shape(shell: Shell, argument: str) -> None:
    """Tell where the shape of a variable comes from.

    The op that bound it last is looked up, however long ago that was, and its shapes are worked
    out: which sizes cancel, which axis is stretched, which one goes.

    Example:
        shape zh
    """
    from nnstep.insight.parts import shape_of
    from nnstep.views.shapes import story_view

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


@command("check", group="understand", usage=_CHECK, takes="expression")
def check(shell: Shell, argument: str) -> None:
    """Check hand-derived gradients against the derivative of the cost.

    Each parameter is nudged, and the training step is executed again: the cost moves as its
    derivative says, whatever the script says. A gradient is right, right up to a factor that all
    share, wrong, or not decidable; for a wrong one comes the first op that goes wrong, and what
    would mend it. NAME is one gradient or parameter. Without --at it is the present epoch that is
    checked, or some of a finished run.

    Examples:
        check
        check dcost_wo --at 0,100,2000
        check --cost np.mean((ao-labels)**2)
    """
    from nnstep.shell.checking import epochs_of, show_report

    name, chosen = _options(argument)
    at = epochs_of(chosen["--at"]) if "--at" in chosen else None
    try:
        with shell.under_way() as session:
            report = session.check(name, at=at, cost=chosen.get("--cost"))
    except ValueError as error:
        raise CommandError(f"nothing to check: {error}") from None
    shell.checked = report
    show_report(shell, report)
    if report.mends:
        number = " N" if len(report.mends) > 1 else ""
        shell.output.hint(f"`mend{number}` runs the script with that, and compares the costs")
    shell.tell_notes()


def _options(argument: str) -> tuple[str | None, dict[str, str]]:
    """Take a line apart.

    Raises:
        CommandError: something is missing or there twice, or there is no such option.
    """
    name, found = options(argument, _OPTION, _CHECK)
    if name.startswith("-"):
        raise CommandError(f"no option {name.split()[0]}; usage: {_CHECK}")
    return name or None, found


@command("mend", group="understand", usage="mend [N]", takes="number")
def mend(shell: Shell, argument: str) -> None:
    """Run the script with the N-th mend of the last check, and compare the costs.

    It runs twice to its end, as it is and with the op mended, each in a process of its own that
    knows nothing of what was changed by hand. The open script and its file stay as they are.

    Example:
        check ;; mend
    """
    number = count(argument, "mend [N]")
    if shell.checked is None:
        raise CommandError("nothing was checked yet; `check` finds what is to be mended")
    mends = shell.checked.mends
    if number > len(mends):
        there = f"there are {len(mends)}" if len(mends) > 1 else f"there is {len(mends) or 'none'}"
        raise CommandError(f"the last check has no mend {number}; {there}")
    from nnstep import mending
    from nnstep.views.gradients import mended_view

    fault, found = mends[number - 1]
    output = shell.output
    output.passing(Text("running it as it is, and mended"))
    try:
        both = mending.courses(shell.session, fault, found, shell.checked.cost)
    finally:
        output.passing(None)
    output.show(
        mended_view(
            fault.text, found.words, fault.line, shell.checked.cost,
            (both[0].costs, both[1].costs), width=output.width, ascii=output.ascii,
        )
    )
    for label, each in zip(("as it is", "mended"), both, strict=True):
        if each.error:
            output.hint(f"{label}, it went wrong: {each.error}")
