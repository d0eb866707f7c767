"""Where the playbooks and templates that come with severance are: in a checkout, and installed."""

from __future__ import annotations

from pathlib import Path

__all__ = ["shipped"]

_RUNNER = Path(__file__).resolve().parents[1]


def shipped(folder: str) -> Path:
    """Return the folder `playbooks` or `templates` that came with this code."""
    installed = _RUNNER / "shipped" / folder  # where the wheel puts it; a checkout has it at the top
    return installed if installed.is_dir() else _RUNNER.parent / folder
