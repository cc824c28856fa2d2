"""What nnstep costs: `python -m tests.bench`. Measured side by side, nothing asserted.

Process time with one thread for linear algebra, each measurement in a process of its own, the ways
to be compared in turn, the best of several runs. The groups are modules beside this one.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench import gradients, growth, peers, rendering, running, sizes, startup, travel
from tests.bench.measure import Settings
from tests.bench.tables import Table

GROUPS: dict[str, Callable[[Settings], Iterator[Table]]] = {
    "running": running.tables,
    "peers": peers.tables,
    "travel": travel.tables,
    "gradients": gradients.tables,
    "growth": growth.tables,
    "sizes": sizes.tables,
    "rendering": rendering.tables,
    "startup": startup.tables,
}
_SHORT, _LONG = 20_000, 200_000  # epochs


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="runs of each way; %(default)s")
    parser.add_argument("--epochs", type=int, help=f"of a long run; {_SHORT}, {_LONG} when full")
    parser.add_argument("--full", action="store_true", help="also what takes many minutes")
    parser.add_argument("--only", choices=GROUPS, action="append", help="a group; repeatable")
    parser.add_argument("--json", action="store_true", help="all figures, each run's too")
    return parser.parse_args()


def machine() -> dict[str, str]:
    """What the figures depend on."""
    return {
        "python": platform.python_version(),
        "numpy": importlib.metadata.version("numpy"),
        "system": platform.platform(),
    }


def main() -> None:
    """Measure, and print tables or JSON."""
    asked = options()
    epochs = asked.epochs or (_LONG if asked.full else _SHORT)
    found: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(max(1, asked.runs), epochs, asked.full, folder)
        for name in asked.only or GROUPS:
            for table in GROUPS[name](settings):
                found.setdefault(name, []).append(table.data())
                if not asked.json:
                    print(table.text(), end="\n\n", flush=True)
    if asked.json:
        asked_for = {"runs": settings.runs, "epochs": settings.epochs, "full": settings.full}
        print(json.dumps({"machine": machine(), **asked_for, "groups": found}, indent=2))


if __name__ == "__main__":
    main()
