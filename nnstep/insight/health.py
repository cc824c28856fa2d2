"""What is wrong with the values of a training: NaN, saturated or dead units, lost gradients.

Facts about arrays and the names they go by, as data. An array is only taken for the output of an
activation where the op that made it says so: labels of 0 and 1 have the range of a sigmoid, too.
What is healthy has no finding. Values are only read.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from nnstep.insight.arrays import Array, is_array, summarize
from nnstep.insight.parts import called

NEAR = 1e-3
"""How near to its bounds an activation counts as saturated."""
SATURATED = 0.5
"""Which share of the elements must be so."""
APART = 1e3
"""By what factor the gradients of two layers may differ."""

_LARGE = 4_000_000  # elements; of larger arrays only NaN and Inf are told
_BOUNDS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
_KINDS = (
    ("sigmoid", ("sigmoid", "logistic", "expit")), ("tanh", ("tanh",)), ("relu", ("relu",)),
)
_GRADIENTS = (
    re.compile(r"(?P<before>d|grad_?|g_?|d[A-Za-z]+_d?)(?P<stem>[wW])_?(?P<layer>\d+|h|o)"),
    re.compile(r"(?P<before>)(?P<stem>[wW])_?(?P<layer>\d+|h|o)_?(?:grad|gradient)"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: `gap` (NaN or Inf), `saturated`, `dead`, `vanishing` or `exploding`.
        name: the variable; for gradients that of the layer nearer to the input.
        words: what is wrong, with numbers.
    """

    kind: str
    name: str
    words: str


def health(
    names: Mapping[str, object], makers: Mapping[str, str] | None = None,
    only: Collection[str] | None = None, gaps: bool = True,
) -> list[Finding]:
    """What is wrong with some variables.

    Args:
        names: the variables, with their values. The arrays of a dict are looked at, too.
        makers: which activation made a variable, where that is known: `sigmoid`, `tanh` or `relu`.
        only: say only what is wrong with these.
        gaps: whether NaN and Inf are looked for; without it, none of a large array is read.
    """
    arrays = dict(_arrays(names))
    found: list[Finding] = []
    for name, value in arrays.items():
        if _is_meant(name, only):
            found += _of_one(name, value, (makers or {}).get(name), gaps)
    found += _of_gradients(arrays, only)
    return found


def _arrays(names: Mapping[str, object]) -> Iterator[tuple[str, Array]]:
    for name, value in names.items():
        if is_array(value):
            yield name, value
        elif type(value) is dict and len(value) <= 100:
            inner = ((key, item) for key, item in value.items() if type(key) is str)
            yield from ((f"{name}[{key!r}]", item) for key, item in inner if is_array(item))


def _is_meant(name: str, only: Collection[str] | None) -> bool:
    """Whether a variable, or the dict that it is in, is asked for."""
    return only is None or name in only or name.partition("[")[0] in only


def _of_one(name: str, value: Array, maker: str | None, gaps: bool) -> Iterator[Finding]:
    data = np.asarray(value)
    if data.dtype.kind not in "fc" or not (gaps or data.size <= _LARGE):
        return
    summary = summarize(value)
    counts = ((summary.nans, "NaN", summary.first_nan), (summary.infs, "Inf", summary.first_inf))
    told = [
        f"{count} of {data.size} values {'is' if count == 1 else 'are'} {word}"
        + (f", first at {list(first)}" if first else "")
        for count, word, first in counts if count
    ]
    if told and gaps:
        yield Finding("gap", name, f"{name}: {'; '.join(told)}")
    elif not told and maker is not None and data.dtype.kind == "f" and 1 < data.size <= _LARGE:
        yield from _of_activation(name, data, maker)


def _of_activation(name: str, data: Array, maker: str) -> Iterator[Finding]:
    if maker == "relu":
        yield from _dead(name, data)
        return
    if maker not in _BOUNDS:
        return
    low, high = _BOUNDS[maker]
    if data.min() < low or data.max() > high:
        return  # whatever it is called, it is none
    near = int(np.count_nonzero((data < low + NEAR) | (data > high - NEAR)))
    if near > SATURATED * data.size:
        words = (
            f"{name} is saturated: {_percent(near, data.size)} lie within {NEAR} of {low:g} or "
            f"{high:g}, where {maker} is flat"
        )
        yield Finding("saturated", name, words)


def _percent(part: int, size: int) -> str:
    return f"{math.floor(100 * part / size)} %"


# Above this, so many more columns than rows mean that examples stand in columns.
_WIDE = 4


