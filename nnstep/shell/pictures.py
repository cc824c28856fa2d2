"""What `plot` and `net` draw: from what a session says to a drawing, and on to screen or file.

Not what is typed (commands/plotting.py), and not how it looks (views/sketches.py, figures.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from nnstep.insight.arrays import is_array
from nnstep.shell.registry import CommandError
from nnstep.views.drawings import Activation, Curves, Drawing, Heat, Net, Points, Regions, Spread

if TYPE_CHECKING:
    from nnstep.insight.layers import Layers
    from nnstep.shell.shell import Shell

FINE = (300, 400)
"""Rows and columns of a boundary in a file."""
_KINDS = ("sigmoid", "tanh", "relu")
_MARGIN = 8  # columns beside a plot


def present(shell: Shell, drawing: Drawing, file: str) -> None:
    """Show a drawing, or save it where a file is named."""
    output = shell.output
    if file:
        from nnstep.shell.saving import save

        save(drawing, file)
        output.hint(f"saved to {file}")
    else:
        from nnstep.views.sketches import sketch

        output.show(
            sketch(drawing, width=output.width, ascii=output.ascii, palette=output.palette)
        )
    shell.tell_notes()


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


def values(shell: Shell, text: str, log: bool) -> Curves | Heat:
    """Numbers over the epochs, or the one array that was asked for.

    Args:
        shell: where the script is open.
        text: an expression, or several with commas between them.
        log: whether the numbers are drawn on a logarithmic axis.

    Raises:
        CommandError: it can't be drawn.
    """
    cost = shell.session.cost
    if text == "cost" and cost is None and not re.search(r"\bcost\b", shell.session.source.text):
        raise CommandError(shell.no_cost())
    texts = [cost] if text == "cost" and cost is not None else _split(text)
    value = _value_of(shell, texts[0]) if len(texts) == 1 else None
    if is_array(value) and value.size > 1:
        table = np.atleast_2d(np.squeeze(value))
        if table.ndim > 2 or value.dtype.kind not in "biuf":
            raise CommandError(f"`{texts[0]}` is {value.shape} {value.dtype}, which can't be drawn")
        if min(table.shape) > 1:
            return Heat(texts[0], table)
        return Curves({texts[0]: (np.arange(value.size), table.reshape(-1))}, "index", log)
    return Curves(_histories(shell, texts), "epoch", log)


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
        if not history.values:
            raise CommandError("no epoch has been run to its end yet; `epoch 100` runs some")
        if not known:
            raise CommandError(f"`{text}` has no value at the end of any epoch that was run")
        try:
            numbers = [float(np.asarray(each).item()) for _, each in known]
        except (TypeError, ValueError, OverflowError):  # several, none, or something else
            raise CommandError(
                f"`{text}` is no single number in each epoch; name an element of it"
            ) from None
        found[text] = np.array([epoch for epoch, _ in known]), np.array(numbers)
    return found


# The plane, and single values.


def _data(shell: Shell, name: str, fine: bool) -> Points:
    with shell.under_way() as session:
        try:
            data = session.points()
        except ValueError as error:
            raise CommandError(str(error)) from None
    return Points(data.name, data.points, data.labels)


def _boundary(shell: Shell, name: str, fine: bool) -> Regions:
    rows, columns = FINE if fine else _cells(shell)
    with shell.under_way() as session:
        try:
            found = session.boundary(rows, columns)
        except ValueError as error:
            raise CommandError(str(error)) from None
    title, data = f"{found.name}, line {found.line}", found.data
    classes = np.where(found.classes < 0, np.nan, found.classes)
    return Regions(
        title, classes[::-1], found.extent, data.points, data.labels, found.answers
    )


def _cells(shell: Shell) -> tuple[int, int]:
    """How many places of a plane can be told apart in the terminal, down and across."""
    from nnstep.views.sketches import ROWS

    return 2 * ROWS, max(shell.output.width - _MARGIN, 20)


def cells_of_many(shell: Shell, count: int) -> tuple[int, int]:
    """How many places can be told apart in one of so many maps side by side, down and across."""
    from nnstep.views.regions import panel_size

    rows, columns = panel_size(shell.output.width, count)
    return 2 * rows, columns  # half blocks show two rows in a line


def _hist(shell: Shell, name: str, fine: bool) -> Spread:
    value = shell.evaluate(name)
    if not is_array(value) or value.dtype.kind not in "biuf":
        raise CommandError(f"`{name}` is no array of numbers")
    return Spread(name, value)


def _activation(shell: Shell, name: str, fine: bool) -> Activation:
    from nnstep.insight.health import activations

    kind = name
    if kind not in _KINDS:
        raise CommandError(f"`{kind}` is none of {', '.join(_KINDS)}")
    session = shell.session
    made = [name for name, by in activations(session.source.text).items() if by == kind]
    values = {name: session.names()[name] for name in made if name in session.names()}
    arrays = {name: each for name, each in values.items() if is_array(each)}
    given = [_before(kind, each) for each in arrays.values()]
    called = f"values that became {', '.join(arrays)}" if arrays else "values"
    return Activation(kind, np.concatenate(given) if given else None, called)


def _before(kind: str, values: Any) -> Any:
    """What an activation was given, as far as its outcome tells."""
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    with np.errstate(all="ignore"):
        if kind == "sigmoid":
            return np.log(flat / (1 - flat))
        return np.arctanh(flat) if kind == "tanh" else flat


FORMS: dict[str, Callable[[Shell, str, bool], Drawing]] = {
    "data": _data, "boundary": _boundary, "hist": _hist, "activation": _activation,
}  # fmt: skip
"""What there is to be drawn besides values; each is given a name, where it needs one, and whether
the drawing is for a file, and so is to be fine."""


# The net.


def net_alone(shell: Shell) -> Net:
    """The weights as they are here."""
    with shell.under_way() as session:
        try:
            found = session.weights()
        except ValueError as error:
            raise CommandError(str(error)) from None
    layers = [(name, None) for name in _layer_names(len(found) + 1)]
    title = ", ".join(f"{each.name} {each.value.shape}" for each in found)
    return Net(title, layers, [each.between for each in found])


def net_of(shell: Shell, row: int, gradients: bool) -> tuple[Net, list[str]]:
    """The net with the values of one sample, and what is to be said of it."""
    with shell.under_way() as session:
        try:
            traced = session.trace_layers(row, gradients)
        except ValueError as error:
            raise CommandError(str(error)) from None
    found: Layers = traced.found
    kinds = _layer_names(len(found.layers))
    layers = [(f"{kind}: {each.name}" if each.name else kind, each.values)
              for kind, each in zip(kinds, found.layers, strict=True)]  # fmt: skip
    notes = ["the script adds these gradients to its weights: they point downhill"]
    return (
        Net(_net_title(found, gradients), layers, [each.values for each in found.between],
            "gradient" if gradients else "weight"),
        [*(notes if found.rising else []), *traced.notes],
    )  # fmt: skip


def _net_title(found: Layers, gradients: bool) -> str:
    """Which sample is drawn, when its values were made, and between which layers there is what."""
    what = "gradients for sample" if gradients else "sample"
    column = f" (column {found.row})" if found.in_columns else ""
    inner = "".join(f"[{each}]" for each in found.iterations)
    between = ", ".join(f"{each.name} {each.shape}" for each in found.between)
    return f"{what} {found.row} of {found.count}{column}, epoch {found.epoch}{inner}: {between}"


def _layer_names(count: int) -> list[str]:
    return ["input", *(f"hidden {at + 1}" for at in range(count - 2)), "output"]
