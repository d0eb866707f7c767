"""What VERIFY.txt says: how a stranger checks a bundle without us. Runs as it stands, under `sh`."""

from __future__ import annotations

__all__ = ["VERIFY"]

VERIFY = """\
# How to check this case file, offline, without severance. It needs sha256sum, sha512sum and Python 3.
# Every command stands here in full. Run them one by one, or all of them with:  sh VERIFY.txt
# In each case "OK", or no complaint, is a pass. Run them in the folder that holds this file.
set -e

# 1. Nothing in the payload (the folder data) has changed.
sha256sum -c --strict manifest-sha256.txt
sha512sum -c --strict manifest-sha512.txt

# 2. Nothing in the papers around it has changed. A separate command on purpose.
sha256sum -c --strict tagmanifest-sha256.txt
sha512sum -c --strict tagmanifest-sha512.txt

# 3. The journal is whole: each record carries the digest of the one before. A record that counsel
#    withheld shows only its digest; if it is disclosed later, the digest tells whether it is the same.
python3 - <<'END'
import hashlib, json
prev = "0" * 64
for line in open("data/journal.jsonl", "rb"):
    record = json.loads(line)
    assert record["prev"] == prev, record["seq"]
    prev = record.pop("digest")
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
    assert digest == prev or record.get("withheld") is True, record["seq"]
print("journal: whole; its last digest is", prev)
END

# 4. Optional second opinions, where these tools are installed:
#      bagit.py --validate .
#      severance bundle verify .
#
# What this shows: nothing has changed since the bundle was made. What it does not show: who made it.
# For that, compare the journal's last digest with the one kept elsewhere (the ticket, counsel's mail).
"""
