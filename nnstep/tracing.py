"""Where values come from: what a session can say of the ops of the present epoch.

Records the epoch on a tape, asks it, and puts the session back. What is read off the tape is for
insight: dataflow.py, explain.py, samples.py.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nnstep.engine import frameeval
from nnstep.engine.mainloop import function_around
from nnstep.engine.memory import other_names
from nnstep.engine.moments import Path
from nnstep.engine.stops import Breakpoint
from nnstep.engine.timeline import Interrupted
from nnstep.goals import End, NextStatement, Steps
from nnstep.motions import kept
from nnstep.questions import Questions

if TYPE_CHECKING:  # all of it is imported when it is asked: the prompt shouldn't wait for it
    from nnstep.engine.events import Event
    from nnstep.insight.dataflow import Origin
    from nnstep.insight.explanations import Explanation
    from nnstep.insight.predictions import Foreseen
    from nnstep.insight.samples import Sample
    from nnstep.insight.tape import Tape

LIMIT = 100_000  # entries of a tape
TOO_LONG = (
    f"more than {LIMIT} ops lie between here and where the epoch began, too many to follow them"
)


class Traced(NamedTuple):
    """What a session has found out by its tape.

    Attributes:
        found: the answer.
        since: from when on the tape was, in words: `epoch 3 began`.
        notes: what else is to be said.
    """

    found: Any
    since: str
    notes: tuple[str, ...] = ()


class Tracing(Questions):
    """A script whose values can be followed back to where they come from.

    What is asked is answered by the present epoch as far as it has run; where the value wasn't
    made in it, by the epoch before as well.
    """

    def roles(self) -> dict[str, str]:
        """The part that each variable here plays in the training, those of one part together.

        They are `data`, `parameters`, `forward`, `backward`, `computed in each epoch`, `others`;
        a variable of a function that the main loop calls is `in` that function.
        """
        from nnstep.insight.roles import ORDER, roles

        names, frames = self.names(), self.frames()
        own: dict[str, str] = {}
        if frames and frames[0].function not in ("<module>", self._main_function()):
            own = dict.fromkeys(frames[0].names, f"in {frames[0].function}")
        others = {name: value for name, value in names.items() if name not in own}
        found = roles(self._program.tree, self.main, others)
        order = {role: at for at, role in enumerate(ORDER)}
        return own | dict(sorted(found.items(), key=lambda each: order[each[1]]))

    def stale(self) -> set[str]:
        """The variables here that still hold what the epoch before has left."""
        from nnstep.insight.roles import stale

        if not self.position.epoch:  # there is none before the first
            return set()
        home = self._main_function()
        line = next((each.line for each in self.frames() if each.function == home), 0)
        return stale(self._program.tree, self.main, line) & self.names().keys()

    def _main_function(self) -> str:
        """The name of the function in which the main loop stands, `<module>` for none."""
        around = function_around(self._program.tree, self.main) if self.main is not None else None
        return around.name if around is not None else "<module>"

    def foresee(self, name: str) -> Foreseen:
        """The op that binds or changes a variable next, executed ahead and taken back.

        The session stands afterwards where it stood, its state the same to the bit.

        Args:
            name: a variable of the script.

        Raises:
            ValueError: nothing is called so, or no op from here on binds or changes it.
        """
        assert self._breakpoints is not None
        self._breakpoints.check_names(frameeval.compiled(name, "eval"), self.names())
        return self._asked(f"predict {name}", lambda here: self._ahead(name))

    def foresee_next(self, motion: str) -> Foreseen | None:
        """What a motion would show, executed ahead and taken back; None where nothing is made.

        Args:
            motion: `step` or `next`.
        """
        if self.finished or self._machine.frame is None:
            return None
        return self._asked("predict", lambda here: self._ahead_by(motion))

    def _ahead(self, name: str) -> Foreseen:
        breakpoints = self._breakpoints
        assert breakpoints is not None
        with breakpoints.disabled():
            breakpoints.by_number[0] = Breakpoint(0, "name", name)
            event = self._driver.go(End(), every=False)
            while event is not None and event.kind == "call":
                event = self._driver.go(End(), every=False)
        if self._driver.interrupted:
            raise Interrupted("interrupted")
        if event is None or self._driver.reason != "breakpoint":
            raise ValueError(f"no op from here on gives {name} a value")
        changed = {each.name: each.aliases for each in event.mutated}
        names = next(((at, *aliases) for at, aliases in changed.items()
                      if name in (at, *aliases)), ())  # fmt: skip
        return self._seen(event, name, names)

    def _ahead_by(self, motion: str) -> Foreseen | None:
        frame, breakpoints = self._machine.frame, self._breakpoints
        assert frame is not None and breakpoints is not None
        with breakpoints.disabled():
            goal = Steps(1) if motion == "step" else NextStatement(frame.op, self._machine.depth)
            event = self._driver.go(goal, every=motion == "step")
        if self._driver.interrupted:
            raise Interrupted("interrupted")
        if event is None or event.kind not in ("compute", "bind", "native"):
            return None
        changed = event.mutated[:1]
        if changed:
            names = (changed[0].name, *changed[0].aliases)
            return self._seen(event, names[0], names)
        return self._seen(event, event.name or event.text, ())

    def _seen(self, event: Event, name: str, changed: tuple[str, ...]) -> Foreseen:
        from nnstep.insight.predictions import Foreseen

        self._driver.recorder.part_with_events()  # what it holds is about to go back in time
        value, frame = self.names().get(name, event.value), self._machine.frame
        shared = tuple(other_names(frame, name, value)) if frame is not None else ()
        return Foreseen(
            name, event.text, event.line, tuple(_worked_on(event)),
            kept(value), changed, shared, event.kind == "return",
        )

    def why(self, name: str, deep: bool = False) -> Origin:
        """The ops that made a value, and from what, as a tree.

        The session stands afterwards where it stood, its state the same to the bit.

        Args:
            name: a variable here, or a place such as `self.W1` or `params["W1"]`.
            deep: the whole tree, not only its first levels.

        Raises:
            KeyError: there is no such variable here.
            ValueError: it holds no numbers that can be followed.
        """
        origin: Origin = self.trace_why(name, deep).found
        return origin

    def trace_why(self, name: str, deep: bool = False) -> Traced:
        """As `why`, with from when on the tape was."""
        from nnstep.insight.dataflow import Flow, Origin, Tree, numbers_of
        from nnstep.insight.tape import is_number

        value = self.at(name)
        if not any(True for _ in numbers_of(value)):
            raise ValueError(
                f"`{name}` is {_article(value)}, which isn't followed: only arrays and numbers "
                "with a fraction are"
            )

        def ask(tape: Tape, value: Any) -> Origin | None:
            tree = Tree(Flow(tape), deep).grow(name, value, len(tape.entries))
            return None if _is_start(tree) else tree

        found = self._traced(f"why {name}", name, ask)
        if found.found is not None:
            return found
        shape = np.shape(value) if is_number(value) else None
        number = float(value) if shape == () else None
        return found._replace(found=Origin("start", name, shape=shape, value=number))

    def explain(self, text: str, deep: bool = False) -> Explanation:
        """How one element came about: the formula, and the same with the numbers in it.

        The session stands afterwards where it stood, its state the same to the bit.

        Args:
            text: an element such as `zh[0, 1]`, or a variable that is a number.
            deep: down to what was there before, not only to the values that have names.

        Raises:
            KeyError: there is no such variable here.
            ValueError: it is no element of an array that there is, and no number.
        """
        explanation: Explanation = self.trace_explain(text, deep).found
        return explanation

    def trace_explain(self, text: str, deep: bool = False) -> Traced:
        """As `explain`, with from when on the tape was."""
        from nnstep.insight.dataflow import Flow
        from nnstep.insight.explain import explained
        from nnstep.insight.explanations import Explanation

        base, index = self._element(text)

        def ask(tape: Tape, value: Any) -> Explanation | None:
            found = explained(Flow(tape), base, value, index, deep)
            return found if found.steps else None

        found = self._traced(f"explain {text}", base, ask)
        if found.found is None:
            value = np.asarray(self.at(base))[index]
            found = found._replace(found=Explanation(text, value, ()))
        return found

    def focus(self, row: int) -> Sample:
        """The values of one sample through the whole net, forward and backward.

        The session stands afterwards where it stood, its state the same to the bit.

        Args:
            row: which sample, counted from 0.

        Raises:
            ValueError: there is no such sample, or nothing that looks like samples.
        """
        found: Sample = self.trace_focus(row).found
        return found

    def trace_focus(self, row: int) -> Traced:
        """As `focus`, with from when on the tape was."""
        from nnstep.insight.dataflow import Flow
        from nnstep.insight.samples import sample

        found = self._traced(f"focus {row}", None, lambda tape, _: sample(Flow(tape), row))
        if found.found is None:
            raise ValueError(
                "nothing was computed here yet that has an axis for the samples; `focus` looks at "
                "what the present epoch has computed"
            )
        return found

    # What is asked for.

    def _element(self, text: str) -> tuple[str, tuple[int, ...]]:
        """The array that is meant, and the place in it."""
        from nnstep.insight.tape import is_number

        node, given = frameeval.parsed(text), None
        base, value = text.strip(), None
        if isinstance(node, ast.Subscript):
            base = ast.unparse(node.value)
            value = self.at(base)
        if isinstance(node, ast.Subscript) and isinstance(value, np.ndarray):
            given = _numbers(node.slice, self.eval)
        else:
            base, value = text.strip(), self.at(text.strip())
        if not is_number(value):
            raise ValueError(f"`{base}` is {_article(value)}, not an array of numbers or a number")
        return base, _index(base, np.shape(value), given)

    # The tape.

    def _traced(
        self, doing: str, name: str | None, ask: Callable[[Tape, Any], Any]
    ) -> Traced:
        """Record the present epoch, then the one before as well, until there is an answer."""
        def find(here: Path) -> Traced:
            for start, since in self._starts(here):
                tape = self._recorded(start, here)
                code = frameeval.compiled(name, "eval") if name is not None else None
                value = frameeval.evaluate(code, self._frame()) if code is not None else None
                found = Traced(ask(tape, value), since, self._edits_between(start, here))
                if found.found is not None:
                    break
            return found

        return self._asked(doing, find)

    def _recorded(self, start: Path, here: Path) -> Tape:
        from nnstep.insight.tape import Recorder, Tape, TooLong

        tape = Tape()
        self._timeline.go(start)
        try:
            self._timeline.go_on(here, Recorder(tape, limit=LIMIT))
        except TooLong:
            raise ValueError(TOO_LONG) from None
        return tape

    def _starts(self, here: Path) -> list[tuple[Path, str]]:
        """Where a tape may begin: this epoch, the one before, or the script's beginning."""
        course = self._timeline.course
        entry, beginning = course.entry, (course.beginning, "the script began")
        at = len(entry)
        if self.main is None or not entry or here <= (*entry, 0, entry[-1]):
            return [beginning]
        epoch = here[at] if here[:at] == entry else self._traveller.last_head(self._epochs) - 1
        heads = [(*entry, each, entry[-1]) for each in range(epoch, max(epoch - 2, -1), -1)]
        return [(each, f"epoch {each[at]} began") for each in heads if each < here] or [beginning]

    def _edits_between(self, start: Path, here: Path) -> tuple[str, ...]:
        """What was typed in on the way, which no op of the script has done."""
        edits = [each for each in self._timeline.course.edits if start < each.path <= here]
        return tuple(f"`{each.text}` was typed in since then; it is no op" for each in edits)


