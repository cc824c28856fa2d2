"""How far a motion is that takes long: one line on the error stream, gone when it is done.

Only on a terminal, and only after half a second. Not how far the script is (that is `when`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from nnstep.shell.output import Output, OutputClosed
from nnstep.views.numbers import number
from nnstep.views.text import clean, crop

if TYPE_CHECKING:
    from nnstep.reports import Progress
    from nnstep.session import Session

_PATIENCE = 0.5  # seconds without a bar
_SHORTEST = 8


@contextmanager
def shown(session: Session, output: Output) -> Iterator[None]:
    """Show how far the session is with what runs meanwhile."""
    if not output.can_show_passing:
        yield
        return
    bar = Bar(output)
    session.on_progress = bar.update
    try:
        with bar.told_of_silence():
            yield
    finally:
        session.on_progress = None
        output.passing(None)


class Bar:
    """The line, redrawn as often as it is told of progress."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._first: Progress | None = None
        self._start = self._latest = perf_counter()

    @contextmanager
    def told_of_silence(self) -> Iterator[None]:
        """Around what may be one long op, of which nothing is heard: an import, a large product."""
        over = threading.Event()
        thread = threading.Thread(target=self._listen, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _listen(self, over: threading.Event) -> None:
        while not over.wait(_PATIENCE / 2):
            now = perf_counter()
            if now - self._latest >= _PATIENCE:
                with suppress(OutputClosed):  # the shell sees it itself
                    self._output.passing(Text(f"running  {now - self._start:.0f} s"))

    def update(self, progress: Progress) -> None:
        """Draw it, if it has lasted long enough."""
        self._latest = perf_counter()
        first = self._first
        if first is None or (progress.epoch or 0) < (first.epoch or 0):
            self._first = progress  # going anywhere may begin further back
        if progress.seconds >= _PATIENCE:
            self._output.passing(self._line(progress))

    def _line(self, progress: Progress) -> RenderableType:
        width = self._output.width - 1
        before, behind = self._before(progress), self._behind(progress)
        room = width - len(before) - len(behind) - 2
        if room < _SHORTEST and progress.text:
            # What is under way was typed just above.
            return self._line(progress._replace(text=""))
        if progress.epoch is None or not progress.epochs or room < _SHORTEST:
            return Text(crop(f"{before} {behind}".strip(), width))
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_row(
            before, ProgressBar(progress.epochs, progress.epoch, width=min(room, 40)), behind
        )
        return line

    def _before(self, progress: Progress) -> str:
        words = [clean(progress.text, self._output.ascii)] if progress.text else []
        if progress.epoch is not None:
            of = f" of {progress.epochs}" if progress.epochs else ""
            words.append(f"epoch {progress.epoch}{of}")
        return "  ".join(words)

    def _behind(self, progress: Progress) -> str:
        words = [*self._speed(progress)]
        if progress.cost is not None:
            words.append(f"cost {number(progress.cost)}")
        return "  ".join(words) or f"{progress.seconds:.0f} s"

    def _speed(self, progress: Progress) -> Iterator[str]:
        first = self._first
        if first is None or first.epoch is None or progress.epoch is None:
            return
        done, took = progress.epoch - first.epoch, progress.seconds - first.seconds
        if done <= 0 or took <= 0:
            return
        rate = done / took
        yield f"{number(rate, 3) if rate < 100 else round(rate)}/s"
        if progress.epochs:
            left = max(progress.epochs - progress.epoch, 0) / rate
            yield f"{timedelta(seconds=round(left))} left"
