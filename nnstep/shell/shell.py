"""The shell: takes lines, finds out what they mean, does it, and tells what went wrong.

Not the prompt (prompt.py), not the commands (commands/), not what a line means (grammar.py).
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from nnstep.shell import commands as _registered  # noqa: F401  Importing them registers them.
from nnstep.shell.asking import ask_before
from nnstep.shell.failures import message_of
from nnstep.shell.grammar import Blank, Command, Parsed, Python, parse, split
from nnstep.shell.output import Output, OutputClosed
from nnstep.shell.registry import CommandError, find, suggestion, words
from nnstep.shell.stage import Stage

if TYPE_CHECKING:
    from nnstep.processes import Script
    from nnstep.shell import registry
    from nnstep.shell.asking import Asking
    from nnstep.shell.playing import Playing
    from nnstep.shell.recording import Recording

GAP = "where that was interrupted can't be kept in a lesson file"
"""Said of a motion outside of the main loop."""
_DEEPEST = 20
_WORKS = (ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.Compare, ast.Assign, ast.AugAssign)
_NOT_KEPT = ("record", "open", "quit", "lesson", "lessons", "help", "hint")


def _parts(line: str) -> list[str]:
    """What stands between `;;`; several lines are one statement, which isn't taken apart."""
    return split(line) if "\n" not in line.strip() else [line]


