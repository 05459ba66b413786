"""`type = "acm"`: one certificate with one ARN, whatever ended the runs before."""

from __future__ import annotations

from typing import Any

import pytest

from psfdns.certs.deploy.acm import TAG, import_certificate
from psfdns.certs.deploy.parcel import Parcel
from psfdns.certs.pem import CertificateSet
from psfdns.certs.settings import TargetType
from psfdns.errors import DeployError, HostError
from tests.certs.deploy.clouds import REGION, Cloud
from tests.certs.deploy.parcels import NEXT, SET, parcel, target
from tests.certs.issuing import issue


def bring(cloud: Cloud, found: Parcel, region: str = REGION) -> str:
    arrival = import_certificate(target(TargetType.ACM, region=region), found, cloud.opener("acm"))
    assert arrival.place is not None
    return arrival.place


def held(cloud: Cloud, region: str = REGION) -> dict[str, str]:
    """ARN -> the certificate there."""
    client: Any = cloud.client("acm", region)
    kinds = ["RSA_2048", "EC_prime256v1", "EC_secp384r1"]
    arns = [
        each["CertificateArn"]
        for each in client.list_certificates(Includes={"keyTypes": kinds})["CertificateSummaryList"]
    ]
    return {arn: client.get_certificate(CertificateArn=arn)["Certificate"] for arn in arns}


def test_the_first_is_imported_with_the_tag(cloud: Cloud) -> None:
    arn = bring(cloud, parcel())
    assert held(cloud) == {arn: SET.certificate.decode()}
    tags = cloud.client("acm").list_tags_for_certificate(CertificateArn=arn)["Tags"]
    assert tags == [{"Key": TAG, "Value": "a.example"}]
    exported = cloud.client("acm").get_certificate(CertificateArn=arn)
    # moto adds Amazon's own below it.
    assert exported["CertificateChain"].startswith(SET.chain.decode())


def test_the_next_takes_its_arn_from_the_last_deploy(cloud: Cloud) -> None:
    arn = bring(cloud, parcel())
    cloud.asked.clear()
    assert bring(cloud, parcel(NEXT, place=arn)) == arn
    assert held(cloud) == {arn: NEXT.certificate.decode()}
    assert cloud.asked == ["acm:ImportCertificate"]


def test_or_from_the_tag_where_the_last_deploy_was_not_remembered(cloud: Cloud) -> None:
    other = bring(cloud, parcel(issue(("b.example",), serial=9), name="b.example"))
    arn = bring(cloud, parcel())
    assert bring(cloud, parcel(NEXT)) == arn
    assert set(held(cloud)) == {arn, other}, "never a second one"


def test_an_arn_that_is_gone_or_of_another_region_is_looked_for_again(cloud: Cloud) -> None:
    arn = bring(cloud, parcel())
    cloud.client("acm").delete_certificate(CertificateArn=arn)
    again = bring(cloud, parcel(NEXT, place=arn))
    assert again != arn
    cloud.asked.clear()
    elsewhere = bring(cloud, parcel(NEXT, place=again), region="us-east-2")
    assert cloud.asked[0] == "acm:ListCertificates", "an ARN of another region is not even tried"
    assert ":us-east-2:" in elsewhere
    assert list(held(cloud)) == [again]
    assert list(held(cloud, "us-east-2")) == [elsewhere]


def test_all_pages_are_looked_at(cloud: Cloud) -> None:
    arn = bring(cloud, parcel())

    class Paged:
        def __init__(self, api: Any) -> None:
            self.api, self.seen = api, 0

        def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
            if action != "ListCertificates":
                return self.api.call(action, doing, **parameters)
            self.seen += 1
            if self.seen == 1:
                return {"CertificateSummaryList": [], "NextToken": "more"}
            assert parameters.pop("NextToken") == "more"
            return self.api.call(action, doing, **parameters)

    paged = Paged(cloud.open("acm"))
    where = target(TargetType.ACM, region=REGION)
    assert import_certificate(where, parcel(NEXT), lambda region: paged).place == arn


def test_two_with_the_tag_are_too_many(cloud: Cloud) -> None:
    tags = [{"Key": TAG, "Value": "a.example"}]
    for found in (SET, NEXT):
        cloud.client("acm").import_certificate(Certificate=found.certificate, PrivateKey=found.key, Tags=tags)
    with pytest.raises(DeployError, match=rf"several certificates have the tag {TAG}=a\.example: arn:"):
        bring(cloud, parcel())
    assert len(held(cloud)) == 2


def test_one_that_amazon_issued_is_not_ours_whatever_its_tag(cloud: Cloud) -> None:
    tags = [{"Key": TAG, "Value": "a.example"}]
    theirs = cloud.client("acm").request_certificate(DomainName="a.example", Tags=tags)["CertificateArn"]
    assert bring(cloud, parcel()) != theirs


def test_a_certificate_without_a_chain_is_imported_without_one(cloud: Cloud) -> None:
    alone = CertificateSet(SET.certificate, b"", SET.key)
    arn = bring(cloud, parcel(alone))
    assert held(cloud) == {arn: SET.certificate.decode()}


FAULTS = {
    (400, "AccessDeniedException"): ("not allowed", "the IAM identity in use needs acm:ImportCertificate"),
    (400, "ThrottlingException"): ("throttled 4 times", "the next run tries again"),
    (500, "InternalFailure"): ("says InternalFailure", None),
    (400, "LimitExceededException"): ("says LimitExceededException", None),
    (400, "InvalidParameterException"): ("says InvalidParameterException", None),
    (400, "ValidationException"): ("says ValidationException", "ACM keeps the kind of a certificate's key"),
    (400, "ExpiredTokenException"): ("the credentials are refused", "sign in to AWS"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_no_is_said_and_nothing_of_the_key_with_it(cloud: Cloud, fault: tuple[int, str]) -> None:
    tries = cloud.answer("acm", "ImportCertificate", *fault)
    with pytest.raises(HostError) as caught:
        bring(cloud, parcel())
    why, hint = FAULTS[fault]
    assert f"AWS Certificate Manager: import a.example: {why}" in str(caught.value)
    assert hint is None or hint in (caught.value.hint or "")
    is_worth_it = fault[1] in {"ThrottlingException", "InternalFailure", "LimitExceededException"}
    assert len(tries) == (4 if is_worth_it else 1)
    assert held(cloud) == {}


def test_after_a_fault_the_next_run_goes_on(cloud: Cloud) -> None:
    cloud.answer("acm", "ImportCertificate", 400, "InvalidParameterException", times=1)
    with pytest.raises(HostError):
        bring(cloud, parcel())
    arn = bring(cloud, parcel())
    assert list(held(cloud)) == [arn]
