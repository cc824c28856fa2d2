"""The command line: arguments to a session and a shell.

Whatever takes time to import is imported where it is needed, so that `nnstep --version` and a
wrong argument are answered at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from nnstep.version import __version__

if TYPE_CHECKING:
    from nnstep.shell.output import Output
    from nnstep.shell.shell import Shell

FAILED = 1
MISUSED = 2
_INTERRUPTED = 130
_MEMORY = 64  # MiB
# As in differences.py, whose import takes time.
_EPOCHS, _TOLERANCE = 3, 1e-9

_USAGE = """nnstep                               the lessons, then a prompt
       nnstep LESSON|FILE.py [OPTIONS] [-- ARGS]
       nnstep lessons                       the lessons
       nnstep check [OPTIONS] LESSON|FILE.py [-- ARGS]
                                            whether its gradients are right
       nnstep diff A.py B.py [OPTIONS]      the first op whose value differs in two scripts
       nnstep run [--ops] FILE.py [ARGS]    the script, to its end and with nothing added"""
_EXAMPLES = """examples:
  nnstep mse_hidden                 step through a lesson
  nnstep train.py -- --lr 0.1       step through a script of your own, with its arguments
  nnstep mse_hidden -c "break dcost_wo" -c continue -c "table dcost_wo"
  nnstep train.py -x commands.txt   execute the commands in a file, then end
  echo vars | nnstep train.py       or those in a pipe
  nnstep check train.py             check its gradients; `nnstep check --help` says more
  nnstep run --ops train.py         run every op through the stepping machine
  nnstep diff mine.py mse_hidden    where a script of your own leaves a lesson's way

exit status: 0; 1 if a command failed or the script raised; 2 for wrong usage, or a file that
can't be read or parsed. Of `diff`: 0 when nothing differs, 1 when something does.
"""
_CHECK_EPILOG = """exit status: 0 when all gradients are right, up to a factor that is told; 1 when
one is wrong; 2 when nothing could be checked, and for wrong usage.
"""


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
    if arguments[:1] == ["run"]:
        return _run(arguments[1:])
    if arguments[:1] == ["diff"]:
        return _diff(arguments[1:])
    checking = arguments[:1] == ["check"]
    try:
        options = _parse_check(arguments[1:]) if checking else _parse(arguments)
    except SystemExit as error:  # argparse ends the program for --help and for errors.
        return error.code if isinstance(error.code, int) else MISUSED
    return _guarded(_check if checking else _session, options)


# nnstep run


def _run(arguments: list[str]) -> int:
    """`nnstep run`: what follows the file is the script's, whatever it looks like."""
    by_ops = False
    while arguments and arguments[0].startswith("-"):
        option = arguments.pop(0)
        if option == "--":
            break
        if option in ("-h", "--help"):
            _parser().print_help()
            return 0
        if option != "--ops":
            return _complain(f"no option {option} of run; usage: nnstep run [--ops] FILE.py [ARGS]")
        by_ops = True
    if not arguments:
        return _complain("run needs a script; usage: nnstep run [--ops] FILE.py [ARGS]")
    from nnstep import running

    path, *rest = arguments
    if by_ops:
        return running.run_by_ops(path, rest)
    running.run_plain(path, rest)


def _complain(message: str) -> int:
    sys.stderr.write(f"nnstep: {message}\n")
    return MISUSED


# nnstep check


def _parse_check(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="nnstep check",
        usage="nnstep check [--cost EXPR] [--at E1,E2,...] [--json] LESSON|FILE.py [-- ARGS]",
        description="Check a script's hand-derived gradients against the derivative of its cost.",
        epilog=_CHECK_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("target", metavar="LESSON|FILE.py", help="what is checked; a lesson goes first")
    add("--cost", metavar="EXPR", help="the cost; the script's own, or one that fits, if not given")
    add(
        "--at", type=_epochs, metavar="E1,E2,...",
        help="the epochs; 0, 1, 10 and 100 if not given, as far as there are so many",
    )
    add("--json", action="store_true", help="tell it as JSON")
    at = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:at])
    options.script_arguments = arguments[at + 1 :]
    return options


def _epochs(text: str) -> list[int]:
    from nnstep.shell.checking import epochs_of

    try:
        return epochs_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _check(options: argparse.Namespace, output: Output) -> int:
    from nnstep.shell.checking import check_script

    return check_script(
        output, options.target, options.script_arguments, cost=options.cost, at=options.at,
        as_json=options.json,
    )


# nnstep diff


def _diff(arguments: list[str]) -> int:
    """`nnstep diff`: 0 when nothing differs, 1 when something does."""
    try:
        options = _diff_parser().parse_args(arguments)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else MISUSED
    return _guarded(_compare, options)


def _compare(options: argparse.Namespace, output: Output) -> int:
    from nnstep.shell.comparing import diff

    differs = diff(
        output, options.a, options.b, epochs=options.epochs, tolerance=options.tolerance,
        ignore=options.ignore, as_json=options.json,
    )
    return FAILED if differs else 0


