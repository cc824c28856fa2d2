"""What may be typed on the command line behind `nnstep`, and what it means, as argparse has it.

Each function raises SystemExit, as argparse does, for `--help` and for what is wrong. What is then
done is in cli.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from nnstep.version import __version__

_MEMORY = 64  # MiB
# As in differences.py, whose import takes time.
_EPOCHS, _TOLERANCE = 3, 1e-9

_USAGE = """nnstep                               the lessons, then a prompt
       nnstep LESSON|FILE.py [OPTIONS] [-- ARGS]
       nnstep lessons                       the lessons
       nnstep lesson NAME [--fresh]         a guided lesson, from where it was left
       nnstep lesson check [NAME|FILE.md]   what is wrong with lesson files
       nnstep lesson new NAME FILE.py       begin a lesson file of your own
       nnstep check [OPTIONS] LESSON|FILE.py [-- ARGS]
                                            whether its gradients are right
       nnstep trace [--epochs N] [--json] LESSON|FILE.py [-- ARGS]
                                            each op as a line, for other tools
       nnstep diff A.py B.py [OPTIONS]      the first op whose value differs in two scripts
       nnstep replay [--check|--update] LESSON|FILE.md...
                                            a lesson file, as a demonstration or a test
       nnstep run [--ops] FILE.py [ARGS]    the script, to its end and with nothing added
       nnstep --lessons FOLDER ...          with the lessons in a folder, too"""
_SHORT = "usage: nnstep LESSON|FILE.py [OPTIONS] [-- ARGS]; `nnstep --help` tells more"
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


class _Parser(argparse.ArgumentParser):
    """Whose usage is as long as its help: what is wrong is told without it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{_SHORT}\n{self.prog}: error: {message}\n")