class Shell(Stage):
    """Executes lines.

    Attributes:
        interactive: whether a person types; then an empty line repeats the last motion.
        keep_going: whether commands after a failed one are still executed.
        lesson: the guided lesson that is played, None for none.
        asking: the question that waits for an answer, None for none.
        guessing: whether the learner is asked before each step.
        typed: the lines that were executed since the script was opened.
        gap: whether a motion is missing there, which was interrupted where no line leads.
        recording: what is recorded, None for nothing.
        done: whether `quit` was typed.
        failed: whether a command has failed.
    """

    def __init__(
        self,
        output: Output,
        *,
        interactive: bool = False,
        keep_going: bool = False,
        into: Sequence[str] = (),
        memory: int | None = None,
    ) -> None:
        super().__init__(output, into, memory)
        self.interactive = interactive
        self.keep_going = keep_going
        self.lesson: Playing | None = None
        self.asking: Asking | None = None
        self.guessing = False
        self.typed: list[str] = []
        self.gap = False
        self.recording: Recording | None = None
        self.done = False
        self.failed = False
        self._last_motion = ""
        self._depth = 0

    def open(self, target: str, arguments: Sequence[str] = ()) -> None:
        """Open a lesson or a script; nothing of the one before is repeated in it."""
        before = self._script()
        super().open(target, arguments)
        if before is not None:
            self.finish(".md", before)
        self._last_motion = ""
        self.lesson = self.asking = None
        self.guessing = False
        self.typed.clear()
        self.gap = False

    def execute_all(self, lines: Iterable[str], *, echo: bool = False) -> bool:
        """Execute lines up to the first failing one, or all of them with `keep_going`.

        Args:
            lines: the lines.
            echo: show each before its output, as it would look at the prompt.

        Returns:
            Whether all that were executed succeeded.
        """
        good = True
        for line in lines:
            if echo and not isinstance(self.parse(line), Blank):
                self.output.hint(f"(nn) {line.strip()}")
            good = self.execute(line) and good
            if self.done or not (good or self.keep_going):
                break
        return good

    def execute(self, line: str) -> bool:
        """Execute one line, which may hold several commands between `;;`, or one statement.

        Returns:
            Whether it succeeded. A failure has been shown.
        """
        if self.recording is not None and self.interactive:  # else it is echoed
            self.recording.typed(line.rstrip("\n"))
        if self.asking is not None and self._answers(line):
            self.typed.append(line.strip() or "skip")
            return True
        playing = self.lesson
        if playing is not None and (not line.strip() or playing.is_next(line)):
            typed = bool(line.strip())
            good = self._guarded(lambda: playing.go_on(typed=typed))
            self.failed = self.failed or not good
            return good
        if not line.strip() and self.interactive:
            line = self._last_motion
        good = self.execute_one(line)
        if not self._depth:
            self._note(line, good)
        if playing is not None and playing is self.lesson and self.may_move(line):
            playing.strayed()
        return good

    def _note(self, line: str, good: bool) -> None:
        """Keep what a lesson file is to hold of a line."""
        parts = _parts(line)
        kept = [each.strip() for each in parts if self._is_kept(each)]
        here = self.session.position if self.has_session else None
        halted = not good and here is not None and self.session.stop.reason == "interrupted"
        moved = any(each.motion for each in self.commands_in(line))
        if here is not None and halted and moved:
            # It ends where it stands now.
            if here.epoch is None:
                self.gap = True
                if self.recording is not None and self.recording.path.suffix == ".md":
                    self.output.hint(GAP)
                return
            kept = [f"goto epoch {here.epoch}", f"goto {here.moment}"]
        if kept:
            self.typed.append(" ;; ".join(kept))

    def _is_kept(self, text: str) -> bool:
        """Whether a lesson file can hold a line, and is to."""
        kept = all(each.name not in _NOT_KEPT for each in self.commands_in(text))
        return kept and not isinstance(self.parse(text), Blank)

    def end_recording(self, kind: str = "", script: Script | None = None) -> None:
        """Write what is recorded, if anything is.

        Args:
            kind: only a file of that kind.
            script: what was typed at; the open script if None.

        Raises:
            CommandError: it can't be written.
        """
        if self.recording is None or not self.recording.path.name.endswith(kind):
            return
        self.recording.end(self.typed, script or self._script())
        path, self.recording = self.recording.path, None
        self.output.hint(f"{path}: written", whole=True)

    def _script(self) -> Script | None:
        """What is typed at, where that is recorded."""
        if self.recording is None or not self.has_session:
            return None
        from nnstep.processes import Script

        return Script.of(self.session)

    def finish(self, kind: str = "", script: Script | None = None) -> None:
        """Write what is recorded, elsewhere if need be; as above, but what goes wrong is shown."""
        recording = self.recording
        if recording is None or not recording.path.name.endswith(kind):
            return
        from nnstep.shell.recording import Unwritten

        try:
            try:
                self.end_recording(kind, script)
            except Unwritten as error:
                try:
                    self._fail(error)
                finally:  # though nobody may read that
                    recording.go_elsewhere()
                    self.end_recording(kind, script)
        except CommandError as error:
            self._fail(error)
        except KeyboardInterrupt:
            self.output.error(f"{recording.path} isn't written")
            raise
        finally:
            recording.drop()
            self.recording = None

    def _fail(self, error: CommandError) -> None:
        self.failed = True
        self.output.error(str(error))

    def close(self) -> None:
        """Write what is recorded, and close the open script, if any."""
        try:
            self.finish()
        finally:
            self.close_script()

    def _answers(self, line: str) -> bool:
        """Whether a line answers the question that waits; a command is no answer."""
        asking = self.asking
        assert asking is not None
        if not line.strip() or line.strip() == asking.motion:
            asking.give_up()
        elif isinstance(self.parse(line), Command) or (
            asking.question.judge(line) is None and self._speaks_of_variables(line)
        ):
            return False
        else:
            asking.answer(line)
        if asking.over:
            self.asked()
        return True

    def _speaks_of_variables(self, line: str) -> bool:
        """Whether a line is Python about what the script has, and so hardly a guess."""
        try:
            nodes = list(ast.walk(ast.parse(line.strip())))
        except (SyntaxError, ValueError):
            return False
        names = [each.id for each in nodes if isinstance(each, ast.Name)]
        works = any(isinstance(each, _WORKS) for each in nodes)  # more than a list of names
        return works and any(map(self._is_variable, names))

    def asked(self) -> None:
        """Go on behind a question that is over: with what was asked for, or the lesson."""
        asking, self.asking = self.asking, None
        if asking is not None and asking.motion:
            guessing, self.guessing = self.guessing, False
            try:
                self.execute_one(asking.motion)
            finally:
                self.guessing = guessing
        elif self.lesson is not None:
            self.lesson.show_next()

    def may_move(self, line: str) -> bool:
        """Whether a line may change where the script stands, or what it holds."""
        # An expression may, too, such as `x.sort()`.
        python = any(isinstance(self.parse(each), Python) for each in _parts(line))
        return python or any(
            not each.reads and each.group != "lesson" for each in self.commands_in(line)
        )

    def commands_in(self, line: str) -> list[registry.Command]:
        """The commands of a line, where the script stands."""
        parsed = [each for each in map(self.parse, _parts(line)) if isinstance(each, Command)]
        return [each for each in (find(one.word) for one in parsed) if each is not None]

    def execute_one(self, line: str) -> bool:
        """Execute one line that is no part of playing a lesson; else as `execute`."""
        good = True
        for part in _parts(line):
            good = self._guarded(lambda part=part: self._do(part)) and good  # type: ignore[misc]
            if self.done or not (good or self.keep_going):
                break
        self.failed = self.failed or not good
        return good

    def _guarded(self, action: Callable[[], object]) -> bool:
        """Do something; what it raises becomes one line."""
        try:
            succeeded = action()
        except OutputClosed:
            raise
        except KeyboardInterrupt:
            if self.has_session:
                self.session.settle()
            if not self.interactive:
                raise
            self.output.error("interrupted")
        except CommandError as error:
            self.output.error(str(error))
        except Exception as error:
            self.output.error(message_of(error))
        else:
            return succeeded is not False
        return False

    def parse(self, line: str) -> Parsed:
        """Tell what a line is, where the script stands."""
        return parse(line, words(self._is_variable), self._is_name)

    def _is_name(self, word: str) -> bool:
        return self._is_variable(word) or (self.has_session and hasattr(builtins, word))

    def _is_variable(self, word: str) -> bool:
        return self.has_session and word in self.session

    def _do(self, line: str) -> None:
        parsed = self.parse(line)
        if isinstance(parsed, Command):
            self._command(parsed, line)
        elif isinstance(parsed, Python):
            self._python(parsed)
        elif not isinstance(parsed, Blank):
            self._unknown(parsed.word)

    def _command(self, parsed: Command, line: str) -> None:
        command = find(parsed.word)
        assert command is not None
        if command.takes == "nothing" and parsed.argument:
            raise CommandError(f"`{command.name}` takes no argument; usage: {command.usage}")
        if command.motion:
            self._last_motion = line
            self.asking = None  # what it asks about is seen now, or is elsewhere
        try:
            if self.guessing and ask_before(self, command.name, parsed.argument):
                return
            with self.output.long() if command.reads else nullcontext():
                command.action(self, parsed.argument)
        finally:
            if not parsed.argument and self._is_variable(parsed.word):
                self.output.hint(f"`p {parsed.word}` prints the variable {parsed.word}")

    def _python(self, parsed: Python) -> None:
        if not parsed.text:
            raise CommandError("`!` needs Python behind it: `!b = 3`")
        if not parsed.expression:
            self.change(parsed.text)
            return
        value = self.evaluate(parsed.text)
        if value is not None:
            self.show_value(parsed.text, value)

    def _unknown(self, word: str) -> None:
        if self._is_variable(word):
            raise CommandError(f"`{word}` is a variable, not a command: `table {word}` shows it")
        names = self.session.names() if self.has_session else ()
        raise CommandError(f"unknown command `{word}`; {suggestion(word, names)}")

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Around the execution of a file of commands by a command."""
        if self._depth >= _DEEPEST:
            raise CommandError("too many files of commands that call one another")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
