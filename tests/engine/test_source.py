"""The text of a script: lines, spans, sections, narration, encodings."""

import ast
from pathlib import Path

import pytest

from nnstep.engine.source import Section, Source, Span


def source(text: str) -> Source:
    return Source("script.py", text)


def expression(text: str) -> tuple[Source, ast.AST]:
    """A source and the node of its first statement's expression."""
    statement = ast.parse(text).body[0]
    assert isinstance(statement, ast.Expr | ast.Assign)
    return source(text), statement.value


class TestLines:
    def test_numbers_start_at_one(self) -> None:
        text = source("a = 1\nb = 2\n")
        assert [text.line(number) for number in (0, 1, 2, 3, 4, -1)] == (
            ["", "a = 1", "b = 2", "", "", ""]
        )

    def test_only_newlines_end_a_line(self) -> None:
        # str.splitlines would also split at these, and every later number would be wrong.
        for odd in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029":
            text = f"a = 'x{odd}y'\nb = 2\n" if odd != "\x0c" else "a = 1\n\x0c\nb = 2\n"
            lines = source(text).lines
            assert lines[ast.parse(text).body[-1].lineno - 1] == "b = 2"

    def test_empty(self) -> None:
        assert source("").lines == ("",)
        assert source("").sections == ()


class TestSpan:
    def test_ascii(self) -> None:
        text, node = expression("x = a + b\n")
        assert text.span(node) == Span(1, 4, 1, 9)
        assert text.segment(text.span(node)) == "a + b"

    @pytest.mark.parametrize("before", ["'é'", "'→→'", "'日本'", "'🙂'", "'e\u0301'", "Ünïcödé"])
    def test_columns_count_characters(self, before: str) -> None:
        text = source(f"x = {before}, [right, '🙂']\n")
        tuple_ = ast.parse(text.text).body[0].value  # type: ignore[attr-defined]
        first, second = (text.span(each) for each in tuple_.elts)
        assert text.segment(first) == before
        assert text.segment(second) == "[right, '🙂']"
        assert second.end_column == len(text.line(1))

    def test_tabs_are_one_character(self) -> None:
        text = source("if a:\n\tb\t=\té\t+ 1\n")
        node = ast.parse(text.text).body[0].body[0].value  # type: ignore[attr-defined]
        assert text.span(node) == Span(2, 5, 2, 10)
        assert text.segment(text.span(node)) == "é\t+ 1"

    def test_several_lines_fold_to_one(self) -> None:
        text, node = expression("x = f(a,\n      'é',   b,\n\n      c)\n")
        assert text.span(node) == Span(1, 4, 4, 8)
        assert text.segment(text.span(node)) == "f(a, 'é',   b, c)"

    def test_agrees_with_ast(self) -> None:
        text = source(Path(__file__).read_text("utf-8"))
        for node in ast.walk(ast.parse(text.text)):
            if isinstance(node, ast.expr) and node.lineno == node.end_lineno:
                wanted = ast.get_source_segment(text.text, node)
                assert text.segment(text.span(node)) == wanted


class TestSections:
    def test_none(self) -> None:
        text = source("# just a comment\nx = 1\n")
        assert text.sections == ()
        assert text.section(1) is None

    def test_bounds(self) -> None:
        text = source("import a\n# %% One\nx = 1\n\n# %% Two\ny = 2")
        assert text.sections == (Section("One", 2, 4), Section("Two", 5, 6))
        assert text.section(1) is None
        titles = [text.section(line) for line in (2, 4, 5, 6)]
        assert [each and each.title for each in titles] == ["One", "One", "Two", "Two"]
        assert text.section(7) is None

    @pytest.mark.parametrize(
        ("head", "title"),
        [
            ("# %% Title", "Title"), ("#%%Title", "Title"), ("# %%", ""), ("#%%", ""),
            ("# %% [markdown] About", "About"), ("# %% [markdown]", ""), ("#  %%  x  y  ", "x y"),
            ("# %%% Deeper", "Deeper"), ("# %% 100 % of [it]", "100 % of [it]"),
            ("# %% Größe → 1", "Größe → 1"), ("    # %% Indented", "Indented"),
        ],
    )
    def test_titles(self, head: str, title: str) -> None:
        (section,) = source(f"{head}\nx = 1\n").sections
        assert section.title.split() == title.split()

    @pytest.mark.parametrize("line", ["# % Title", "x = 1  # %% no", "%% x"])
    def test_no_titles(self, line: str) -> None:
        assert source(f"{line}\n").sections == ()


