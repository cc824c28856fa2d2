"""Commands that draw: curves, points, boundaries, activations, matrices, the net.

Here it is told what is drawn (views/drawings.py), and whether it is shown or saved.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nnstep.insight.arrays import is_array
from nnstep.shell.commands.arguments import count, options, required, whole
from nnstep.shell.registry import CommandError, command
from nnstep.views.drawings import Activation, Curves, Drawing, Heat, Net, Points, Regions, Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nnstep.insight.layers import Layers
    from nnstep.shell.shell import Shell

_USAGE = (
    "plot EXPR [--log] | data | boundary [--sweep NAME V1,V2,... [-j N]] | hist NAME "
    "| activation KIND [--save FILE]"
)
_NET = "net [ROW [--gradients]] [--save FILE]"
_GRADIENTS = re.compile(r"(?:^|\s)--gradients(?=\s|$)")
_KINDS = ("sigmoid", "tanh", "relu")
_MARGIN = 8  # columns beside a plot
_FINE = (300, 400)  # rows and columns of a boundary in a file
_LOG = re.compile(r"(?:^|\s)--log(?=\s|$)")
_SAVE = re.compile(r"(?:^|\s)(?P<name>--save)(?=[\s=]|$)[\s=]*")
_SWEEP = re.compile(r"(?:^|\s)(?P<name>--sweep|-j|--save)(?=[\s=\d]|$)[\s=]*")


class _Wish(NamedTuple):
    """What is to be drawn, and where.

    Attributes:
        text: which values, or what of the script.
        log: on a logarithmic axis.
        file: where it is saved; empty when it is to be shown.
    """

    text: str
    log: bool
    file: str

    @classmethod
    def of(cls, argument: str, usage: str) -> _Wish:
        """A line taken apart.

        Raises:
            CommandError: no file stands behind `--save`, or none that can be saved to.
        """
        text, chosen = options(_LOG.sub("", argument), _SAVE, usage)
        return cls(text, bool(_LOG.search(argument)), _file(chosen))


def _file(chosen: Mapping[str, str]) -> str:
    """The file behind `--save`, which can be written; empty where there is none."""
    file = chosen.get("--save", "")
    if file:
        from nnstep.shell.saving import check

        check(file)
    return file


@command("plot", group="see", usage=_USAGE, takes="expression")
def plot(shell: Shell, argument: str) -> None:
    """Draw something in the terminal, or into a file.

    A number is drawn over all epochs that were run, several of them with commas between, with
    `--log` on a logarithmic axis; a vector as a line, a matrix as a heat map. `plot cost` is the
    cost; `plot data` the points that the script works on; `plot boundary` what it predicts all
    over the plane, with the parameters that it has here; `plot hist NAME` how its values are
    spread; `plot activation sigmoid` (or `tanh`, `relu`) that function, its slope, and where the
    present values sit on it. What has one of these names is drawn in brackets: `plot (data)`.

    `plot boundary --sweep NAME V1,V2,...` runs the whole script once per value, as `sweep` does,
    N runs at a time (-j), and draws what each has learned by its end, side by side. The open
    script stays where it stands.

    With `--save` the same picture is written to a file, `.png`, `.svg` or `.pdf`, and not shown;
    that takes matplotlib, which `pip install 'nnstep[plot]'` brings.

    Examples:
        epoch 200 ;; plot cost
        plot wo[0, 0], wo[1, 0]
        plot boundary --save boundary.png
        plot boundary --sweep nn_hdim 1,2,3,4,5,20,50
    """
    if _is_swept(argument):
        _swept(shell, argument)
        return
    wish = _Wish.of(argument, _USAGE)
    text = required(wish.text, _USAGE)
    word, _, rest = text.partition(" ")
    if word in _FORMS and (word in ("hist", "activation")) == bool(rest.strip()):
        drawing = _FORMS[word](shell, wish._replace(text=rest.strip()))
    elif text == "cost" and shell.session.cost is not None:
        drawing = _values(shell, [shell.session.cost], wish.log)
    else:
        drawing = _values(shell, _split(text), wish.log)
    _present(shell, drawing, wish.file)


@command("net", group="see", usage=_NET, takes="expression")
def net(shell: Shell, argument: str) -> None:
    """Draw the network: its units, and its weights by sign and size.

    The weights are the matrices that a training step updates and that fit behind one another.
    With `net ROW` the units have the values of that sample, as the forward pass computed them
    last, and the weights are those it used. With `--gradients` they have what the backward pass
    computed: at each unit the gradient for what goes into it, and the weights' gradients as lines.
    With `--save` it is written to a file, as with `plot`.

    Examples:
        epoch 100 ;; net
        net 3
        net 3 --gradients
        net --save net.svg
    """
    wish, notes = _Wish.of(_GRADIENTS.sub("", argument), _NET), list[str]()
    gradients = bool(_GRADIENTS.search(argument))
    if wish.log:
        raise CommandError(f"a net has no axis; usage: {_NET}")
    if wish.text:
        drawing, notes = _net_of(shell, whole(wish.text, _NET), gradients)
    elif gradients:
        raise CommandError(f"`--gradients` needs a sample; usage: {_NET}")
    else:
        drawing = _net_alone(shell)
    _present(shell, drawing, wish.file)
    for each in notes:
        shell.output.hint(each)


def _net_alone(shell: Shell) -> Net:
    """The weights as they are here."""
    with shell.under_way() as session:
        try:
            found = session.weights()
        except ValueError as error:
            raise CommandError(str(error)) from None
    layers = [(name, None) for name in _layer_names(len(found) + 1)]
    title = ", ".join(f"{each.name} {each.value.shape}" for each in found)
    return Net(title, layers, [each.between for each in found])


def _net_of(shell: Shell, row: int, gradients: bool) -> tuple[Net, list[str]]:
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


def _present(shell: Shell, drawing: Drawing, file: str) -> None:
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


def _values(shell: Shell, texts: list[str], log: bool) -> Curves | Heat:
    """Numbers over the epochs, or the one array that was asked for."""
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


def _data(shell: Shell, _: _Wish) -> Points:
    with shell.under_way() as session:
        try:
            data = session.points()
        except ValueError as error:
            raise CommandError(str(error)) from None
    return Points(data.name, data.points, data.labels)


def _boundary(shell: Shell, wish: _Wish) -> Regions:
    rows, columns = _FINE if wish.file else _cells(shell)
    with shell.under_way() as session:
        try:
            found = session.boundary(rows, columns)
        except ValueError as error:
            raise CommandError(str(error)) from None
    title, data = f"{found.name}, line {found.line}", found.data
    classes = np.where(found.classes < 0, np.nan, found.classes)
    return Regions(title, classes[::-1], found.extent, data.points, data.labels)


def _is_swept(argument: str) -> bool:
    return any(each["name"] == "--sweep" for each in _SWEEP.finditer(argument))


def _swept(shell: Shell, argument: str) -> None:
    """The boundaries of one run per value, side by side."""
    from nnstep.shell.multiples import plot_boundaries
    from nnstep.shell.sweeping import Wish

    form, chosen = options(argument, _SWEEP, _USAGE)
    if form != "boundary":
        raise CommandError(
            "`--sweep` draws boundaries alone, as in `plot boundary --sweep NAME V1,V2,...`"
        )
    jobs = count(chosen["-j"], _USAGE) if "-j" in chosen else None
    runs, file = Wish.of(chosen["--sweep"], jobs, _USAGE), _file(chosen)
    grid = _FINE if file else _cells_of_many(shell, len(runs.values))
    plot_boundaries(shell, runs, grid, lambda maps: _present(shell, maps, file))


def _cells(shell: Shell) -> tuple[int, int]:
    """How many places of a plane can be told apart in the terminal, down and across."""
    from nnstep.views.sketches import ROWS

    return 2 * ROWS, max(shell.output.width - _MARGIN, 20)


def _cells_of_many(shell: Shell, count: int) -> tuple[int, int]:
    """The same for one of several maps side by side."""
    from nnstep.views.regions import panel_size

    rows, columns = panel_size(shell.output.width, count)
    return 2 * rows, columns  # half blocks show two rows in a line


def _hist(shell: Shell, wish: _Wish) -> Spread:
    value = shell.evaluate(wish.text)
    if not is_array(value) or value.dtype.kind not in "biuf":
        raise CommandError(f"`{wish.text}` is no array of numbers")
    return Spread(wish.text, value)


def _activation(shell: Shell, wish: _Wish) -> Activation:
    from nnstep.insight.health import activations

    kind = wish.text
    if kind not in _KINDS:
        raise CommandError(f"`{kind}` is none of {', '.join(_KINDS)}")
    session = shell.session
    made = [name for name, by in activations(session.source.text).items() if by == kind]
    values = {name: session.names()[name] for name in made if name in session.names()}
    arrays = {name: each for name, each in values.items() if is_array(each)}
    given = [_before(kind, each) for each in arrays.values()]
    called = f"what became {', '.join(arrays)}" if arrays else "values"
    return Activation(kind, np.concatenate(given) if given else None, called)


def _before(kind: str, values: Any) -> Any:
    """What an activation was given, as far as its outcome tells."""
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    with np.errstate(all="ignore"):
        if kind == "sigmoid":
            return np.log(flat / (1 - flat))
        return np.arctanh(flat) if kind == "tanh" else flat


_FORMS: dict[str, Callable[[Shell, _Wish], Drawing]] = {
    "data": _data, "boundary": _boundary, "hist": _hist, "activation": _activation,
}  # fmt: skip
