"""A sweep from its question to the screen: how far it is, and what is shown after Ctrl-C.

Not the runs themselves (sweep.py of the package), and not how their results look (the views).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from nnstep.lessons import Measures
from nnstep.shell.output import Output, OutputClosed
from nnstep.shell.registry import CommandError
from nnstep.views.sweeps import progress_line

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell
    from nnstep.sweep import Sweep, SweepRow

_PATIENCE = 0.5  # seconds without a bar


class Wish(NamedTuple):
    """What a sweep is made of.

    Attributes:
        name: what gets the values.
        values: their texts.
        jobs: how many run at the same time, None where it wasn't said.
    """

    name: str
    values: list[str]
    jobs: int | None

    @classmethod
    def of(cls, text: str, jobs: int | None, usage: str) -> Wish:
        """What was typed.

        Args:
            text: the name, a blank, and the values with commas between them.
            jobs: how many run at the same time, if that was said.
            usage: how the command is used.

        Raises:
            CommandError: there is no name.
            ValueError: there are no values.
        """
        from nnstep.sweep import split_values

        name, _, values = text.partition(" ")
        if not name.isidentifier():
            what = f"`{name}` is no name" if name else "something is missing"
            raise CommandError(f"{what}; usage: {usage}")
        return cls(name, split_values(values), jobs)


def run_sweep(
    shell: Shell, wish: Wish, by: Measures, show: Callable[[Sweep], None],
    boundary: tuple[int, int] | None = None,
) -> None:
    """Run the open script once per value, and show what came of it; it stays where it stands.

    Args:
        shell: where the script is open.
        wish: the name and its values.
        by: what is measured.
        show: shows the values that are done.
        boundary: the rows and columns of the grid on which each run predicts, if it shall.

    Raises:
        CommandError: Ctrl-C; what is done by then is shown.
        ValueError: as `sweep.sweep`.
    """
    from nnstep import sweep

    session, total = shell.session, len(wish.values)
    with _Bar(shell.output, wish.name, total).shown() as bar:
        try:
            found = sweep.sweep(
                sweep.Script.of(session), wish.name, wish.values, by, jobs=wish.jobs,
                on_row=bar.advance, boundary=boundary,
            )
        except sweep.Interrupted as broken:
            bar.erase()
            done = broken.sweep
            if done.rows:
                show(done)
            raise CommandError(
                f"interrupted; {len(done.rows)} of {total} values are done"
            ) from None
    show(found)


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
