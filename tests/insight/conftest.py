"""What the tests of gradients share."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from nnstep.session import Session


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Session]:
    """Opens a script in a folder of its own, which is the current one."""

    def open_script(text: str) -> Session:
        monkeypatch.chdir(tmp_path)
        path = tmp_path / "net.py"
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return Session(path)

    return open_script
