"""What `plot` and `net` draw, as data: curves, points, maps, values, a matrix, a net.

Made by the commands from what a session says; shown in the terminal by sketches.py, drawn for a
file by figures.py. No drawing is done here, and nothing is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Numbers over a common axis.

    Attributes:
        series: by name, the x and the y of a curve, both of shape (n,). NaN and Inf are gaps.
        x: what the horizontal axis is.
        log: a log scale upwards.
    """

    series: Mapping[str, tuple[Any, Any]]
    x: str
    log: bool


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points in a plane.

    Attributes:
        title: what they are called.
        points: their coordinates, shape (n, 2).
        labels: the class of each, shape (n,); None when they have none.
    """

    title: str
    points: Any
    labels: Any


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """What is answered where in a plane, and the points that it is learnt from.

    Attributes:
        title: what answers.
        classes: the class at each place, counted from 0, NaN where there is none; shape (h, w),
            the row 0 at the bottom.
        extent: the x at the left and right edge, and the y at the bottom and top edge.
        points: shape (n, 2).
        labels: the class of each point, shape (n,), or None.
        answers: the class that is answered at each point, shape (n,), or None: then the map says.
    """

    title: str
    classes: Any
    extent: tuple[float, float, float, float]
    points: Any
    labels: Any
    answers: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One map of several.

    Attributes:
        title: stands above it.
        told: what stands below the title, such as `cost 0.5`, as much in a line as fits; how
            many points are wrong by the map if there is none of it.
        grid: the class at each place, as in `Regions`; None where there is no map.
        extent: as there.
        points: as there, or None.
        labels: as there.
        error: why there is no map; stands in its place.
    """

    title: str
    told: tuple[str, ...] = ()
    grid: Any = None
    extent: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)
    points: Any = None
    labels: Any = None
    error: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """Several maps side by side.

    Attributes:
        title: what answers.
        panels: the maps.
    """

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Values of which it is told how many lie where.

    Attributes:
        name: what they are called.
        values: numbers, of any shape.
    """

    name: str
    values: Any


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """A matrix as a map of its values.

    Attributes:
        name: what it is called.
        matrix: shape (rows, columns).
    """

    name: str
    matrix: Any


@dataclass(frozen=True, slots=True, eq=False)
class Activation:
    """An activation function, its slope, and what goes into it.

    Attributes:
        kind: `sigmoid`, `tanh` or `relu`.
        values: what goes in, of any shape; None when that isn't known.
        values_name: what the values are called.
    """

    kind: str
    values: Any
    values_name: str


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """The units of a net and the weights between them.

    Attributes:
        title: what the weights are called.
        layers: the name of each layer, with the value of each of its units for one sample, or
            None.
        weights: between each layer and the next, shape (n, m).
        lines: what these are: weights or gradients.
    """

    title: str
    layers: Sequence[tuple[str, Any]]
    weights: Sequence[Any]
    lines: str = "weight"


Drawing: TypeAlias = Curves | Points | Regions | Maps | Spread | Heat | Activation | Net
