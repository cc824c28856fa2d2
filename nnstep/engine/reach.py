"""Which objects belong to a script's state: all that its frames and modules reach.

Goes through containers, instances, functions and classes of the script, and instances of
library classes that are written in Python. Other objects are kept as they are.
"""

from __future__ import annotations

import array
import collections
import functools
import io
import random
import re
import sys
import types
import weakref
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from nnstep.engine import contents
from nnstep.engine.contents import Saved, Stray
from nnstep.engine.iterators import ITERATORS, SavedIterator
from nnstep.engine.savedarrays import SavedArray, SavedHeader, SavedObjects, Unchanged

Handler = Callable[["Reach", Any, str], None]

_ATOMS = {
    int, float, complex, bool, str, bytes, type(None), type(...), type(NotImplemented), range,
    slice, types.CodeType, types.WrapperDescriptorType, types.MethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType, types.ClassMethodDescriptorType, types.TracebackType,
    re.Pattern, np.ufunc, type(np.dot), types.GenericAlias, types.FrameType,
} | {*np.sctypeDict.values()} - {np.void, np.object_}
# What a subclass of these is besides never changes, its attributes may.
_UNCHANGING = (int, float, complex, str, bytes)
_SMALL = 1 << 16  # bytes of an array that is always saved
_TOO_MANY = 300_000  # objects


