"""Files: a folder, and a case for its action."""

from __future__ import annotations

import shutil

from runner.actions.values import Json
from tests.conformance.case import PAGE, Case
from tests.conformance.world import Vendor

__all__ = ["CASES", "VENDOR"]


class FilesVendor(Vendor):
    """A folder: what changed is what lies in it."""

    def options(self) -> Json:
        return {"folder": self.folder / "handover"}

    def renew(self) -> None:
        shutil.rmtree(self.folder / "handover", ignore_errors=True)

    def requests(self) -> list[Json]:
        return [{"method": "WRITE", "path": each, "changed": each, "service": "files"} for each in self.changes()]

    def changes(self) -> list[str]:
        folder = self.folder / "handover"
        return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


VENDOR = FilesVendor
CASES = [
    Case(
        "files.write_document", lambda _, made: made["after"]["id"] == "amber-falcon-7/brief.md",
        arguments={"name": "brief.md", "document": PAGE}, ids=("name",),
    ),
]  # fmt: skip
