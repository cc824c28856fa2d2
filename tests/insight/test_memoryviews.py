"""Views done again on a copy of what they look into, however that lies in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nnstep.insight.memoryviews import owner_of, view_into

OWNERS: dict[str, Callable[[], Any]] = {
    "C": lambda: np.arange(24.0).reshape(2, 3, 4).copy(),
    "Fortran": lambda: np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)),
    "axes exchanged": lambda: np.arange(24.0).reshape(3, 2, 4).transpose(1, 0, 2) + 0,
    "single precision": lambda: np.arange(24, dtype=np.float32).reshape(2, 3, 4).copy(),
}
VIEWS: dict[str, Callable[[Any], Any]] = {
    "itself": lambda owner: owner,
    "all of it": lambda owner: owner[:],
    "turned": lambda owner: owner.T,
    "a part": lambda owner: owner[1:, ::2, 1:3],
    "backwards": lambda owner: owner[::-1, :, ::-3],
    "one": lambda owner: owner[1, 2, 3:4].reshape(()),
    "with an axis": lambda owner: owner[:, None, 1],
    "spread": lambda owner: np.broadcast_to(owner[0, 0], (2, 4)),
    "none": lambda owner: owner[2:],
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("owner", OWNERS)
def test_a_view_of_a_copy(owner: str, view: str) -> None:
    memory = OWNERS[owner]()
    value = VIEWS[view](memory)
    assert owner_of(value) is memory
    content = np.array(memory * 10, dtype=np.float64, order="K")
    again = view_into(value)(content)
    assert again.shape == value.shape and again.dtype == np.float64
    assert np.array_equal(again, np.asarray(value, dtype=np.float64) * 10)
    assert not again.size or np.shares_memory(again, content)
