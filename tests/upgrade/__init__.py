"""Cases that earlier releases left open, and what this release makes of them: `python -m tests.upgrade.freeze OUT`."""