def _session_parser() -> argparse.ArgumentParser:
    parser = _Parser(
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


def look_for_lessons(arguments: list[str]) -> list[str]:
    """Obey each `--lessons FOLDER`, wherever it stands; the other arguments.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    from nnstep import lessons

    at = arguments.index("--") if "--" in arguments else len(arguments)
    first = 2 if arguments[0] == "--lessons" else 1
    if arguments[first : first + 1] == ["run"]:  # what stands behind it is the script's
        at = first
    parser = argparse.ArgumentParser(prog="nnstep", add_help=False, allow_abbrev=False)
    parser.add_argument("--lessons", action="append", default=[])
    found, rest = parser.parse_known_args(arguments[:at])
    for each in found.lessons:
        lessons.look_in(Path(each))
    return [*rest, *arguments[at:]]


def _apart(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The arguments before `--`, and those behind it, which are the script's."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


def _with_script(parser: argparse.ArgumentParser, arguments: list[str]) -> argparse.Namespace:
    own, others = _apart(arguments)
    options = parser.parse_args(own)
    options.script_arguments = others
    return options


def of_session(arguments: list[str]) -> argparse.Namespace:
    """The options of `nnstep LESSON|FILE.py`; `script_arguments` are those behind `--`."""
    own, others = _apart(arguments)
    parser = _session_parser()
    options, extra = parser.parse_known_args(own)
    if extra:
        words = " ".join(extra)
        parser.error(f"there is no option {words}; those of the script stand behind `--`")
    options.script_arguments = others
    if options.script_arguments and options.target in (None, "lessons"):
        parser.error("arguments behind `--` need a script before it")
    return options


def of_check(arguments: list[str]) -> argparse.Namespace:
    """The options of `nnstep check`; `script_arguments` are those behind `--`."""
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
    return _with_script(parser, arguments)


def _epochs(text: str) -> list[int]:
    from nnstep.shell.checking import epochs_of

    try:
        return epochs_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def of_diff(arguments: list[str]) -> argparse.Namespace:
    """The options of `nnstep diff`."""
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
        "--tolerance", type=_from_zero, default=_TOLERANCE, metavar="T",
        help="by what part of the larger one two numbers may differ; %(default)s unless set",
    )
    add(
        "--ignore", type=_names, default=(), metavar="NAMES",
        help="names that aren't compared, with commas between them, such as epochs,lr",
    )
    add("--json", action="store_true", help="show what came of it as JSON")
    return parser.parse_args(arguments)


def of_trace(arguments: list[str]) -> argparse.Namespace:
    """The options of `nnstep trace`; `script_arguments` are those behind `--`."""
    from nnstep.shell.eventlog import LIMIT, SCHEMA

    parser = argparse.ArgumentParser(
        prog="nnstep trace",
        usage="nnstep trace [--epochs N] [--json] [--limit N] LESSON|FILE.py [-- ARGS]",
        description="Run a script op by op, and print a line for each of them.",
        epilog=f"With --json each line is an object.\n\n{SCHEMA}\n\nexit status: 0; 1 if the "
        "script raised; 2 if it can't be opened.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("target", metavar="LESSON|FILE.py", help="what is run; a lesson goes first")
    add(
        "--epochs", type=_from_one("a number of epochs"), metavar="N",
        help="end after so many epochs of the main loop",
    )
    add("--json", action="store_true", help="as JSON, an object a line")
    add(
        "--limit", type=_from_one("a number of elements"), default=LIMIT, metavar="N",
        help="tell the elements of arrays of up to so many; %(default)s unless set",
    )
    return _with_script(parser, arguments)


def of_lesson(arguments: list[str]) -> argparse.Namespace:
    """The options of `nnstep lesson`; `action` is `play`, `check` or `new`."""
    action = arguments[0] if arguments[:1] in (["check"], ["new"]) else "play"
    if action == "play":
        found = _of_playing(arguments)
    else:
        found = (_of_reviewing if action == "check" else _of_drafting)(arguments[1:])
    found.action = action
    return found


def _of_playing(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="nnstep lesson", description="Play a guided lesson, from where it was left.",
        epilog="`nnstep lesson check --help` and `nnstep lesson new --help` tell of lesson files.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("name", metavar="NAME|FILE.md", help="`nnstep lessons` lists them")
    add("--fresh", action="store_true", help="begin at the first page")
    add("--no-pager", action="store_true", help="long output isn't shown page by page")
    add("--vi", action="store_true", help="the keys of vi at the prompt, not those of emacs")
    return parser.parse_args(arguments)


def _of_reviewing(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="nnstep lesson check",
        description="Tell what is wrong with lesson files: what they show and claim, their "
        "questions, hints, names, numbers and links.",
        epilog="exit status: 0 when nothing is wrong, 1 when something is, 2 for wrong usage.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("targets", nargs="*", metavar="NAME|FILE.md|FOLDER", help="all lessons if not given")
    _add_jobs(parser)
    return parser.parse_args(arguments)


def _of_drafting(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="nnstep lesson new",
        description="Write a lesson file for a script, NAME.md, to go on from: it can be played "
        "and checked at once.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("name", metavar="NAME", help="what the lesson is called")
    add("script", metavar="FILE.py", help="the script that it is about")
    return parser.parse_args(arguments)


def of_replay(arguments: list[str]) -> argparse.Namespace:
    """The options of `nnstep replay`."""
    parser = argparse.ArgumentParser(
        prog="nnstep replay",
        description="Play lesson files: as a demonstration, or to see whether they are true.",
        epilog="exit status: 0; 1 when --check finds a difference; 2 if a file can't be read.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("targets", nargs="+", metavar="NAME|FILE.md|FOLDER", help="lessons, their files, folders")
    add("--check", action="store_true", help="compare what is shown with what the file says")
    add("--update", action="store_true", help="write a file beside it that is up to date")
    add("--in-place", action="store_true", help="with --update: in the place of the old one")
    add(
        "--pace", type=_from_zero, default=0.0, metavar="S",
        help="wait so many seconds before each command",
    )
    _add_jobs(parser)
    found = parser.parse_args(arguments)
    if found.in_place and not found.update:
        parser.error("--in-place needs --update")
    return found


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-j", dest="jobs", type=_from_one("a number of files"), default=1, metavar="N",
        help="play so many files at the same time; %(default)s unless set",
    )


def _from_one(what: str) -> Callable[[str], int]:
    """Reads a positive whole number; what is counted goes into the message."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise argparse.ArgumentTypeError(f"{text!r} is not {what} from 1 on")
        return int(text)

    return read


def _from_zero(text: str) -> float:
    """A number.

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
