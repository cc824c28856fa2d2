"""What a session can say about the training: whether its gradients are right, and of which cost."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from nnstep.engine import frameeval
from nnstep.engine.moments import Path
from nnstep.engine.timeline import Interrupted, Unreachable
from nnstep.tracing import Tracing

if TYPE_CHECKING:  # all of it is imported when it is asked: the prompt shouldn't wait for it
    from nnstep.checking import Report
    from nnstep.insight.gradients import Checked
    from nnstep.insight.readings import Run

_SPREAD = (0, 1, 10, 100, 1000, 10_000)  # epochs of a finished run that are looked at
_MOST = 4


class Understanding(Tracing):
    """A script whose training can be judged."""

    def check(
        self, name: str | None = None, at: Sequence[int] | None = None, cost: str | None = None
    ) -> Report:
        """Check hand-derived gradients against the derivative of the cost.

        The session stands afterwards where it stood, its state the same to the bit.

        Args:
            name: one gradient, or parameter, that is asked for; None for all.
            at: the epochs; None for the present one, or some of a finished run.
            cost: the expression for the cost; None for the lesson's, or one that fits.

        Raises:
            ValueError: there is nothing to check, or no such epoch.
        """
        self._check_epochs()
        if at is not None and not at:
            raise ValueError("`at` names no epoch; leave it out for the present one")

        def find(here: Path) -> Report:
            run = self._as_run()
            epochs = self._epochs_to_check(run) if at is None else list(at)
            return self._checked(run, epochs, name, cost, required=at is not None)

        return self._asked("check", find)

    def _as_run(self) -> Run:
        from nnstep.insight.readings import Run

        assert self.main is not None
        entry = self._traveller.entry(self._epochs)
        return Run(self._program, self._machine, self._timeline, self.main, entry)

    def _epochs_to_check(self, run: Run) -> list[int]:
        frontier, at = self._timeline.course.frontier, len(run.entry)
        if not self.finished:
            here = self._timeline.here()
            if here[:at] != run.entry:
                return [0]
            return [max(here[at] - self.no_epoch_follows, 0)]
        end = self._timeline.course.ends.get(run.entry)
        last = end[-2] - 1 if end else frontier[at] if frontier[:at] == run.entry else 0
        chosen = [each for each in _SPREAD if each < last]
        return [*chosen[:1], *chosen[1:][-_MOST + 2 :], last] if last > 0 else [0]

    def _checked(
        self, run: Run, epochs: list[int], name: str | None, cost: str | None, required: bool
    ) -> Report:
        from nnstep.checking import Report
        from nnstep.insight.gradients import NothingToCheck
        from nnstep.insight.proposals import propose, trains

        chosen = "given" if cost else "lesson" if self.cost else "proposed"
        text, notes = cost or self.cost, list[str]()
        if text is None:
            self._reach(run, epochs[0])
            text = propose(run, epochs[0])
        with suppress(SyntaxError):
            if trains(run, frameeval.parsed(text)):
                raise NothingToCheck(
                    f"`{text}` trains the net itself; give the formula of the cost instead"
                )
        checked: list[Checked] = []
        for epoch in epochs:
            try:
                self._reach(run, epoch)
                checked.append(_check(run, epoch, text, name))
                if self._driver.interrupted:  # while nothing ran that would have halted
                    raise Interrupted("interrupted")
            except Interrupted:
                raise
            except (NothingToCheck, Unreachable) as error:
                if required or not checked:
                    raise _as_value_error(error, epoch) from None
                notes.append(f"epoch {epoch} wasn't checked: {error}")
        return Report(text, chosen, tuple(checked), tuple(notes))

    def _reach(self, run: Run, epoch: int) -> None:
        """Run on to an epoch that lies ahead."""
        if (*run.entry, epoch, run.entry[-1]) > self._timeline.course.frontier:
            self._traveller.to_epoch(epoch, self._epochs)


def _check(run: Run, epoch: int, cost: str, name: str | None) -> Checked:
    """Check one epoch; where it doesn't compute the cost, by what it is elsewhere."""
    from nnstep.insight.gradients import NothingToCheck, check
    from nnstep.insight.proposals import definition

    try:
        return check(run, epoch, cost, only=name)
    except NothingToCheck as error:
        text = definition(run, cost)
        if text is not None:
            with suppress(NothingToCheck):
                return check(run, epoch, text, only=name)
        raise error from None


def _as_value_error(error: Exception, epoch: int) -> ValueError:
    if isinstance(error, ValueError):
        return error
    return ValueError(f"the main loop has no epoch {epoch}")
