"""Frames: what a function in progress consists of. A frame is plain data."""

from __future__ import annotations

from collections.abc import Iterator
from types import CellType, FunctionType
from typing import Any

from nnstep.engine.ops import Code, Op


class Frame:
    """One function in progress.

    Attributes:
        code: its ops.
        pc: the index of the next op, or of the one that is under way.
        locals: its variables by mangled name; captured ones as cells. Of the module its globals.
        temps: values between ops, iterators and their counters.
        excs: the exceptions being handled, innermost last; the first is the caller's.
        back: the frame that called it.
        then: what its return value is wanted for, when not simply as the call's value.
        operands: those of the call that made it, kept only while someone watches.
        pending: operands already read, when stepping stops at each of them.
        left: by level in `excs`, the frames that the exception has left: their variables live
            as long as it is handled. None when there were none.
        mapping: the dictionary that `locals()` gave last.
    """

    __slots__ = (
        "back", "code", "excs", "left", "locals", "mapping", "operands", "pc", "pending", "temps",
        "then",
    )

    def __init__(
        self, code: Code, variables: dict[str, Any], back: Frame | None,
        handled: BaseException | None, then: tuple[Any, ...] | None = None,
    ) -> None:
        self.code = code
        self.pc = 0
        self.locals = variables
        self.temps: list[Any] = [None] * code.depth
        self.excs: list[BaseException | None] = [handled]
        self.left: dict[int, list[Frame]] | None = None
        self.back = back
        self.then = then
        self.operands: tuple[Any, ...] | None = None
        self.pending: tuple[Any, ...] | None = None
        self.mapping: dict[str, Any] | None = None

    @property
    def op(self) -> Op:
        """The next op."""
        return self.code.ops[self.pc]

    def stack(self) -> Iterator[Frame]:
        """This frame, and those that called it, outwards."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.back

    def trim(self, level: int) -> None:
        """Have done with the exceptions handled beyond a level."""
        del self.excs[level:]
        if self.left:
            self.left = {each: frames for each, frames in self.left.items() if each < level}

    def variables(self) -> dict[str, Any]:
        """The bound variables by name, cells opened, in the order of the function's text."""
        if self.code.is_module:
            return self.locals
        native = self.code.native
        order = dict.fromkeys((*native.co_varnames, *native.co_cellvars, *native.co_freevars))
        found: dict[str, Any] = {}
        for name in order:
            if name not in self.locals:
                continue
            value = self.locals[name]
            if type(value) is CellType:
                try:
                    value = value.cell_contents
                except ValueError:
                    continue
            found[name] = value
        return found

    def visible(self) -> dict[str, Any]:
        """The variables, and those of the comprehensions around the next op."""
        variables = self.variables()
        if self.pc >= len(self.code.ops) or not self.op.scope:
            return variables
        own = {
            name: contents(self.temps[slot]) if in_cell else self.temps[slot]
            for name, slot, in_cell in self.op.scope
        }
        return variables | own

    def assign(self, name: str, value: Any) -> None:
        """Bind a variable of this frame, in its cell if it has one."""
        held = self.locals.get(name)
        if type(held) is CellType and not self.code.is_module:
            held.cell_contents = value
        else:
            self.locals[name] = value


def contents(cell: CellType) -> Any:
    """What is in a cell; None when nothing is."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def bind(
    code: Code, function: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any] | None:
    """The variables with which a call begins, or None when the arguments don't fit.

    The native call then raises the error that Python words for it.
    """
    signature = code.signature
    if signature.plain and not kwargs and len(args) == len(signature.positional):
        variables = dict(zip(signature.positional, args))  # noqa: B905
    else:
        found = _bind(code, function, args, kwargs)
        if found is None:
            return None
        variables = found
    for name in signature.cells:
        variables[name] = CellType(variables[name]) if name in variables else CellType()
    if function.__closure__:
        variables.update(zip(code.native.co_freevars, function.__closure__, strict=True))
    return variables


def _bind(
    code: Code, function: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any] | None:
    signature = code.signature
    positional = signature.positional
    variables = dict(zip(positional, args, strict=False))
    extra = args[len(positional) :]
    if extra and signature.rest is None:
        return None
    named = {*positional[signature.positional_only :], *signature.keyword_only}
    keywords: dict[str, Any] = {}
    for name, value in kwargs.items():
        if name in named:
            if name in variables:
                return None
            variables[name] = value
        else:
            keywords[name] = value
    if keywords and signature.keywords is None:
        return None
    defaults = function.__defaults__ or ()
    for name, value in zip(reversed(positional), reversed(defaults), strict=False):
        variables.setdefault(name, value)
    for name, value in (function.__kwdefaults__ or {}).items():
        variables.setdefault(name, value)
    if any(name not in variables for name in (*positional, *signature.keyword_only)):
        return None
    if signature.rest is not None:
        variables[signature.rest] = extra
    if signature.keywords is not None:
        variables[signature.keywords] = keywords
    return variables
