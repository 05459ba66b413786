"""A part of an S3 bucket as an ObjectStore (conditional writes: S3 User Guide, "Conditional requests").

Objects get no ACL, and the bucket's own encryption unless a KMS key is named; then S3 has to say each time
that it was used, of what is read too: who may write to the bucket need not have the key. The endpoint can be
moved with AWS_ENDPOINT_URL_S3, where botocore addresses buckets by path; the bucket's region it finds from
S3's redirect.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import botocore.exceptions as botocore_errors
import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.parsers import ResponseParserError

from psfdns.aws.answers import (
    Service,
    explain_opening,
    explain_refusal,
    explain_silence,
    is_loopback,
    refuse_plain_endpoint,
)
from psfdns.errors import HostError
from psfdns.objects import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ATTEMPTS = 3
SECONDS = 8
"""To connect, and to wait for an answer: a lease of a minute has to outlive some attempts."""

JOURNAL = "[journal] s3"
"""The setting of psfdns.toml that named the bucket, unless it was another."""
_REGION = "us-east-1"
"""Asked first where the environment names no region."""

_MISSING = frozenset({"NoSuchKey", "404"})
_LOST = frozenset({"PreconditionFailed", "NoSuchKey", "404", "412"})
_CONFLICTS = frozenset({"ConditionalRequestConflict", "OperationAborted", "409"})
_CONFLICTS_TRIED = 5
"""S3 says 409 where two conditional requests met and neither is known to have won: asked again."""

_PERMISSIONS = {"GetObject": "GetObject and s3:ListBucket", "ListObjectsV2": "ListBucket"}
"""Where the request's name is not all: without ListBucket, S3 calls denied what is not there."""
_KMS_PERMISSIONS = {
    "GetObject": "GetObject and s3:ListBucket, and kms:Decrypt of the key",
    "PutObject": "PutObject, and kms:GenerateDataKey and kms:Decrypt of the key",
}
_KMS = frozenset({"aws:kms", "aws:kms:dsse"})


def open_objects(
    bucket: str, prefix: str = "", *, kms_key: str | None = None, setting: str = JOURNAL
) -> S3Objects:
    """The objects below `prefix` ("" or "a/b", without slashes at the ends); nothing is asked until used.

    Credentials, profile and endpoint are those of botocore's own chain. What is written is encrypted with
    `kms_key` (an id, an alias or an ARN), or not written; what is not encrypted with it is not read.
    """
    return S3Objects(bucket, prefix, kms_key, setting)


