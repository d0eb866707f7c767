"""An environment a peer, made once by its own installer and kept in the user's cache folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

__all__ = ["Environment", "NotInstalled"]


class NotInstalled(Exception):
    """A peer cannot be had here; the text says why."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What a peer is installed as, and where."""

    package: str
    allowed: str = ""
    """Which versions, such as `>=3,<4`."""

    @property
    def folder(self) -> Path:
        """Where it is: outside the repository, so that it outlives a checkout."""
        return platformdirs.user_cache_path("severance-bench", appauthor=False) / "peers" / self.package

    def program(self, name: str) -> str:
        """Return the path of a program of the environment."""
        return str(self.folder / "bin" / name)

    def version(self) -> str:
        """Return the version that is installed, after installing it where it is missing. Raises NotInstalled."""
        return self._found() or self._made()

    def _found(self) -> str:
        ask = f"import importlib.metadata; print(importlib.metadata.version({self.package!r}))"
        try:
            told = subprocess.run([self.program("python"), "-c", ask], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return ""
        return told.stdout.strip()

    def _made(self) -> str:
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            for command in (
                [sys.executable, "-m", "venv", str(self.folder)],
                [self.program("python"), "-m", "pip", "install", "-q", f"{self.package}{self.allowed}"],
            ):
                subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            said = str(getattr(error, "stderr", "") or error).strip().splitlines()
            raise NotInstalled(said[-1] if said else "no reason given") from error
        return self._found()
