"""Evidence in a bucket: locked as wanted, found below whatever hides it, and put once whatever the network does."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from runner.errors import CredentialsError, SettingsError, StorageError
from tests.evidence.places import Place
from tests.evidence.test_every_store import digest
from tests.object_store import SECRET, client


@pytest.fixture
def place(object_store, tmp_path_factory):
    return Place("bucket", str(tmp_path_factory.mktemp("bucket")), object_store)


@pytest.fixture
def admin(object_store):
    asking = client(object_store)
    yield asking
    asking.close()


def key_of(place, content):
    return f"{place.prefix}/{place.case}/{digest(content)}"


def versions(admin, place, content):
    return admin.list_object_versions(Bucket=place.bucket, Prefix=key_of(place, content)).get("Versions", [])


@pytest.mark.parametrize("mode", ["compliance", "governance"])
def test_an_item_is_locked_as_the_settings_want(place, admin, mode):
    held = Place("bucket", place.root, place.url, mode=mode)
    held.open().put("n", mode.encode(), "text/plain")
    [version] = versions(admin, place, mode.encode())
    asked = {"Bucket": place.bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
    retention = admin.get_object_retention(**asked)["Retention"]
    assert retention["Mode"] == mode.upper()
    assert timedelta(hours=23) < retention["RetainUntilDate"] - datetime.now(UTC) <= timedelta(days=1)
    with pytest.raises(admin.exceptions.ClientError, match="AccessDenied"):
        admin.delete_object(**asked)


def test_a_legal_hold_has_no_end_until_the_case_is_destroyed(place, admin):
    objects = place.objects(legal_hold=True)
    with Path(place.root, "file").open("w+b") as file:
        file.write(b"x")
        file.seek(0)
        version = objects.put(f"{place.case}/{digest(b'x')}", file, digest(b"x"), "text/plain", fresh=True)
    asked = {"Bucket": place.bucket, "Key": key_of(place, b"x"), "VersionId": version.id}
    assert admin.get_object_legal_hold(**asked)["LegalHold"]["Status"] == "ON"
    assert objects.remove(version).startswith("governance until")
    assert admin.get_object_legal_hold(**asked)["LegalHold"]["Status"] == "OFF"


def test_where_something_else_has_the_name_ours_goes_above_it_and_it_stays(place, admin):
    admin.put_object(Bucket=place.bucket, Key=key_of(place, b"true"), Body=b"squatter")
    place.open().put("n", b"true", "text/plain")
    assert place.open("there").get(digest(b"true")).read_bytes() == b"true"
    assert len(versions(admin, place, b"true")) == 2


def test_a_squatter_alone_is_not_given_out_and_not_kept_here(place, admin):
    admin.put_object(Bucket=place.bucket, Key=key_of(place, b"true"), Body=b"squatter")
    with pytest.raises(StorageError, match="have changed"):
        place.open().get(digest(b"true"))
    assert [path for path in Path(place.root).rglob("*") if path.is_file()] == []


def test_a_delete_marker_hides_nothing_from_us(place, admin):
    place.open().put("n", b"true", "text/plain")
    admin.delete_object(Bucket=place.bucket, Key=key_of(place, b"true"))
    assert place.open("there").get(digest(b"true")).read_bytes() == b"true"
    place.open("there").put("n", b"true", "text/plain")
    assert set(place.open().held()) == {digest(b"true")}


def test_a_cache_that_somebody_changed_is_fetched_again(place):
    store = place.open()
    item = store.put("n", b"true", "text/plain")
    store.get(item.sha256).write_bytes(b"lies")
    assert store.get(item.sha256).read_bytes() == b"true"


def test_a_bucket_without_lock_takes_nothing_and_doctor_says_why(place, admin):
    plain = Place("bucket", place.root, place.url, bucket="plain")
    with pytest.raises(StorageError, match="could not be stored"):
        plain.open().put("n", b"x", "text/plain")
    assert versions(admin, plain, b"x") == []
    rows = plain.objects().examine(trial=True)
    assert [(each["ok"], each["detail"]) for each in rows] == [(False, "off"), (False, "off")]
    assert all("Object Lock" in each["remedy"] for each in rows)


@pytest.mark.parametrize("trial", [False, True])
def test_doctor_sees_that_a_locked_object_stays_or_says_that_it_was_not_tried(place, admin, trial):
    rows = place.objects().examine(trial=trial)
    assert [each["ok"] for each in rows] == [True, True, True]
    assert ("was refused" in rows[-1]["detail"], "not tried" in rows[-1]["detail"]) == (trial, not trial)
    found = admin.list_object_versions(Bucket=place.bucket, Prefix=f"{place.prefix}/").get("Versions", [])
    assert len(found) == trial


def test_a_bucket_that_is_not_there_is_named(place):
    with pytest.raises(StorageError, match="NoSuchBucket"):
        Place("bucket", place.root, place.url, bucket="nobodys").open().put("n", b"x", "text/plain")


@pytest.mark.parametrize("address", ["", "/x", "UPPER", "a.dotted.name", "ok/../up", "ok?versionId=1", "a"])
def test_an_address_that_could_be_bent_is_refused(place, address):
    with pytest.raises(SettingsError, match="expected s3://BUCKET"):
        Place("bucket", f"/{address}", place.url, bucket=address).objects()


class Between(BaseHTTPRequestHandler):
    """Hands each request on to the store, unless a mishap is due: a bad wire, or a store in trouble."""

    store: ClassVar[str]
    mishaps: ClassVar[list[str]]
    elsewhere: ClassVar[list[str]]

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        mishap = self.mishaps.pop(0) if self.mishaps else ""
        if mishap.isdigit():
            self._say(int(mishap), {"Location": "http://localhost:1/"}, b"")
            return
        if mishap == "refused":
            told = f"<Error><Code>SignatureDoesNotMatch</Code><Message>{self.headers}{SECRET}</Message></Error>"
            self._say(403, {}, told.encode())
            return
        parts = urlsplit(self.store)
        asking = http.client.HTTPConnection(parts.hostname, parts.port)
        asking.request(self.command, self.path, body, {**dict(self.headers), "Host": parts.netloc})
        got = asking.getresponse()
        content = got.read()
        asking.close()
        if mishap == "lost":
            self.close_connection = True
            return
        kept = {k: v for k, v in got.getheaders() if k.lower() not in ("transfer-encoding", "content-length", "date")}
        self._say(got.status, kept, content[: len(content) // 2] if mishap == "cut" else content, len(content))

    do_GET = do_PUT = do_HEAD = do_DELETE = answer  # noqa: N815  http.server's own names

    def _say(self, status, headers, content, length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def wire(place) -> Iterator[tuple[Place, list[str]]]:
    """The same place over a wire that has mishaps."""
    handler = type("Wire", (Between,), {"store": place.url, "mishaps": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Place("bucket", place.root, f"http://127.0.0.1:{server.server_port}"), handler.mishaps
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("mishaps", [["lost"], ["lost", "lost"], ["500", "lost", "503"]], ids=" ".join)
def test_an_item_whose_answer_was_lost_is_there_once(wire, place, admin, mishaps):
    troubled, due = wire
    due += mishaps
    item = troubled.open().put("n", b"true", "text/plain")
    assert len(versions(admin, place, b"true")) == 1
    assert place.open("there").get(item.sha256).read_bytes() == b"true"


@pytest.mark.parametrize("mishap", ["500", "503", "lost"])
def test_a_store_that_stays_in_trouble_is_an_error_in_words(wire, mishap):
    troubled, due = wire
    due += [mishap] * 40
    with pytest.raises(StorageError, match="could not be stored: put_object") as caught:
        troubled.open().put("n", b"true", "text/plain")
    assert caught.value.remedy
    assert SECRET not in caught.value.diagnostics()


def test_a_read_that_is_cut_short_is_no_item(wire, place):
    troubled, due = wire
    item = place.open().put("n", b"true" * 100, "text/plain")
    due += ["", "cut"]
    with pytest.raises(StorageError):
        troubled.open("there").get(item.sha256)
    assert [path for path in Path(place.root, "there").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("status", ["301", "307"])
def test_a_redirect_is_an_error_and_is_not_followed(wire, status):
    troubled, due = wire
    due += [status] * 80
    with pytest.raises(StorageError, match="redirects") as caught:
        troubled.open().put("n", b"true", "text/plain")
    assert "localhost:1" not in caught.value.diagnostics()


def test_a_refusal_names_the_operation_and_none_of_what_was_sent(wire):
    troubled, due = wire
    due += ["refused"]
    with pytest.raises(CredentialsError, match="put_object: SignatureDoesNotMatch") as caught:
        troubled.open().put("n", b"true", "text/plain")
    assert SECRET not in caught.value.diagnostics()
    assert "Authorization" not in caught.value.diagnostics()
