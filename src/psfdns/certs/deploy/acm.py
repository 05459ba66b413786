"""`type = "acm"`: a certificate of AWS Certificate Manager, which keeps its ARN for what uses it.

Its ARN is the one of the last deploy, else that of the certificate with our tag; a new one is imported with
the tag, so that whatever ends a run, the next one finds it (ACM User Guide, "Reimport a certificate").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.settings import DeployTarget
from psfdns.errors import DeployError, HostError

TAG = "psfdns:name"
_KEY_TYPES = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)
"""All of them: left alone, ListCertificates shows RSA up to 2048 bits only."""
_GONE = "ResourceNotFoundException"


class Api(Protocol):
    """A service's actions by their names in its API reference."""

    def call(self, action: str, doing: str, /, **parameters: Any) -> Mapping[str, Any]:
        """Send one request; raises HostError."""


def import_certificate(target: DeployTarget, parcel: Parcel, open_api: Callable[[str], Api]) -> Arrival:
    """Import it under the ARN that it has there, else as a new one; raises HostError, DeployError."""
    region = target.region or ""
    api = open_api(region)
    known = parcel.place if parcel.place and parcel.place.split(":")[3:4] == [region] else None
    if known is not None:
        try:
            return Arrival(_import(api, parcel, CertificateArn=known))
        except HostError as error:
            if error.code != _GONE:
                raise _with_hint(error) from error
    found = list(_find_tagged(api, parcel.name))
    if len(found) > 1:
        hint = f"take the tag {TAG} off those that it is not"
        raise DeployError(
            f"several certificates have the tag {TAG}={parcel.name}: {', '.join(found)}", hint=hint
        )
    try:
        if found:
            return Arrival(_import(api, parcel, CertificateArn=found[0]))
        return Arrival(_import(api, parcel, Tags=[{"Key": TAG, "Value": parcel.name}]))
    except HostError as error:
        raise _with_hint(error) from error


def _import(api: Api, parcel: Parcel, **where: Any) -> str:
    chain = {"CertificateChain": parcel.set.chain} if parcel.set.chain.strip() else {}
    answer = api.call(
        "ImportCertificate",
        f"import {parcel.name}",
        Certificate=parcel.set.certificate,
        PrivateKey=parcel.set.key,
        **chain,
        **where,
    )
    return str(answer["CertificateArn"])


def _with_hint(error: HostError) -> HostError:
    """At a re-import the kind of the key stays; whoever changes it wants to hear how."""
    if error.code == "ValidationException" and error.hint is None:
        error.hint = (
            "ACM keeps the kind of a certificate's key: where that was changed, take the tag "
            f"{TAG} off the old one, and the next run imports a new one"
        )
    return error


def _find_tagged(api: Api, name: str) -> Iterator[str]:
    """The ARNs of imported certificates that have our tag with this name."""
    doing = f"look for {name}"
    for summary in _list(api, doing):
        if summary.get("Type", "IMPORTED") == "IMPORTED":
            arn = str(summary["CertificateArn"])
            tags = api.call("ListTagsForCertificate", doing, CertificateArn=arn)["Tags"]
            if {"Key": TAG, "Value": name} in tags:
                yield arn


def _list(api: Api, doing: str) -> Iterator[Mapping[str, Any]]:
    page: dict[str, Any] = {}
    while True:
        answer = api.call("ListCertificates", doing, Includes={"keyTypes": list(_KEY_TYPES)}, **page)
        yield from answer["CertificateSummaryList"]
        if not answer.get("NextToken"):
            return
        page = {"NextToken": answer["NextToken"]}
