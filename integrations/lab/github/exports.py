"""The simulated GitHub's migrations: archives of repositories, and the host they are fetched from."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile

from integrations.lab.exchange import Reply, Request
from integrations.lab.github.office import GONE, Office, only_owners
from integrations.lab.github.shapes import export, repository
from integrations.lab.github.world import ORG, Export, Fork, Repo, moment
from integrations.lab.server import route
from runner.actions.values import Json

__all__ = ["Exports"]

_PROGRESS = {"pending": "exporting", "exporting": "exported"}


class Exports(Office):
    """Archives being made: each look moves an export one state on."""

    archive_url = ""
    """Where archives are fetched from; empty for this stand-in itself."""

    @route("GET", f"/orgs/{ORG}/migrations")
    def exports(self, request: Request) -> Reply:
        """List exports, newest first."""
        found = sorted(self.world.exports.values(), key=lambda each: -each.id)
        return self.paged(request, [self._shown(each) for each in found])

    @route("POST", f"/orgs/{ORG}/migrations")
    def start_export(self, request: Request) -> Reply:
        """Start an export of repositories given by full name."""
        if not self.owns():
            return only_owners()
        asked = request.json()
        found = [each for name in asked["repositories"] for each in self._repositories(name)]
        if len(found) != len(asked["repositories"]):
            return Reply(
                422,
                {
                    "message": "Validation Failed",
                    "documentation_url": "https://docs.github.com/rest/migrations/orgs",
                },
            )
        made = Export(self.world.fresh(), [each["id"] for each in found], _archive(found), moment())
        self.world.exports[made.id] = made
        self.record("migration.create")
        return Reply(
            201,
            self._shown(made),
            changed=f"export of {sorted(made.repositories)} locked={asked['lock_repositories']}",
        )

    @route("GET", rf"/orgs/{ORG}/migrations/(?P<number>\d+)")
    def export(self, request: Request, number: str) -> Reply:
        """Answer an export's state, and let it come along a little."""
        del request
        made = self.world.exports.get(int(number))
        if made is None:
            return GONE
        made.looks += 1
        made.state = _PROGRESS.get(made.state, made.state)
        return Reply(200, self._shown(made))

    @route("GET", rf"/orgs/{ORG}/migrations/(?P<number>\d+)/archive")
    def archive(self, request: Request, number: str) -> Reply:
        """Answer where the archive is, once there is one."""
        del request
        made = self.world.exports.get(int(number))
        if made is None or made.state != "exported":
            return GONE
        signed = f"/archives/{made.id}.tar.gz?signature={_signature(made)}"
        return Reply(302, None, {"Location": (self.archive_url or self.url) + signed})

    @route("GET", r"/archives/(?P<number>\d+)\.tar\.gz")
    def download(self, request: Request, number: str) -> Reply:
        """Serve an archive to whoever has the signed address, and to nobody who also sends a token."""
        made = self.world.exports.get(int(number))
        if made is None or request.asked("signature") != _signature(made):
            return Reply(
                403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>", {"Content-Type": "application/xml"}
            )
        if "authorization" in request.headers:
            return Reply(
                400, b"<Error><Code>InvalidArgument</Code></Error>", {"Content-Type": "application/xml"}
            )
        return Reply(200, made.content, {"Content-Type": "application/gzip"})

    def _shown(self, made: Export) -> dict[str, Json]:
        every: list[Repo | Fork] = [*self.world.repos.values(), *self.world.forks.values()]
        shown = [self._spelled(each) for each in every if each.id in made.repositories]
        return export(self.url, made, shown)

    def _repositories(self, full_name: str) -> list[dict[str, Json]]:
        every: list[Repo | Fork] = [*self.world.repos.values(), *self.world.forks.values()]
        return [spelled for each in every if (spelled := self._spelled(each))["full_name"] == full_name]

    def _spelled(self, repo: Repo | Fork) -> dict[str, Json]:
        owner = self.world.users[repo.owner] if isinstance(repo, Fork) else None
        return repository(self.url, owner, repo, 0)


def _signature(made: Export) -> str:
    return hashlib.sha256(f"fjordlight/{made.id}".encode()).hexdigest()[:32]


def _archive(repositories: list[dict[str, Json]]) -> bytes:
    """Return a small gzip-compressed tar that names what was exported."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for each in repositories:
            text = json.dumps({"full_name": each["full_name"], "id": each["id"]}).encode()
            entry = tarfile.TarInfo(f"repositories/{each['full_name']}.json")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
    return gzip.compress(packed.getvalue(), mtime=0)
