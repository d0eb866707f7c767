"""AWS: deny a person everything, set their keys to Inactive, end role sessions, and read it all back.

Two kinds of service: the IAM users of one account, or the people of an Identity Center directory. Facts are
those of the IAM, STS, CloudTrail, Identity Center and Identity Store API references, as boto3 1.44 models
them. What destroys (deleting users, keys, roles, MFA devices) exists here as no action, but for the console
password, which nothing can merely suspend.
"""

from __future__ import annotations

from integrations.aws import (
    applications,
    assignments,
    connection,
    groups,
    keeping,
    keys,
    observing,
    password,
    people,
    quarantine,
    sessions,
    trail,
    vault,
)

__all__ = [
    "applications", "assignments", "connection", "groups", "keeping", "keys", "observing", "password",
    "people", "quarantine", "sessions", "trail", "vault",
]  # fmt: skip
