"""Commands about branches: the courses that a run has taken because a value was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnstep.shell.commands.arguments import required
from nnstep.shell.registry import CommandError, command, nearest

if TYPE_CHECKING:
    from nnstep.reports import BranchInfo
    from nnstep.shell.shell import Shell
    from nnstep.views.branches import Branch


@command("branches", group="change", usage="branches")
def branches(shell: Shell, argument: str) -> None:
    """List the branches of the run.

    To change a value in the past starts a branch there; the old future stays. `*` marks the
    one that the script is on.

    Example:
        goto epoch 10 ;; lr = 0.05 ;; branches
    """
    from nnstep.views.branches import branch_tree

    rows = [_row(each) for each in shell.session.branches()]
    output = shell.output
    output.show(branch_tree(rows, width=output.width, ascii=output.ascii))


@command("switch", group="change", usage="switch NAME", takes="word")
def switch(shell: Shell, argument: str) -> None:
    """Go on with another branch, where it was left.

    Example:
        switch main
    """
    name = _known(shell, required(argument, "switch NAME; `branches` lists them"))
    if any(each.current and each.name == name for each in shell.session.branches()):
        shell.output.hint(f"this is branch {name} already")
        return
    shell.travel(lambda session: session.switch(name), elsewhere=True)


@command("compare", group="change", usage="compare A B", takes="word")
def compare(shell: Shell, argument: str) -> None:
    """Show two branches side by side.

    Those are the variables that differ, and the costs at epochs that both have run.

    Example:
        compare main b1
    """
    from nnstep.views.branches import comparison_view

    first, second = _pair(shell, required(argument, "compare A B; `branches` lists them"))
    with shell.under_way() as session:
        found = session.compare(first, second)
    output = shell.output
    output.show(
        comparison_view(
            found.names, found.values, found.costs, found.cost, width=output.width,
            ascii=output.ascii,
        )
    )
    shell.tell_notes()


def _row(branch: BranchInfo) -> Branch:
    from nnstep.views.branches import Branch

    left = [f"from {branch.moment}: {'; '.join(branch.edits)}"] if branch.parent else []
    return Branch(
        branch.name, branch.parent, (*left, f"reached {branch.reached}"), branch.current
    )


def _known(shell: Shell, name: str) -> str:
    """The name of a branch.

    Raises:
        CommandError: there is none of that name.
    """
    names = [each.name for each in shell.session.branches()]
    if name in names:
        return name
    near = nearest(name, names)
    hint = f"did you mean `{near}`?" if near else "`branches` lists them"
    raise CommandError(f"there is no branch `{name}`; {hint}")


def _pair(shell: Shell, argument: str) -> tuple[str, str]:
    """Two names of branches; a name may have blanks in it."""
    names = [each.name for each in shell.session.branches()]
    words = argument.split()
    for at in range(1, len(words)):
        first, second = " ".join(words[:at]), " ".join(words[at:])
        if first in names and second in names:
            return first, second
    if len(words) != 2:
        raise CommandError("it takes two branches; usage: compare A B; `branches` lists them")
    return _known(shell, words[0]), _known(shell, words[1])
