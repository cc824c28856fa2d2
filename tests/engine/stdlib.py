"""Some files of the standard library: a lot of Python that people really wrote."""

import sysconfig
from pathlib import Path

_NAMES = """
    argparse ast bdb bisect calendar cmd codecs collections/__init__ configparser contextlib copy
    csv dataclasses datetime difflib dis doctest enum fractions ftplib functools heapq inspect
    ipaddress json/decoder json/encoder locale logging/__init__ mailbox numbers optparse pathlib
    pickle pickletools platform pprint random shutil statistics string subprocess tarfile tempfile
    textwrap threading tokenize traceback turtle types typing unittest/mock urllib/parse uuid
    weakref xml/dom/minidom zipfile
""".split()

_LIB = Path(sysconfig.get_path("stdlib"))
FILES = [path for name in _NAMES if (path := _LIB / f"{name}.py").exists()]
