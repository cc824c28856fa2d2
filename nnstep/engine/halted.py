"""What a signal handler raises to break off an op that takes long."""

from __future__ import annotations

from typing import ClassVar


class Halted(BaseException):
    """An op is to be broken off.

    Attributes:
        count: how often one was made: a script may catch what it doesn't know.
    """

    count: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        Halted.count += 1
