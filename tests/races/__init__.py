"""Several processes that want the same case at once: `python -m tests.races`."""
