"""A guided lesson as a learner plays it: a page of prose, then its commands, one by one.

The learner may type anything in between; the lesson then goes back to where it was before it goes
on. Not the lesson file (transcript.py), not how far which learner is (learnt.py), and not what is
typed for all of this (commands/teaching.py).
"""

from __future__ import annotations

import ast
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from nnstep.shell import learnt
from nnstep.shell.output import Output
from nnstep.shell.registry import CommandError, find
from nnstep.stated import without_comments
from nnstep.transcript import PROMPT, Exchange, Part, Transcript, hints_for, is_answer
from nnstep.views.prose import prose
from nnstep.views.text import NAME, stack

if TYPE_CHECKING:
    from nnstep.shell.shell import Shell


class Page(NamedTuple):
    """What is read at one time.

    Attributes:
        title: the last headline on it or before it.
        prose: Markdown; may be empty.
        exchanges: what is then typed; none on a page that is only read.
    """

    title: str
    prose: str
    exchanges: tuple[Exchange, ...]


def pages_of(transcript: Transcript) -> list[Page]:
    """The pages of a lesson: a stretch of prose with the fence behind it."""
    pages: list[Page] = []
    title, waiting = str(transcript.fields["title"]), ""
    for part in transcript.parts:
        title = _headline(part) or title
        if part.prose:
            waiting = without_comments(part.prose)
        else:
            pages.append(Page(title, waiting, part.exchanges))
            waiting = ""
    return [*pages, Page(title, waiting, ())] if waiting else pages


def _headline(part: Part) -> str:
    found = [line.lstrip("#").strip() for line in part.prose.splitlines() if line.startswith("#")]
    return found[-1] if found else ""


