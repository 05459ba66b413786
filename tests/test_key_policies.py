from __future__ import annotations

import json
from typing import Any

import pytest

from psfdns.key_policies import GRANTS, SERVICE, USES, Permission, judge_policy, write_policy

ACCOUNT = "111122223333"
ZONE = "Z1EXAMPLE"
ROUTE53 = {"Service": SERVICE}
GRANT = {
    "Effect": "Allow",
    "Principal": ROUTE53,
    "Action": "kms:CreateGrant",
    "Condition": {"Bool": {"kms:GrantIsForAWSResource": True}},
}


def using(**changed: Any) -> dict[str, Any]:
    """The statement that the Developer Guide asks for, with something else in it."""
    wanted = {
        "Effect": "Allow",
        "Principal": ROUTE53,
        "Action": ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        **changed,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def judge(*statements: Any, account: str | None = ACCOUNT) -> Permission:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return judge_policy(text, account=account, zone_id=ZONE)


def only(operator: str, key: str, *wanted: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(wanted) if len(wanted) > 1 else wanted[0]}}}


def test_the_policy_that_is_written_gives_all_and_to_this_zone_alone() -> None:
    policy = write_policy(account=ACCOUNT, zone_ids=[ZONE])

    assert judge_policy(policy, account=ACCOUNT, zone_id=ZONE) == Permission()
    assert judge_policy(policy, account=ACCOUNT, zone_id="Z2OTHER").lacking == USES
    assert judge_policy(policy, account="444455556666", zone_id=ZONE).lacking == USES


def test_a_key_may_sign_several_zones() -> None:
    policy = write_policy(account=ACCOUNT, zone_ids=[ZONE, "Z2OTHER"])

    assert [judge_policy(policy, account=ACCOUNT, zone_id=each).lacking for each in (ZONE, "Z2OTHER")] == [
        (),
        (),
    ]


def test_the_account_keeps_the_key_in_its_hands() -> None:
    first = json.loads(write_policy(account=ACCOUNT, zone_ids=[ZONE]))["Statement"][0]

    assert (first["Principal"], first["Action"]) == ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*")


ENOUGH = {
    "as the guide has it": using(),
    "spelt in other letters": using(Action=["KMS:describekey", "kms:getPublicKey", "kms:SIGN"]),
    "by a pattern": using(Action="kms:*"),
    "all but something else": using(Action=None, NotAction=["kms:Decrypt"]),
    "for one service of several": using(Principal={"Service": ["ec2.amazonaws.com", SERVICE]}),
    "for everybody": using(Principal="*"),
    "for every account and service": using(Principal={"AWS": "*"}),
    "this zone": using(**only("ArnEquals", "aws:SourceArn", f"arn:aws:route53:::hostedzone/{ZONE}")),
    "this zone among others": using(
        **only("ArnLike", "AWS:sourceARN", "arn:aws:route53:::hostedzone/Z1*", "arn:aws:s3:::x")
    ),
    "not another account": using(**only("StringNotEquals", "aws:SourceAccount", "444455556666")),
    "of one of two accounts": using(**only("StringEquals", "aws:SourceAccount", ACCOUNT, "444455556666")),
    "where the key is there": using(**only("StringEqualsIfExists", "aws:SourceAccount", ACCOUNT)),
    "a condition of which nothing is known": using(**only("Bool", "aws:SecureTransport", "true")),
    "something that is there at all": using(**only("Null", "aws:SourceArn", "false")),
}


@pytest.mark.parametrize("name", ENOUGH)
def test_what_lets_route53_sign_is_seen_to(name: str) -> None:
    assert judge(ENOUGH[name], GRANT).lacking == ()


def deny_others(who: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "NotPrincipal": who, "Action": "kms:*", "Resource": "*"}