class TestNarration:
    def test_lines_above(self) -> None:
        text = source("# one\n#  two #2\n##three\nx = 1\n")
        assert text.narration(4) == "one\ntwo #2\nthree"

    def test_indented(self) -> None:
        assert source("for i in a:\n    # why\n    x = 1\n").narration(3) == "why"

    def test_none(self) -> None:
        text = source("x = 1  # beside\ny = 2\n\n# far\n\nz = 3\n")
        assert [text.narration(line) for line in (1, 2, 6)] == ["", "", ""]

    def test_title_ends_it(self) -> None:
        assert source("# before\n# %% Title\n# after\nx = 1\n").narration(4) == "after"
        assert source("# before\n# %% Title\nx = 1\n").narration(3) == ""

    def test_shebang_is_none(self) -> None:
        assert source("#!/usr/bin/env python\n# words\nx = 1\n").narration(3) == "words"

    def test_blank_comment_stays_a_line(self) -> None:
        assert source("# a\n#\n# b\nx = 1\n").narration(4) == "a\n\nb"


class TestRead:
    def write(self, folder: Path, data: bytes) -> Path:
        path = folder / "script.py"
        path.write_bytes(data)
        return path

    @pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
    def test_line_ends(self, tmp_path: Path, ends: bytes) -> None:
        path = self.write(tmp_path, b"a = 1" + ends + b"b = 2" + ends)
        assert Source.read(path).text == "a = 1\nb = 2\n"
        assert Source.read(str(path)).path == str(path)

    def test_utf8_and_mark(self, tmp_path: Path) -> None:
        for mark in (b"", b"\xef\xbb\xbf"):
            path = self.write(tmp_path, mark + "é = '→'\n".encode())
            assert Source.read(path).text == "é = '→'\n"

    @pytest.mark.parametrize("cookie", ["latin-1", "cp1252", "iso-8859-15", "utf-8"])
    def test_cookie(self, tmp_path: Path, cookie: str) -> None:
        text = f"# -*- coding: {cookie} -*-\nname = 'é'\n"
        path = self.write(tmp_path, text.encode(cookie))
        assert Source.read(path).text == text
        second = self.write(tmp_path, f"#!/bin/python\n{text}".encode(cookie))
        assert Source.read(second).line(3) == "name = 'é'"

    @pytest.mark.parametrize(
        "data",
        [
            b"# coding: nonsense\n", b"x = 1\ny = '\xff'\n", b"\xef\xbb\xbf# coding: latin-1\n",
            b"# coding: ascii\nx = '\xe9'\n",
        ],
    )
    def test_what_is_no_text(self, tmp_path: Path, data: bytes) -> None:
        path = self.write(tmp_path, data)
        with pytest.raises(SyntaxError):
            Source.read(path)
        with pytest.raises(SyntaxError):
            compile(data, str(path), "exec")

    def test_names_the_line(self, tmp_path: Path) -> None:
        with pytest.raises(SyntaxError) as caught:
            Source.read(self.write(tmp_path, b"x = 1\ny = 2\nz = '\xff'\n"))
        assert caught.value.lineno == 3

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            Source.read(tmp_path / "none.py")
        with pytest.raises(IsADirectoryError):
            Source.read(tmp_path)


def test_lines_are_counted_from_one() -> None:
    source = Source("s.py", "one\ntwo")  # no end of line behind the last
    assert [source.line(number) for number in (0, 1, 2, 9)] == ["", "one", "two", ""]
