"""What a script changes in `builtins`: there while it runs, taken back, and gone to again."""

from __future__ import annotations

import builtins

import numpy as np

from nnstep.engine.patched import Patched


def test_changes_are_there_only_while_the_script_runs() -> None:
    plain, array = dict(vars(builtins)), np.zeros(2)  # which can't be compared
    patched = Patched()
    with patched.between():
        builtins.len = array  # type: ignore[assignment]
        del builtins.sorted
        builtins.new = 3  # type: ignore[attr-defined]
        marked = patched.changes
    assert dict(vars(builtins)) == plain
    with patched.between():
        assert vars(builtins)["len"] is array and "sorted" not in vars(builtins)
        patched.go_to({})
        assert dict(vars(builtins)) == plain
        patched.go_to(marked)
        assert vars(builtins)["new"] == 3
        patched.go_to({})
    assert dict(vars(builtins)) == plain and patched.changes == {}
