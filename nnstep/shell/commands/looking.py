"""Commands that show something and change nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nnstep.insight.arrays import changed, is_array
from nnstep.shell import scenes
from nnstep.shell.commands.arguments import required, whole
from nnstep.shell.registry import CommandError, command
from nnstep.views.excerpt import listing
from nnstep.views.history import history_columns, history_view
from nnstep.views.names import vars_table
from nnstep.views.slices import sliced
from nnstep.views.tables import array_table

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell

_AROUND = 5
_EPOCHS = re.compile(r"(?P<text>.*\S)\s+(?P<first>\d*):(?P<last>\d*)", re.DOTALL)
_FULL = re.compile(r"(?P<what>.*\S)\s+full", re.DOTALL)


@command("print", "p", group="look", usage="print EXPR", takes="expression")
def print_(shell: Shell, argument: str) -> None:
    """Show the value of an expression.

    It is evaluated in the current function; the run is not changed by it.

    Example:
        p np.abs(dcost_wo).max()
    """
    text = required(argument, "print EXPR")
    shell.show_value(text, shell.evaluate(text))


@command("table", "t", group="look", usage="table NAME[SLICE] [full]", takes="expression")
def table(shell: Shell, argument: str) -> None:
    """Show an array, or a part of it, as a table.

    A part keeps its true indices. Large arrays leave out their middle; a slice or `full` shows
    more.

    Examples:
        table feature_set[3:9, :]
        table zh full
    """
    text = required(argument, "table NAME[SLICE] [full]")
    match = _FULL.fullmatch(text)
    if match:
        text = match["what"]
    if not _show_slice(shell, text):
        shell.show_value(text, shell.evaluate(text), full=match is not None)


def _show_slice(shell: Shell, text: str) -> bool:
    """Show a part of an array under its true indices; False when it isn't one."""
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if not isinstance(node, ast.Subscript):
        return False
    base = ast.get_source_segment(text, node.value) or ast.unparse(node.value)
    value = shell.evaluate(base)
    if not is_array(value):
        return False
    part = sliced(value, _key(shell, node.slice))
    if not is_array(part.value):
        shell.show_value(text, part.value)
        return True
    index = text[len(base) :].strip() if text.startswith(base) else f"[{ast.unparse(node.slice)}]"
    output = shell.output
    output.show(
        array_table(
            part.value,
            name=base,
            index=index,
            labels=part.labels,
            full=True,
            width=output.width,
            ascii=output.ascii,
        )
    )
    return True


def _key(shell: Shell, node: ast.expr) -> Any:
    """The value of what stands between brackets, where `3:9` is a slice."""
    if isinstance(node, ast.Tuple):
        return tuple(_key(shell, each) for each in node.elts)
    if not isinstance(node, ast.Slice):
        return shell.evaluate(ast.unparse(node))
    bounds = (node.lower, node.upper, node.step)
    return slice(*(None if each is None else _key(shell, each) for each in bounds))


@command("diff", group="look", usage="diff NAME", takes="expression")
def diff(shell: Shell, argument: str) -> None:
    """Show what changed since an epoch ago.

    Changed values are marked with `*`; then comes by how much they changed. NAME may be a part of
    an array, an attribute or an entry, too. Behind the main loop it is compared with the beginning
    of the last epoch.

    Examples:
        diff wh
        diff wh[0]
    """
    name = required(argument, "diff NAME")
    shell.evaluate(name)  # which says what is the matter with it
    before = shell.session.before(name)
    now = shell.evaluate(name)  # behind the journey, which makes some arrays anew
    mask = changed(before, now)
    if mask is None or not is_array(now):
        _show_both(shell, name, before, now)
        return
    shell.show_value(name, now, changed=mask)
    count = int(mask.sum())
    since = shell.session.then.removeprefix("when ")
    shell.output.hint(f"{count} of {mask.size} values changed since {since}")
    if count and now.dtype.kind in "fiuc":
        shell.show_value(f"{name} now - before", now - before)


def _show_both(shell: Shell, name: str, before: Any, now: Any) -> None:
    then = shell.session.then
    if now is before:
        shell.output.hint(f"{name} is the same as {then}")
    shell.show_value(name, now)
    if now is not before:
        shell.show_value(f"{name} {then}", before)
        if isinstance(now, (int, float)) and isinstance(before, (int, float)):
            shell.show_value(f"{name} now - before", now - before)


@command("display", group="look", usage="display [EXPR]", takes="expression")
def display(shell: Shell, argument: str) -> None:
    """Show an expression after every motion.

    What has changed since the last one is marked with `*`. Without an argument, show all that
    were asked for.

    Example:
        display wo
    """
    if not argument:
        if not len(shell.displays):
            shell.output.hint("nothing is displayed; `display EXPR` adds an expression")
        shell.displays.show(shell)
        return
    if shell.session:  # Without one, this is what fails, and not each display after it.
        shell.displays.show_one(shell, shell.displays.add(argument))


@command("undisplay", group="look", usage="undisplay [N|EXPR]", takes="expression")
def undisplay(shell: Shell, argument: str) -> None:
    """Stop displaying expression N, or all of them.

    Example:
        undisplay 1
    """
    if not argument:
        shell.displays.clear()
    elif not shell.displays.remove(argument):
        raise CommandError(f"`{argument}` is not displayed; `display` shows what is")


