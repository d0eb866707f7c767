"""The simulated IAM's long-lived credentials: four kinds, Active or Inactive, and the credential report."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from integrations.lab.aws.spelling import refusal
from integrations.lab.aws.users import Users
from integrations.lab.aws.world import moment
from integrations.lab.server import Reply, Request, route

__all__ = ["Credentials"]

_HEAD = "user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active"


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    rows: str
    id: str


_ACCESS = _Kind("access", "AccessKeyMetadata", "AccessKeyId")
_SSH = _Kind("ssh", "SSHPublicKeys", "SSHPublicKeyId")
_CERTIFICATE = _Kind("certificate", "Certificates", "CertificateId")
_SERVICE = _Kind("service", "ServiceSpecificCredentials", "ServiceSpecificCredentialId")


class Credentials(Users):
    """What IAM answers about keys."""

    def _listed(self, request: Request, kind: _Kind) -> Reply:
        name = self.found(request)
        if not name:
            return self.nobody(request)
        return self.page(request, kind.rows, self.world.keys[f"{kind.name}/{name}"])

    def _update(self, request: Request, kind: _Kind) -> Reply:
        name, fields = self.found(request), self.given(request)
        if not name:
            return self.nobody(request)
        status, key = str(fields["Status"]), str(fields[kind.id])
        if status not in {"Active", "Inactive"}:
            return refusal(request, 400, "ValidationError", "Member must satisfy enum value set")
        row = next((each for each in self.world.keys[f"{kind.name}/{name}"] if each[kind.id] == key), None)
        if row is None:
            return self.missing(request, f"{kind.id} {key}")
        changed = None if row["Status"] == status else f"user {name} {kind.name} {key} {status}"
        row["Status"] = status
        return self.say(request, None, changed, asked={"userName": name, "status": status})

    @route("POST", "/iam/ListAccessKeys")
    def _access_keys(self, request: Request) -> Reply:
        return self._listed(request, _ACCESS)

    @route("POST", "/iam/UpdateAccessKey")
    def _update_access_key(self, request: Request) -> Reply:
        return self._update(request, _ACCESS)

    @route("POST", "/iam/ListSSHPublicKeys")
    def _ssh_keys(self, request: Request) -> Reply:
        return self._listed(request, _SSH)

    @route("POST", "/iam/UpdateSSHPublicKey")
    def _update_ssh_key(self, request: Request) -> Reply:
        return self._update(request, _SSH)

    @route("POST", "/iam/ListSigningCertificates")
    def _certificates(self, request: Request) -> Reply:
        return self._listed(request, _CERTIFICATE)

    @route("POST", "/iam/UpdateSigningCertificate")
    def _update_certificate(self, request: Request) -> Reply:
        return self._update(request, _CERTIFICATE)

    @route("POST", "/iam/ListServiceSpecificCredentials")
    def _service_credentials(self, request: Request) -> Reply:
        return self._listed(request, _SERVICE)

    @route("POST", "/iam/UpdateServiceSpecificCredential")
    def _update_service_credential(self, request: Request) -> Reply:
        return self._update(request, _SERVICE)

    @route("POST", "/iam/CreateAccessKey")
    def _create_access_key(self, request: Request) -> Reply:
        holder = self.world.holder(self.signer.key_id)
        name = str(self.given(request).get("UserName") or (holder[0] if holder else ""))
        if name not in self.world.users:
            return self.missing(request, f"user with name {name}")
        if len(self.world.keys[f"access/{name}"]) >= 2:
            return refusal(request, 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
        row = self.world.access_key(name)
        told = {"accessKeyId": row["AccessKeyId"], "userName": name, "status": "Active"}
        return self.say(
            request, {"AccessKey": {**row, "SecretAccessKey": self.world.secrets[row["AccessKeyId"]]}},
            f"user {name} access key {row['AccessKeyId']} made", asked={"userName": name},
            answered={"accessKey": told},
        )  # fmt: skip

    @route("POST", "/iam/GetAccessKeyLastUsed")
    def _last_used(self, request: Request) -> Reply:
        holder = self.world.holder(str(self.given(request)["AccessKeyId"]))
        if not holder:
            return self.missing(request, "access key")
        used = {"ServiceName": "s3", "Region": "eu-west-1", "LastUsedDate": "2026-11-20T09:14:00Z"}
        return self.say(request, {"UserName": holder[0], "AccessKeyLastUsed": used})

    @route("POST", "/iam/GenerateCredentialReport")
    def _generate(self, request: Request) -> Reply:
        self.asked_for_report = getattr(self, "asked_for_report", 0) + 1
        return self.say(request, {"State": "STARTED" if self.asked_for_report == 1 else "COMPLETE"})

    @route("POST", "/iam/GetCredentialReport")
    def _report(self, request: Request) -> Reply:
        rows = [
            f"{name},{row['Arn']},{row['CreateDate']},{str(name in self.world.profiles).lower()},true,true"
            for name, row in self.world.users.items()
        ]
        content = base64.b64encode("\n".join([_HEAD, *rows]).encode()).decode()
        generated = {"Content": content, "ReportFormat": "text/csv", "GeneratedTime": moment()}
        return self.say(request, generated)
