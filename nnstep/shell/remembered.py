"""What the variables were before going back, so that it can be told which are others now.

It has to cost less than the motion: small arrays are compared whole, of large ones an even
sample, so that what is told is true and little is missed. Nothing that the script may drop or
resize is kept alive for it. Not how it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine.memory import shares
from nnstep.insight.arrays import Array, attributes, is_array
from nnstep.session import Session

_COMPARED = 1 << 20  # bytes of one array
_KEPT = 32 << 20  # bytes of all of them
_SAMPLE = 16_384  # elements of a larger one
_DEEP = 3
_ENTRIES = 64
_LABELS = 500
_OBJECTS = 1000
_NAME = re.compile(r"\w+")
_Call = tuple[str, ...]
_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_HOLDERS = (dict, list, tuple, set, frozenset)


class Name(NamedTuple):
    """What is called so, and what it is now."""

    label: str
    value: Any


class Restored(NamedTuple):
    """Values that came back.

    Attributes:
        again: those that are others than before; what lies in the same memory stands together.
        not_yet: the names that had a value then and have none now.
    """

    again: list[list[Name]]
    not_yet: list[str]


class Remembered:
    """The variables of a session as they are now, by the function call they belong to."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._moment = session.position.moment
        self._room = _KEPT
        calls = _calls(session)
        self._names = {call: list(names) for call, names in calls}
        self._then = {
            call: {label: self._mark(value) for label, value in _labels(names)}
            for call, names in calls
        }

    def restored(self) -> Restored | None:
        """What has other values now; None when the session has not gone back."""
        now = self._session.position.moment
        if now is None or (self._moment is not None and not now < self._moment):
            return None
        visible = {call: each for call, each in self._visible().items() if call in self._then}
        found: dict[str, Any] = {}
        gone: dict[str, None] = {}
        for call, names in visible.items():
            gone |= dict.fromkeys(each for each in self._names[call] if each not in names)
            for label, value in self._others(call, names):
                found.setdefault(label, value)
        return Restored(_together(found), list(gone))

    def changed(self) -> set[str]:
        """The variables that are others now than they were, or have been made since."""
        return {
            _NAME.match(label)[0]  # type: ignore[index]
            for call, names in self._visible().items() for label, _ in self._others(call, names)
        }

    def _visible(self) -> dict[_Call, dict[str, Any]]:
        """What can be seen: the function that runs, and the module behind it."""
        calls = _calls(self._session)
        return dict([calls[-1], calls[0]])

    def _others(self, call: _Call, names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """The values in a call of a function that don't match what is remembered of it."""
        then = self._then.get(call, {})
        for label, value in _labels(names):
            if not _matches(then.get(label), value):
                yield label, value

    def _mark(self, value: Any) -> Any:
        """What a value can be told by."""
        if is_array(value) and value.nbytes > min(self._room, _COMPARED):
            return _sampled(value)
        mark = _mark(value)
        self._room -= len(mark[-1]) if is_array(value) else 0
        return mark


def _matches(mark: Any, value: Any) -> bool:
    if isinstance(mark, _Sampled):
        return is_array(value) and _sampled(value) == mark
    return bool(mark == _mark(value))


class _Sampled(NamedTuple):
    """Some elements of a large array; that it isn't the same array says nothing."""

    shape: tuple[int, ...]
    dtype: str
    some: bytes


def _sampled(value: Array) -> _Sampled:
    data = np.asarray(value)
    laid_out = data.T if data.flags.f_contiguous else data
    flat = laid_out.reshape(-1) if laid_out.flags.c_contiguous else laid_out.flat
    # Odd, so that no half of the columns of most arrays is left out.
    some = flat[:: data.size // _SAMPLE | 1]
    return _Sampled(data.shape, data.dtype.str, b"" if data.dtype.hasobject else some.tobytes())


def _mark(value: Any) -> Any:
    kind = type(value)
    if is_array(value):
        data = np.asarray(value)
        if data.dtype.hasobject:
            return kind, data.shape, [_mark_of_item(each) for each in data.flat[:_OBJECTS]]
        return kind, data.shape, data.dtype.str, data.tobytes()
    if kind in (set, frozenset):
        # Its order means nothing.
        return kind, len(value), {_mark_of_item(each) for each in islice(value, _ENTRIES)}
    if kind is dict:
        pairs = islice(value.items(), _ENTRIES)
        plain = [(key, _mark_of_item(each)) for key, each in pairs if _is_plain(key)]
        return kind, len(value), plain
    if kind in (list, tuple):
        ends = (*value[:_ENTRIES], *value[-_ENTRIES:])
        return kind, len(value), [_mark_of_item(each) for each in ends]
    return _mark_of_item(value)


def _mark_of_item(value: Any) -> Any:
    # Of anything else its type has to do: executed again, it is made anew.
    kind = type(value)
    if kind in (float, complex) or issubclass(kind, np.generic):
        return kind, str(value)  # NaN equals itself here
    return (kind, value) if kind in _PLAIN else kind


# Which variables there are.


def _calls(session: Session) -> list[tuple[_Call, dict[str, Any]]]:
    """The functions in progress, outermost first: which call of which, and its variables.

    A function that is called anew has other variables, not other values of the same.
    """
    frames = session.frames()[::-1]
    if not frames:
        return [((), session.names())]
    moment = session.position.moment
    parts = moment.text.split("/") if moment is not None else []
    hidden = len(frames) - len(parts)  # those above the main loop share the first part
    return [
        ((each.function, *parts[: max(at - hidden, 0)]) if at else (), each.names)
        for at, each in enumerate(frames)
    ]


def _labels(names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names, and what can be reached by them: `W1`, `model['W1']`, `net.W1`."""
    return islice(_below(names.items(), _DEEP), _LABELS)


def _below(items: Iterable[tuple[str, Any]], deep: int) -> Iterator[tuple[str, Any]]:
    for label, value in list(items):
        if is_array(value) or _is_plain(value):
            yield label, value
            continue
        inside = _entries(label, value) if deep else []
        if type(value) in _HOLDERS:
            yield label, value  # its plain entries belong to it
            inside = [each for each in inside if not _is_plain(each[1])]
        yield from _below(inside, deep - 1)


def _entries(label: str, value: Any) -> list[tuple[str, Any]]:
    """What a container or an object holds, under the names that lead there."""
    kind = type(value)
    if kind is dict:
        pairs = islice(value.items(), _ENTRIES)
        return [(f"{label}[{key!r}]", each) for key, each in pairs if type(key) in _PLAIN]
    if kind in (list, tuple):
        return [(f"{label}[{at}]", each) for at, each in enumerate(value[:_ENTRIES])]
    inside = islice(attributes(value).items(), _ENTRIES)
    return [(f"{label}.{name}", each) for name, each in inside]


def _is_plain(value: Any) -> bool:
    kind = type(value)
    return kind in _PLAIN or issubclass(kind, np.generic)


# What lies in the same memory.


def _together(found: dict[str, Any]) -> list[list[Name]]:
    """The values, those that overlap in memory in one group, the name bound last before others."""
    groups: list[list[Name]] = []
    by_root: dict[int, list[list[Name]]] = {}
    for label, value in found.items():
        name = Name(label, value)
        near = by_root.setdefault(_root(value), []) if is_array(value) else []
        home = next((each for each in near if shares(each[0].value, value)), None)
        if home is not None:
            home.insert(0, name)
            continue
        groups.append([name])
        near.append(groups[-1])
    return groups


def _root(value: Array) -> int:
    """The identity of what owns an array's memory."""
    owner: Any = value
    while is_array(owner) and owner.base is not None:
        owner = owner.base
    return id(owner)
