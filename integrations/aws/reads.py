"""Which of AWS's operations only read: every one we call that changes nothing, by service."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["READS"]

READS: Mapping[str, tuple[str, ...]] = {
    "iam": (
        # Makes AWS write the report down afresh; nothing anybody could notice or use changes by it.
        "GenerateCredentialReport",
        "GetAccessKeyLastUsed", "GetAccountAuthorizationDetails", "GetCredentialReport", "GetLoginProfile",
        "GetRole", "GetRolePolicy", "GetUser", "GetUserPolicy", "ListAccessKeys", "ListAttachedUserPolicies",
        "ListGroupsForUser", "ListMFADevices", "ListRoles", "ListSSHPublicKeys",
        "ListServiceSpecificCredentials", "ListSigningCertificates", "ListUserPolicies", "ListUserTags",
        "ListUsers", "SimulatePrincipalPolicy",
    ),
    "sts": ("GetCallerIdentity",),
    "organizations": ("DescribeOrganization",),
    "cloudtrail": ("LookupEvents",),
    "identitystore": (
        "DescribeGroup", "DescribeUser", "GetUserId", "ListGroupMemberships", "ListGroupMembershipsForMember",
        "ListUsers",
    ),
    "sso-admin": (
        "DescribeAccountAssignmentCreationStatus", "DescribeAccountAssignmentDeletionStatus",
        "DescribeApplication", "DescribePermissionSet", "DescribePermissionSetProvisioningStatus",
        "GetInlinePolicyForPermissionSet", "ListAccountAssignments", "ListAccountAssignmentsForPrincipal",
        "ListAccountsForProvisionedPermissionSet", "ListApplicationAssignmentsForPrincipal",
        "ListManagedPoliciesInPermissionSet", "ListPermissionSets",
    ),
}  # fmt: skip
