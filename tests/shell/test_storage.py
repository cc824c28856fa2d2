"""Whatever is written: where it can't be, that is told in one line, and nothing else changes."""

from __future__ import annotations

import builtins
import errno
import io
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from shell_helpers import Desk

from nnstep import cli
from nnstep.shell import drafting, figures, kept, learnt, recording, replaying, transcripts
from nnstep.shell.output import OutputClosed
from nnstep.shell.prompt import _Typed
from nnstep.transcript import Transcript, parse

ROOT = Path(__file__).parents[2]
SCRIPT = """import numpy as np
x = np.arange(6.0).reshape(3, 2) / 7
w = np.ones((2, 1))
for epoch in range(9):
    z = x @ w
    loss = (z ** 2).sum() / 2
    grad = x.T @ z
    w = w - 0.1 * grad
    print("epoch", epoch)
"""
TEXT = """+++
title = "A small one"
script = "../small.py"
+++

```nnstep
(nn) next
```

Some.

```nnstep
(nn) p 6 * 7
42.5
```

More.
"""


class Thing(NamedTuple):
    """Something that nnstep writes.

    Attributes:
        path: the file.
        act: writes it.
        lines: what is typed before.
        old: whether there is such a file already.
    """

    path: str
    act: Callable[[Desk], object]
    lines: tuple[str, ...] = ()
    old: bool = True


def typed(line: str) -> Callable[[Desk], object]:
    return lambda desk: desk.shell.execute(line)


def update(desk: Desk, in_place: bool) -> None:
    transcripts.replay_files(
        desk.shell.output, ["there/stale.md"], update=True, in_place=in_place
    )


def show_figure(desk: Desk) -> None:
    pytest.importorskip("matplotlib")
    from nnstep.showing import Shown

    shown = Shown(1, "Figure 1", np.zeros((2, 2, 3), np.uint8), b"a picture", True)
    figures.show(shown, 1, "small.py", desk.shell.output)


def keep_typed(desk: Desk) -> None:
    history = _Typed("small.py")
    history.append_string("step \udcff")
    if history.failure:
        desk.shell.output.hint(history.failure)


STATE = "state/nnstep/{}"
NUMBERED = kept.name_of("small.py")
THINGS = {
    "progress": Thing(
        STATE.format("lessons/progress.json"), typed("skip"), ("lesson there/stale.md",)
    ),
    "typed": Thing(STATE.format(f"typed/{NUMBERED}"), keep_typed),
    "figure": Thing(STATE.format(f"figures/{NUMBERED}-1.png"), show_figure),
    "film": Thing(
        "there/a.cast", typed("record off"), ("record there/a.cast", "step"), old=False
    ),
    "picture": Thing(
        "there/a.svg", typed("record off"), ("record there/a.svg", "step"), old=False
    ),
    "recorded": Thing(
        "there/a.md", typed("record off"), ("record there/a.md", "step"), old=False
    ),
    "plot": Thing("there/plot.svg", typed("plot w --save there/plot.svg"), ("epoch 3",)),
    "draft": Thing("made.md", lambda desk: drafted(desk), old=False),
    "update": Thing("there/stale.md.new", lambda desk: update(desk, in_place=False)),
    "in place": Thing("there/stale.md", lambda desk: update(desk, in_place=True)),
}


def drafted(desk: Desk) -> None:
    try:
        drafting.draft(desk.shell.output, "made", "small.py")
    except recording.CommandError as error:
        desk.shell.output.error(str(error))


# What may go wrong.


@contextmanager
def no_room(path: Path) -> Iterator[None]:
    """No file may grow, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def a_file_in_its_place(path: Path) -> Iterator[None]:
    """The folder is none."""
    aside = path.parent.with_name("aside")
    path.parent.rename(aside)
    path.parent.write_text("no folder")
    try:
        yield
    finally:
        path.parent.unlink()
        aside.rename(path.parent)


def failing(module: Any, name: str, code: int) -> Callable[[Path], AbstractContextManager[None]]:
    """A call of the operating system fails."""

    @contextmanager
    def fault(path: Path) -> Iterator[None]:
        def fail(*_: object) -> None:
            raise OSError(code, os.strerror(code), "/what/it/was/called/with")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, name, fail)
            yield

    return fault


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Nothing is opened for writing."""
    real = builtins.open

    def opened(file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
        if set(mode) & set("wax"):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(file))
        return real(file, mode, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "open", opened)
        patch.setattr(io, "open", opened)
        yield


