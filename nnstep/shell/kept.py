"""Where the shell keeps what outlasts a session: under the state folder of the user (XDG)."""

from __future__ import annotations

import contextlib
import os
import zlib
from pathlib import Path


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
