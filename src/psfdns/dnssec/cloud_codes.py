"""What can be wrong with the keys of KMS behind a zone's key-signing keys. Data."""

from __future__ import annotations

from psfdns.dnssec.code import ERROR, INFO, WARNING, Code

_NEEDED = "Route 53 API Reference, CreateKeySigningKey"
_POLICY = "Route 53 Developer Guide, Route 53 customer managed key permissions required for DNSSEC signing"

KMS = (
    Code(
        "KMS_UNKNOWN",
        INFO,
        "A key in KMS, or its policy, could not be looked at: that it can sign is only Route 53's word.",
        "allow kms:DescribeKey and kms:GetKeyPolicy (docs/iam), and ask again",
    ),
    Code(
        "KMS_KEY_MISSING",
        ERROR,
        "KMS does not have the key any more: the zone goes dark when the signatures of its keys end.",
        "have the DS removed at once, then disable signing; begin again with a new key",
        None,
        "Route 53 Developer Guide, Troubleshooting DNSSEC signing",
    ),
    Code(
        "KMS_KEY_DISABLED",
        ERROR,
        "The key is disabled in KMS: Route 53 cannot sign with it any more.",
        "enable it in KMS before the signatures of the keys end",
        None,
        _NEEDED,
    ),
    Code(
        "KMS_KEY_PENDING_DELETION",
        ERROR,
        "KMS is about to delete the key; Route 53 cannot sign with it any more.",
        "cancel the deletion in KMS, and enable the key",
        None,
        "AWS KMS Developer Guide, Deleting AWS KMS keys",
    ),
    Code(
        "KMS_KEY_UNUSABLE",
        ERROR,
        "The key is in a state in which KMS does not sign.",
        "look at it in KMS",
        None,
        "AWS KMS Developer Guide, Key states",
    ),
    Code(
        "KMS_KEY_WRONG_KIND",
        ERROR,
        "The key is not ECC_NIST_P256 for SIGN_VERIFY: Route 53 signs with no other.",
        "make a key of that kind, and change to it",
        None,
        _NEEDED,
    ),
    Code(
        "KMS_KEY_WRONG_REGION",
        ERROR,
        "The key is not in us-east-1, the only region whose keys Route 53 signs with.",
        "make a key there, and change to it",
        None,
        "Route 53 Developer Guide, Working with customer managed keys for DNSSEC",
    ),
    Code(
        "KMS_KEY_MULTI_REGION",
        WARNING,
        "The key is a multi-region one: its replicas sign for the zone wherever they are.",
        "change to a key of one region",
        None,
        "AWS KMS Developer Guide, Multi-Region keys",
    ),
    Code(
        "KMS_POLICY_LACKS_ROUTE53",
        ERROR,
        "The key's policy does not let Route 53 do all that signing this zone takes.",
        "add the statements for dnssec-route53.amazonaws.com to the key's policy",
        None,
        _POLICY,
    ),
    Code(
        "KMS_POLICY_FOR_ANY_ZONE",
        WARNING,
        "With the key's policy Route 53 signs anybody's zone, another account's of the same name included.",
        "give the policy's statement conditions: aws:SourceAccount (your account), aws:SourceArn (the zone)",
        None,
        f"{_POLICY} (the confused deputy problem)",
    ),
)
