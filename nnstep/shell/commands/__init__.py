"""The commands, one function each. Importing this registers them, in the order of `help`."""

from __future__ import annotations

from nnstep.shell.commands import moving as moving  # isort: skip
from nnstep.shell.commands import returning as returning  # isort: skip
from nnstep.shell.commands import stopping as stopping  # isort: skip
from nnstep.shell.commands import finding as finding  # isort: skip
from nnstep.shell.commands import looking as looking  # isort: skip
from nnstep.shell.commands import understanding as understanding  # isort: skip
from nnstep.shell.commands import explaining as explaining  # isort: skip
from nnstep.shell.commands import plotting as plotting  # isort: skip
from nnstep.shell.commands import changing as changing  # isort: skip
from nnstep.shell.commands import branching as branching  # isort: skip
from nnstep.shell.commands import sweeping as sweeping  # isort: skip
from nnstep.shell.commands import teaching as teaching  # isort: skip
from nnstep.shell.commands import meta as meta  # isort: skip
