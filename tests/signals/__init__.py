"""Sends signals to runs at random instants, and looks what went out afterwards: `python -m tests.signals`."""
