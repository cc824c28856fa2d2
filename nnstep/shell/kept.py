"""Files that outlast a session: the one place that writes them, and the user's state folder (XDG).

What is in them, and what is said when one can't be written, is for those who ask.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import zlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from nnstep.shell.failures import message_of
from nnstep.shell.interrupts import undisturbed

try:
    import fcntl
except ImportError:  # Windows has none; two sessions at once are rare there, too
    fcntl = None  # type: ignore[assignment]

_STATE = "~/.local/state"


def place(name: str) -> Path:
    """The folder for one kind of things, whether it is there or not.

    Raises:
        OSError: the user has no home.
    """
    state = os.path.expanduser(os.environ.get("XDG_STATE_HOME") or _STATE)
    if not os.path.isabs(state):  # it would be another one wherever the script goes
        state = os.path.expanduser(_STATE)
    if not os.path.isabs(state):
        raise FileNotFoundError(errno.ENOENT, "there is no home folder", state)
    return Path(state, "nnstep", name)


def folder(name: str) -> Path:
    """The same folder, made if need be.

    Raises:
        OSError: it can't be made, or the user has no home.
    """
    path = place(name)
    path.mkdir(parents=True, exist_ok=True)
    return path


def name_of(script: str) -> str:
    """What belongs to a script is called so; scripts of one name in two folders differ."""
    number = zlib.crc32(script.encode(errors="surrogatepass"))
    return f"{Path(script).stem}-{number:08x}"


def why(error: OSError, instead: str = "have XDG_STATE_HOME name another folder") -> str:
    """Why a file can't be written, where it would be, and what helps.

    Args:
        error: what came of writing it.
        instead: what helps where making room doesn't.
    """
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return f"{message_of(error)}; {'make room there, or ' if full else ''}{instead}"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Around reading a file and writing it anew: others who do so wait.

    Raises:
        OSError: the lock can't be made.
    """
    lock = path.with_name(f".{path.name}.lock")
    with contextlib.ExitStack() as held:
        with naming(path):
            file = held.enter_context(lock.open("a"))
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Around what writes a file: an `OSError` names it, whatever was called for that."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def refusal(path: Path) -> str:
    """Why a file can't be written, and what helps; empty where it can.

    For telling it before there is anything to write: what a folder takes is only known by trying.
    """
    try:
        there = Path(os.path.realpath(path))
        if not there.parent.is_dir():
            return f"there is no folder {there.parent}, make it"
        if there.is_dir():
            return "that is a folder; name a file in it"
        if there.exists() and not os.access(there, os.W_OK):
            return "it is write-protected; name another file"
        with undisturbed(), _beside(there):
            return ""
    except OSError as error:
        return f"{error.strerror}; name a file elsewhere"


def write(path: Path, data: bytes, *, new: bool = False) -> None:
    """Write a file whole or not at all: what was there stays until the new one is complete.

    A link is followed, and stays one; who may read and write the file stays, too. Ctrl-C, and what
    else would end the process, comes after it.

    Args:
        path: the file.
        data: what is to be in it.
        new: there mustn't be such a file.

    Raises:
        OSError: it can't be written; it is the path that the exception names.
    """
    there = Path(os.path.realpath(path))
    with naming(path), undisturbed(), _beside(there) as beside:
        with contextlib.suppress(OSError):  # there is none, or the disk knows no modes
            shutil.copymode(there, beside)
        beside.write_bytes(data)
        if new and there.exists():
            raise FileExistsError(errno.EEXIST, "there is such a file by now")
        os.replace(beside, there)


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """An empty file in the same folder, gone at the end unless it was moved.

    Raises:
        OSError: none can be made.
    """
    # No number at random: a script that shows a figure just now may wait for the next one.
    names = (path.with_name(f".nnstep-{os.getpid()}-{at}") for at in count())
    beside = next(filter(_made, names))
    try:
        yield beside
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def _made(path: Path) -> bool:
    try:
        path.open("xb").close()
    except FileExistsError:  # of a process of that number on another machine, or that was killed
        return False
    return True