def _dead(name: str, data: Array) -> Iterator[Finding]:
    """Units that answer 0 to every example."""
    if data.ndim != 2 or min(data.shape) < 1:
        return
    rows, columns = data.shape
    in_columns = columns > _WIDE * rows  # the examples
    examples, noun = (columns, "row") if in_columns else (rows, "column")
    if examples < 2 or data.min() < 0:
        return
    dead = np.flatnonzero(~data.any(axis=1 if in_columns else 0))
    if dead.size:
        listed = ", ".join(map(str, dead[:_LISTED])) + (", ..." if dead.size > _LISTED else "")
        one = dead.size == 1
        words = f"{name} has {'a dead unit' if one else f'{dead.size} dead units'}: "
        words += f"{noun} {listed} is" if one else f"{noun}s {listed} are"
        words += f" 0 for all {examples} examples"
        yield Finding("dead", name, words)


_LISTED = 5


def _of_gradients(
    arrays: Mapping[str, Array], only: Collection[str] | None
) -> Iterator[Finding]:
    """Gradients of weights against those of the next layer, from which they come."""
    families: dict[tuple[str, str, str], dict[int, str]] = {}
    for name in arrays:
        found = _layer(name)
        if found is not None:
            family, number = found
            families.setdefault(family, {})[number] = name
    for layers in families.values():
        for number, name in sorted(layers.items()):
            after = layers.get(number + 1)
            if after is not None and (_is_meant(name, only) or _is_meant(after, only)):
                yield from _apart(name, after, arrays)


def _layer(name: str) -> tuple[tuple[str, str, str], int] | None:
    """Which layer's weights a name is the gradient of; hidden comes before output."""
    holder, bare = name[:-2].split("['", 1) if "['" in name else ("", name)
    for pattern in _GRADIENTS:
        match = pattern.fullmatch(bare)
        if match:
            layer = match["layer"]
            number = int(layer) if layer.isdigit() else {"h": 1, "o": 2}[layer]
            kind = "number" if layer.isdigit() else "letter"
            return (holder, match["before"] + match["stem"], kind), number
    return None


def _apart(name: str, after: str, arrays: Mapping[str, Array]) -> Iterator[Finding]:
    norms = [_norm(arrays[each]) for each in (name, after)]
    if None in norms:
        return
    own, other = (norm or 0.0 for norm in norms)
    if other == 0.0 or not (math.isfinite(own) and math.isfinite(other)):
        return
    ratio = own / other
    if 1 / APART <= ratio <= APART:
        return
    kind = "vanishing" if ratio < 1 else "exploding"
    words = f"{name} is {kind}: its norm is {own:.3g}, that of {after} {other:.3g}"
    yield Finding(kind, name, words)


def _norm(value: Array) -> float | None:
    """The square root of the sum of all squares; None for what has none."""
    data = np.asarray(value)
    if data.dtype.kind != "f" or not 0 < data.size <= _LARGE:
        return None
    with np.errstate(all="ignore"):
        flat = data.astype(np.float64).ravel()
        # Scaled, since squares of what is tiny are 0.
        scale = float(np.abs(flat).max())
        if scale == 0.0 or not math.isfinite(scale):
            return scale
        return scale * float(np.sqrt(np.square(flat / scale).sum()))


# Which activation made what.


def activations(text: str) -> dict[str, str]:
    """Which variables of a script are made by an activation, and by which.

    A variable that is assigned something else anywhere isn't among them.

    Args:
        text: the script.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    makers: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name, value in _pairs(target, node.value):
                    makers.setdefault(name, set()).add(activation(value) or "")
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            makers.setdefault(ast.unparse(node.target), set()).add("")
        elif isinstance(node, ast.arg):
            makers.setdefault(node.arg, set()).add("")
    return {
        name: next(iter(found)) for name, found in makers.items()
        if len(found) == 1 and "" not in found
    }


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Tuple | ast.List):
        items = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        same = len(items) == len(target.elts)
        for at, each in enumerate(target.elts):
            yield from _pairs(each, items[at] if same else ast.Constant(None))
    else:
        yield ast.unparse(target), value


def activation(node: ast.expr) -> str | None:
    """Which activation an expression applies: `sigmoid`, `tanh`, `relu`, or None."""
    if isinstance(node, ast.Call):
        name = called(node.func).lower().strip("_")
        if name in ("maximum", "fmax") and any(_is_zero(each) for each in node.args):
            return "relu"
        for kind, words in _KINDS:
            if name in words:
                return kind
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return "sigmoid" if _is_logistic(node) else None
    return None


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (0, 0.0)


def _is_logistic(node: ast.BinOp) -> bool:
    """Whether it is `1 / (1 + np.exp(-x))`."""
    match node:
        case ast.BinOp(
            left=ast.Constant(value=1 | 1.0),
            right=ast.BinOp(
                left=ast.Constant(value=1 | 1.0), op=ast.Add(),
                right=ast.Call(func=function, args=[ast.UnaryOp(op=ast.USub())]),
            ),
        ):
            return called(function) == "exp"
    return False
