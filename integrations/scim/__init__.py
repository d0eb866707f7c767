"""SCIM 2.0: make a person inactive where it is known what that means, read it back, and give it back.

Facts are those of RFC 7643 and RFC 7644. What `active: false` does is the provider's own affair:
`meanings.py` says it for each, and where nobody knows, or where it deletes, nothing is written.
"""

from __future__ import annotations

from integrations.scim import connection, keeping, listing, meanings, people, users

__all__ = ["connection", "keeping", "listing", "meanings", "people", "users"]
