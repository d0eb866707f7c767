"""Tasks as Luigi's documentation writes them: each leaves a file, and requires the one before it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import luigi


class Call(luigi.Task):
    """One POST; the file says that it was made."""

    url = luigi.Parameter()
    path = luigi.Parameter()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(f"done{self.path}")

    def run(self) -> None:
        with urllib.request.urlopen(urllib.request.Request(self.url + self.path, method="POST"), timeout=30):
            pass
        with self.output().open("w") as file:
            file.write("done")


class Doors(luigi.WrapperTask):
    """Every door, together."""

    url = luigi.Parameter()
    doors = luigi.IntParameter()

    def requires(self) -> Iterator[luigi.Task]:
        for door in range(1, self.doors + 1):
            yield Call(url=self.url, path=f"/doors/{door}")


class FollowUp(Call):
    """A call that follows the doors, or another."""

    number = luigi.IntParameter()
    doors = luigi.IntParameter()
    path = luigi.Parameter(default="")

    def requires(self) -> luigi.Task:
        if self.number == 1:
            return Doors(url=self.url, doors=self.doors)
        before = self.number - 1
        return FollowUp(url=self.url, number=before, doors=self.doors, path=f"/after/{before}")
