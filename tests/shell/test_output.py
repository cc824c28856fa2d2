"""The one owner of the screen: what it may write, how wide, and in what order."""

from __future__ import annotations

import pytest
from rich.text import Text
from shell_helpers import Stream

from nnstep.shell.output import Output, OutputClosed


class Closed(Stream):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def shown(stream: Stream, **environment: str) -> str:
    output = Output(stream, stream, environment)
    output.show(Text("name", style="bold magenta"))
    output.hint("a hint")
    output.error("an error")
    return stream.getvalue()


PLAIN = "name\na hint\nan error\n"


def test_a_terminal_gets_escape_codes() -> None:
    text = shown(Stream(terminal=True), TERM="xterm")
    assert "\x1b[" in text
    assert "name" in text


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "unknown"}])
def test_a_terminal_without_escape_codes(environment: dict[str, str]) -> None:
    assert shown(Stream(terminal=True), **environment) == PLAIN


@pytest.mark.parametrize(
    ("environment", "palette", "colour", "code"),
    [
        ({"TERM": "xterm"}, 16, "#d55e01", "[33m"),
        ({"TERM": "xterm-16color"}, 16, "#d55e02", "[33m"),
        ({}, 16, "#d55e03", "[33m"),
        ({"TERM": "xterm-256color"}, 256, "#d55e04", "[38;5;166m"),
        ({"TERM": "xterm-kitty"}, 256, "#d55e05", "[38;5;166m"),
        ({"TERM": "xterm-256color", "COLORTERM": "yes"}, 256, "#d55e06", "[38;5;166m"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, 1 << 24, "#d55e07", "[38;2;213;94;7m"),
        ({"TERM": "screen-256color", "COLORTERM": "24bit"}, 1 << 24, "#d55e08", "[38;2;213;94;8m"),
    ],
)
def test_as_many_colours_as_the_terminal_has(
    environment: dict[str, str], palette: int, colour: str, code: str
) -> None:
    # A colour each: rich keeps the codes of a style, whatever console it was first used in.
    stream = Stream(terminal=True)
    output = Output(stream, stream, environment)
    assert output.palette == palette and output.colours
    output.show(Text("name", style=colour))
    assert stream.getvalue() == f"\x1b{code}name\x1b[0m\n"


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"]
)
def test_many_colours_that_nobody_wants(environment: dict[str, str]) -> None:
    environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
    output = Output(Stream(terminal=True), Stream(terminal=True), environment)
    assert output.palette == 0 and not output.colours
    assert shown(Stream(terminal=True), **environment) == PLAIN


def test_an_empty_no_color_counts_as_unset() -> None:
    assert "\x1b[" in shown(Stream(terminal=True), NO_COLOR="", TERM="xterm")


def test_a_pipe_gets_no_escape_codes() -> None:
    assert shown(Stream(), TERM="xterm", FORCE_COLOR="1", COLORTERM="truecolor") == PLAIN


def test_force_color_of_the_process_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    assert shown(Stream()) == PLAIN


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_what_a_stream_cannot_show_is_escaped(encoding: str) -> None:
    stream = Stream(encoding=encoding)
    output = Output(stream, stream, {})
    assert output.ascii
    output.text("λ = 3\n")
    output.hint("β")
    assert stream.getvalue() == "\\u03bb = 3\n\\u03b2\n"


def test_utf8_is_shown_as_it_is() -> None:
    stream = Stream(encoding="UTF8")
    output = Output(stream, stream, {})
    assert not output.ascii
    output.text("λ\n")
    assert stream.getvalue() == "λ\n"


def test_lone_surrogates_are_escaped() -> None:
    stream = Stream()
    Output(stream, stream, {}).text("\udc80\n")
    assert stream.getvalue() == "\\udc80\n"


def test_what_is_shown_begins_on_a_line_of_its_own() -> None:
    stream = Stream()
    output = Output(stream, stream, {})
    output.text("epoch 0: ")
    output.show(Text("next"))
    output.text("done\n")
    output.text("")
    output.show(Text("end"))
    assert stream.getvalue() == "epoch 0: \nnext\ndone\nend\n"


def test_errors_go_to_their_own_stream_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out, err = Stream(), Stream()
    output = Output(out, err, {})
    output.text("half a line")
    output.error("word " * 30)
    assert out.getvalue() == "half a line\n"
    assert err.getvalue().count("\n") == 1


def test_markup_and_emoji_are_only_text() -> None:
    stream = Stream()
    Output(stream, stream, {}).error("[bold]a[0] :smile: [/]")
    assert stream.getvalue() == "[bold]a[0] :smile: [/]\n"


def test_escape_codes_of_the_script_pass() -> None:
    stream = Stream()
    Output(stream, stream, {}).text("\x1b[1mbold\x1b[0m\n")
    assert stream.getvalue() == "\x1b[1mbold\x1b[0m\n"


@pytest.mark.parametrize(("columns", "width"), [("100", 100), ("40", 40), ("1", 24), ("x", 80)])
def test_width(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("os.get_terminal_size", _no_terminal)
    assert Output(Stream(), Stream(), {}).width == width


def test_the_width_is_used_where_term_is_dumb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "dumb")
    stream = Stream(terminal=True)
    Output(stream, stream).hint("word " * 20)
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 30
    assert len(lines) == 4


def _no_terminal(*_: object) -> None:
    raise OSError


def test_nobody_reads() -> None:
    output = Output(Closed(), Closed(), {})
    for write in (output.text, output.hint, output.error):
        with pytest.raises(OutputClosed):
            write("text")


# A line that passes.


def terminal() -> tuple[Stream, Output]:
    stream = Stream(terminal=True)
    return stream, Output(stream, stream, {"NO_COLOR": "1"})


def test_a_passing_line_is_drawn_over_and_erased() -> None:
    stream, output = terminal()
    output.passing(Text("epoch 1000"))
    output.passing(Text("epoch 9"))
    output.passing(None)
    assert stream.getvalue() == "\repoch 1000\r\repoch 9   \r\r       \r"


def test_what_is_shown_erases_the_passing_line() -> None:
    for show in ("text", "hint", "error"):
        stream, output = terminal()
        output.passing(Text("epoch 7"))
        getattr(output, show)("said\n")
        assert stream.getvalue().startswith("\repoch 7\r\r       \rsaid\n")


def test_no_passing_line_behind_what_the_script_has_begun() -> None:
    stream, output = terminal()
    output.text("half a line")
    output.passing(Text("epoch 7"))
    assert stream.getvalue() == "half a line"


def test_a_passing_line_is_cut_to_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream, output = terminal()
    output.passing(Text("word " * 30))
    assert len(stream.getvalue().strip()) <= 39
    assert "\n" not in stream.getvalue()


def test_no_passing_line_in_a_pipe() -> None:
    out, err = Stream(terminal=True), Stream()
    output = Output(out, err, {})
    output.passing(Text("epoch 7"))
    output.passing(None)
    assert out.getvalue() == err.getvalue() == ""
