"""A script with one op mended, run beside the script as it is: how the cost goes in both.

Each runs in a process of its own, the mended one from a copy, so that neither the open session
nor the script's file is touched. What would mend an op is found elsewhere (insight/faults.py).
"""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
import tempfile
import tokenize
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nnstep import processes
from nnstep.engine.source import Source, Span
from nnstep.insight.faults import Fault, Mend, Place
from nnstep.insight.rewording import blocks
from nnstep.processes import Script, in_one_line
from nnstep.session import Session


@dataclass(frozen=True, slots=True)
class Course:
    """How the cost went in one run.

    Attributes:
        costs: its last value in each epoch, None where it had none.
        error: what went wrong, in one line, or an empty string.
    """

    costs: list[float | None] = field(default_factory=list)
    error: str = ""


class _Task(NamedTuple):
    """One run, in words that go to another process.

    Attributes:
        script: what is run.
        cost: the expression.
        loop: the line of the loop whose iterations are the epochs.
        copies: the files that stand in for others of their names; none for the script as it is.
        beside: the folder for them.
    """

    script: Script
    cost: str
    loop: int
    copies: dict[str, str]
    beside: str


# The text.


def mended_text(source: Source, fault: Fault, mend: Mend) -> str:
    """The text of a file with an op replaced, or put before another one.

    Args:
        source: the file.
        fault: the op.
        mend: the op as it should be: the whole statement, or the expression only.

    Raises:
        ValueError: the file is another by now, or the mended text is no Python.
    """
    if source.segment(fault.span) != fault.text:
        raise ValueError("the script is another one by now; `check` looks at it again")
    if mend.before is not None:
        return _moved(source, fault.span, mend.before)
    text = source.text
    try:
        start, end, new = _replacement(source, fault.span, mend.code)
        mended = text[:start] + new + text[end:]
        compile(mended, source.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise ValueError(
            f"with `{mend.code}` there the script is no Python: {error.msg}"
        ) from None
    return mended


def _moved(source: Source, span: Span, update: Place) -> str:
    """The text with an update moved right behind an op that should come before it.

    Raises:
        ValueError: they don't stand in one block, each on lines of its own.
    """
    lines = source.text.splitlines(keepends=True)
    for block in reversed([*blocks(ast.parse(source.text))]):
        first, last = (
            next((each for each in block if _holds(each, line)), None)
            for line in (update.line, span.line)
        )
        if first is None or last is None or first.lineno >= last.lineno:
            continue
        alone = all(sum(_holds(each, at.lineno) for each in block) == 1 for at in (first, last))
        if alone and _ends_line(lines, last):
            start, end, behind = first.lineno - 1, first.end_lineno or 0, last.end_lineno or 0
            moved = lines[:start] + lines[end:behind] + lines[start:end] + lines[behind:]
            return "".join(moved)
    raise ValueError(
        f"line {update.line} and line {span.line} don't stand in one block; move the update by hand"
    )


def _holds(statement: ast.stmt, line: int) -> bool:
    return statement.lineno <= line <= (statement.end_lineno or statement.lineno)


def _ends_line(lines: list[str], statement: ast.stmt) -> bool:
    return lines[(statement.end_lineno or 1) - 1].endswith("\n")


def _replacement(source: Source, span: Span, code: str) -> tuple[int, int, str]:
    """What of the text is replaced, and by what.

    Raises:
        SyntaxError: the code is none.
    """
    node = ast.parse(code).body[0]
    tree = ast.parse(source.text)
    statements = [each for each in ast.walk(tree) if isinstance(each, ast.stmt)]
    whole = next((each for each in statements if source.span(each) == span), None)
    assigns = isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
    if whole is not None and (assigns or not isinstance(whole, ast.Assign | ast.AugAssign)):
        return *_offsets(source, span), code
    if whole is not None:
        assert isinstance(whole, ast.Assign | ast.AugAssign)
        span = source.span(whole.value)
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        # The op is all that is assigned, and its target stands outside of it.
        code = ast.get_source_segment(code, node.value) or code
    return *_offsets(source, span), f"({code})"


def _offsets(source: Source, span: Span) -> tuple[int, int]:
    starts = [0]
    for line in source.lines:
        starts.append(starts[-1] + len(line) + 1)
    return starts[span.line - 1] + span.column, starts[span.end_line - 1] + span.end_column


# The two runs.


def courses(
    session: Session, fault: Fault, mend: Mend, cost: str
) -> tuple[Course, Course]:
    """Run a session's script as it is, and with an op mended; the session is left alone.

    Args:
        session: whose script it is, run as it was opened.
        fault: the op.
        mend: what would put it right.
        cost: the expression whose course is wanted.

    Raises:
        ValueError: it can't be mended so.
        OSError: there is no room for a copy.
        KeyboardInterrupt: Ctrl-C; the runs are ended.
    """
    source = _read(fault.path)
    text = mended_text(source, fault, mend)
    main = session.source.path
    if os.path.dirname(fault.path) != os.path.dirname(main):
        raise ValueError(f"{fault.path} doesn't lie beside the script; it must be mended by hand")
    copies = {main: session.source.text, fault.path: text}
    script = Script.of(session)
    before = getattr(session.main, "lineno", 0)
    shift = text.count("\n") - source.text.count("\n")
    after = before + shift if fault.path == main and before > fault.span.end_line else before
    with tempfile.TemporaryDirectory() as folder:  # a process that is ended couldn't remove it
        return _run_all([
            _Task(script, cost, before, {}, folder), _Task(script, cost, after, copies, folder)
        ])


def _read(path: str) -> Source:
    try:
        return Source.read(path)
    except (OSError, SyntaxError) as error:
        raise ValueError(f"can't read {path}: {error}") from None


def _run_all(tasks: list[_Task]) -> tuple[Course, Course]:
    started: list[subprocess.Popen[bytes]] = []
    try:
        for each in tasks:
            started.append(_start(each))
        one, other = (_result(each) for each in started)
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
            with process:
                pass
    return one, other


def _start(task: _Task) -> subprocess.Popen[bytes]:
    process = processes.start(__name__, processes.NO_WINDOW, task.script.folder)
    processes.tell(process, {**task._asdict(), "script": asdict(task.script)})
    return process


def _result(process: subprocess.Popen[bytes]) -> Course:
    found = processes.told(process)
    if found is not None:
        return Course(**found)
    return Course(error=f"the process ended with code {process.wait()} and without a result")


# In the process that was started for it.


def answer() -> None:
    """What the new process does: read a task, do it, tell what came of it."""
    processes.answer_once(lambda words: asdict(
        run(_Task(**{**words, "script": Script.told(words["script"])}))
    ))


def run(task: _Task) -> Course:
    """Do one run here. This changes the interpreter as any script may."""
    try:
        session = _session(task)
        session.run()
        wrong = "" if session.error is None else (
            f"{in_one_line(session.error)} (line {session.position.line})"
        )
        values = session.history(task.cost).values
    except Exception as error:
        return Course(error=in_one_line(error))
    return Course([_number(each) for each in values], wrong)


def _session(task: _Task) -> Session:
    script, folder = task.script, task.beside
    path = script.path
    for name, text in task.copies.items():
        Path(folder, os.path.basename(name)).write_bytes(_encoded(text))
    if task.copies:
        whole = os.path.abspath(path)
        # What lies beside the script is still found there.
        sys.path.insert(1, os.path.dirname(os.path.realpath(whole)))
        path = os.path.join(folder, os.path.basename(whole))
    session = Session(path, script.argv, script.into)
    if task.copies:
        session.set("__file__", whole)
    if task.loop and getattr(session.main, "lineno", 0) != task.loop:
        session.use_loop(task.loop)
    return session


def _encoded(text: str) -> bytes:
    """A text as its own first lines say that it is encoded."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(text.encode()).readline)
    return text.encode(encoding)


def _number(value: Any) -> float | None:
    if value is None or np.size(value) != 1:
        return None
    try:
        return float(np.asarray(value).reshape(()))
    except (TypeError, ValueError):
        return None
