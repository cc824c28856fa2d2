"""The text of a script: its lines, its sections, its narration.

Not the compiler: nothing here knows what the text does when it runs.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_SECTION = re.compile(r"\s*#\s*%%+\s*(?:\[[^\]]*\]\s*)?(?P<title>.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Span:
    """Where a piece of source stands: 1-based lines, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a script under one `# %% title` line.

    Attributes:
        title: the words behind `# %%`, or an empty string.
        first: its first line, the `# %%` line itself.
        last: its last line.
    """

    title: str
    first: int
    last: int


class Source:
    """One script's text and what can be read off it without running it.

    Attributes:
        path: the file name as tracebacks show it.
        text: the whole text, decoded, with its newlines as `\\n`.
        lines: the lines without their ends; `lines[0]` is line 1.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        # str.splitlines would also split at form feeds and the like, which Python doesn't count.
        self.lines: tuple[str, ...] = tuple(text.split("\n"))

    @classmethod
    def read(cls, path: str | Path) -> Source:
        """Read a file as Python would: its encoding cookie and byte-order mark are honoured.

        Raises:
            OSError: the file can't be read.
            SyntaxError: the encoding is unknown, or the bytes don't fit it.
        """
        data = Path(path).read_bytes()
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        except SyntaxError as error:
            raise _not_text(data, str(path), str(error)) from error
        try:
            text = io.TextIOWrapper(io.BytesIO(data), encoding, newline=None).read()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"'{error.encoding}' codec can't decode byte 0x{data[error.start]:02x}"
            raise SyntaxError(message, (str(path), line, None, None)) from error
        return cls(str(path), text)

    def line(self, number: int) -> str:
        """The text of a 1-based line, empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def span(self, node: ast.AST) -> Span:
        """Where an AST node stands, its byte columns turned into character columns."""
        line, end_line = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        start = self._column(line, node.col_offset)  # type: ignore[attr-defined]
        end = self._column(end_line, node.end_col_offset)  # type: ignore[attr-defined]
        return Span(line, start, end_line, end)

    def _column(self, line: int, offset: int) -> int:
        text = self.line(line)
        if text.isascii():
            return offset
        return len(text.encode()[:offset].decode(errors="replace"))

    def segment(self, span: Span) -> str:
        """The source between two places, its line breaks and indentation folded to one blank."""
        if span.line == span.end_line:
            return self.line(span.line)[span.column : span.end_column]
        inner = [self.line(number) for number in range(span.line + 1, span.end_line)]
        first = self.line(span.line)[span.column :]
        last = self.line(span.end_line)[: span.end_column]
        return " ".join(part.strip() for part in (first, *inner, last) if part.strip())

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The parts of the script, in order; lines above the first `# %%` belong to none."""
        heads = [
            (number, match["title"])
            for number, text in enumerate(self.lines, 1)
            if (match := _SECTION.match(text))
        ]
        ends = [number - 1 for number, _ in heads[1:]] + [len(self.lines)] * bool(heads)
        return tuple(
            Section(title, first, last)
            for (first, title), last in zip(heads, ends, strict=True)
        )

    def section(self, line: int) -> Section | None:
        """The section in which a line stands, if any."""
        for section in self.sections:
            if section.first <= line <= section.last:
                return section
        return None

    def narration(self, line: int) -> str:
        """The comment lines right above a line, without their `#`, empty if there are none.

        A `# %%` line ends the search: it is a title, not narration.
        """
        found: list[str] = []
        for number in range(line - 1, 0, -1):
            text = self.line(number).strip()
            if not text.startswith("#") or _SECTION.match(text) or text.startswith("#!"):
                break
            found.append(text.lstrip("#").strip())
        return "\n".join(reversed(found))


def _not_text(data: bytes, path: str, otherwise: str) -> SyntaxError:
    """The error of bytes that are no UTF-8, with the line; or of an unknown encoding."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        return SyntaxError(f"byte 0x{byte:02x} is no UTF-8 text", (path, line, None, None))
    return SyntaxError(otherwise, (path, 1, None, None))
