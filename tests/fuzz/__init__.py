"""Fuzzing: `python -m tests.fuzz NAME|all --seconds N`."""
