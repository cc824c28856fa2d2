"""Where the shell keeps what outlasts a session: under the state folder of the user (XDG)."""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none; two sessions at once are rare there, too
    fcntl = None  # type: ignore[assignment]


def folder(name: str) -> Path:
    """The folder for one kind of things, made if need be.

    Raises:
        OSError: it can't be made, or the user has no home.
    """
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    try:
        path = Path(state).expanduser() / "nnstep" / name
    except RuntimeError as error:
        raise FileNotFoundError(2, str(error), state) from None
    path.mkdir(parents=True, exist_ok=True)
    return path


def name_of(script: str) -> str:
    """What belongs to a script is called so; scripts of one name in two folders differ."""
    return f"{Path(script).stem}-{zlib.crc32(script.encode()):08x}"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Around reading a file and writing it anew: others who do so wait.

    Raises:
        OSError: the lock can't be made.
    """
    with path.with_name(f".{path.name}.lock").open("a") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: what was there stays until the new one is complete.

    Raises:
        OSError: it can't be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
