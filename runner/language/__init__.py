"""What the security lead wrote: read strictly, checked across steps, shown in words."""

from runner.language.loading import Loaded, load

__all__ = ["Loaded", "load"]