FAULTS: dict[str, tuple[Callable[[Path], AbstractContextManager[None]], str]] = {
    "no room": (no_room, "File too large"),
    "no folder": (a_file_in_its_place, ""),
    "read-only": (read_only, "Read-only file system"),
    "full": (failing(Path, "write_bytes", errno.ENOSPC), "No space left on device"),
    "quota": (failing(os, "replace", errno.EDQUOT), "exceeded"),
    "not moved": (failing(os, "replace", errno.EACCES), "Permission denied"),
}
MENDS = ("make room there", "XDG_STATE_HOME", "nothing is lost: mend that", "name another file",
         "name a file elsewhere", "make it", "go to another folder", "copy the lesson")  # fmt: skip


@cache
def played() -> dict[tuple[str, ...], replaying.Replay]:
    return {}


def replayed(transcript: Transcript, folder: str = "") -> replaying.Replay:
    """Plays a file once for all tests: each time is a process."""
    key = transcript.lines
    if key not in played():
        played()[key] = replaying.replay(transcript, folder)
    found = played()[key]
    return replaying.Replay(transcript, found.played, found.told)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "500")
    Path("small.py").write_text(SCRIPT)
    for folder in ("there", *(STATE.format(each) for each in ("lessons", "typed", "figures"))):
        Path(folder).mkdir(parents=True)
    Path("there/stale.md").write_text(TEXT)
    for module in (drafting, recording):
        monkeypatch.setattr(module, "replay", replayed)
    monkeypatch.setattr(transcripts, "replay_all", lambda paths, jobs: (
        replayed(parse(each.read_text(), each)) for each in paths
    ))  # fmt: skip
    made = Desk()
    made.shell.open("small.py")
    yield made
    made.shell.close()


def tree(folder: Path) -> dict[str, bytes]:
    """All files, but for the locks."""
    files = (each for each in folder.rglob("*") if each.is_file() and each.suffix != ".lock")
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


def said_by(desk: Desk, act: Callable[[Desk], object]) -> str:
    places = desk.out.tell(), desk.err.tell()
    act(desk)
    return desk.out.getvalue()[places[0] :] + desk.err.getvalue()[places[1] :]


# A draft goes into the present folder, what was typed is added to its file, and a lesson file
# that isn't there can't be read either.
NONE = {("draft", "no folder"), ("update", "no folder"), ("in place", "no folder"),
        ("typed", "full"), ("typed", "quota"), ("typed", "not moved")}  # fmt: skip


@pytest.mark.parametrize(
    ("what", "fault"), [each for each in product(THINGS, FAULTS) if each not in NONE]
)
def test_a_fault_is_told_and_changes_nothing(
    desk: Desk, tmp_path: Path, what: str, fault: str
) -> None:
    thing, (broken, reason) = THINGS[what], FAULTS[fault]
    path = tmp_path / thing.path
    if thing.old and not path.exists():
        path.write_text('{"old": {"page": 1, "pages": 2}}')
    desk.type(*thing.lines)
    before = tree(tmp_path)
    with broken(path):
        said = said_by(desk, thing.act)
        during = said_by(desk, typed("p 1 + 1"))
    told = [line for line in said.splitlines() if "can't" in line or "could not" in line]
    assert len(told) == 1 and (thing.path in told[0] or fault == "no folder"), said
    assert reason in told[0] and any(words in told[0] for words in MENDS), told
    for words in ("Traceback", "Errno", ".nnstep-", "/what/it/was"):
        assert words not in said
    assert "1 + 1 = 2" in during
    assert tree(tmp_path) == before
    said = said_by(desk, thing.act)  # the fault is mended
    after = tree(tmp_path)
    assert "can't" not in said and after[thing.path] != before.get(thing.path), said
    assert after.keys() - before.keys() <= {thing.path}


