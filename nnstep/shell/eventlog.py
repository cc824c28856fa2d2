"""`nnstep trace`: a script's run op by op, each a line of JSON for other tools, or of text.

The lines and their fields are described in `SCHEMA`. What the script prints is in them, and not
shown besides. Not how the ops are executed: a session steps through them.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nnstep.engine.events import Event, Mutation, Operand
from nnstep.insight.arrays import is_array, summarize
from nnstep.shell.failures import describe
from nnstep.shell.interrupts import halting
from nnstep.shell.output import Output
from nnstep.shell.registry import CommandError
from nnstep.shell.stage import Stage
from nnstep.version import __version__

_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating)
_BITS = 10_000  # of a whole number that is told
LIMIT = 100
"""So many elements of an array are told, unless another number is given."""
SCHEMA = """The first line describes the run:
  nnstep     the version
  schema     the version of these fields: 1
  script     the script, as it was given

Then one line an op, in the order in which they are executed:
  moment     the coordinate of time, such as "1200.17"
  epoch      the iteration of the main loop from 0; null outside of it
  path, line, function   where the op stands
  depth      how many functions deep it ran
  kind       compute, call, return, bind, loop, loop end, store, native, load or error
  op         its text
  names      the names it bound
  operands   what it worked on: name, and the fields of a value
  value      its result: the fields of a value; null where it has none
  mutated    what it changed in place: name, aliases, and the fields of the changed value
  printed    what it has printed to the standard output
  error      what it raised, in words; null for nothing

A value has the fields:
  type       the name of its type; of an array, of its elements
  text       in one short line
  shape      of an array; else null
  values     the elements of an array in C order, or the number itself; null where there are
             more than --limit, and for what is no number
  min, max, mean, zeros, nans, infs   of an array of numbers; of the finite elements

JSON knows no NaN and no infinity; they are the texts "nan", "inf" and "-inf". The last line is
{"end": ...}: "end of the script", "epochs" when --epochs was reached, or "error"."""


def trace(
    output: Output, target: str, arguments: Sequence[str] = (), *, epochs: int | None = None,
    as_json: bool = False, limit: int = LIMIT,
) -> bool:
    """Run a script op by op, and tell each of them.

    Args:
        output: where they are told.
        target: a lesson, or a path.
        arguments: the script's.
        epochs: after how many epochs of the main loop it ends; all if None.
        as_json: as JSON; else as lines to read.
        limit: how many elements of an array are told as JSON.

    Returns:
        Whether the script ended without an error.

    Raises:
        CommandError: it can't be opened.
        KeyboardInterrupt: Ctrl-C.
    """
    stage = Stage(output)
    stage.open(target, arguments)
    try:
        stage.session.on_print = None
        if epochs is not None and stage.session.main is None:
            raise CommandError("the script has no main loop whose epochs could be counted")
        if as_json:
            head = {"nnstep": __version__, "schema": 1, "script": target}
            output.text(json.dumps(head) + "\n")
        for event in _events(stage, epochs):
            output.text((json.dumps(_told(event, limit)) if as_json else _line(event)) + "\n")
        end = _end(stage)
        output.text((json.dumps({"end": end}) if as_json else end) + "\n")
        return end != "error"
    finally:
        stage.close_script()


def _events(stage: Stage, epochs: int | None) -> Iterator[Event]:
    session = stage.session
    while not session.finished:
        with halting(session.interrupt):
            event = session.step()
        if event is None or session.stop.reason == "interrupted":
            raise KeyboardInterrupt
        yield event
        here = session.position.epoch
        if epochs is not None and here is not None and here >= epochs:
            return


def _end(stage: Stage) -> str:
    session = stage.session
    if not session.finished:
        return "epochs"
    return "error" if session.stop.reason == "error" else "end of the script"


def _line(event: Event) -> str:
    """An op in one line to read."""
    value = "" if event.kind == "call" else f"  {summarize(event.value).text}"
    changed = "".join(f"  {each.name} changed in place" for each in event.mutated)
    raised = f"  {type(event.exception).__name__}" if event.exception is not None else ""
    return f"{event.moment}  line {event.line}  {event.text}{value}{changed}{raised}"


def _told(event: Event, limit: int) -> dict[str, Any]:
    error = event.exception
    return {
        "moment": str(event.moment), "epoch": event.moment.epoch,
        "path": os.path.basename(event.path), "line": event.line, "function": event.function,
        "depth": event.depth, "kind": event.kind, "op": event.text, "names": list(event.names),
        "operands": [_operand(each, limit) for each in event.operands],
        "value": None if event.kind in ("call", "error") else _value(event.value, limit),
        "mutated": [_mutation(each, limit) for each in event.mutated],
        "printed": event.printed,
        "error": None if error is None else describe(error),
    }


def _operand(operand: Operand, limit: int) -> dict[str, Any]:
    return {"name": operand.name, **_value(operand.value, limit)}


def _mutation(mutation: Mutation, limit: int) -> dict[str, Any]:
    own = {"name": mutation.name, "aliases": list(mutation.aliases)}
    return {**own, **_value(mutation.value, limit)}


def _value(value: Any, limit: int) -> dict[str, Any]:
    facts = summarize(value)
    known: dict[str, Any] = {
        "type": facts.type, "text": facts.text,
        "shape": None if facts.shape is None else list(facts.shape), "values": None,
    }
    if not is_array(value):
        # Asked by its type: `__class__` may lie or raise.
        is_number = issubclass(type(value), _NUMBERS)
        known["values"] = _plain(value) if is_number else None
        return known
    if value.dtype.kind in "biuf":
        known |= {
            "min": _plain(facts.low), "max": _plain(facts.high), "mean": _plain(facts.mean),
            "zeros": facts.zeros, "nans": facts.nans, "infs": facts.infs,
        }
        if value.size <= limit:
            known["values"] = [_plain(each) for each in np.asarray(value).ravel().tolist()]
    return known


def _plain(number: Any) -> Any:
    """A number as JSON has it; None for what is none, and for what has thousands of digits."""
    if issubclass(type(number), float | np.floating):
        plain = float(number)
        return plain if math.isfinite(plain) else str(plain)
    if issubclass(type(number), np.generic):
        number = number.item()
    if issubclass(type(number), int):
        return number if number.bit_length() < _BITS else None
    return None
