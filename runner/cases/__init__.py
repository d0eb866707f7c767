"""Doing it, durably: the phase interpreter, the questions to people, the lockdown and its undo."""
