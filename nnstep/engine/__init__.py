"""Runs a script one op at a time. Knows the standard library and NumPy, nothing else of nnstep."""
