"""One case at least for every action, from the module of its vendor in `vendors/`.

A new action needs one entry there; `test_no_action_goes_without_a_case` says so.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from tests.conformance import vendors
from tests.conformance.case import Case
from tests.conformance.world import Vendor

__all__ = ["CASES", "VENDORS", "vendor_of"]

_MODULES = {
    each.name: importlib.import_module(f"{vendors.__name__}.{each.name}")
    for each in pkgutil.iter_modules(vendors.__path__)
}
VENDORS: dict[str, type[Vendor]] = {name: module.VENDOR for name, module in _MODULES.items()}
CASES: list[Case] = [case for module in _MODULES.values() for case in module.CASES]


def vendor_of(name: str, folder: Path) -> Vendor:
    """Open a vendor, with a folder of its own for its ledgers."""
    folder.mkdir()
    return VENDORS[name](name, folder)