def _diff_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nnstep diff",
        description="Run two scripts side by side, and name the first op whose value differs.",
        epilog="exit status: 0 when nothing differs, 1 when something does, 2 when one can't be "
        "opened.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("a", metavar="A.py", help="a script, or a lesson's name")
    add("b", metavar="B.py", help="the one that it is compared with")
    add(
        "--epochs", type=_from_one("a number of epochs"), default=_EPOCHS, metavar="N",
        help="compare so many epochs op by op, and the later ones by the variables; "
        "%(default)s unless set",
    )
    add(
        "--tolerance", type=_tolerance, default=_TOLERANCE, metavar="T",
        help="by what part of the larger one two numbers may differ; %(default)s unless set",
    )
    add(
        "--ignore", type=_names, default=(), metavar="NAMES",
        help="names that aren't compared, with commas between them, such as epochs,lr",
    )
    add("--json", action="store_true", help="show what came of it as JSON")
    return parser


def _from_one(what: str) -> Callable[[str], int]:
    """Reads a positive whole number; what is counted goes into the message."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise argparse.ArgumentTypeError(f"{text!r} is not {what} from 1 on")
        return int(text)

    return read


def _tolerance(text: str) -> float:
    """A part of a number.

    Raises:
        argparse.ArgumentTypeError: it isn't a number from 0 on.
    """
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in text.split(","))))


# nnstep LESSON|FILE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nnstep",
        usage=_USAGE,
        description="Step through a NumPy training script, one operation at a time.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("target", nargs="?", metavar="LESSON|FILE.py", help="what to open; a lesson goes first")
    add(
        "-c",
        dest="commands",
        action="append",
        type=_command,
        metavar="CMD",
        help="execute a command, then end; may be repeated",
    )
    add(
        "-x",
        dest="commands",
        action="append",
        type=_file,
        metavar="FILE",
        help="execute the commands in a file, then end; may be repeated",
    )
    add(
        "--into",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="step into the functions of this package too; may be repeated",
    )
    add(
        "--memory",
        type=_from_one("a whole number of MiB"),
        default=_MEMORY,
        metavar="MIB",
        help="how much memory going back may take, in MiB; %(default)s unless set",
    )
    add("--no-pager", action="store_true", help="long output isn't shown page by page")
    add("--vi", action="store_true", help="the keys of vi at the prompt, not those of emacs")
    add("--keep-going", action="store_true", help="go on after a command that failed")
    add("--version", action="version", version=f"nnstep {__version__}")
    return parser


def _command(text: str) -> tuple[str, str]:
    return "command", text


def _file(text: str) -> tuple[str, str]:
    return "file", text


def _parse(arguments: list[str]) -> argparse.Namespace:
    """The options; `script_arguments` are those behind `--`."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    parser = _parser()
    options, extra = parser.parse_known_args(arguments[:at])
    if extra:
        words = " ".join(extra)
        parser.error(f"unknown: {words}; what the script is to get stands behind `--`")
    options.script_arguments = arguments[at + 1 :]
    if options.script_arguments and options.target in (None, "lessons"):
        parser.error("arguments behind `--` need a script before it")
    return options


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
        output.error(f"nnstep: {error}")
        return MISUSED
    except KeyboardInterrupt:
        output.error("interrupted")
        return _INTERRUPTED
    except OutputClosed:
        _discard_output()
        return 0


def _session(options: argparse.Namespace, output: Output) -> int:
    """Open what was asked for, and execute commands or prompt for them."""
    from nnstep.shell.shell import Shell

    prompted = options.commands is None and _is_terminal(sys.stdin)
    shell = Shell(
        output, interactive=prompted, keep_going=options.keep_going, into=options.into,
        memory=options.memory << 20,
    )
    try:
        commands = [] if options.commands is None else list(_given(options.commands))
        if options.target is None or options.target == "lessons":
            shell.execute("lessons")
        else:
            shell.open(options.target, options.script_arguments)
            if options.commands is None:
                shell.show_opening()
        if options.target == "lessons" and options.commands is None:
            return 0
        if prompted:
            output.pages = output.is_terminal and not options.no_pager
            _prompt(shell, options.vi)
            return 0
        shell.execute_all(commands if options.commands else _lines(sys.stdin), echo=True)
        return FAILED if shell.failed or shell.script_failed else 0
    finally:
        shell.close()


def _given(commands: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The commands of `-c` and of the files of `-x`, in their order."""
    from nnstep.shell.commands.meta import read_commands

    for kind, text in commands:
        yield from read_commands(text) if kind == "file" else [text]


def _lines(stream: TextIO | None) -> Iterator[str]:
    """The commands in a pipe, read one by one: a script's input() reads on from there."""
    if stream is None:
        return
    try:
        while line := stream.readline():
            yield line
    except UnicodeDecodeError as error:
        raise Unusable(f"the commands on standard input are not {stream.encoding} text") from error


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


def _discard_output() -> None:
    """Keep Python from complaining at its end that nobody reads its output."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
