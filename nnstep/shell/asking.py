"""A question that waits for the learner's answer: two tries, then the answer and the reason.

What is asked, and what is right, is for insight/predictions.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from nnstep.shell.output import Output
from nnstep.views.text import NAME, plain, stack, styled, wrap

if TYPE_CHECKING:  # only who asks needs to wait for it
    from nnstep.insight.predictions import Question
    from nnstep.shell.shell import Shell

_TRIES = 2
_MOTIONS = ("step", "next")


class Asking:
    """A question in progress.

    Attributes:
        question: what is asked.
        over: whether it has been answered, or given up.
        motion: the line that is executed when it is over, which shows what was asked for; empty
            for none.
    """

    def __init__(self, question: Question, output: Output, motion: str = "") -> None:
        """Args:
        question: what is asked.
        output: where.
        motion: see the attribute.
        """
        self.over = False
        self.motion = motion
        self._hints = question.hints()
        self._how = "type the answer or its number" if question.choices else "type a number"
        self.question = question
        self._output = output
        self._left = _TRIES

    def show(self) -> None:
        """Ask."""
        *place, asked = self.question.text.split("\n")
        lines = [Text(line) for each in place for line in self._wrapped(each)]
        lines += [styled(line, NAME) for line in self._wrapped(asked)]
        lines += [
            Text(f"  {number}  {plain(choice.text, self._output.ascii)}")
            for number, choice in enumerate(self.question.choices, 1)
        ]
        self._output.show(stack(lines))
        self._output.hint(self._how)

    def answer(self, text: str) -> None:
        """Take an answer, and say what it is worth."""
        found, right = self.question.judge(text), self.question.right
        if found is None and not self.question.is_answer(text):
            self._output.hint(f"that is no answer here: {self._how}")
            return
        self._left -= 1
        if found == right:
            self._end(f"right: {right.why}")
        elif not self._left:
            wrong = f"no: {found.why}. " if found is not None else "no: "
            self._end(f"{wrong}it is {right.text}: {right.why}")
        else:
            why = found.why if found is not None else "that isn't it"
            self._say(f"no: {why}; once more?")

    def hint(self) -> None:
        """Help, without telling the answer."""
        if self._hints:
            self._say(self._hints.pop(0))
        else:
            self._output.hint("that is all; `skip` tells the answer")

    def give_up(self) -> None:
        """Tell the answer to one who doesn't want to guess."""
        right = self.question.right
        self._end(f"it is {right.text}: {right.why}")

    def _end(self, text: str) -> None:
        self.over = True
        self._say(text)

    def _say(self, text: str) -> None:
        self._output.show(stack([Text(line) for line in self._wrapped(text)]))

    def _wrapped(self, text: str) -> list[str]:
        return wrap(plain(text, self._output.ascii), self._output.width, indent="  ")


def ask_before(shell: Shell, motion: str, argument: str) -> bool:
    """Ask what a motion is going to show; whether there is something to ask.

    Args:
        shell: who asks, and then executes the motion.
        motion: the name of a command; only single steps are asked about.
        argument: its argument.
    """
    if motion not in _MOTIONS or argument or not shell.has_session:
        return False
    from nnstep.insight.predictions import kind_for, question

    with shell.under_way() as session:
        found = session.foresee_next(motion)
    kind = kind_for(found) if found is not None else None
    if found is None or kind is None:
        return False
    try:
        asked = question(kind, found)
    except ValueError:  # nothing to choose from
        return False
    shell.asking = Asking(asked, shell.output, motion)
    shell.asking.show()
    return True
