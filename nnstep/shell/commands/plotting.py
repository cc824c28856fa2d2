"""Commands that draw: curves, points, boundaries, activations, matrices, the net."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.text import Text

from nnstep.insight.arrays import is_array
from nnstep.shell.commands.arguments import required
from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell

_USAGE = "plot EXPR [--log] | data | boundary | hist NAME | activation KIND"
_KINDS = ("sigmoid", "tanh", "relu")
_ROWS, _MARGIN = 20, 8  # lines of a plot, and columns beside it
_LOG = re.compile(r"(?:^|\s)--log\b")


@command("plot", group="see", usage=_USAGE, takes="expression")
def plot(shell: Shell, argument: str) -> None:
    """Draw something in the terminal.

    A number is drawn over all epochs that were run, several of them with commas between, with
    `--log` on a logarithmic axis; a vector as a line, a matrix as a heat map. `plot cost` is the
    cost; `plot data` the points that the script works on; `plot boundary` what it predicts all
    over the plane, with the parameters that it has here; `plot hist NAME` how its values are
    spread; `plot activation sigmoid` (or `tanh`, `relu`) that function, its slope, and where the
    present values sit on it. What has one of these names is drawn in brackets: `plot (data)`.

    Examples:
        epoch 200 ;; plot cost
        plot wo[0, 0], wo[1, 0]
        plot boundary
    """
    text = required(_LOG.sub("", argument).strip(), _USAGE)
    word, _, rest = text.partition(" ")
    if word in _FORMS and (word in ("hist", "activation")) == bool(rest.strip()):
        shell.output.show(_FORMS[word](shell, rest.strip()))
    elif text == "cost" and shell.session.cost is not None:
        _plot_values(shell, [shell.session.cost], bool(_LOG.search(argument)))
    else:
        _plot_values(shell, _split(text), bool(_LOG.search(argument)))
    shell.tell_notes()


@command("net", group="see", usage="net", takes="nothing")
def net(shell: Shell, argument: str) -> None:
    """Draw the network: its units, and its weights by sign and size.

    The weights are the matrices that a training step updates and that fit behind one another.

    Example:
        epoch 100 ;; net
    """
    from nnstep.views.nets import net_view

    with shell.under_way() as session:
        try:
            found = session.weights()
        except ValueError as error:
            raise CommandError(str(error)) from None
    names = ["input", *(f"hidden {at + 1}" for at in range(len(found) - 1)), "output"]
    layers: list[tuple[str, Any]] = [(name, None) for name in names]
    title = ", ".join(f"{name} {value.shape}" for name, value in found)
    output = shell.output
    output.show(net_view(
        layers, [value for _, value in found], width=output.width, title=title, ascii=output.ascii
    ))


# Values.


def _split(text: str) -> list[str]:
    """Expressions with commas between them."""
    depth, parts = 0, [""]
    for each in text:
        depth += (each in "([{") - (each in ")]}")
        if each == "," and not depth:
            parts.append("")
        else:
            parts[-1] += each
    return [each.strip() for each in parts if each.strip()]


def _plot_values(shell: Shell, texts: list[str], log: bool) -> None:
    """Numbers over the epochs, or the one array that was asked for."""
    from nnstep.views.heat import heat_view
    from nnstep.views.plots import curve_view

    output = shell.output
    value = _value_of(shell, texts[0]) if len(texts) == 1 else None
    if is_array(value) and value.size > 1:
        table = np.atleast_2d(np.squeeze(value))
        if table.ndim > 2 or value.dtype.kind not in "biuf":
            raise CommandError(f"`{texts[0]}` is {value.shape} {value.dtype}, which can't be drawn")
        if min(table.shape) > 1:
            output.show(heat_view(table, texts[0], width=output.width, ascii=output.ascii,
                                  colour=output.colours))  # fmt: skip
            return
        series: dict[str, tuple[Any, Any]] = {texts[0]: (np.arange(value.size), table.reshape(-1))}
        axis = "index"
    else:
        series, axis = _histories(shell, texts), "epoch"
    output.show(curve_view(
        series, width=output.width, height=_ROWS, log=log, x=axis, ascii=output.ascii
    ))


def _value_of(shell: Shell, text: str) -> Any:
    try:
        return shell.session.eval(text)
    except SyntaxError as error:
        raise CommandError(f"`{text}` is no expression: {error.msg}") from None
    except Exception:  # it may have a value at the end of the epochs
        return None


def _histories(shell: Shell, texts: list[str]) -> dict[str, tuple[Any, Any]]:
    found: dict[str, tuple[Any, Any]] = {}
    for text in texts:
        with shell.under_way() as session:
            history = session.history(text)
        known = [(history.first + at, each) for at, each in enumerate(history.values)
                 if each is not None]  # fmt: skip
        if not known:
            raise CommandError(f"`{text}` has no value in any epoch that was run to its end")
        if any(np.size(each) != 1 for _, each in known):
            raise CommandError(f"`{text}` is no single number in each epoch; name an element of it")
        found[text] = (
            np.array([epoch for epoch, _ in known]),
            np.array([float(np.asarray(each).item()) for _, each in known]),
        )
    return found


# The plane, and single values.


def _data(shell: Shell, _: str) -> Text:
    from nnstep.views.plots import scatter_view

    with shell.under_way() as session:
        try:
            data = session.points()
        except ValueError as error:
            raise CommandError(str(error)) from None
    output = shell.output
    return scatter_view(
        data.points, data.labels, width=output.width, height=_ROWS, title=data.name,
        ascii=output.ascii,
    )


def _boundary(shell: Shell, _: str) -> Text:
    from nnstep.views.regions import boundary_view

    output = shell.output
    columns = max(output.width - _MARGIN, 20)
    with shell.under_way() as session:
        try:
            found = session.boundary(2 * _ROWS, columns)
        except ValueError as error:
            raise CommandError(str(error)) from None
    labels = found.data.labels
    # Of three colours and more some can't be told apart on a terminal with few.
    colour = output.colours and int(found.classes.max()) < 2
    return boundary_view(
        found.classes[::-1], found.extent, found.data.points, labels, width=output.width,
        height=_ROWS, title=f"{found.name}, line {found.line}", ascii=output.ascii, colour=colour,
    )


def _hist(shell: Shell, name: str) -> Text:
    from nnstep.views.histograms import histogram_view

    value = shell.evaluate(name)
    if not is_array(value) or value.dtype.kind not in "biuf":
        raise CommandError(f"`{name}` is no array of numbers")
    return histogram_view(value, name, width=shell.output.width, ascii=shell.output.ascii)


def _activation(shell: Shell, kind: str) -> Text:
    from nnstep.insight.health import activations
    from nnstep.views.activations import activation_view

    if kind not in _KINDS:
        raise CommandError(f"`{kind}` is none of {', '.join(_KINDS)}")
    session = shell.session
    made = [name for name, by in activations(session.source.text).items() if by == kind]
    values = {name: session.names()[name] for name in made if name in session.names()}
    arrays = {name: each for name, each in values.items() if is_array(each)}
    given = [_before(kind, each) for each in arrays.values()]
    output = shell.output
    return activation_view(
        kind, np.concatenate(given) if given else None, width=output.width,
        values_name=f"what became {', '.join(arrays)}" if arrays else "values",
        ascii=output.ascii,
    )  # fmt: skip


def _before(kind: str, values: Any) -> Any:
    """What an activation was given, as far as its outcome tells."""
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    with np.errstate(all="ignore"):
        if kind == "sigmoid":
            return np.log(flat / (1 - flat))
        return np.arctanh(flat) if kind == "tanh" else flat


_FORMS = {"data": _data, "boundary": _boundary, "hist": _hist, "activation": _activation}