class Kinds:
    """Knows for each type what belongs to the state of its objects."""

    def __init__(
        self, is_own: Callable[[ModuleType], bool], written: frozenset[str], resizes: bool = False
    ) -> None:
        """Args:
        is_own: whether a module is a part of the script.
        written: the identifiers of arrays that the script may change in place.
        resizes: whether it resizes arrays, which NumPy refuses while anything else knows them.
        """
        self._is_own = is_own
        self._written = written
        self._handlers: dict[type, Handler | None] = dict.fromkeys(_ATOMS)
        self._handlers |= {
            list: _list, dict: _dict, tuple: _parts, frozenset: _parts, set: _set,
            bytearray: _bytearray, types.CellType: _cell, types.FunctionType: self._function,
            types.MethodType: _method, types.BuiltinFunctionType: _builtin,
            types.MethodWrapperType: _builtin, ModuleType: self._module, type: self._class,
            functools.partial: _partial, collections.deque: _deque,
            types.MappingProxyType: _parts_of_dict, property: _property,
            staticmethod: _wrapped, classmethod: _wrapped,
            np.ndarray: _array if not resizes else _resizable,
            array.array: _numbers, memoryview: _memory, weakref.ReferenceType: self._reference,
            collections.defaultdict: _defaultdict, np.random.SeedSequence: _seeds,
        }
        self._modules: dict[int, bool] = {}
        self._slots: dict[type, dict[str, Any]] = {}

    def is_written(self, label: str) -> bool:
        """Whether what has this name may be changed in place."""
        return label == "*" or label in self._written or "*" in self._written

    def handler(self, kind: type) -> Handler | None:
        """What reaches the objects of a type; None when there is nothing in them."""
        try:
            return self._handlers[kind]
        except KeyError:
            self._handlers[kind] = found = self._find(kind)
            return found

    def _find(self, kind: type) -> Handler | None:
        if issubclass(kind, np.generic | np.dtype):
            return None
        if issubclass(kind, types.BuiltinFunctionType):  # one more that Python itself makes
            return _builtin
        if issubclass(kind, np.memmap):
            return _stray("a memory-mapped array")
        if issubclass(kind, np.random.BitGenerator):
            return _bits
        if issubclass(kind, np.random.Generator):
            return _generator
        if issubclass(kind, random.SystemRandom):
            return None
        if issubclass(kind, np.random.RandomState | random.Random):
            return _random
        if kind in ITERATORS:
            return _iterator
        if issubclass(kind, types.GeneratorType | types.CoroutineType | types.AsyncGeneratorType):
            return _suspended
        if issubclass(kind, io.IOBase):
            return _file
        if kind is functools._lru_cache_wrapper:
            return self._cache
        if issubclass(kind, type):
            return self._class
        return self._instance(kind)

    # Modules, classes, functions.

    def _owns(self, name: object) -> bool:
        module = sys.modules.get(name) if isinstance(name, str) else None
        return module is not None and self._owns_module(module)

    def _owns_module(self, module: ModuleType) -> bool:
        if id(module) not in self._modules:
            own = module is sys.modules.get("__main__") or self._is_own(module)
            self._modules[id(module)] = own
        return self._modules[id(module)]

    def _module(self, reach: Reach, value: ModuleType, label: str) -> None:
        if self._owns_module(value):
            reach.add(value.__dict__, "")

    def _class(self, reach: Reach, value: type, label: str) -> None:
        if self._owns(type.__dict__["__module__"].__get__(value)):
            saved = contents.SavedClass(value)
            reach.save(saved)
            for name, each in saved.items.items():
                reach.add(each, name)

    def _function(self, reach: Reach, value: types.FunctionType, label: str) -> None:
        if not self._owns(value.__globals__.get("__name__")):
            return
        reach.save(contents.SavedFunction(value))
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            reach.add(cell, name)
        reach.add(value.__defaults__, "*")
        reach.add(value.__kwdefaults__, "*")
        reach.add(value.__dict__, "")

    def _cache(self, reach: Reach, value: Any, label: str) -> None:
        wrapped = getattr(value, "__wrapped__", None)
        if wrapped is not None and self._owns(getattr(wrapped, "__module__", None)):
            reach.save(contents.SavedCache(value))
            reach.add(wrapped, "")

    def _reference(self, reach: Reach, value: weakref.ReferenceType[Any], label: str) -> None:
        """A snapshot keeps what it saves alive, which weak references would show."""
        thing = value()
        if thing is not None and self._owns(getattr(type(thing), "__module__", None)):
            raise Stray(f"a weak reference to a {type(thing).__name__}")

    # Instances.

    def _instance(self, kind: type) -> Handler | None:
        """Instances: what they are besides, such as a list, and their attributes."""
        base = _base_handler(kind)
        has_dict, attributes = bool(getattr(kind, "__dictoffset__", 0)), _attributes_of(kind)
        slots = _slots_of(kind)
        transparent = base is not None or _is_python(kind)
        if not transparent and _is_inert(kind) and _advances(kind):
            return _stray(f"a {kind.__name__}, which can't be set back")
        if not transparent and not has_dict:
            return None if _is_inert(kind) else _opaque
        if transparent and base is None and not has_dict and not slots:
            return None

        if hasattr(kind, "__del__") and self._owns(kind.__module__):
            return _stray(f"a {kind.__name__}, whose end a saved state would delay")

        keep = contents.SavedErrstate if kind is np.errstate else contents.SavedSlots

        def handle(reach: Reach, value: Any, label: str) -> None:
            if base is not None:
                base(reach, value, label)
            elif not transparent and not _is_inert(kind) and not issubclass(kind, _UNCHANGING):
                _opaque(reach, value, label)
            if has_dict:
                reach.add(attributes(value), "")
            if slots:
                saved = keep(value, slots)
                reach.save(saved)
                for name, (_, content) in saved.values.items():
                    for each in content:
                        reach.add(each, name)

        return handle


def _attributes_of(kind: type) -> Callable[[Any], Any]:
    """What gives the `__dict__` of a type's objects, whatever the script calls so."""
    slots = [vars(each).get("__dict__") for each in kind.__mro__]
    own = [each for each in slots if isinstance(each, types.GetSetDescriptorType)]
    return own[0].__get__ if own else lambda value: object.__getattribute__(value, "__dict__")


def _base_handler(kind: type) -> Handler | None:
    bases: tuple[tuple[type, Handler], ...] = (
        (np.ndarray, _array), (list, _list), (dict, _dict), (set, _set),
        (bytearray, _bytearray), (tuple, _parts), (frozenset, _parts),
        (collections.deque, _deque), (BaseException, _error),
    )
    return next((handler for base, handler in bases if issubclass(kind, base)), None)


