"""A connection to an AWS of the tests, opened as the runner opens it, and other hands that hold boto3 itself."""

from __future__ import annotations

import hashlib
from typing import Any

import boto3
from botocore.config import Config

import integrations.aws
from integrations.lab.company import SUBJECT
from runner.actions.contract import ACTIONS, SERVICES, Opening
from runner.actions.gate import Gate
from runner.actions.live import Live, Patience
from runner.actions.planning import Planning, foresee
from runner.actions.values import Item, Who

assert integrations.aws  # importing it registers the vendor

KEY, SECRET = "AKIALABSEVERANCE0001", "lab-aws-secret"
AGENT = "severance/0 (amber-falcon-7)"


class Recorder:
    """Remembers what a live context would journal and store."""

    def __init__(self):
        self.intents, self.befores, self.items = [], [], {}

    def intent(self, what, before):
        self.intents.append(what)
        self.befores.append(before)

    def sent(self):
        pass

    def answered(self):
        pass

    def kept(self, name, content, media):
        raw = content if isinstance(content, bytes) else b"".join(content)
        self.items[name] = raw
        return Item(hashlib.sha256(raw).hexdigest(), len(raw), name)


class House:
    """One open service and its actions by name."""

    def __init__(self, url: str, key: str = KEY, secret: str = SECRET, **changed: Any):
        declared = SERVICES["aws"]
        self.recorder, self.pauses = Recorder(), []
        self.gate, self.patience = Gate(declared.reads), Patience(pause=self.pauses.append)
        given = {
            "url": url, "access_key_id": "env:KEY", "access_key_secret": "env:SECRET", "settles_s": 0, "lags_s": 0,
            "regions": ["us-east-1", "eu-west-1"], **changed,
        }  # fmt: skip
        secrets = {"env:KEY": key, "env:SECRET": secret, "env:TOKEN": "session-token-of-ours"}
        opening = Opening("aws", self.gate, AGENT, secrets.__getitem__)
        self.aws = declared.connect(declared.settings(**given), opening)
        self.subject = None

    def do(self, name, *given):
        live = Live("amber-falcon-7", "key", "aws", self.aws, self.gate, self.recorder, self.patience)
        return ACTIONS[f"aws.{name}"].run(live, *given)

    def plan(self, name, *given):
        context = Planning("amber-falcon-7", "key", "aws", self.aws, self.patience)
        return foresee(ACTIONS[f"aws.{name}"], context, *given)

    def person(self, someone=SUBJECT):
        (found,) = self.do("find_accounts", Who(mail=someone.mail))
        return found

    def close_all(self, find, close, account=None):
        """Close every thing of a layer; returns things with their outcomes."""
        account = account or self.subject
        return [(thing, self.do(close, account, thing)) for thing in self.do(find, account)]


def hand(url: str, service: str, key: str = KEY, secret: str = SECRET, region: str = "us-east-1"):
    """Return a client of somebody else's: boto3 as it comes."""
    config = Config(retries={"total_max_attempts": 1}, proxies={})
    return boto3.session.Session().client(
        service, endpoint_url=url, region_name=region, aws_access_key_id=key, aws_secret_access_key=secret, config=config,
    )  # fmt: skip
