"""The command that runs the script once per value; the open script stays where it stands."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from nnstep.lessons import Measures, measures
from nnstep.shell.commands.arguments import count, options
from nnstep.shell.output import Output, OutputClosed
from nnstep.shell.registry import CommandError, command
from nnstep.views.sweeps import progress_line, sweep_table

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell
    from nnstep.sweep import Sweep, SweepRow

_USAGE = "sweep NAME V1,V2,... [-j N] [--cost EXPR] [--accuracy EXPR]"
_OPTION = re.compile(r"(?:^|\s)(?P<name>-j|--cost|--accuracy)(?=[\s=\d]|$)[\s=]*")
_PATIENCE = 0.5  # seconds without a bar


class _Wish(NamedTuple):
    """What was typed."""

    name: str
    values: str
    options: dict[str, str]


@command("sweep", group="change", usage=_USAGE, takes="name")
def sweep_(shell: Shell, argument: str) -> None:
    """Run the script once per value, and compare.

    Each value is a Python expression. NAME gets it right after its first binding, in the
    module or else in a function, and the script runs on to its end, N runs at a time (-j). Then
    come the cost, the accuracy on the training data and, where the lesson says how to make
    some, on fresh data: a net that has learned its points by heart does well on the one and
    badly on the other.

    Each run is a process of its own. It reads the script's file and knows nothing of what was
    changed by hand. The open script stays where it stands.

    A script of your own says in its docstring what is measured, in lines such as
    `Cost: loss.sum()`, `Accuracy: np.mean(predict(X) == y)` and `Fresh: X, y = more_data()`.

    Examples:
        sweep nn_hdim 1,2,3,4,5,20,50
        sweep lr 0.05, 0.1*2, 1 -j 2 --cost error_out.sum()
    """
    wish = _read(argument)
    from nnstep import sweep

    session = shell.session
    by = _measures(shell, wish)
    jobs = count(wish.options["-j"], _USAGE) if "-j" in wish.options else None
    values = sweep.split_values(wish.values)
    with _Bar(shell.output, wish.name, len(values)).shown() as bar:
        try:
            found = sweep.sweep(
                sweep.Script.of(session), wish.name, values, by, jobs=jobs, on_row=bar.advance
            )
        except sweep.Interrupted as broken:
            bar.erase()
            _show_partial(shell, broken.sweep, len(values))
    _show(shell, found)


def _read(argument: str) -> _Wish:
    """Take a line apart.

    Raises:
        CommandError: something is missing or there twice.
    """
    before, chosen = options(argument, _OPTION, _USAGE)
    name, _, values = before.partition(" ")
    if not name.isidentifier():
        what = f"`{name}` is no name" if name else "something is missing"
        raise CommandError(f"{what}; usage: {_USAGE}")
    return _Wish(name, values, chosen)


def _measures(shell: Shell, wish: _Wish) -> Measures:
    """What is measured: what was typed goes before what the script says of itself."""
    said = measures(shell.session.source.text)
    chosen = replace(
        said,
        cost=wish.options.get("--cost", said.cost),
        accuracy=wish.options.get("--accuracy", said.accuracy),
    )
    if not chosen.cost and not chosen.accuracy:
        raise CommandError(
            "it isn't known what to compare; `--cost EXPR` says it, such as "
            "`--cost error_out.sum()`"
        )
    return chosen


def _show(shell: Shell, found: Sweep) -> None:
    output = shell.output
    output.show(
        sweep_table(
            found.name, found.rows, found.measures, width=output.width, ascii=output.ascii
        )
    )
    if not found.measures.cost:
        output.hint("the cost isn't known; `--cost EXPR` says what it is")


def _show_partial(shell: Shell, found: Sweep, total: int) -> None:
    if found.rows:
        _show(shell, found)
    raise CommandError(f"interrupted; {len(found.rows)} of {total} values are done")


class _Bar:
    """How far the sweep is: a line on the error stream, once it lasts."""

    def __init__(self, output: Output, name: str, total: int) -> None:
        self._output = output
        self._name = name
        self._total = total
        self._done = 0
        self._start = perf_counter()
        self._lock = threading.Lock()
        self._over = not output.can_show_passing

    @contextmanager
    def shown(self) -> Iterator[_Bar]:
        """Show it while something is done."""
        # The first value may take long, and nobody is told of anything before it is done.
        timer = threading.Timer(_PATIENCE, self._draw)
        timer.daemon = True
        if not self._over:
            timer.start()
        try:
            yield self
        finally:
            timer.cancel()
            self.erase()

    def advance(self, row: SweepRow) -> None:
        """One more value is done."""
        self._done += 1
        self._draw()

    def erase(self) -> None:
        """Show it no more."""
        with self._lock:
            if not self._over:
                self._over = True
                self._output.passing(None)

    def _draw(self) -> None:
        seconds = perf_counter() - self._start
        with self._lock:
            if self._over or seconds < _PATIENCE:
                return
            try:
                width = self._output.width - 1
                self._output.passing(
                    progress_line(self._name, self._done, self._total, seconds, width)
                )
            except OutputClosed:
                self._over = True  # Nobody looks; the sweep itself goes on.