_HEAP = 1 << 9  # the flag of types that are made while a program runs, as `class` does


def _is_python(kind: type) -> bool:
    """Whether all that its objects consist of are attributes: no base of it is made in C."""
    return all(
        each.__flags__ & _HEAP and _may_be_python(each)
        for each in kind.__mro__ if each is not object
    )


def _may_be_python(kind: type) -> bool:
    """Whether a `class` statement has made it; types made in C have none of these."""
    names = vars(kind)
    return (
        kind.__bases__ != (object,) or "__dict__" in names or "__slots__" in names
        or any(isinstance(each, types.FunctionType) for each in names.values())
    )


def _slots_of(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in kind.__mro__:
        if "__slots__" in vars(each):
            found |= {
                name: slot for name, slot in vars(each).items()
                if isinstance(slot, types.MemberDescriptorType)
            }
    return found


def _is_inert(kind: type) -> bool:
    """Whether objects of a type written in C can be taken for unchanging: Python's own."""
    name = str(kind.__module__).partition(".")[0]
    return name in sys.stdlib_module_names or name == "numpy"


def _advances(kind: type) -> bool:
    """Whether objects of a type written in C go on from call to call."""
    return hasattr(kind, "__next__") or kind.__module__ in _ADVANCING


_ADVANCING = {
    "_hashlib", "_md5", "_sha1", "_sha2", "_sha256", "_sha512", "_sha3", "_blake2", "_hmac",
    "zlib", "_bz2", "_lzma", "_sre", "sqlite3", "_queue",
}


class Reach:
    """Goes from object to object, each once.

    Attributes:
        saved: what they were like.
        iterators: the iterators among them.
        kept: what is kept as it is: a name in the script by the type's name.
        size: about how many bytes this takes that an earlier snapshot doesn't.
    """

    def __init__(
        self, kinds: Kinds, earlier: Mapping[int, SavedArray | Unchanged]
    ) -> None:
        """Args:
        kinds: what belongs to the state of each type.
        earlier: the arrays of the latest snapshot.
        """
        self.saved: list[Saved] = []
        self.iterators: list[SavedIterator] = []
        self.kept: dict[str, str] = {}
        self.size = 0
        self._kinds = kinds
        self._earlier = earlier
        self._seen: dict[int, Any] = {}
        self._large: dict[int, tuple[Any, bool]] = {}
        self._todo: list[tuple[Any, str]] = []

    def add(self, value: Any, label: str) -> None:
        """An object that is reached under a name; `*` when it isn't known which."""
        if type(value) not in _ATOMS:
            self._todo.append((value, label))

    def save(self, saved: Saved) -> None:
        """Keep what an object was like."""
        self.saved.append(saved)
        self.size += saved.size

    def run(self) -> None:
        """Reach everything.

        Raises:
            Stray: something in it can't be saved and isn't inert.
        """
        todo, seen, handler_of = self._todo, self._seen, self._kinds.handler
        while todo:
            value, label = todo.pop()
            number = id(value)
            if number in seen:
                if number in self._large:
                    self._large_array(value, label)
                continue
            seen[number] = value
            handler = handler_of(type(value))
            if handler is not None:
                try:
                    handler(self, value, label)
                except Stray:
                    raise
                except Exception as error:  # the script's own class may answer anything
                    kind = type(value).__name__
                    raise Stray(f"a {kind} that can't be looked into ({error})") from None
                if len(seen) > _TOO_MANY:
                    raise Stray(f"more than {_TOO_MANY} objects")
        for large, written in self._large.values():
            if written:
                self._save_array(large)
            else:
                self._keep_unchanged(large)
        if self.iterators:  # what they go over comes first, for they are made again from that
            owners = {id(each) for iterator in self.iterators for each in iterator.parts}
            self.saved.sort(key=lambda saved: id(saved.thing) not in owners)

    def array(self, value: Any, label: str) -> None:
        """An array that owns its memory."""
        if value.nbytes > _SMALL and not value.dtype.hasobject:
            self._large_array(value, label)
        else:
            self._save_array(value)

    def _large_array(self, value: Any, label: str) -> None:
        _, written = self._large.get(id(value), (value, False))
        self._large[id(value)] = value, written or self._kinds.is_written(label)

    def _keep_unchanged(self, value: Any) -> None:
        if id(value) not in self._earlier:
            self.size += value.nbytes  # it lives on with the snapshot
        self.save(Unchanged(value))

    def _save_array(self, value: Any) -> None:
        earlier = self._earlier.get(id(value))
        if earlier is None or earlier.thing is not value:
            earlier = None
            self.size += value.nbytes  # it lives on with the snapshot
        self.save(SavedArray(value, earlier if isinstance(earlier, SavedArray) else None))


class Living(Reach):
    """Goes from object to object past those that can't be saved, and gathers these.

    When an older state takes the place of one that has them, they must not die by that: the
    `finally` of a generator would run, and a `__del__`, at a moment at which nothing does.

    Attributes:
        strays: they.
    """

    def __init__(self, kinds: Kinds) -> None:
        super().__init__(kinds, {})
        self.strays: list[Any] = []

    def run(self) -> None:
        """Reach everything."""
        while self._todo:
            value, label = self._todo.pop()
            if id(value) in self._seen:
                continue
            self._seen[id(value)] = value
            handler = self._kinds.handler(type(value))
            try:
                if handler is not None:
                    handler(self, value, label)
            except Exception:  # a Stray, or an answer of the script's own class
                self.strays.append(value)

    def array(self, value: Any, label: str) -> None:
        """Nothing is in it."""


# One function a kind.


def _list(reach: Reach, value: list[Any], label: str) -> None:
    saved = contents.SavedList(value)
    reach.save(saved)
    parts = [each for each in saved.items if type(each) not in _ATOMS]
    saved.plain = not parts
    for each in parts:
        reach.add(each, label)


def _dict(reach: Reach, value: dict[Any, Any], label: str) -> None:
    saved = contents.SavedDict(value)
    reach.save(saved)
    for key, each in saved.items.items():
        if type(key) is str:
            if key != "__builtins__":
                reach.add(each, label or key)
        else:
            reach.add(key, label)
            reach.add(each, label)


def _set(reach: Reach, value: set[Any], label: str) -> None:
    saved = contents.SavedSet(value)
    reach.save(saved)
    for each in saved.items:
        if type(each) in ITERATORS:
            raise Stray("an iterator within a set")
        reach.add(each, label)


def _deque(reach: Reach, value: Any, label: str) -> None:
    saved = contents.SavedDeque(value)
    reach.save(saved)
    for each in saved.items:
        reach.add(each, label)


def _defaultdict(reach: Reach, value: Any, label: str) -> None:
    _dict(reach, value, label)
    reach.add(value.default_factory, "")


def _bytearray(reach: Reach, value: bytearray, label: str) -> None:
    reach.save(contents.SavedBytes(value))


def _numbers(reach: Reach, value: array.array[Any], label: str) -> None:
    reach.save(contents.SavedNumbers(value))


def _memory(reach: Reach, value: memoryview, label: str) -> None:
    reach.add(value.obj, label)


def _parts(reach: Reach, value: Any, label: str) -> None:
    plain: Any = tuple if isinstance(value, tuple) else frozenset
    for each in plain.__iter__(value):
        if type(each) in ITERATORS:
            raise Stray(f"an iterator within a {plain.__name__}")
        reach.add(each, label)


def _parts_of_dict(reach: Reach, value: Any, label: str) -> None:
    for each in list(value.values()):
        reach.add(each, label)


def _cell(reach: Reach, value: types.CellType, label: str) -> None:
    saved = contents.SavedCell(value)
    reach.save(saved)
    for each in saved.content:
        reach.add(each, label)


def _builtin(reach: Reach, value: Any, label: str) -> None:
    """A method of a built-in object, such as `log.append`, holds that object."""
    if type(value.__self__) in ITERATORS:
        raise Stray(f"a method of a {type(value.__self__).__name__}")
    reach.add(value.__self__, label)


def _method(reach: Reach, value: types.MethodType, label: str) -> None:
    reach.add(value.__self__, label)
    reach.add(value.__func__, "")


def _partial(reach: Reach, value: functools.partial[Any], label: str) -> None:
    for each in (value.func, value.args, value.keywords):
        reach.add(each, label)


def _property(reach: Reach, value: property, label: str) -> None:
    for each in (value.fget, value.fset, value.fdel):
        reach.add(each, "")


def _wrapped(reach: Reach, value: Any, label: str) -> None:
    reach.add(value.__func__, "")


def _array(reach: Reach, value: Any, label: str) -> None:
    base = value.base
    if isinstance(base, np.memmap):
        raise Stray("a memory-mapped array")
    if isinstance(base, np.ndarray):
        reach.save(SavedHeader(value))
        reach.add(base, label)
    elif value.dtype.hasobject and value.dtype.names is None:
        saved = SavedObjects(value)
        reach.save(saved)
        for each in saved.items.ravel().tolist():
            if type(each) in ITERATORS:
                raise Stray("an iterator within an array")
            reach.add(each, label)
    elif value.dtype.hasobject:
        raise Stray("an array of records that hold objects")
    else:
        reach.array(value, label)


def _resizable(reach: Reach, value: Any, label: str) -> None:
    raise Stray("an array that the script may resize, which it can't while a state knows it")


def _random(reach: Reach, value: Any, label: str) -> None:
    reach.save(contents.SavedRandom(value))
    _attributes(reach, value)


def _attributes(reach: Reach, value: Any) -> None:
    """The `__dict__` of what may be an instance of a class of the script's own."""
    if getattr(type(value), "__dictoffset__", 0):
        reach.add(_attributes_of(type(value))(value), "")


def _error(reach: Reach, value: BaseException, label: str) -> None:
    saved = contents.SavedError(value)
    reach.save(saved)
    for each in saved.parts.values():
        reach.add(each, label)


def _seeds(reach: Reach, value: np.random.SeedSequence, label: str) -> None:
    reach.save(contents.SavedSeeds(value))


def _generator(reach: Reach, value: np.random.Generator, label: str) -> None:
    reach.add(value.bit_generator, label)


def _bits(reach: Reach, value: Any, label: str) -> None:
    reach.save(contents.SavedBits(value))


def _iterator(reach: Reach, value: Any, label: str) -> None:
    try:
        saved = SavedIterator(value)
    except (TypeError, AttributeError, RuntimeError):
        raise Stray(f"a {type(value).__name__} that can't be set back") from None
    reach.iterators.append(saved)
    for each in saved.parts:
        reach.add(each, label)


def _suspended(reach: Reach, value: Any, label: str) -> None:
    frame = getattr(value, "gi_frame", None) or getattr(value, "cr_frame", None) \
        or getattr(value, "ag_frame", None)
    if frame is not None:
        name = getattr(value, "__name__", "")
        raise Stray(f"the {type(value).__name__} {name}, which can't be set back")


def _file(reach: Reach, value: io.IOBase, label: str) -> None:
    standard = (sys.__stdin__, sys.__stdout__, sys.__stderr__, sys.stdin, sys.stdout, sys.stderr)
    if isinstance(value, io.StringIO | io.BytesIO):
        if not value.closed:
            reach.save(contents.SavedMemory(value))
            _attributes(reach, value)
    elif any(value is each for each in standard) or value.closed:
        return
    else:
        raise Stray(f"the open file {getattr(value, 'name', '')!r}")


def _opaque(reach: Reach, value: Any, label: str) -> None:
    kind = type(value)
    if "__next__" in dir(kind):
        raise Stray(f"a {kind.__name__}, which can't be set back")
    reach.kept.setdefault(kind.__name__, label if label != "*" else "")


def _stray(what: str) -> Handler:
    def refuse(reach: Reach, value: Any, label: str) -> None:
        raise Stray(what)

    return refuse
