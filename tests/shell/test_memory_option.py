"""How much memory going back may take: from the command line to the session."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstep import cli, session


@pytest.mark.parametrize(("options", "expected"), [([], 64 << 20), (["--memory", "5"], 5 << 20)])
def test_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], expected: int
) -> None:
    (tmp_path / "net.py").write_text("x = 1\n")
    given: list[int] = []
    opened = session.open

    def note(script: str, argv: object, into: object, memory: int, _: object) -> session.Session:
        given.append(memory)
        return opened(script, memory=memory)

    monkeypatch.setattr(session, "open", note)
    assert cli.main([str(tmp_path / "net.py"), *options, "-c", "step"]) == 0
    assert given == [expected]


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "much", ""])
def test_memory_that_is_no_amount(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["net.py", f"--memory={text}"]) == cli.MISUSED
    assert "is not a whole number of MiB from 1 on" in capsys.readouterr().err
