"""Kills runs at every named point, and looks whether anything was lost or done twice: `python -m tests.crash`."""
