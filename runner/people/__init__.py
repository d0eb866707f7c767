"""Who: roles and pinned ids, approvals, the subject and linked accounts, the protected."""