class Playing:
    """A lesson in progress.

    Attributes:
        transcript: its file.
        pages: all of it.
        page: which page is read, from 0; their number when the lesson is over.
    """

    def __init__(self, shell: Shell, transcript: Transcript, page: int = 0) -> None:
        """Args:
        shell: where it is played; the lesson's script is open in it.
        transcript: the lesson.
        page: where it begins.
        """
        self.transcript = transcript
        self.pages = pages_of(transcript)
        self.page = min(page, len(self.pages))
        self._shell = shell
        self._done = 0  # lines of the page
        self._hinted = (0, 0)  # to which line how many hints were given
        self._strayed = self.page > 0  # whether the learner has gone elsewhere

    @property
    def over(self) -> bool:
        """Whether all pages have been played."""
        return self.page >= len(self.pages)

    @property
    def _next(self) -> int | None:
        """Which line of the page is typed next; None where it has nothing more."""
        exchanges = self._exchanges
        left = range(self._done, len(exchanges))
        return next((at for at in left if _is_typed(exchanges, at)), None)

    @property
    def _exchanges(self) -> tuple[Exchange, ...]:
        return () if self.over else self.pages[self.page].exchanges

    def strayed(self) -> None:
        """The learner has typed something that may have changed where the script stands."""
        self._strayed = True

    # Showing.

    def show_page(self) -> None:
        """Show the prose of the page, and what comes next."""
        output = self._shell.output
        if self.over:
            output.hint("the lesson is over; `restart`, `lessons`, or go on by yourself")
            return
        page = self.pages[self.page]
        title, count = self.transcript.fields["title"], len(self.pages)
        output.show("")
        output.hint(f"{title}: page {self.page + 1} of {count}")
        if page.prose:
            output.show(stack([Text(), prose(page.prose, output.width, output.colours), Text()]))
        self.show_next()

    def show_next(self) -> None:
        """Show what an empty line would do; a command that has hints is for the learner to find."""
        output, at = self._shell.output, self._next
        if at is not None and hints_for(self._exchanges, at):
            output.hint("your turn: type it; `hint` helps, and Enter types it for you")
        elif at is not None:
            output.hint(f"Enter types `{self._exchanges[at].text}`; or type what you like")
        elif not self.over:
            output.hint("Enter turns the page")

    def hint(self) -> str:
        """The next hint to the question or the command that waits; empty where there is none."""
        exchanges, at = self._exchanges, self._next
        if self._shell.asking is not None:  # the answer is the next line but for hints
            left = range(self._done, len(exchanges))
            at = next((at for at in left if not exchanges[at].directive), None)
        hints = hints_for(exchanges, at) if at is not None else ()
        if at is None or not hints:
            return ""
        count = self._hinted[1] if self._hinted[0] == at else 0
        self._hinted = at, count + 1
        return hints[min(count, len(hints) - 1)]

    # Going on.

    def is_next(self, line: str) -> bool:
        """Whether a line is what the lesson would type next."""
        at = self._next
        return at is not None and _meaning(line) == _meaning(self._exchanges[at].text)

    def go_on(self, typed: bool = False) -> bool:
        """Type the lesson's next command, or turn the page; whether it succeeded.

        Args:
            typed: the learner has typed it, so that it needn't be shown.
        """
        if self.over:
            self.show_page()
            return True
        if self._strayed:
            self.resume()
        at = self._next
        if at is None:
            self.turn_to(self.page + 1)
            return True
        text = self._exchanges[at].text
        if not typed:
            self._shell.output.show(Text(f"{PROMPT}{text}", style=NAME))
        self._done = at + 1
        good = self._shell.execute_one(text)
        if self._shell.asking is None:
            self.show_next()
        return good

    def skip(self) -> None:
        """Do what is left of the page without showing it, and turn it."""
        if self.over:
            raise CommandError("the lesson is over; there is nothing to skip")
        self._done = len(self._exchanges)
        self.turn_to(self.page + 1)
        self.resume()

    def turn_to(self, page: int) -> None:
        """Show another page.

        Raises:
            CommandError: there is none of that number.
        """
        if not 0 <= page <= len(self.pages):
            raise CommandError(f"the lesson has {len(self.pages)} pages")
        self._strayed = self._strayed or page != self.page + 1
        self.page, self._done, self._hinted = page, 0, (0, 0)
        self._keep()
        self.show_page()

    def _keep(self) -> None:
        """Keep how far the lesson is, where that can be kept."""
        try:
            learnt.save(learnt.key(self.transcript.path), learnt.Learnt(self.page, len(self.pages)))
        except OSError as error:
            self._shell.output.hint(f"how far you are can't be kept: {error}")

    def resume(self) -> None:
        """Go back to where the lesson is: from the beginning on, by its commands alone.

        Raises:
            CommandError: the script can't be read any more.
        """
        shown, nothing = self._shell.output, io.StringIO()
        self._shell.output = Output(nothing, nothing, {})
        try:
            self._shell.open(str(self.transcript.script), self.transcript.arguments)
            session = self._shell.session
            told, session.on_error = session.on_error, None  # its warnings were seen before
            for each in self._commands():
                self._shell.execute_one(each)
            session.on_error = told
        finally:
            self._shell.output, self._shell.lesson = shown, self
        self._strayed = False
        shown.hint("back to where the lesson is")

    def _commands(self) -> list[str]:
        """What has been typed by the lesson so far, without what only shows something."""
        before = [each for page in self.pages[: self.page] for each in page.exchanges]
        done = (*before, *self._exchanges[: self._done])
        return [
            each.text for at, each in enumerate(done) if _is_typed(done, at) and _moves(each.text)
        ]


def _is_typed(exchanges: Sequence[Exchange], at: int) -> bool:
    """Whether a line is typed for the learner: no directive, and no answer to a question."""
    return not exchanges[at].directive and not is_answer(exchanges, at)


def _meaning(text: str) -> tuple[str, str]:
    """What a line says, however its words are spelled: `n 2` is `next 2`."""
    word, _, rest = " ".join(text.split()).partition(" ")
    command = find(word)
    if command is not None:
        return command.name, rest
    try:
        return "", ast.dump(ast.parse(text.strip().removeprefix("!")))
    except (SyntaxError, ValueError):
        return word, rest


def _moves(text: str) -> bool:
    command = find(text.partition(" ")[0])
    # What was checked is needed by `mend`.
    return command is None or command.name == "check" or not (
        command.reads or command.name == "predict"
    )
