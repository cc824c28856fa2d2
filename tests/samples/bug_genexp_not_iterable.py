"""uncaught: 3.11 blames the whole generator expression for an iterable that is none, not the iterable."""
o0 = None
(1 for v in o0)
