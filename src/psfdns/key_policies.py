"""What Route 53 needs of a KMS key: its kind, and a policy, which is written and judged here. Pure.

Developer Guide, "Route 53 customer managed key permissions required for DNSSEC signing". What stands in a
policy beside that (grants of people, keys of other accounts) is nobody's business here.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

REGION = "us-east-1"
"""The only one whose keys Route 53 signs with (API reference, CreateKeySigningKey)."""
SPEC, USAGE = "ECC_NIST_P256", "SIGN_VERIFY"
SERVICE = "dnssec-route53.amazonaws.com"
USES = ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign")
GRANTS = "kms:CreateGrant"
"""For grants to AWS itself, by which Route 53 keeps signing."""
ZONES = "arn:aws:route53:::hostedzone/"

_SOURCES = ("aws:sourceaccount", "aws:sourcearn")
_STRANGERS = {
    "aws:sourceaccount": ("000000000000", "987654321098"),
    "aws:sourcearn": (f"{ZONES}Z0000000000000000000", f"{ZONES}Z9STRANGER"),
}
"""Either keeps Route 53 from using the key for somebody else's zone ("The confused deputy problem")."""


def write_policy(*, account: str, zone_ids: Sequence[str]) -> str:
    """The policy of a key that signs these zones: the account rules it, Route 53 signs for them alone."""
    zones = [f"{ZONES}{zone_id}" for zone_id in zone_ids]
    statements = [
        {
            "Sid": "LetTheAccountRuleTheKey",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "LetRoute53SignWithTheKey",
            "Effect": "Allow",
            "Principal": {"Service": SERVICE},
            "Action": list(USES),
            "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnEquals": {"aws:SourceArn": zones[0] if len(zones) == 1 else zones},
            },
        },
        {
            "Sid": "LetRoute53GrantItToAWS",
            "Effect": "Allow",
            "Principal": {"Service": SERVICE},
            "Action": GRANTS,
            "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


@dataclass(frozen=True, slots=True)
class Permission:
    """What a policy gives Route 53: the actions that it lacks, and those it has for whoever asks.

    `why` says that the policy could not be read.
    """

    lacking: tuple[str, ...] = ()
    unconditional: tuple[str, ...] = ()
    why: str | None = None


def judge_policy(text: str, *, account: str | None, zone_id: str) -> Permission:
    """What a key's policy gives Route 53 for one zone; `account` None where it is not known.

    Conditions that are not about the source, the kind of grant or the account are taken as met.
    """
    try:
        statements = _statements(json.loads(text))
    except (ValueError, TypeError, AttributeError) as error:
        return Permission((*USES, GRANTS), why=str(error) or type(error).__name__)
    context = {
        "aws:sourcearn": f"{ZONES}{zone_id}",
        "kms:grantisforawsresource": "true",
        **({"aws:sourceaccount": account} if account else {}),
    }
    for_us = [each for each in statements if _is_for_route53(each)]
    denied = [each for each in for_us if each.get("Effect") == "Deny" and _holds(each, context)]
    allowed = [each for each in for_us if each.get("Effect") == "Allow" and _holds(each, context)]
    given = {
        action: [each for each in allowed if _covers(each, action)]
        for action in (*USES, GRANTS)
        if not any(_covers(each, action) for each in denied)
    }
    lacking = tuple(action for action in (*USES, GRANTS) if not given.get(action))
    open_to_all = tuple(
        action for action in USES if any(not _has_source(each) for each in given.get(action, ()))
    )
    return Permission(lacking, open_to_all)


def lets_account_rule(text: str, *, account: str) -> bool:
    """Whether the account itself may change the policy again; raises ValueError for what is none."""
    try:
        statements = _statements(json.loads(text))
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error
    owners = {"*", account, f"arn:aws:iam::{account}:root"}
    return any(
        each.get("Effect") == "Allow"
        and _covers(each, "kms:PutKeyPolicy")
        and (each.get("Principal") == "*" or owners & _principals(each, "AWS"))
        for each in statements
    )


def _statements(document: Any) -> list[Mapping[str, Any]]:
    found = document["Statement"] if isinstance(document, dict) and "Statement" in document else None
    statements = [found] if isinstance(found, dict) else found
    if not isinstance(statements, list) or not all(isinstance(each, dict) for each in statements):
        raise ValueError("it holds no statements")
    return statements


def _is_for_route53(statement: Mapping[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        # Whoever it does not name, it is for.
        return not (statement["NotPrincipal"] == "*" or SERVICE in _principals(statement, "Service", "Not"))
    is_for_all = statement.get("Principal") == "*" or "*" in _principals(statement, "AWS")
    return is_for_all or SERVICE in _principals(statement, "Service")


def _principals(statement: Mapping[str, Any], kind: str, negation: str = "") -> set[str]:
    principal = statement.get(f"{negation}Principal")
    return set(_texts(principal.get(kind))) if isinstance(principal, dict) else set()


def _covers(statement: Mapping[str, Any], action: str) -> bool:
    """Actions know no case and have wildcards (IAM User Guide, "Action")."""
    if "NotAction" in statement:
        return not any(_matches(action, pattern) for pattern in _texts(statement["NotAction"]))
    return any(_matches(action, pattern) for pattern in _texts(statement.get("Action")))


def _matches(text: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(text.lower(), pattern.lower().replace("[", "[[]"))


def _holds(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """Whether the conditions that we know of are met by what Route 53 would ask."""
    return all(
        _is_met(operator, wanted, context[key])
        for operator, key, wanted in _conditions(statement)
        if key in context
    )


def _has_source(statement: Mapping[str, Any]) -> bool:
    """Whether it asks for whose zone is signed: a pattern that fits everybody's zones does not."""
    return any(
        key in _SOURCES
        and operator.removeprefix("foranyvalue:").startswith(("string", "arn"))
        and "not" not in operator
        and not any(_fits_strangers(each, key) for each in wanted)
        for operator, key, wanted in _conditions(statement)
    )


def _fits_strangers(pattern: str, key: str) -> bool:
    """Whether it fits the zones or accounts of two who have nothing in common."""
    return all(fnmatch.fnmatchcase(each, pattern.replace("[", "[[]")) for each in _STRANGERS[key])


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """(operator, key, values): operators and keys know no case."""
    for operator, tests in (statement.get("Condition") or {}).items():
        for key, wanted in tests.items():
            yield operator.lower(), key.lower(), _texts(wanted)


def _is_met(operator: str, wanted: Iterable[str], value: str) -> bool:
    name = operator.removesuffix("ifexists").rpartition(":")[2]
    negated = "not" in name
    if "like" in name or name.startswith("arn"):
        found = any(fnmatch.fnmatchcase(value, each.replace("[", "[[]")) for each in wanted)
    elif name == "bool" or "ignorecase" in name:
        found = value.lower() in {each.lower() for each in wanted}
    elif name.startswith("string"):
        found = value in set(wanted)
    else:
        return True
    return found is not negated


def _texts(found: Any) -> list[str]:
    """One text or a list of them, as IAM has it everywhere; booleans are texts too."""
    if found is None:
        return []
    values = found if isinstance(found, list) else [found]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