LACKING: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {
    "nothing at all": ([], (*USES, GRANTS)),
    "no grants": ([using()], (GRANTS,)),
    "only grants": ([GRANT], USES),
    "no Sign": ([using(Action=["kms:DescribeKey", "kms:GetPublicKey"]), GRANT], ("kms:Sign",)),
    "a name that only begins so": (
        [using(Action=["kms:Sign*", "kms:D*", "kms:GetPublic"]), GRANT],
        USES[1:2],
    ),
    "the old name of the service": (
        [using(Principal={"Service": "api-service.dnssec.route53.aws.internal"}), GRANT],
        USES,
    ),
    "the account alone": ([using(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), GRANT], USES),
    "another account": ([using(**only("StringEquals", "aws:SourceAccount", "444455556666")), GRANT], USES),
    "another zone": (
        [using(**only("ArnLike", "aws:SourceArn", "arn:aws:route53:::hostedzone/Z2*")), GRANT],
        USES,
    ),
    "not this account": ([using(**only("StringNotEquals", "aws:SourceAccount", ACCOUNT)), GRANT], USES),
    "a denial to all but the account": (
        [using(), GRANT, deny_others({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})],
        (*USES, GRANTS),
    ),
    "a denial to all but the service": ([using(), GRANT, deny_others({"Service": SERVICE})], ()),
    "a denial to all but everybody": ([using(), GRANT, deny_others("*")], ()),
    "a denial": ([using(), GRANT, using(Effect="Deny", Action="kms:Sign")], ("kms:Sign",)),
    "all but signing": ([using(Action=None, NotAction="kms:Sign"), GRANT], ("kms:Sign",)),
    "grants that are for others": (
        [using(), {**GRANT, **only("Bool", "kms:GrantIsForAWSResource", "false")}],
        (GRANTS,),
    ),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_route53_lacks_is_named(name: str) -> None:
    statements, lacking = LACKING[name]

    assert judge(*statements).lacking == lacking


def test_a_denial_that_is_for_others_takes_nothing() -> None:
    other = using(Effect="Deny", **only("StringEquals", "aws:SourceAccount", "444455556666"))

    assert judge(using(), GRANT, other).lacking == ()


@pytest.mark.parametrize(
    ("condition", "open_to_all"),
    [
        ({"Condition": None}, True),
        (only("ArnLike", "aws:SourceArn", "arn:aws:route53:::hostedzone/*"), True),
        (only("StringLike", "aws:SourceAccount", "*"), True),
        (only("StringLike", "aws:SourceAccount", "????????????"), True),
        (only("ArnLike", "aws:SourceArn", "arn:aws:route53:*"), True),
        (only("ArnLike", "aws:SourceArn", "arn:*:hostedzone/Z*"), True),
        (only("Null", "aws:SourceArn", "false"), True),
        (only("ForAllValues:StringEquals", "aws:SourceAccount", ACCOUNT), True),
        (only("ForAnyValue:StringEquals", "aws:SourceAccount", ACCOUNT), False),
        (only("StringNotEquals", "aws:SourceAccount", "444455556666"), True),
        (only("Bool", "aws:SecureTransport", "true"), True),
        (only("StringEquals", "aws:SourceAccount", ACCOUNT), False),
        (only("ArnEquals", "aws:SourceArn", f"arn:aws:route53:::hostedzone/{ZONE}"), False),
    ],
)
def test_a_policy_that_lets_route53_sign_for_whoever_asks_is_told_apart(
    condition: dict[str, Any], open_to_all: bool
) -> None:
    found = judge(using(**condition), GRANT)

    assert (found.lacking, found.unconditional) == ((), USES if open_to_all else ())


def test_without_the_account_its_condition_is_taken_as_met() -> None:
    assert judge(using(), GRANT, account=None) == Permission()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Statement": 3}', '{"Statement": ["x"]}'])
def test_what_is_no_policy_gives_nothing_and_says_so(text: str) -> None:
    found = judge_policy(text, account=ACCOUNT, zone_id=ZONE)

    assert found.lacking == (*USES, GRANTS)
    assert found.why


def test_a_single_statement_needs_no_list() -> None:
    text = json.dumps({"Statement": using(Action="kms:*")})

    assert judge_policy(text, account=ACCOUNT, zone_id=ZONE) == Permission()