class S3Objects:
    """An `ObjectStore` in a bucket; may be used by several threads."""

    def __init__(self, bucket: str, prefix: str, kms_key: str | None = None, setting: str = JOURNAL) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._kms_key = kms_key
        self._setting = setting
        self._service = Service(
            name="S3",
            iam="s3",
            variable="AWS_ENDPOINT_URL_S3",
            attempts=ATTEMPTS,
            gentler="others use this bucket too: try again",
            instead=f"take {setting} out of psfdns.toml to keep on this machine what it shares",
        )

    @property
    def url(self) -> str:
        """What a person calls it: s3://bucket/prefix."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    @property
    def is_near(self) -> bool:
        """Whether this machine itself is asked. Raises HostError."""
        return is_loopback(self._client.meta.endpoint_url)

    def get(self, key: str) -> StoredObject | None:
        """The object, or None where there is none."""
        try:
            answer = self._call("GetObject", f"read {self.url}/{key}", Key=self._prefix + key)
        except HostError as error:
            if error.code in _MISSING:
                return None
            raise
        return StoredObject(key, answer["Body"], answer["ETag"], answer["LastModified"], _date(answer))

    def put(self, key: str, data: bytes) -> str:
        """Write it whatever is there; its version."""
        version: str = self._write(key, data)["ETag"]
        return version

    def put_new(self, key: str, data: bytes) -> str | None:
        """Write it only where there is none; its version, or None where there is one."""
        return self._write_if(key, data, IfNoneMatch="*")

    def replace(self, key: str, data: bytes, version: str) -> str | None:
        """Write it only over this version; the new version, or None where another one or none is there."""
        return self._write_if(key, data, IfMatch=version)

    def delete(self, key: str, version: str | None = None) -> bool:
        """Remove it (only this version); False where another version is there. None there is success."""
        condition = {} if version is None else {"IfMatch": version}
        try:
            self._call_again("DeleteObject", f"delete {self.url}/{key}", Key=self._prefix + key, **condition)
        except HostError as error:
            if error.code in _MISSING:
                return True
            if error.code in _LOST | _CONFLICTS:
                return False
            raise
        return True

    def list(self, prefix: str = "") -> list[str]:
        """The keys that begin so, in the order of their UTF-8 bytes."""
        return list(self.versions(prefix))

    def versions(self, prefix: str = "") -> dict[str, str]:
        """The same keys with the version that each is in; a thousand of them for one request."""
        found: dict[str, str] = {}
        page: dict[str, str] = {}
        while True:
            answer = self._call("ListObjectsV2", f"list {self.url}", Prefix=self._prefix + prefix, **page)
            items = answer.get("Contents", ())
            found |= {item["Key"].removeprefix(self._prefix): item["ETag"] for item in items}
            if not answer.get("IsTruncated"):
                return found
            page = {"ContinuationToken": answer["NextContinuationToken"]}

    def _write(self, key: str, data: bytes, **condition: str) -> Mapping[str, Any]:
        doing, key = f"write {self.url}/{key}", self._prefix + key
        if self._kms_key is None:
            return self._call_again("PutObject", doing, Key=key, Body=data, **condition)
        wanted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._kms_key}
        answer = self._call_again("PutObject", doing, Key=key, Body=data, **wanted, **condition)
        self._refuse_other_encryption(answer, doing)
        return answer

    def _refuse_other_encryption(self, answer: Mapping[str, Any], doing: str) -> None:
        """Raise HostError unless S3 says that it encrypted with the key."""
        used = self._other_encryption(answer)
        if used is not None:
            raise HostError(
                self._service.name,
                doing,
                f"it was not encrypted with the KMS key {self._kms_key}: the answer says {used}",
                hint=f"is that server S3? What lies at {self.url} is not protected as psfdns.toml wants it",
            )

    def _refuse_foreign(self, answer: Mapping[str, Any], doing: str) -> None:
        """Raise HostError for an object that somebody without the key may have put there."""
        used = None if self._kms_key is None else self._other_encryption(answer)
        if used is not None:
            raise HostError(
                self._service.name,
                doing,
                f"it is not encrypted with the KMS key {self._kms_key}: the answer says {used}",
                hint="psfdns did not write it: find out who did, and remove it, or copy it under that key",
            )

    def _other_encryption(self, answer: Mapping[str, Any]) -> str | None:
        """What else S3 says that it encrypted with; None where it was the key, as far as names tell."""
        said, key, wanted = answer.get("ServerSideEncryption"), answer.get("SSEKMSKeyId"), self._kms_key or ""
        # S3 answers with the ARN of the key, whatever it was called.
        is_same = "alias/" in wanted or (key or "").rpartition("/")[2] == wanted.rpartition("/")[2]
        if said in _KMS and key and is_same:
            return None
        return f"{said} {key or ''}".rstrip() if said else "no encryption"

    def _write_if(self, key: str, data: bytes, **condition: str) -> str | None:
        """None where the condition does not hold, unless it was a lost try of ours that broke it."""
        try:
            version: str = self._write(key, data, **condition)["ETag"]
        except HostError as error:
            if error.code not in _LOST | _CONFLICTS:
                raise
            there = self.get(key) if error.attempts > 1 else None
            return there.version if there is not None and there.data == data else None
        return version

    def _call_again(self, action: str, doing: str, **parameters: Any) -> Mapping[str, Any]:
        """Ask anew where S3 cannot say which of two won."""
        for _ in range(_CONFLICTS_TRIED - 1):
            try:
                return self._call(action, doing, **parameters)
            except HostError as error:
                if error.code not in _CONFLICTS:
                    raise
        return self._call(action, doing, **parameters)

    def _call(self, action: str, doing: str, **parameters: Any) -> Mapping[str, Any]:
        """One request; a body is read to its end, because reading it can fail like the request."""
        try:
            send = getattr(self._client, xform_name(action))
            answer: dict[str, Any] = send(Bucket=self._bucket, **parameters)
            if "Body" in answer:
                self._refuse_foreign(answer, doing)
                answer["Body"] = answer["Body"].read()
        except botocore_errors.ClientError as error:
            raise self._explain(error, action, doing) from error
        except (botocore_errors.BotoCoreError, ResponseParserError) as error:
            raise explain_silence(error, doing, self._service) from error
        return answer

    def _explain(self, error: botocore_errors.ClientError, action: str, doing: str) -> HostError:
        known = _PERMISSIONS | (_KMS_PERMISSIONS if self._kms_key else {})
        refusal = explain_refusal(error, known.get(action, action), doing, self._service)
        if refusal.code == "NoSuchBucket":
            refusal.hint = f"make the bucket {self._bucket}, or correct {self._setting} in psfdns.toml"
        elif (refusal.code or "").startswith("KMS."):
            refusal.hint = f"see to the KMS key {self._kms_key}, or name another one in psfdns.toml"
        return refusal

    @functools.cached_property
    def _client(self) -> S3Client:
        """Made at the first use: half a second that a command which writes nothing need not spend."""
        try:
            client = _make_client()
        except (botocore_errors.BotoCoreError, ValueError) as error:
            raise explain_opening(error, self._service) from error
        refuse_plain_endpoint(client.meta.endpoint_url, self._service)
        return client


def _make_client() -> S3Client:
    session = botocore.session.Session()
    config = Config(
        region_name=session.get_config_variable("region") or _REGION,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        connect_timeout=SECONDS,
        read_timeout=SECONDS,
        user_agent_extra="psfdns",
    )
    made: Any = session.create_client("s3", config=config)
    client: S3Client = made
    return client


def _date(answer: Mapping[str, Any]) -> datetime.datetime | None:
    """The Date of S3's answer (RFC 9110 §6.6.1), or None where it is missing or nonsense."""
    text = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=datetime.UTC)
