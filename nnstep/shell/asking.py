"""A question that waits for the learner's answer: two tries, then the answer and the reason.

What is asked, and what is right, is for insight/predictions.py.
"""

from __future__ import annotations

from rich.text import Text

from nnstep.insight.predictions import Question
from nnstep.shell.output import Output
from nnstep.views.text import NAME, plain, stack, styled, wrap

_TRIES = 2


class Asking:
    """A question in progress.

    Attributes:
        over: whether it has been answered, or given up.
    """

    def __init__(self, question: Question, output: Output) -> None:
        self.over = False
        self._question = question
        self._output = output
        self._left = _TRIES

    def show(self) -> None:
        """Ask."""
        *place, asked = self._question.text.split("\n")
        lines = [Text(line) for each in place for line in self._wrapped(each)]
        lines += [styled(line, NAME) for line in self._wrapped(asked)]
        lines += [
            Text(f"  {number}  {plain(choice.text, self._output.ascii)}")
            for number, choice in enumerate(self._question.choices, 1)
        ]
        self._output.show(stack(lines))
        self._output.hint("type the answer or its number" if self._question.choices
                          else "type a number")  # fmt: skip

    def answer(self, text: str) -> None:
        """Take an answer, and say what it is worth."""
        found, right = self._question.judge(text), self._question.right
        self._left -= 1
        if found == right:
            self._end(f"right: {right.why}")
        elif not self._left:
            wrong = f"no: {found.why}. " if found is not None else ""
            self._end(f"{wrong}it is {right.text}: {right.why}")
        else:
            why = found.why if found is not None else "that isn't it"
            self._say(f"no: {why}; once more?")

    def give_up(self) -> None:
        """Tell the answer to one who doesn't want to guess."""
        right = self._question.right
        self._end(f"it is {right.text}: {right.why}")

    def _end(self, text: str) -> None:
        self.over = True
        self._say(text)

    def _say(self, text: str) -> None:
        self._output.show(stack([Text(line) for line in self._wrapped(text)]))

    def _wrapped(self, text: str) -> list[str]:
        return wrap(plain(text, self._output.ascii), self._output.width, indent="  ")
