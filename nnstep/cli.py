"""The command line: arguments to a session and a shell.

Whatever takes time to import is imported where it is needed, so that `nnstep --version` and a
wrong argument are answered at once.
"""

from __future__ import annotations

import os
import sys

from nnstep.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:  # without importing typing, which takes as long as all the rest
    import argparse
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    from nnstep.shell.output import Output
    from nnstep.shell.shell import Shell

FAILED = 1
MISUSED = 2
_INTERRUPTED = 130


class Unusable(Exception):
    """What was asked for can't be begun. The message is one clear line."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run nnstep.

    Args:
        argv: the arguments; those of the process if None.

    Returns:
        The exit status.

    Raises:
        SystemExit, KeyboardInterrupt: under `run`, the script's own.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] != ["run"]:  # whose script is to find what there is
        _open_missing_streams()
    if arguments == ["--version"]:
        return _finished(0, f"nnstep {__version__}\n")
    if any(each.startswith("--lessons") for each in arguments) and arguments[0] != "run":
        from nnstep.options import look_for_lessons

        try:
            arguments = look_for_lessons(arguments)
        except NotADirectoryError as error:
            return _complain(str(error))
    if arguments[:1] == ["run"]:
        return _run(arguments[1:])
    from nnstep import options

    actions = {
        "check": (options.of_check, _check), "diff": (options.of_diff, _compare),
        "lesson": (options.of_lesson, _lesson), "replay": (options.of_replay, _replay),
        "trace": (options.of_trace, _trace),
    }  # fmt: skip
    parse, action = actions.get(arguments[0] if arguments else "", (options.of_session, _session))
    try:
        found = parse(arguments[1:] if action is not _session else arguments)
    except SystemExit as error:  # argparse ends the program for --help and for errors.
        return _finished(error.code if isinstance(error.code, int) else MISUSED)
    return _guarded(action, found)


# nnstep run


def _run(arguments: list[str]) -> int:
    """`nnstep run`: what follows the file is the script's, whatever it looks like."""
    by_ops = False
    while arguments and arguments[0].startswith("-"):
        option = arguments.pop(0)
        if option == "--":
            break
        if option in ("-h", "--help"):
            return main(["--help"])
        if option != "--ops":
            return _complain(f"no option {option} of run; usage: nnstep run [--ops] FILE.py [ARGS]")
        by_ops = True
    if not arguments:
        return _complain("run needs a script; usage: nnstep run [--ops] FILE.py [ARGS]")
    from nnstep import running

    path, *rest = arguments
    if not os.path.exists(path):
        from nnstep import lessons

        if lessons.find(path) is not None:
            return _complain(
                f"run takes a file, and there is none called {path}; `nnstep {path}` opens the "
                "lesson"
            )
    if by_ops:
        return running.run_by_ops(path, rest)
    running.run_plain(path, rest)


def _complain(message: str) -> int:
    try:
        if sys.stderr is not None:
            sys.stderr.write(f"nnstep: {message}\n")
    except OSError:  # then the code alone must tell
        _discard(sys.stderr)
    return MISUSED


# nnstep check


def _check(options: argparse.Namespace, output: Output) -> int:
    from nnstep.shell.checking import check_script

    return check_script(
        output, options.target, options.script_arguments, cost=options.cost, at=options.at,
        as_json=options.json,
    )


# nnstep diff


def _compare(options: argparse.Namespace, output: Output) -> int:
    from nnstep.shell.comparing import diff

    differs = diff(
        output, options.a, options.b, epochs=options.epochs, tolerance=options.tolerance,
        ignore=options.ignore, as_json=options.json,
    )
    return FAILED if differs else 0


# nnstep trace


def _trace(options: argparse.Namespace, output: Output) -> int:
    from nnstep.shell.eventlog import trace

    good = trace(
        output, options.target, options.script_arguments, epochs=options.epochs,
        as_json=options.json, limit=options.limit,
    )
    return 0 if good else FAILED


# nnstep lesson


def _lesson(options: argparse.Namespace, output: Output) -> int:
    """A guided lesson, or what is done with lesson files."""
    if options.action == "check":
        from nnstep.shell.transcripts import review_files

        return 0 if review_files(output, options.targets, options.jobs) else FAILED
    if options.action == "new":
        from nnstep.shell.drafting import draft

        draft(output, options.name, options.script)
        return 0
    return _play(options, output)


def _play(options: argparse.Namespace, output: Output) -> int:
    """A guided lesson; lines come from a person or a pipe, an empty one goes on."""
    from nnstep.shell.commands.teaching import begin
    from nnstep.shell.shell import Shell

    prompted = _is_terminal(sys.stdin)
    shell = Shell(output, interactive=prompted, keep_going=True)
    try:
        begin(shell, options.name, options.fresh)
        if prompted:
            output.pages = output.is_terminal and not options.no_pager
            _prompt(shell, options.vi)
            return 0
        shell.execute_all(_lines(sys.stdin, shell), echo=True)
        return FAILED if shell.failed else 0
    finally:
        shell.close()


