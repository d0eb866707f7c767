"""Cases whose evidence is kept elsewhere: in a shared folder, in a bucket; and settings that would not keep it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import pytest

from runner.desk.backing_up import back_up
from runner.desk.claim import Claim
from runner.desk.office import Office
from runner.desk.restoring import restore
from runner.desk.verifying import verify_store
from runner.errors import SettingsError, StorageError, UsageError
from runner.evidence.verify import verify
from runner.settings import evidence_settings, load
from tests.cases.company import CLOSE
from tests.desk.test_backup import elsewhere
from tests.object_store import KEY, REGION, SECRET, client, object_store  # noqa: F401  a fixture
from tests.test_settings import REAL, write  # noqa: F401  a fixture

ROLES = ("security-leads", "counsel")
IN_BUCKET = {"at": "s3://locked/cases", "region": REGION, "lock": {"mode": "compliance", "days": 30}}
PHASES = """
  - phase: quiet
    covert: true
    steps:
      - {id: found, do: doors.find, accounts: [subject]}
      - {id: keep-now, do: doors.keep, accounts: [subject], after: found}
"""


@pytest.fixture
def keeping(founded, monkeypatch):
    """Found a company that keeps its evidence where it is told."""
    monkeypatch.setenv("VAULT_ID", KEY)
    monkeypatch.setenv("VAULT_SECRET", SECRET)

    def found(evidence):
        return founded(edit=lambda text: f"{text}\nevidence: {json.dumps(evidence)}\n")

    return found


@pytest.fixture
def in_bucket(keeping, object_store):  # noqa: F811
    keys = {"access_key_id": "env:VAULT_ID", "access_key_secret": "env:VAULT_SECRET"}
    return keeping({**IN_BUCKET, **keys, "endpoint": object_store})


def kept(company, code):
    return {each["data"]["sha256"] for each in company.records(code, "item.kept")}


def test_a_case_with_its_evidence_in_a_bucket_closes_doors_and_its_bundle_verifies_on_another_host(in_bucket, object_store):  # noqa: F811
    company = in_bucket
    code = company.open(CLOSE)
    company.play(code)
    assert {door.verdict for door in company.doors(code).values()} <= {"closed", "inferred", "by-hand", "held"}
    shutil.rmtree(company.office.folder(code) / "items")  # what another host does not have
    bundle = company.desk.bundle(code, company.folder / "bundle")
    assert verify(bundle) == []
    assert len(list((bundle / "data" / "items").iterdir())) == len(kept(company, code)) > 5
    asking = client(object_store)
    found = asking.list_object_versions(Bucket="locked", Prefix=f"cases/{code}/")["Versions"]
    assert {each["Key"].rpartition("/")[2] for each in found} >= kept(company, code)
    for each in found:
        asked = {"Bucket": "locked", "Key": each["Key"], "VersionId": each["VersionId"]}
        retention = asking.get_object_retention(**asked)["Retention"]
        assert retention["Mode"] == "COMPLIANCE"
        assert (retention["RetainUntilDate"] - datetime.now(UTC)).days == 29
    asking.close()


def test_a_deleted_case_names_what_the_lock_keeps_and_until_when(in_bucket):
    company = in_bucket
    path = company.lab.settings_path
    path.write_text(f"{path.read_text()}retention: {{keep: 0d, delete: [security-leads, counsel]}}\n")
    company.reload()
    code = company.open(PHASES)
    company.run(code)
    company.desk.close(code, "over", claim=Claim("maren", None))
    items = kept(company, code)
    asker, other = (next(one.id for one in company.settings.people if role in one.roles) for role in ROLES)
    company.desk.archive.ask_deletion(code, "over", claim=Claim(asker, None))
    tombstone = company.desk.archive.confirm_deletion(code, claim=Claim(other, None))["tombstone"]
    stays = tombstone["data"]["stays"]
    assert {each.partition(" ")[0] for each in stays} == {f"{code}/{sha256}" for sha256 in items}
    assert all(": compliance until 20" in each for each in stays)


def test_a_backup_leaves_the_items_in_the_bucket_and_a_restore_reads_each_of_them(in_bucket, tmp_path):
    company = in_bucket
    code = company.open(PHASES)
    company.run(code)
    about = back_up(company.office, tmp_path / "backup")
    assert about["evidence"] == "s3://locked/cases"
    assert not (tmp_path / "backup" / "cases").exists()
    settings = load(elsewhere(company.lab.settings_path))
    restore(settings, tmp_path / "backup")
    office = Office(settings)
    assert [each["problems"] for each in verify_store(office)] == [[]]
    office.database.dispose()


def test_a_backup_whose_items_are_in_a_bucket_is_not_restored_without_it(in_bucket, tmp_path):
    company = in_bucket
    back_up(company.office, tmp_path / "backup")
    path = elsewhere(company.lab.settings_path)
    path.write_text(path.read_text().partition("\nevidence:")[0] + "\n")
    with pytest.raises(UsageError, match="are in s3://locked/cases"):
        restore(load(path), tmp_path / "backup")


def test_a_case_with_its_evidence_in_a_shared_folder_keeps_it_there_and_nowhere_else(keeping, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o700)
    company = keeping(str(shared))
    code = company.open(PHASES)
    company.run(code)
    assert set(company.office.store(code).held()) == kept(company, code)
    assert len(list((shared / code / "items").iterdir())) == len(kept(company, code)) > 5
    assert not (company.office.folder(code) / "items").exists()
    assert verify(company.desk.bundle(code, company.folder / "bundle")) == []


def test_a_share_that_is_not_mounted_takes_no_evidence(keeping, tmp_path):
    company = keeping(str(tmp_path / "absent"))
    code = company.open(PHASES)
    with pytest.raises(StorageError, match="is not there") as caught:
        company.run(code)
    assert "mount it" in caught.value.remedy
    assert not (tmp_path / "absent").exists()


def test_a_share_that_others_can_enter_takes_no_evidence(keeping, tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    company = keeping(str(tmp_path / "open"))
    code = company.open(PHASES)
    with pytest.raises(SettingsError, match="others can enter"):
        company.run(code)
    assert list((tmp_path / "open").iterdir()) == []


def test_doctor_says_where_evidence_is_kept_and_what_it_did_not_try(in_bucket):
    rows = in_bucket.office.custody.examine(trial=False)
    assert [each["ok"] for each in rows] == [True] * 3
    assert {each["service"] for each in rows} == {"evidence"}
    assert "not tried" in rows[-1]["detail"]


def test_doctor_says_that_a_shared_folder_may_not_be_mounted(keeping, tmp_path):
    [row] = keeping(str(tmp_path)).office.custody.examine(trial=False)
    assert "is the share mounted?" in row["detail"]


WRONG = {
    "no region": {"at": "s3://locked", "lock": IN_BUCKET["lock"]},
    "no lock": {"at": "s3://locked", "region": REGION},
    "a mode that is none": {**IN_BUCKET, "lock": {"mode": "none", "days": 1}},
    "no days": {**IN_BUCKET, "lock": {"mode": "compliance"}},
    "a key that is unknown": {**IN_BUCKET, "acl": "public-read"},
    "half a key": {**IN_BUCKET, "access_key_id": "env:X"},
    "another scheme": {**IN_BUCKET, "at": "s4://locked"},
}


def written(write, evidence):  # noqa: F811
    return write(f"{REAL}evidence: {json.dumps(evidence)}\n")


@pytest.mark.parametrize("evidence", WRONG.values(), ids=WRONG)
def test_options_of_a_vault_are_read_strictly_and_blamed_at_their_line(write, evidence):  # noqa: F811
    with pytest.raises(SettingsError, match=r"severance.yaml:6:\d+: "):
        evidence_settings(load(written(write, evidence)))


@pytest.mark.parametrize("evidence", [{"at": "/mnt/x", "region": REGION}, {"region": REGION}, ""])
def test_a_folder_takes_no_options(write, evidence):  # noqa: F811
    with pytest.raises(SettingsError, match=r"severance.yaml:6:"):
        load(written(write, evidence))


def test_a_secret_written_into_the_options_is_refused_and_not_shown(write):  # noqa: F811
    keys = {"access_key_id": "env:VAULT_ID", "access_key_secret": SECRET}
    with pytest.raises(SettingsError, match="a secret is written here") as caught:
        load(written(write, {**IN_BUCKET, **keys}))
    assert SECRET not in caught.value.what
