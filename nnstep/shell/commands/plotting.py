"""Commands that draw: curves, points, boundaries, activations, matrices, the net.

What is drawn is for pictures.py, which is imported when something is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nnstep.shell.commands.arguments import count, options, required, whole
from nnstep.shell.registry import CommandError, command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nnstep.shell.shell import Shell

_USAGE = (
    "plot EXPR [--log] | data | boundary [--sweep NAME V1,V2,... [-j N]] | hist NAME "
    "| activation KIND [--save FILE]"
)
_NET = "net [ROW [--gradients]] [--save FILE]"
_NEEDED = {"hist": "NAME", "activation": "KIND"}
_NO_AXIS = "only a curve has a logarithmic axis, and `{}` is drawn otherwise"
_GRADIENTS = re.compile(r"(?:^|\s)--gradients(?=\s|$)")
_LOG = re.compile(r"(?:^|\s)--log(?=\s|$)")
_SAVE = re.compile(r"(?:^|\s)(?P<name>--save)(?=[\s=]|$)[\s=]*")
_UNKNOWN = re.compile(r"(?:^|\s)--[a-z]\w*(?=\s|$)")
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
        unknown = _UNKNOWN.search(text)
        if unknown is not None:
            raise CommandError(f"there is no option {unknown[0].strip()}; usage: {usage}")
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
    from nnstep.shell import pictures
    from nnstep.views.drawings import Curves

    wish = _Wish.of(argument, _USAGE)
    text = required(wish.text, _USAGE)
    word, _, rest = text.partition(" ")
    session, needed = shell.session, _NEEDED.get(word)
    if needed and not rest and not session.mentions(word) and word not in session:
        raise CommandError(f"something is missing; usage: plot {word} {needed}")
    if word in pictures.FORMS and bool(needed) == bool(rest.strip()):
        drawing = pictures.FORMS[word](shell, rest.strip(), bool(wish.file))
    else:
        drawing = pictures.values(shell, text, wish.log)
    if wish.log and not isinstance(drawing, Curves):
        raise CommandError(_NO_AXIS.format(text))
    pictures.present(shell, drawing, wish.file)


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
    from nnstep.shell import pictures

    wish, notes = _Wish.of(_GRADIENTS.sub("", argument), _NET), list[str]()
    gradients = bool(_GRADIENTS.search(argument))
    if wish.log:
        raise CommandError(f"a net has no axis; usage: {_NET}")
    if wish.text:
        drawing, notes = pictures.net_of(shell, whole(wish.text, _NET), gradients)
    elif gradients:
        raise CommandError(f"`--gradients` needs a sample; usage: {_NET}")
    else:
        drawing = pictures.net_alone(shell)
    pictures.present(shell, drawing, wish.file)
    for each in notes:
        shell.output.hint(each)


def _is_swept(argument: str) -> bool:
    return any(each["name"] == "--sweep" for each in _SWEEP.finditer(argument))


def _swept(shell: Shell, argument: str) -> None:
    """The boundaries of one run per value, side by side."""
    from nnstep.shell import pictures
    from nnstep.shell.multiples import plot_boundaries
    from nnstep.shell.sweeping import Wish

    form, chosen = options(argument, _SWEEP, _USAGE)
    if _LOG.search(argument):
        raise CommandError(_NO_AXIS.format("boundary"))
    if form != "boundary":
        raise CommandError(
            "`--sweep` draws boundaries alone, as in `plot boundary --sweep NAME V1,V2,...`"
        )
    jobs = count(chosen["-j"], _USAGE) if "-j" in chosen else None
    runs, file = Wish.of(chosen["--sweep"], jobs, _USAGE), _file(chosen)
    grid = pictures.FINE if file else pictures.cells_of_many(shell, len(runs.values))
    plot_boundaries(shell, runs, grid, lambda maps: pictures.present(shell, maps, file))