# nnstep replay


def _replay(options: argparse.Namespace, output: Output) -> int:
    from nnstep.shell.transcripts import replay_files

    good = replay_files(
        output, options.targets, check=options.check, update=options.update,
        in_place=options.in_place, pace=options.pace, jobs=options.jobs,
    )
    return 0 if good else FAILED


# nnstep LESSON|FILE


def _guarded(
    action: Callable[[argparse.Namespace, Output], int], options: argparse.Namespace
) -> int:
    """Do what was asked for; what keeps it from that becomes one clear line."""
    from nnstep.shell.output import Output, OutputClosed
    from nnstep.shell.registry import CommandError

    output = Output()
    try:
        return action(options, output)
    except (Unusable, CommandError) as error:
        message, code = f"nnstep: {error}", MISUSED
    except KeyboardInterrupt:
        message, code = "interrupted", _INTERRUPTED
    except OutputClosed as closed:
        return _cut_off(closed.__cause__)
    try:
        output.error(message)
    except OutputClosed:  # then the code alone must tell
        _discard(sys.stdout)
        _discard(sys.stderr)
    return code


def _session(options: argparse.Namespace, output: Output) -> int:
    """Open what was asked for, and execute commands or prompt for them."""
    from nnstep.shell.shell import Shell

    prompted = options.commands is None and _is_terminal(sys.stdin)
    shell = Shell(
        output, interactive=prompted, keep_going=options.keep_going, into=options.into,
        memory=options.memory << 20,
    )
    try:
        given = [] if options.commands is None else list(_given(options.commands, shell))
        if options.target == "lessons" or (options.target is None and prompted):
            shell.execute("lessons")
        elif options.target is not None:
            shell.open(options.target, options.script_arguments)
            if options.commands is None:
                shell.show_opening()
        if options.target == "lessons" and options.commands is None:
            return 0
        if prompted:
            output.pages = output.is_terminal and not options.no_pager
            _prompt(shell, options.vi)
            return 0
        lines = iter(given) if options.commands else _lines(sys.stdin, shell)
        if options.target is None:
            lines = _or_lessons(lines, shell)
        shell.execute_all(lines, echo=True)
        shell.finish()
        return FAILED if shell.failed or shell.script_failed else 0
    finally:
        shell.close()


def _given(commands: Sequence[tuple[str, str]], shell: Shell) -> Iterator[str]:
    """The commands of `-c` and of the files of `-x`, in their order."""
    from nnstep.shell.commands.meta import read_commands
    from nnstep.shell.lines import pieces

    for kind, text in commands:
        yield from pieces(read_commands(text), shell.parse) if kind == "file" else [text]


def _lines(stream: TextIO | None, shell: Shell) -> Iterator[str]:
    """The commands in a pipe, read one by one: a script's input() reads on from there."""
    from nnstep.shell.lines import is_whole, pieces

    if stream is None:
        return
    try:
        while text := stream.readline():
            while not is_whole(text, shell.parse) and (more := stream.readline()):
                text += more
            yield from pieces(text, shell.parse) or [""]
    except UnicodeDecodeError as error:
        raise Unusable(f"the commands on standard input are not {stream.encoding} text") from error


def _or_lessons(lines: Iterator[str], shell: Shell) -> Iterator[str]:
    """The commands; where there are none at all, the lessons are listed, as at the prompt."""
    first = next(lines, None)
    if first is None:
        shell.execute("lessons")
    else:
        yield first
        yield from lines


def _prompt(shell: Shell, vi: bool) -> None:
    if shell.output.is_terminal:
        from nnstep.shell.prompt import loop

        loop(shell, vi)
        return
    # A person types, but the output goes elsewhere, as with `| tee log`.
    while not shell.done:
        shell.output.text("(nn) ")
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            shell.output.text("\n")
            continue
        if not line:
            return
        shell.execute(line)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


# Streams that are closed, or full.


def _open_missing_streams() -> None:
    """Write to nowhere where the process was given no stream, as with `>&-`; Python has None."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))


def _finished(code: int, text: str = "") -> int:
    """Write the last of the output; the exit status."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        return _cut_off(error)
    try:
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)
    return code


def _cut_off(error: BaseException | None) -> int:
    """Tell what keeps the output from being written; that nobody reads it is no failure.

    Returns:
        The exit status.
    """
    _discard(sys.stdout)
    if error is None or isinstance(error, BrokenPipeError):
        return 0
    _complain(f"can't write the output: {getattr(error, 'strerror', None) or error}")
    return FAILED


def _discard(stream: TextIO) -> None:
    """Keep Python from complaining at its end that what was written can't be."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
    except (OSError, ValueError):
        pass