# Two at once.


def test_a_recording_overwrites_no_file_that_came_meanwhile(desk: Desk, tmp_path: Path) -> None:
    desk.type("record there/a.cast", "step")
    Path("there/a.cast").write_text("of another session")
    said = desk.fail("record off")
    assert "a.cast: there is such a file by now; nothing is lost: mend that" in said
    Path("there/a.cast").rename("there/b.cast")
    desk.type("record off")
    assert Path("there/b.cast").read_text() == "of another session"


@pytest.mark.parametrize("kind", ["cast", "svg", "md"])
def test_at_the_end_a_recording_goes_where_there_is_room(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there"))
    (tmp_path / "gone").mkdir()
    desk.type(f"record gone/a.{kind}", "step")
    (tmp_path / "gone").rmdir()
    desk.shell.close()
    said = desk.err.getvalue().splitlines()
    assert said == [
        f"can't write {tmp_path}/gone/a.{kind}: there is no folder {tmp_path}/gone, make it"
    ]
    (path,) = (tmp_path / "there").glob(f"a-*.{kind}")
    assert f"{path}: written" in desk.out.getvalue() and desk.shell.failed
    if kind == "md":
        assert replaying.replay(parse(path.read_text(), path)).good


def test_nowhere_to_go(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nosuch"))
    desk.type("record there/a.cast", "step")
    with a_file_in_its_place(tmp_path / "there/a.cast"):
        desk.shell.close()
    first, second = desk.err.getvalue().splitlines()
    assert "there/a.cast: there is no folder" in first
    assert f"can't write {tmp_path}/nosuch/a-" in second
    assert desk.shell.recording is None and desk.shell.output.listener is None


def test_a_script_is_opened_though_what_was_recorded_cannot_be_written(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there"))
    Path("other.py").write_text("y = 1\n")
    desk.type("record there/a.md", "step")
    Path("there/a.md").write_text("mine")
    desk.type("open other.py", "step")
    assert desk.shell.session["y"] == 1 and desk.shell.typed == ["step"]
    assert Path("there/a.md").read_text() == "mine"
    assert len([*Path("there").glob("a-*.md")]) == 1


def test_a_damaged_file_that_another_session_has_mended_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = learnt._path(), learnt.locked
    path.write_text("{")

    @contextmanager
    def late(locked: Path) -> Iterator[None]:
        with real(locked):
            path.write_text('{"one": {"page": 1, "pages": 2}}')
            yield

    monkeypatch.setattr(learnt, "locked", late)
    assert learnt.load() == ({"one": learnt.Learnt(1, 2)}, "")
    assert path.exists() and not path.with_suffix(".damaged").exists()


def test_a_damaged_file_that_cannot_be_set_aside_stays(desk: Desk) -> None:
    path = learnt._path()
    path.write_text("{")
    with failing(Path, "replace", errno.EROFS)(path):
        known, note = learnt.load()
        assert not known and note.startswith("how far you are can't be read: Read-only file")
        with pytest.raises(OSError):
            learnt.save("one", learnt.Learnt(1, 2))
    assert path.read_text() == "{"


def test_a_lesson_file_that_was_edited_while_it_was_played(desk: Desk) -> None:
    path = Path("there/stale.md")
    found = replayed(parse(TEXT, path))
    path.write_text(TEXT + "Mine.\n")
    desk.shell.output.listener = None
    assert not transcripts._updated(desk.shell.output, found, in_place=True)
    assert "stale.md was changed while it was played" in desk.err.getvalue()
    assert path.read_text() == TEXT + "Mine.\n"


# What the file is.


def test_a_link_stays_a_link_and_a_secret_one(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    real, link = tmp_path / "far/real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    kept.write(link, b"new")
    assert link.is_symlink() and real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["far", "link"] and os.listdir(real.parent) == ["real"]


def test_who_may_read_a_file_may_read_it_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, modes = tmp_path / "secret", list[int]()
    path.write_text("old")
    path.chmod(0o600)
    real = Path.write_bytes

    def written(beside: Path, data: bytes) -> int:
        modes.append(beside.stat().st_mode & 0o777)
        return real(beside, data)

    monkeypatch.setattr(Path, "write_bytes", written)
    kept.write(path, b"new")
    assert modes == [0o600] and path.read_text() == "new"


def test_what_another_one_has_left_behind_is_let_be(tmp_path: Path) -> None:
    left = tmp_path / f".nnstep-{os.getpid()}-0"
    left.write_text("of a process that was killed")
    kept.write(tmp_path / ("n" * 250), b"new")
    assert left.exists() and len(os.listdir(tmp_path)) == 2


# Where the state is.


@pytest.mark.parametrize(
    ("state", "home", "where"),
    [
        (None, "{}", "{}/.local/state/nnstep/typed"), ("", "{}", "{}/.local/state/nnstep/typed"),
        ("{}/s", "{}", "{}/s/nnstep/typed"), ("s", "{}", "{}/.local/state/nnstep/typed"),
        ("~/s", "{}", "{}/s/nnstep/typed"), ("s", "not/absolute", None),
    ],
)  # fmt: skip
def test_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str | None, home: str, where: str | None
) -> None:
    monkeypatch.setenv("HOME", home.format(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    if state is not None:
        monkeypatch.setenv("XDG_STATE_HOME", state.format(tmp_path))
    if where is None:
        with pytest.raises(OSError, match="no home folder"):
            kept.place("typed")
    else:
        assert str(kept.place("typed")) == where.format(tmp_path)


def test_lessons_are_listed_without_a_state_folder_and_none_is_made(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "new"))
    assert "can't" not in desk.type("lessons") and not (tmp_path / "new").exists()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "small.py"))
    said = desk.type("lessons")
    assert said.startswith("how far you are can't be read: Not a directory: ")
    assert "small.py/nnstep/lessons/progress.json; have XDG_STATE_HOME" in said
    assert "perceptron" in said


# An end in the middle of it.

ENDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("at", ["pathlib.Path.write_bytes", "shutil.copymode", "os.replace"])
@pytest.mark.parametrize("ended", ENDS)
def test_a_signal_waits_until_the_file_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: signal.Signals, at: str
) -> None:
    path, came, name = tmp_path / "old", list[bytes](), at.rpartition(".")[2]
    path.write_text("old")
    real = getattr(Path if "Path" in at else sys.modules[at.partition(".")[0]], name)

    def interrupted(*given: Any) -> None:
        real(*given)
        os.kill(os.getpid(), ended)
        assert not came

    before = signal.signal(ended, lambda *_: came.append(path.read_bytes()))
    try:
        monkeypatch.setattr(at, interrupted)
        kept.write(path, b"new")
    finally:
        handler = signal.signal(ended, before)
    assert came == [b"new"] and os.listdir(tmp_path) == ["old"]
    assert callable(handler)  # what was there before is there again


@pytest.mark.parametrize("ended", ENDS[1:])
def test_a_recording_outlives_what_ends_the_process(
    tmp_path: Path, ended: signal.Signals
) -> None:
    (tmp_path / "small.py").write_text(SCRIPT)
    lines = ["record a.cast", "p 6 * 7", "import os", f"os.kill(os.getpid(), {ended})", "p 7 * 8"]
    done = subprocess.run(
        [sys.executable, "-m", "nnstep", "small.py"], cwd=tmp_path, capture_output=True, text=True,
        input="\n".join(lines), env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: signal.signal(ended, signal.SIG_DFL),  # as a terminal starts it
    )  # fmt: skip
    assert done.returncode == -ended and done.stdout.endswith("a.cast: written\n"), done.stderr
    film = (tmp_path / "a.cast").read_text()
    assert "6 * 7 = 42" in film and "7 * 8" not in film
    assert sorted(os.listdir(tmp_path)) == ["a.cast", "small.py"]


def test_ctrl_c_while_the_last_is_written(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    desk.type("record there/a.md", "step")
    before = tree(tmp_path)
    monkeypatch.setattr(recording, "replay", pressed)
    with pytest.raises(KeyboardInterrupt):
        desk.shell.execute("record off")
    assert desk.shell.recording is not None  # it goes on
    with pytest.raises(KeyboardInterrupt):
        desk.shell.close()
    assert desk.err.getvalue() == f"{tmp_path}/there/a.md isn't written\n"
    assert tree(tmp_path) == before and not desk.shell.has_session


# Output that can't be written.


COMMAND_LINES = {
    "version": ["--version"], "help": ["--help"], "of a command": ["trace", "--help"],
    "lessons": ["lessons"], "check": ["check", "small.py"], "data": ["check", "--json", "small.py"],
    "trace": ["trace", "small.py"], "events": ["trace", "--json", "small.py"],
    "commands": ["small.py", "-c", "p 1", "-c", "nonsense", "--keep-going", "-c", "continue"],
    "printing": ["small.py", "-c", "continue", "-c", "vars"],
    "lesson": ["lesson", "there/stale.md"], "replay": ["replay", "there/stale.md"],
    "compared": ["replay", "--check", "there/stale.md"],
}


def without_reader() -> int:
    read, write = os.pipe()
    os.close(read)
    return write


STREAMS: dict[str, tuple[Callable[[], int], int, str]] = {
    "nobody reads": (without_reader, 0, ""),
    "full": (
        lambda: os.open("/dev/full", os.O_WRONLY), 1,
        "nnstep: can't write the output: No space left on device\n",
    ),
}


@pytest.mark.parametrize("buffered", [True, False], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("what", COMMAND_LINES)
def test_output_that_cannot_be_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    what: str, stream: str, buffered: bool,
) -> None:  # fmt: skip
    opened, code, message = STREAMS[stream]
    raw = os.fdopen(opened(), "wb", buffering=-1 if buffered else 0)
    with io.TextIOWrapper(raw, encoding="utf-8", write_through=not buffered) as out:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n\nquit\n"))
        assert cli.main(COMMAND_LINES[what]) == code
        out.flush()  # as Python does at its end
    assert capsys.readouterr().err == message


def test_what_was_recorded_is_kept_when_nobody_reads_any_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(text: str) -> int:
        raise BrokenPipeError

    desk.type("record there/a.cast", "step")
    monkeypatch.setattr(desk.out, "write", closed)
    monkeypatch.setattr(desk.err, "write", closed)
    for act in (lambda: desk.shell.execute("step"), desk.shell.close):
        with pytest.raises(OutputClosed):
            act()
    assert "import numpy as np" in Path("there/a.cast").read_text()
    assert not desk.shell.has_session


@pytest.mark.parametrize("what", ["version", "help", "lessons", "commands"])
def test_no_stream_at_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main(COMMAND_LINES[what]) == (1 if what == "commands" else 0)
    assert cli.main(["nosuch.py"]) == cli.main(["--nosuch"]) == cli.main(["run"]) == 2
    for stream in (sys.stdout, sys.stderr):
        assert stream.name == os.devnull
        stream.close()


@pytest.mark.parametrize("arguments", [["nosuch.py"], ["--nosuch"], ["run"], ["check", "no.py"]])
def test_errors_that_cannot_be_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    with open("/dev/full", "w", buffering=1, encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stderr", full)
        assert cli.main(arguments) == 2
        full.flush()


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("ops", [[], ["--ops"]])
def test_run_ends_as_python_does_when_nobody_reads(
    tmp_path: Path, ops: list[str], unbuffered: str
) -> None:
    (tmp_path / "prints.py").write_text("for at in range(3):\n    print(at)\n")
    ends = []
    for command in (["prints.py"], ["-m", "nnstep", "run", *ops, "prints.py"]):
        out = without_reader()
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, stdout=out, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered},
        )
        os.close(out)
        ends.append((done.returncode, done.stderr))
    assert ends[0] == ends[1]
