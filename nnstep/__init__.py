"""nnstep: step through the training of a neural network, one NumPy operation at a time.

    >>> import nnstep
    >>> session = nnstep.open("mse_hidden")
    >>> event = session.step()
"""

from __future__ import annotations

from nnstep.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:  # without importing typing: `nnstep --version` need not wait for it
    from typing import Any

    from nnstep.engine.events import Event, Moment, Mutation, Operand
    from nnstep.session import Session, open

__all__ = ["Event", "Moment", "Mutation", "Operand", "Session", "__version__", "open"]

_PLACES = {
    "Event": "nnstep.engine.events",
    "Moment": "nnstep.engine.events",
    "Mutation": "nnstep.engine.events",
    "Operand": "nnstep.engine.events",
    "Session": "nnstep.session",
    "open": "nnstep.session",
}


def __getattr__(name: str) -> Any:
    """Import on first use: `nnstep --version` need not wait for NumPy."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_PLACES[name]), name)
