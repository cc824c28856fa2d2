"""Data to rich renderables: tables, excerpts, stops. No state, no engine calls, no printing."""
