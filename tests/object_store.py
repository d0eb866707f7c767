"""An object store that is not ours (ministack), in a process of its own for the length of a session."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

KEY, SECRET = "AKIAFJORDLIGHT000000", "canary-of-a-secret-key-0123456789"
REGION = "us-east-1"
_COMMAND = Path(sys.executable).with_name("ministack")
_QUIET = {"SERVICES": "s3", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "LOG_LEVEL": "ERROR"}


def client(url: str) -> Any:
    """Return a client of the store that asks as an administrator of it would."""
    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
    return boto3.client("s3", endpoint_url=url, region_name=REGION, **keys)


@contextmanager
def running(log: Path) -> Iterator[str]:
    """Run the store on a port of its own; yields its URL once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {**os.environ, **_QUIET, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
    with log.open("wb") as out, subprocess.Popen([_COMMAND], env=settings, stdout=out, stderr=out) as store:
        try:
            _until_it_answers(store, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            store.kill()


def _until_it_answers(store: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        assert store.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the object store never listened")


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a store with one bucket that locks, `locked`, and one that does not, `plain`."""
    with running(tmp_path_factory.mktemp("objects") / "log") as url:
        asking = client(url)
        asking.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
        asking.create_bucket(Bucket="plain")
        asking.close()
        yield url
