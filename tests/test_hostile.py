"""Scripts that do what scripts shouldn't: the same as under Python, and a session that survives.

It takes a minute: `python -m pytest -m long` runs it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAME = {
    "exits": "import sys\nprint('a')\nsys.exit(3)\n",
    "exits at once": "import os\nprint('a', flush=True)\nos._exit(4)\n",
    "aborts": "import os\nos.abort()\n",
    "raises KeyboardInterrupt": "print('a')\nraise KeyboardInterrupt\n",
    "recurses without end": "def f(n):\n    return f(n + 1)\nf(0)\n",
    "catches its recursion": (
        "def f(n):\n    return f(n + 1)\ntry:\n    f(0)\nexcept RecursionError as error:\n"
        "    print('caught', error)\n"
    ),
    "allocates too much": "import numpy as np\nx = np.zeros((10**7, 10**7))\n",
    "replaces sys.stdout": (
        "import io, sys\nold = sys.stdout\nsys.stdout = io.StringIO()\nprint('hidden')\n"
        "text = sys.stdout.getvalue()\nsys.stdout = old\nprint('seen', repr(text))\n"
    ),
    "has no standard output": "import sys\nsys.stdout = None\nx = 3\n",
    "closes its output": "import sys\nsys.stdout.close()\n",
    "changes the folder": "import os\nos.chdir('/')\nprint(os.getcwd())\n",
    "starts threads": (
        "import threading\nout = []\nt = threading.Thread(target=lambda: out.append(1))\n"
        "t.start()\nt.join()\nprint(out)\n"
    ),
    "patches builtins": (
        "import builtins\nold = builtins.print\n"
        "builtins.print = lambda *given: old('patched', *given)\nprint('x')\n"
        "builtins.len = lambda given: 42\nprint(len([]))\nbuiltins.isinstance = None\n"
        "del builtins.sorted\nbuiltins.dict = builtins.str = builtins.tuple = 3\ny = [1]\n"
    ),
    "deletes its own file": (
        "import os\nos.remove(__file__)\nx = 1\nprint('gone', x)\n"
        "def f():\n    raise ValueError('here')\nf()\n"
    ),
    "prints a lot": "for i in range(20):\n    print('x' * 1000000)\n",
    "prints what is no text": (
        "import sys\nsys.stdout.buffer.write(b'\\xff\\xfe\\x80 raw\\n')\nsys.stdout.flush()\n"
        "print('end')\n"
    ),
    "prints half a character": "print('\\ud800')\n",
    "sets a trace function": "import sys\nsys.settrace(lambda *given: None)\nprint('t')\n",
    "handles signals": (
        "import os, signal\nsignal.signal(signal.SIGINT, lambda *given: print('sig'))\n"
        "os.kill(os.getpid(), signal.SIGINT)\nprint('after')\n"
    ),
    "registers for the end": "import atexit\natexit.register(print, 'bye')\nprint('x')\n",
    "forks": (
        "import os\npid = os.fork()\nif pid == 0:\n    print('child', flush=True)\n"
        "    os._exit(0)\nos.waitpid(pid, 0)\nprint('parent')\n"
    ),
    "hides how it is shown": (
        "class A:\n    def __repr__(self):\n        raise SystemExit(9)\na = A()\nb = [a]\n"
    ),
    "loses its builtins": "del __builtins__\nx = 1\nprint(x)\n",
    "loses its module": "import sys\ndel sys.modules['__main__']\nprint('ok')\n",
    "reads where nothing is": "x = input('? ')\nprint(x)\n",
    "escapes": "print('\\x1b[2J\\x1b[31mred')\nname = '\\x1b[2Jevil'\n",
    "has huge numbers": "x = 10 ** 100000\ny = [x] * 3\n",
}
ENDS = {"exits at once": 4, "aborts": -6}
"""These end the process, and so the session; nothing can be said any more."""


def ran(folder: Path, text: str, *command: str) -> tuple[int, bytes, bytes]:
    (folder / "script.py").write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, "-P", *command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, check=False, timeout=100,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.long
@pytest.mark.parametrize("name", SAME)
def test_the_same_as_under_python(name: str, tmp_path: Path) -> None:
    expected = ran(tmp_path, SAME[name], "script.py")
    assert ran(tmp_path, SAME[name], "-m", "nnstep", "run", "--ops", "script.py") == expected


@pytest.mark.long
@pytest.mark.parametrize("name", SAME)
def test_the_session_goes_on(name: str, tmp_path: Path) -> None:
    commands = ("continue", "vars", "p 6 * 7", "where")
    options = [part for each in commands for part in ("-c", each)]
    code, out, err = ran(
        tmp_path, SAME[name], "-m", "nnstep", "script.py", "--keep-going", *options
    )
    assert b"nnstep/" not in err and code == ENDS.get(name, code)
    if name in ENDS:
        return
    assert code in (0, 1) and b"6 * 7 = 42" in out, err
    if name == "escapes":  # what the script prints is its own; nothing else steers the terminal
        assert out.count(b"\x1b") == 2
    if name == "patches builtins":
        assert b"patched 42" in out
