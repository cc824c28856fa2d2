"""A little library beside the scripts that use it."""
from .losses import *
from .units import Affine, Chain, Tanh

__version__ = "0.2"
