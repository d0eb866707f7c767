"""Doing it, durably: the journal, the phase interpreter, the lockdown."""
