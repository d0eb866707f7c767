"""Lets the disk fail under a run, by the kernel's own refusals: `python -m tests.disk`."""
