"""Files and bundles: stored as they are under a number, never opened; what is not whole does not verify; rows 33 to 36."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

import pytest

from runner.desk.handed_in import chunks_of
from runner.errors import RefusedError, UsageError
from runner.evidence.chain import parse
from runner.evidence.folder import Folder
from runner.evidence.verify import verify
from runner.people.signature import signer
from tests.corpus.entries import into
from tests.corpus.strategies import every, json_texts
from tests.evidence.test_bag import build, rechained, reseal

NAME = re.compile(r"[0-9a-f]{64}\.(json|jsonl|txt|bin)")


@pytest.mark.parametrize("entry", into("file-name"), ids=str)
def test_a_name_is_kept_beside_the_evidence_and_never_on_disk(entry, tmp_path):
    store = Folder(tmp_path / "case")
    assert store.put(entry.value, b"x", "text/plain").name == entry.value
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()] == [f"case/items/{hashlib.sha256(b'x').hexdigest()}.txt"]


def test_names_that_a_disk_takes_for_one_are_two_items(tmp_path):
    store = Folder(tmp_path / "case")
    names = [each.value for each in into("file-name")]
    kept = [store.put(name, f"{at}".encode(), "application/json") for at, name in enumerate(names)]
    assert [store.get(item.sha256).read_bytes() for item in kept] == [f"{at}".encode() for at in range(len(names))]
    assert all(NAME.fullmatch(path.name) for path in (tmp_path / "case" / "items").iterdir())


@pytest.mark.parametrize("entry", into("file-content"), ids=str)
def test_an_archive_is_stored_as_it_is_and_never_opened(entry, tmp_path):
    path = tmp_path / "handed-in"
    path.write_bytes(entry.content)
    store = Folder(tmp_path / "case")
    item = store.put(path.name, chunks_of(path), "application/zip")
    assert store.get(item.sha256).read_bytes() == entry.content
    assert len(list((tmp_path / "case").rglob("*"))) == 2  # the folder of items, and the one


def _handed_in(folder: Path, name: str) -> Path:
    path = folder / "file"
    match name:
        case "symbolic-link":
            path.symlink_to("/etc/passwd")
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            return Path("/dev/zero")
        case "sparse-terabyte":
            path.touch()
            os.truncate(path, 1 << 40)
        case "changes-while-read" | "grows-while-read":
            path.write_bytes(bytes(3 << 20))
        case "missing":
            pass
        case _:
            raise AssertionError(name)
    return path


@pytest.mark.parametrize("entry", into("file-path"), ids=str)
def test_what_is_no_plain_file_that_stays_as_it_is_is_not_kept(entry, tmp_path):
    path = _handed_in(tmp_path, entry.make)
    with pytest.raises(UsageError) as refused:
        for at, _ in enumerate(chunks_of(path)):
            if at == 0 and entry.make.endswith("-while-read"):
                with path.open("r+b") as file:
                    file.seek(0, os.SEEK_END if entry.make.startswith("grows") else os.SEEK_SET)
                    file.write(b"other")
                os.utime(path, ns=(1, 1))
    assert refused.value.remedy


def _journal_of(content: bytes):
    return lambda bag: (bag / "data/journal.jsonl").write_bytes(content)


def _deep(records):
    inner = 1
    for _ in range(900):
        inner = {"a": inner}
    records[-1]["data"]["text"] = inner


FORGED = {
    "fetch.txt": lambda bag: (bag / "fetch.txt").write_text("http://169.254.169.254/ - data/x\n"),
    "planted-root-file": lambda bag: (bag / "README.txt").write_text("x"),
    "no-tagmanifest": lambda bag: (bag / "tagmanifest-sha256.txt").unlink(),
    "manifests-rewritten": lambda bag: ((bag / "data/playbook.yaml").write_text("playbook: other\n"), reseal(bag)),
    "no-sha512": lambda bag: (bag / "manifest-sha512.txt").unlink(),
    "payload-link": lambda bag: (bag / "data/report.html").unlink() or (bag / "data/report.html").symlink_to("/etc/passwd"),
    "bagit-cut-short": lambda bag: (bag / "bagit.txt").write_bytes(b"BagIt-Version: 1.0\n"),
    "data-of-a-list": rechained(lambda records: records[0].update(data=[])),
    "data-of-nothing": rechained(lambda records: records[0].update(data=None)),
    "opened-with-a-list": rechained(lambda records: records[0]["data"].update(playbook=[])),
    "deep-record": rechained(_deep),
    "record-of-brackets": _journal_of(b"[" * 100_000 + b"\n"),
    "sparse-journal": lambda bag: os.truncate(bag / "data/journal.jsonl", 1 << 40),
    "sparse-bagit": lambda bag: os.truncate(bag / "bagit.txt", 1 << 40),
    "long-number": _journal_of(b'{"seq":' + b"9" * 100_000 + b"}\n"),
    "journal-of-nul": _journal_of(bytes(1000)),
    "names-of-bytes": lambda bag: (Path(os.fsdecode(os.fsencode(bag) + b"/data/\xff\n.csv"))).write_bytes(b"x"),
    "folder-in-place-of-a-file": lambda bag: (bag / "bag-info.txt").unlink() or (bag / "bag-info.txt").mkdir(),
    "pipe-in-place-of-a-file": lambda bag: (bag / "bag-info.txt").unlink() or os.mkfifo(bag / "bag-info.txt"),
    "items-of-a-loop": lambda bag: shutil.rmtree(bag / "data/items") or (bag / "data/items").symlink_to("items"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return build(folder / "case", folder / "bundle")


def test_the_corpus_and_the_forger_know_the_same_forgeries():
    assert {each.make for each in into("bundle")} == set(FORGED)


@pytest.mark.parametrize("entry", into("bundle"), ids=str)
def test_a_bundle_made_to_mislead_or_to_hang_does_not_verify(entry, made, tmp_path):
    bag = shutil.copytree(made, tmp_path / "bundle")
    assert verify(bag) == []
    FORGED[entry.make](bag)
    problems = verify(bag)
    assert problems
    assert all("\n" not in each for each in problems)


@every(line=json_texts)
def test_any_line_is_a_record_in_its_one_spelling_or_none(line):
    try:
        record = parse(line)
    except ValueError:
        return
    assert isinstance(record, dict)


ARMOUR = "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n"
SIGNED = {
    "nothing": "",
    "armour-alone": ARMOUR.format(""),
    "cut-short": ARMOUR.format("U1NIU0lH")[:-20],
    "not-base64": ARMOUR.format("%%%%"),
    "not-ascii": ARMOUR.format("\ud800é"),
    "of-zeros": ARMOUR.format("A" * 400),
    "of-another-kind": ARMOUR.replace("SSH", "PGP").format("U1NIU0lH"),
    "long": ARMOUR.format("A" * 100_000),
    "two-in-one": ARMOUR.format("U1NIU0lH") * 2,
    "with-a-nul": ARMOUR.format("U1NI\0U0lH"),
}


@pytest.mark.parametrize("entry", into("signature"), ids=str)
def test_what_is_no_signature_is_refused_as_one_that_does_not_fit(entry):
    with pytest.raises(RefusedError, match="does not fit this act"):
        signer(b"severance-approval\n", SIGNED[entry.make], [])
