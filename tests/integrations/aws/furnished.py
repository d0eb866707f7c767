"""Two grounds for one test: our stand-in and moto, furnished alike by hands that hold boto3 itself."""

from __future__ import annotations

import datetime as dt
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.lab.aws import Aws
from integrations.lab.company import SUBJECT, person
from tests.integrations.aws.moto_ground import MotoGround
from tests.integrations.aws.opened import House, hand

__all__ = ["LabGround", "MotoFurnished"]

USER = SUBJECT.mail.partition("@")[0]
ADMINS = ("maren.okafor@fjordlight.example", "tomas.arvidsson@fjordlight.example")


class Ground:
    """Where a test is held: an address, a house of ours, and other hands."""

    user = USER

    def __init__(self, url: str, **more: str) -> None:
        self.url, self._open = url, []
        self.house = House(url, **more)

    def hand(self, service: str):
        self._open.append(hand(self.url, service))
        return self._open[-1]

    def person(self):
        return self.house.person(SUBJECT)

    def statuses(self) -> dict[str, list[str]]:
        """Return what IAM lists of the subject's keys, read by boto3 as it comes."""
        iam = self.hand("iam")
        access = iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]
        ssh = iam.list_ssh_public_keys(UserName=USER)["SSHPublicKeys"]
        certificates = iam.list_signing_certificates(UserName=USER)["Certificates"]
        return {
            "access key": [each["Status"] for each in access],
            "SSH key": [each["Status"] for each in ssh],
            "signing certificate": [each["Status"] for each in certificates],
        }

    def close(self) -> None:
        self.house.aws.close()
        for each in self._open:
            each.close()


class LabGround(Ground):
    """Our stand-in."""

    def __init__(self, lab: Aws) -> None:
        super().__init__(lab.url)
        self.lab = lab

    def directory(self) -> House:
        center = {"instance": self.lab.office.instance, "store": self.lab.office.store}
        return House(self.url, identity_center=center)


class MotoFurnished(Ground):
    """moto, furnished as our stand-in is."""

    def __init__(self, moto: MotoGround) -> None:
        super().__init__(moto.url)
        self.moto = moto
        iam = self.hand("iam")
        iam.create_group(GroupName="administrators")
        iam.put_group_policy(GroupName="administrators", PolicyName="all", PolicyDocument=_allow("*"))
        iam.create_group(GroupName="developers")
        for mail in (*ADMINS, SUBJECT.mail, "clara.weiss@fjordlight.example"):
            self._user(iam, mail, "administrators" if mail in ADMINS else "developers")
        self._subject(iam)
        role = iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]
        self._made("CreateRole", {"role": {"roleId": role["RoleId"]}})
        self._session(iam.get_user(UserName=USER)["User"], role)

    def _user(self, iam, mail: str, group: str) -> None:
        name = mail.partition("@")[0]
        tags = [{"Key": "mail", "Value": mail}, {"Key": "staff-id", "Value": person(mail).staff_id}]
        user = iam.create_user(UserName=name, Tags=tags)["User"]
        self._made("CreateUser", {"user": {"userId": user["UserId"]}})
        iam.add_user_to_group(GroupName=group, UserName=name)
        iam.create_access_key(UserName=name)

    def _subject(self, iam) -> None:
        iam.create_access_key(UserName=USER)
        iam.create_login_profile(UserName=USER, Password="a-Passw0rd-for-a-test")
        key, certificate = _key_and_certificate()
        iam.upload_ssh_public_key(UserName=USER, SSHPublicKeyBody=key)
        iam.upload_signing_certificate(UserName=USER, CertificateBody=certificate)
        power = iam.create_policy(PolicyName="PowerUserAccess", PolicyDocument=_allow("ec2:*"))["Policy"]["Arn"]
        iam.attach_user_policy(UserName=USER, PolicyArn=power)
        iam.put_user_policy(UserName=USER, PolicyName="build-bucket", PolicyDocument=_allow("s3:*"))

    def _made(self, event: str, answered: dict) -> None:
        """Write down that an administrator made something, as CloudTrail would."""
        self.moto.past.append({
            "eventName": event, "userIdentity": {"type": "IAMUser", "principalId": "AIDASOMEADMINISTRATOR"},
            "responseElements": answered,
        })  # fmt: skip

    def _session(self, user: dict, role: dict) -> None:
        """Write down that the subject opened a session of the role, as CloudTrail would."""
        session = f"{role['RoleId']}:{USER}"
        now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
        self.moto.past.append({
            "eventName": "AssumeRole", "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "eventID": "1",
            "userIdentity": {"type": "IAMUser", "principalId": user["UserId"], "userName": USER},
            "requestParameters": {"roleArn": role["Arn"], "roleSessionName": USER, "durationSeconds": 3600},
            "responseElements": {
                "credentials": {"accessKeyId": "ASIAEXAMPLE"}, "assumedRoleUser": {"assumedRoleId": session},
            },
        })  # fmt: skip

    def directory(self) -> House:
        """Make a directory with the subject in one group, and two accounts assigned."""
        instance, store = "arn:aws:sso:::instance/ssoins-0123456789abcdef", "d-0123456789"
        people, sets = self.hand("identitystore"), self.hand("sso-admin")
        given, _, family = SUBJECT.name.partition(" ")
        user = people.create_user(
            IdentityStoreId=store, UserName=SUBJECT.mail, DisplayName=SUBJECT.name,
            Name={"GivenName": given, "FamilyName": family},
            Emails=[{"Value": SUBJECT.mail, "Type": "work", "Primary": True}],
            PhoneNumbers=[{"Value": SUBJECT.phone.replace(" ", ""), "Type": "work", "Primary": True}],
        )["UserId"]  # fmt: skip
        group = people.create_group(IdentityStoreId=store, DisplayName="Platform")["GroupId"]
        people.create_group_membership(IdentityStoreId=store, GroupId=group, MemberId={"UserId": user})
        guard = {"Sid": "NoBilling", "Effect": "Deny", "Action": "aws-portal:*", "Resource": "*"}
        for name, kind, principal in (("Builder", "USER", user), ("Reader", "GROUP", group)):
            made = sets.create_permission_set(InstanceArn=instance, Name=name)["PermissionSet"]["PermissionSetArn"]
            if name == "Builder":
                policy = json.dumps({"Version": "2012-10-17", "Statement": guard})
                sets.put_inline_policy_to_permission_set(
                    InstanceArn=instance, PermissionSetArn=made, InlinePolicy=policy
                )
            for account in ("111111111111", "222222222222")[: 2 if kind == "USER" else 1]:
                sets.create_account_assignment(
                    InstanceArn=instance, TargetId=account, TargetType="AWS_ACCOUNT", PermissionSetArn=made,
                    PrincipalType=kind, PrincipalId=principal,
                )  # fmt: skip
        return House(self.url, identity_center={"instance": instance, "store": store})


_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def _allow(actions: str) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _key_and_certificate() -> tuple[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "signing")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization.PublicFormat.OpenSSH
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, form).decode()
    return public, certificate.public_bytes(serialization.Encoding.PEM).decode()
