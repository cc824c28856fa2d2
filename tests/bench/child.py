"""The process of one measurement: calls one function and writes what it gives as JSON.

What scripts import is imported before, so that no measurement has it in its time.
"""

from __future__ import annotations

import importlib
import json
import sys

import numpy  # noqa: F401
import sklearn.datasets  # noqa: F401


def main(told: str) -> None:
    """Call a function, given with its module and its arguments."""
    module, name, arguments = json.loads(told)
    found = getattr(importlib.import_module(module), name)(*arguments)
    sys.__stdout__.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
