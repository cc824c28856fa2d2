"""Exceptions in one clear line each: the user's own, and those of a file that can't be opened.

Not the script's exceptions: they are shown as a stop, with the op that raised.
"""

from __future__ import annotations

import os

from nnstep.engine.timeline import Unreachable

# What opening a script may raise: it can't be read, parsed, or compiled.
UNREADABLE = (OSError, SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


_SAYS_IT_ALL = (ValueError, KeyError, LookupError)


def describe(error: BaseException) -> str:
    """An exception as Python names it, in one line: `NameError: name 'x' is not defined`."""
    kind, message = type(error).__qualname__, _message(error)
    return f"{kind}: {message}" if message else kind


def message_of(error: BaseException) -> str:
    """What is wrong, for an error whose words say it all; with its type for the others."""
    if isinstance(error, (OSError, Unreachable)) or type(error) in _SAYS_IT_ALL:
        return _message(error) or describe(error)
    return describe(error)


def missing(error: BaseException) -> str:
    """How to install what an exception says isn't there; empty where that isn't known.

    Only of what scripts draw with: everything else is the script's own affair.
    """
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    if isinstance(name, str) and name.split(".")[0] == "matplotlib":
        return "matplotlib isn't installed here: `pip install 'nnstep[plot]'` brings it"
    return ""


def _message(error: BaseException) -> str:
    try:
        if isinstance(error, SyntaxError):
            text = error.msg or ""
        elif isinstance(error, KeyError) and len(error.args) == 1:
            text = str(error.args[0])
        elif isinstance(error, OSError) and error.strerror and error.filename is not None:
            text = f"{error.strerror}: {os.fspath(error.filename)}"
        else:
            text = str(error)
    except Exception:  # A class of the script may have a __str__ that raises.
        return ""
    return " ".join(text.split())


def unreadable(path: str, error: BaseException) -> str:
    """Why a script can't be opened.

    Args:
        path: the file.
        error: one of `UNREADABLE`.

    Returns:
        One line; for a syntax error with the line of the script and a caret below it.
    """
    if isinstance(error, SyntaxError):
        return _syntax_error(path, error)
    if isinstance(error, OSError):
        return f"can't read {path}: {error.strerror or describe(error)}"
    return f"can't read {path}: {describe(error)}"


def _syntax_error(path: str, error: SyntaxError) -> str:
    place = f"{_near(error.filename or path)}:{error.lineno}" if error.lineno else path
    lines = [f"{place}: {describe(error)}"]
    if error.text and error.text.strip():
        text = error.text.rstrip("\n").expandtabs(1)
        blanks = len(text) - len(text.lstrip())
        lines.append(f"    {text.strip()}")
        if error.offset and error.offset > 0:
            column = min(max(error.offset - 1 - blanks, 0), len(text.strip()))
            lines.append(f"    {' ' * column}{'^' * _length(error, text)}")
    return "\n".join(lines)


def _length(error: SyntaxError, text: str) -> int:
    """How many carets: those of the whole place when it lies on one line."""
    end = error.end_offset or 0
    if error.offset and error.end_lineno == error.lineno and end > error.offset:
        return min(end, len(text) + 1) - error.offset or 1
    return 1


def _near(path: str) -> str:
    """A path as a person would type it from here."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # On another drive.
        return path
    return path if relative.startswith(os.pardir) else relative