@command("history", group="look", usage="history EXPR [FIRST:LAST]", takes="expression")
def history(shell: Shell, argument: str) -> None:
    """Show a number over all epochs that were run.

    Of each epoch the last value counts. With a range of epochs, list the values.

    Examples:
        history error_out.sum()
        history wo[0, 0] 10:20
    """
    text, ends = _with_epochs(required(argument, "history EXPR [FIRST:LAST]"))
    _check_one_number(shell, text)
    with shell.under_way() as session:
        found = session.history(text)
    values = [_one_number(text, each) for each in found.values]
    output = shell.output
    if not values:
        output.hint(
            f"no epoch has been run to its end yet, so `{text}` has no history; "
            "`epoch 100` runs some"
        )
    elif ends is None:
        output.show(
            history_view(text, found.first, values, width=output.width, ascii=output.ascii)
        )
    else:
        first, part = _part(values, found.first, *ends)
        output.show(history_columns(text, first, part, width=output.width, ascii=output.ascii))
    shell.tell_notes()


def _with_epochs(argument: str) -> tuple[str, tuple[int | None, int | None] | None]:
    """An expression, and the first and last epoch behind it."""
    match = _EPOCHS.fullmatch(argument)
    if match is None:
        return argument, None
    first, last = (int(each) if each else None for each in (match["first"], match["last"]))
    return match["text"], (first, last)


def _check_one_number(shell: Shell, text: str) -> None:
    """Say at once, and not after the whole run, that an expression is no number."""
    try:
        value = shell.session.eval(text)
    except NameError:
        return  # It may have a value at the end of the epochs.
    except SyntaxError as error:
        raise CommandError(f"`{text}` is no expression: {error.msg}") from error
    except Exception:
        return
    _one_number(text, value)


def _one_number(text: str, value: Any) -> float | None:
    """A value as a number, None for one that isn't there.

    Raises:
        CommandError: it is none.
    """
    if value is None:
        return None
    if is_array(value) and value.size != 1:
        first = ", ".join("0" * value.ndim)
        raise CommandError(
            f"`{text}` has the shape {value.shape}, and a history is of one number an epoch: "
            f"`history {text}[{first}]` or `history {text}.sum()`"
        )
    try:
        return float(value.item() if is_array(value) else value)
    except (TypeError, ValueError, OverflowError):
        kind = type(value).__name__
        raise CommandError(
            f"`{text}` is no number but a {kind}; a history is of one number an epoch"
        ) from None


def _part(
    values: Sequence[float | None], first: int, begin: int | None, end: int | None
) -> tuple[int, Sequence[float | None]]:
    """The values from an epoch to another, both included."""
    last = first + len(values) - 1
    low = max(first if begin is None else begin, first)
    high = min(last if end is None else end, last)
    if low > high:
        raise CommandError(f"there are values of epochs {first} to {last}, none of those")
    return low, values[low - first : high - first + 1]


@command("list", "l", group="look", usage="list [LINE|FIRST,LAST]", takes="number")
def list_(shell: Shell, argument: str) -> None:
    """Show the script around the next op or a line.

    `>` marks the line of the next op, `*` a breakpoint. Repeated without an argument, it
    goes on where it has ended.

    Example:
        list 20,40
    """
    session = shell.session
    op = session.next_op
    source = op.source if op is not None else session.source
    current = op.line if op is not None else None
    first, last = _range(shell, argument, current or 1)
    if first > len(source.lines):
        shell.output.hint(f"the script ends at line {len(source.lines)}")
        return
    marks = {
        int(each.where)
        for each in session.breakpoints.values()
        if each.kind == "line" and str(each.where).isdecimal()
    }
    output = shell.output
    output.show(
        listing(
            source,
            first,
            last,
            width=output.width,
            current=current,
            breakpoints=marks if source is session.source else (),
            ascii=output.ascii,
        )
    )
    shell.listed = last


def _range(shell: Shell, argument: str, current: int) -> tuple[int, int]:
    usage = "list [LINE|FIRST,LAST]"
    if not argument:
        if shell.listed is not None:
            return shell.listed + 1, shell.listed + 2 * _AROUND + 1
        return max(current - _AROUND, 1), current + _AROUND
    first, comma, last = (part.strip() for part in argument.partition(","))
    line = whole(first, usage)
    if not comma:
        return max(line - _AROUND, 1), line + _AROUND
    end = whole(last, usage)
    if not 1 <= line <= end:
        raise CommandError(f"there are no lines from {line} to {end}; usage: {usage}")
    return line, end


@command("where", "bt", group="look", usage="where")
def where(shell: Shell, argument: str) -> None:
    """Show the functions in progress, innermost first.

    Example:
        where
    """
    session = shell.session
    rows = [(each.function, each.path, each.line, each.text) for each in session.frames()]
    if not rows:
        shell.output.show(scenes.ended(session, shell.output.width))
        return
    shell.output.show(scenes.frames(rows, shell.output.width, shell.output.ascii))


@command("vars", group="look", usage="vars")
def vars_(shell: Shell, argument: str) -> None:
    """List the variables: shape, type, range, mean, and how their values are spread.

    They are grouped by their part in the training: data, parameters, what the forward pass and
    the backward pass compute, others. In a function that an epoch calls, its own come first. A
    `*` tells what has changed since the last stop, a `~` what this epoch hasn't computed yet.
    Below them stands what is wrong, if anything is: NaN and Inf, saturated activations, dead
    units, gradients that vanish or explode.

    Example:
        vars
    """
    session = shell.session
    names = session.names()
    if not names:
        shell.output.hint("no variables yet")
        return
    groups: dict[str, dict[str, object]] = {}
    for name, group in session.roles().items():
        groups.setdefault(group, {})[name] = names[name]
    if groups.keys() == {"others"}:
        groups = {"": groups["others"]}  # where nothing is trained, the word says nothing
    output = shell.output
    changed = shell.before.changed() if shell.before is not None else set()
    output.show(vars_table(
        groups, output.width, output.ascii, changed=changed, stale=session.stale()
    ))
    unhealthy = scenes.health_of(session, output.width, output.ascii)
    if unhealthy is not None:
        output.show(unhealthy)