def _numbers(node: ast.expr, evaluate: Callable[[str], Any]) -> tuple[Any, ...]:
    """The values of an index; a slice counts as none."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return tuple(
        None if isinstance(each, ast.Slice) else evaluate(ast.unparse(each)) for each in parts
    )


def _is_start(tree: Origin) -> bool:
    inner = tree.inputs if tree.kind == "holds" else (tree,)
    return all(each.kind == "start" for each in inner)


def _worked_on(event: Event) -> Iterator[tuple[str, Any]]:
    """What an op works on; of a method of an array, the array, too."""
    for each in event.operands:
        owner = getattr(each.value, "__self__", None) if callable(each.value) else None
        if type(owner) is np.ndarray:
            yield each.name.rpartition(".")[0].strip("()"), owner
        else:
            yield each.name, each.value


def _article(value: Any) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _index(base: str, shape: tuple[int, ...], given: Any) -> tuple[int, ...]:
    """An index as numbers from 0."""
    sizes = "x".join(map(str, shape))
    if given is None:
        if int(np.prod(shape)) == 1:
            return (0,) * len(shape)
        example = ", ".join("0" for _ in shape)
        raise ValueError(f"`{base}` is {sizes}: name one element of it, `{base}[{example}]`")
    whole = [isinstance(each, int | np.integer) for each in given]
    if len(given) != len(shape) or not all(whole):
        example = ", ".join("0" for _ in shape)
        raise ValueError(f"one element of `{base}` is named by numbers: `{base}[{example}]`")
    index = []
    for axis, (each, size) in enumerate(zip(given, shape, strict=True)):
        if not -size <= each < size:
            raise ValueError(
                f"`{base}` has no element [{', '.join(map(str, given))}]: axis {axis} goes from 0 "
                f"to {size - 1}"
            )
        index.append(int(each) % size)
    return tuple(index)
