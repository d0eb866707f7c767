"""The bundle: strangers can verify it, and every change to it is seen."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import pytest

from runner.actions.values import Document
from runner.errors import StorageError
from runner.evidence import bag as bags
from runner.evidence.chain import START, canonical, seal
from runner.evidence.folder import Folder
from runner.evidence.manifest import write_manifest
from runner.evidence.store import Store
from runner.evidence.verify import verify

PLAYBOOK = "playbook: ünï\n"
PLAN = canonical({"phase": "lockdown", "operations": []})
PLAN_DIGEST = hashlib.sha256(PLAN).hexdigest()


def journal(store: Store) -> list[dict[str, Any]]:
    item = store.put("../log\n", b"log in\n", "application/json")
    playbook = {"name": "p", "sha256": hashlib.sha256(PLAYBOOK.encode()).hexdigest()}
    told = [
        ("case.opened", "fact", {"code": "amber-falcon-7", "playbook": playbook}),
        ("item.kept", "fact", {"item": 1, "sha256": item.sha256, "bytes": item.bytes, "name": item.name}),
        ("phase.planned", "fact", {"phase": "lockdown", "digest": PLAN_DIGEST}),
        ("approval.given", "fact", {"request": "r1", "digest": PLAN_DIGEST, "by": "maren"}),
        ("note", "counsel", {"by": "counsel", "text": "privileged-canary"}),
        ("note", "fact", {"by": "maren", "text": "done"}),
    ]
    records: list[dict[str, Any]] = []
    for seq, (kind, status, data) in enumerate(told, start=1):
        body = {"seq": seq, "at": "2026-03-02T09:00:00.000Z", "kind": kind, "class": status, "data": data}
        records.append(seal(body, records[-1]["digest"] if records else START))
    return records


def build(folder: Path, out: Path, **changes: Any) -> Path:
    parts: dict[str, Any] = {
        "journal": [canonical(record) for record in journal(Folder(folder))],
        "playbook": PLAYBOOK,
        "plans": [PLAN],
        "documents": [Document("Request for advice / ../x", "Request", "# Request\n")],
        "reports": {"report.html": "<!doctype html>"},
        "facts": {"Source-Organization": "Fjord\r\nEvil: yes\u2028light"},
    }
    return bags.make(Folder(folder), out, **{**parts, **changes})


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return build(tmp_path / "case", tmp_path / "bundle")


def reseal(bag: Path) -> None:
    """Do what an insider can: write every manifest again, so that packaging shows nothing."""
    payload = [path.relative_to(bag).as_posix() for path in (bag / "data").rglob("*") if path.is_file()]
    for name, text in write_manifest(bag, "manifest", payload).items():
        (bag / name).write_text(text)
    tags = [path.name for path in bag.iterdir() if path.is_file() and not path.name.startswith("tagmanifest")]
    for name, text in write_manifest(bag, "tagmanifest", tags).items():
        (bag / name).write_text(text)


def test_a_bundle_verifies(bag: Path) -> None:
    assert verify(bag) == []


def test_a_stranger_can_run_the_instructions_as_they_stand(bag: Path) -> None:
    done = subprocess.run(["sh", "VERIFY.txt"], cwd=bag, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    last = json.loads((bag / "data/journal.jsonl").read_text().splitlines()[-1])["digest"]
    assert done.stdout.endswith(f"journal: whole; its last digest is {last}\n")


def test_one_sha256sum_accepts_both_manifests_at_once(bag: Path) -> None:
    both = ["sha256sum", "-c", "--strict", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    assert subprocess.run(both, cwd=bag, capture_output=True, check=False).returncode == 0


def test_the_library_of_congress_tool_finds_it_valid(bag: Path) -> None:
    found = bagit.Bag(str(bag))
    assert found.validate()
    assert found.info["Source-Organization"] == "Fjord Evil: yes light"
    assert "Evil" not in found.info


def test_only_the_owner_can_read_it(bag: Path) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in bag.rglob("*") if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in [bag, *bag.rglob("*")] if path.is_dir()} == {0o700}


def test_what_counsel_wrote_does_not_leave_the_house(bag: Path) -> None:
    assert b"privileged-canary" not in b"".join(
        path.read_bytes() for path in bag.rglob("*") if path.is_file()
    )
    assert "Journal-Records-Withheld: 1\n" in (bag / "bag-info.txt").read_text()


def test_bytes_a_crash_left_without_a_record_are_not_handed_out(tmp_path: Path) -> None:
    Folder(tmp_path / "case").put("orphan", b"never journalled", "text/plain")
    bag = build(tmp_path / "case", tmp_path / "bundle")
    assert len(list((bag / "data/items").iterdir())) == 1


def test_every_flipped_byte_is_seen(bag: Path) -> None:
    unseen = []
    for path in sorted(path for path in bag.rglob("*") if path.is_file()):
        true = path.read_bytes()
        for place in range(len(true)):
            path.write_bytes(true[:place] + bytes([true[place] ^ 0x20]) + true[place + 1 :])
            if not verify(bag):
                unseen.append((path.name, place))
        path.write_bytes(true)
    assert unseen == []
    assert verify(bag) == []


def test_every_file_cut_short_or_grown_is_seen(bag: Path) -> None:
    for path in sorted(path for path in bag.rglob("*") if path.is_file()):
        true = path.read_bytes()
        for false in (b"", true[:-1], true + b"\n", true + true):
            path.write_bytes(false)
            assert verify(bag), (path.name, len(false))
        path.write_bytes(true)


def test_every_missing_file_is_seen(bag: Path) -> None:
    for path in sorted(path for path in bag.rglob("*") if path.is_file()):
        true = path.read_bytes()
        path.unlink()
        assert verify(bag), path.name
        path.write_bytes(true)


@pytest.mark.parametrize(
    "name",
    [
        "fetch.txt",
        "extra.txt",
        "data/extra.json",
        "data/items/0009-aaaaaaaaaaaa.exe",
        "data/Report.html",
        ".DS_Store",
    ],
)
def test_an_added_file_is_seen_even_in_the_manifests(bag: Path, name: str) -> None:
    (bag / name).write_text("http://169.254.169.254/ - data/x\n")
    reseal(bag)
    assert any(name in problem for problem in verify(bag))


def test_an_added_folder_is_seen(bag: Path) -> None:
    (bag / "data" / "more").mkdir()
    assert verify(bag)


@pytest.mark.parametrize("name", ["data/report.html", "manifest-sha256.txt", "data/items", "data"])
def test_a_link_is_seen_and_not_followed(bag: Path, tmp_path: Path, name: str) -> None:
    shutil.move(bag / name, tmp_path / "aside")
    (bag / name).symlink_to(tmp_path / "aside")
    assert any("no file of a bundle" in problem for problem in verify(bag))


def test_a_bundle_that_is_itself_a_link_is_refused(bag: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(bag)
    assert verify(tmp_path / "link")


def test_a_pipe_in_a_bundle_does_not_hang_it(bag: Path) -> None:
    (bag / "data/report.html").unlink()
    os.mkfifo(bag / "data/report.html")
    assert verify(bag)


def test_no_bundle_at_all_is_a_problem_in_words(tmp_path: Path) -> None:
    assert verify(tmp_path / "nothing")
    (tmp_path / "file").write_text("x")
    assert verify(tmp_path / "file")
    assert verify(tmp_path)


Forgery = Callable[[Path], None]


def rewrite(name: str, change: Callable[[bytes], bytes]) -> Forgery:
    def forge(bag: Path) -> None:
        path = next(bag.glob(name))
        path.write_bytes(change(path.read_bytes()))

    return forge


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Forgery:
    return rewrite(
        "data/journal.jsonl", lambda old: b"".join(line + b"\n" for line in change(old.split(b"\n")[:-1]))
    )


def rechained(change: Callable[[list[dict[str, Any]]], object]) -> Forgery:
    """Change records and write the whole chain again, as an insider with the code could."""

    def forge(old: list[bytes]) -> list[bytes]:
        records = [json.loads(line) for line in old]
        records = [record for record in records if "withheld" not in record]
        change(records)
        new: list[dict[str, Any]] = []
        for seq, record in enumerate(records, start=1):
            new.append(seal({**record, "seq": seq}, new[-1]["digest"] if new else START))
        return [canonical(record) for record in new]

    return lines(forge)


def move_item(bag: Path) -> None:
    item = next((bag / "data/items").iterdir())
    item.rename(item.with_name("0001-aaaaaaaaaaaa.json"))


def copy_item(bag: Path) -> None:
    item = next((bag / "data/items").iterdir())
    shutil.copy(item, item.with_name(item.name.replace("0001", "0002")))


FORGERIES: dict[str, Forgery] = {
    "an item's bytes": rewrite("data/items/*", lambda old: old + b"more"),
    "an item's name": move_item,
    "an item twice": copy_item,
    "the playbook": rewrite("data/playbook.yaml", lambda old: old + b"# more\n"),
    "a plan": rewrite("data/plans/*", lambda old: old + b" "),
    "a record's words": rewrite("data/journal.jsonl", lambda old: old.replace(b"maren", b"marek")),
    "a record's spelling": rewrite("data/journal.jsonl", lambda old: old.replace(b'"seq":', b'"seq": ')),
    "a record taken out": lines(lambda old: [*old[:2], *old[3:]]),
    "the last record taken out": lines(lambda old: old[:-1]),
    "the first record taken out": lines(lambda old: old[1:]),
    "all records taken out": lines(lambda _: []),
    "two records swapped": lines(lambda old: [old[0], old[2], old[1], *old[3:]]),
    "an empty line": lines(lambda old: [*old, b""]),
    "no JSON": lines(lambda old: [*old, b"{"]),
    "no object": lines(lambda old: [*old, b"[]"]),
    "a fact made a secret": rewrite(
        "data/journal.jsonl", lambda old: old.replace(b'"fact"', b'"counsel"', 1)
    ),
    "the chain written again": rechained(lambda records: records.pop()),
    "an item's record taken out": rechained(lambda records: records.pop(1)),
    "an item's size": rechained(lambda records: records[1]["data"].update(bytes=1)),
    "an item that is not there": rechained(lambda records: records[1]["data"].update(sha256="0" * 64)),
    "an item's record without a digest": rechained(lambda records: records[1]["data"].pop("sha256")),
    "a record without data": rechained(lambda records: records[2].update(data=None)),
    "a plan's record taken out": rechained(lambda records: records.pop(2)),
    "an approval of another plan": rechained(lambda records: records[3]["data"].update(digest="0" * 64)),
    "a case that was never opened": rechained(lambda records: records.pop(0)),
    "the case's name": rewrite("bag-info.txt", lambda old: old.replace(b"falcon", b"ferret")),
    "two names": rewrite("bag-info.txt", lambda old: old + b"External-Identifier: amber-falcon-7\n"),
    "the version": rewrite("bagit.txt", lambda old: old.replace(b"1.0", b"0.9")),
    "the instructions": rewrite("VERIFY.txt", lambda old: old.replace(b"set -e", b"exit 0")),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_seen_though_every_manifest_was_written_again(bag: Path, name: str) -> None:
    before = {path: path.read_bytes() for path in bag.rglob("*") if path.is_file()}
    FORGERIES[name](bag)
    assert before != {path: path.read_bytes() for path in bag.rglob("*") if path.is_file()}
    reseal(bag)

    assert verify(bag), name


MANIFESTS: dict[str, Callable[[bytes], bytes]] = {
    "one space": lambda old: old.replace(b"  ", b" "),
    "a star": lambda old: old.replace(b"  ", b" *"),
    "capitals": lambda old: old.upper(),
    "a line twice": lambda old: old + old.split(b"\n")[0] + b"\n",
    "no last line end": lambda old: old[:-1],
    "carriage returns": lambda old: old.replace(b"\n", b"\r\n"),
    "a way out": lambda old: old.replace(b"data/report.html", b"data/../../etc/passwd"),
    "no ASCII": lambda old: old + "ü".encode(),
    "empty": lambda _: b"",
    "an absolute path": lambda old: old + b"0" * 64 + b"  /etc/passwd\n",
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_in_any_other_form_is_refused(bag: Path, name: str) -> None:
    path = bag / "manifest-sha256.txt"
    path.write_bytes(MANIFESTS[name](path.read_bytes()))
    for kind, text in write_manifest(
        bag, "tagmanifest", [each.name for each in bag.iterdir() if each.is_file() and "tag" not in each.name]
    ).items():
        (bag / kind).write_text(text)
    assert verify(bag)


@pytest.mark.parametrize(
    "changes",
    [
        {"plans": []},
        {"plans": [PLAN, b"{}"]},
        {"playbook": "playbook: other\n"},
        {"journal": []},
        {"journal": [b"{}"]},
        {"journal": [b"not json"]},
        {"reports": {"../report.html": "x"}},
        {"reports": {"report.exe": "x"}},
        {"reports": {"journal.jsonl": "x"}},
    ],
)
def test_what_would_not_verify_is_not_made(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(StorageError):
        build(tmp_path / "case", tmp_path / "bundle", **changes)
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def test_evidence_that_is_gone_stops_the_bundle(tmp_path: Path) -> None:
    records = [canonical(record) for record in journal(Folder(tmp_path / "elsewhere"))]
    digest = next(Folder(tmp_path / "elsewhere").held())[:12]
    lost = seal(
        {
            **json.loads(records[1]),
            "seq": 7,
            "data": {**json.loads(records[1])["data"], "sha256": digest + "0" * 52},
        },
        json.loads(records[-1])["digest"],
    )
    with pytest.raises(StorageError, match="no item has the digest"):
        build(tmp_path / "case", tmp_path / "bundle", journal=[*records, canonical(lost)])
    assert not (tmp_path / "bundle").exists()
    assert list(tmp_path.glob(".bundle-*")) == []


def test_a_bundle_never_replaces_anything(bag: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="something here already"):
        build(tmp_path / "case", bag)
    assert verify(bag) == []
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StorageError):
        build(tmp_path / "case", tmp_path / "dangling")


def test_no_place_for_a_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        build(tmp_path / "case", tmp_path / "no" / "bundle")
    assert "no/bundle" in caught.value.where


def test_what_a_killed_maker_left_half_built_is_taken_away_and_what_is_being_built_stays(tmp_path):
    out = tmp_path / "out"
    for name in (".bundle-dead", ".bundle-alive"):
        (out / name / "data").mkdir(parents=True)
        (out / name / "data" / "journal.jsonl").write_text("half")
    alive = os.open(out / ".bundle-alive", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(alive, fcntl.LOCK_EX)
        build(tmp_path / "case", out / "bundle")
        assert sorted(each.name for each in out.iterdir()) == [".bundle-alive", "bundle"]
    finally:
        os.close(alive)
