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
from nnstep.shell.kept import why
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
        self._failed: set[str] = set()  # what failed when it was typed first
        self._hinted = (0, 0)  # to which line how many hints were given
        self._told = ""  # why it can't be kept how far the lesson is
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
        self._strayed, at = True, self._next
        if at is not None and hints_for(self._exchanges, at):
            self._shell.output.hint("not what the lesson types; Enter goes back, and types that")

    # Showing.

    def show_page(self) -> None:
        """Show the prose of the page, and what comes next."""
        output = self._shell.output
        if self.over:
            name = self.transcript.path.stem
            output.hint(f"the lesson is over; `lesson {name} --fresh` begins it anew, `lessons` "
                        "lists the others")  # fmt: skip
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
        elif at is not None and self._exchanges[at].asks:
            output.hint("Enter asks; or type what you like")
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
        if not good:
            self._failed.add(text)
        if self._shell.asking is None:
            self.show_next()
        return good

    def skip(self) -> None:
        """Do what is left of the page without showing it, and turn it."""
        if self.over:
            raise CommandError("the lesson is over; there is nothing to skip")
        self.turn_to(self.page + 1, anew=True)

    def turn_to(self, page: int, anew: bool = False) -> None:
        """Show another page.

        Args:
            page: which.
            anew: go to where it begins.

        Raises:
            CommandError: there is none of that number, or where it begins can't be gone to.
        """
        if not 0 <= page <= len(self.pages):
            raise CommandError(f"the lesson has {len(self.pages)} pages")
        self.page, self._done, self._hinted = page, 0, (0, 0)
        self._shell.asking = None
        self._keep()
        if anew:
            where = "the lesson ends" if self.over else f"page {page + 1} begins"
            self.resume(f"the script stands where {where}")
        self.show_page()

    def _keep(self) -> None:
        """Keep how far the lesson is, where that can be kept."""
        far = learnt.Learnt(self.page, len(self.pages))
        try:
            note = learnt.save(learnt.key(self.transcript.path), far)
        except OSError as error:
            note = f"how far you are can't be kept: {why(error)}"
        if note and note != self._told:  # the same at each page would only be in the way
            self._shell.output.hint(note)
        self._told = note

    def resume(self, words: str = "back to where the lesson is") -> None:
        """Go to where the lesson is: from the beginning on, by its commands alone.

        Args:
            words: what is said of it then.

        Raises:
            CommandError: the script can't be read any more, or one of the commands fails, or was
                interrupted.
        """
        if self._shell.asking is not None and self._done and self._exchanges[self._done - 1].asks:
            self._done -= 1  # to be asked again
        shell, shown, guessing = self._shell, self._shell.output, self._shell.guessing
        nothing = io.StringIO()
        shell.output = Output(nothing, nothing, {})
        try:
            shell.open(str(self.transcript.script), self.transcript.arguments)
            session = shell.session
            told, session.on_error = session.on_error, None  # its warnings were seen before
            try:
                self._type_again()
            finally:
                session.on_error = told
        finally:
            shell.output, shell.lesson, shell.guessing = shown, self, guessing
        self._strayed = False
        shown.hint(words)

    def _type_again(self) -> None:
        """Type what the lesson has typed so far, without what only shows something."""
        before = [each for page in self.pages[: self.page] for each in page.exchanges]
        done = (*before, *self._exchanges[: self._done])
        for at, each in enumerate(done):
            if not _is_typed(done, at) or not self._is_needed(each.text):
                continue
            if not self._shell.execute_one(each.text) and each.text not in self._failed:
                raise CommandError(
                    f"the lesson can't be gone on with: `{each.text}` fails now, or was interrupted"
                )

    def _is_needed(self, text: str) -> bool:
        """Whether what comes may depend on a line; `mend` does on what was checked."""
        checks = any(each.name == "check" for each in self._shell.commands_in(text))
        return checks or self._shell.may_move(text)


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
