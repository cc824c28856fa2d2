"""Lets the tests import `oracle` and `programs`, which lie one folder up."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
