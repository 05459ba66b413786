"""What others say, or are asked for: CDS to the parent, Route 53, tenant.toml. Data."""

from __future__ import annotations

from psfdns.dnssec.code import ERROR, INFO, WARNING, Code

CDS = (
    Code(
        "CDS_INCONSISTENT_WITH_DS",
        WARNING,
        "What the zone asks its parent to publish (CDS, CDNSKEY) is not what the parent has.",
        "wait for the parent, if it reads CDS; if not, have the DS set, or take the CDS out",
        None,
        "RFC 7344 §4.1",
    ),
    Code(
        "CDNSKEY_INCONSISTENT_WITH_CDS",
        WARNING,
        "CDS and CDNSKEY ask for different things.",
        "publish both for the same keys",
        None,
        "RFC 7344 §4",
    ),
    Code(
        "CDS_WITHOUT_DNSKEY",
        WARNING,
        "A CDS or CDNSKEY is of a key that the zone does not have: the parent would break the chain.",
        "publish the key before its CDS",
        None,
        "RFC 7344 §4.1",
    ),
    Code(
        "CDS_SIGNER_INVALID",
        WARNING,
        "CDS or CDNSKEY is not signed with a key that the parent has a DS of: the parent must not heed it.",
        "sign CDS and CDNSKEY with the key-signing key",
        None,
        "RFC 7344 §4.1",
    ),
    Code(
        "CDS_DELETE_REQUEST",
        WARNING,
        "The zone asks its parent to remove the DS.",
        "if the zone is to stay signed, take the CDS 0 0 0 00 out at once",
        None,
        "RFC 8078 §4",
    ),
    Code(
        "CDS_DIFFERS_AMONG_SERVERS",
        WARNING,
        "Servers of the zone have different CDS or CDNSKEY.",
        "bring the servers to the same state",
        None,
        "RFC 7344 §6.1",
    ),
)

CLOUD = (
    Code(
        "CLOUD_UNKNOWN",
        INFO,
        "What Route 53 says of the zone's DNSSEC could not be asked: only DNS was.",
        "run it with credentials that may ask (docs/iam/dnssec.json)",
    ),
    Code(
        "CLOUD_NO_ZONE",
        INFO,
        "Route 53 has no such zone in this account: only DNS was asked.",
        "nothing, if the zone is hosted elsewhere; else psfdns apply creates it",
    ),
    Code(
        "CLOUD_ACTION_NEEDED",
        ERROR,
        "Route 53 cannot sign for much longer: it cannot use the key in KMS.",
        "look at the key and its policy in KMS before the signatures end",
        None,
        "Route 53 Developer Guide, Troubleshooting DNSSEC signing",
    ),
    Code(
        "CLOUD_INTERNAL_FAILURE",
        ERROR,
        "Route 53 failed to sign, through no fault of the account.",
        "ask AWS support, and have the DS ready to be removed",
        None,
        "Route 53 API Reference, DNSSECStatus",
    ),
    Code(
        "CLOUD_DELETING",
        WARNING,
        "Route 53 is ending DNSSEC for the zone, or a key of it.",
        "the DS has to be gone from the parent before",
        None,
        "Route 53 API Reference, DNSSECStatus",
    ),
    Code(
        "CLOUD_NOT_SIGNING",
        ERROR,
        "Route 53 does not sign the zone, and the parent has a DS.",
        "have the DS removed, or enable signing with the key that it is of",
        None,
        "Route 53 Developer Guide, Disabling DNSSEC signing",
    ),
    Code(
        "CLOUD_SIGNING_NOT_SEEN",
        ERROR,
        "Route 53 says that it signs, and its keys are not those that the zone's servers have.",
        "wait for INSYNC; if it stays so, the servers that were asked are another zone's",
    ),
    Code(
        "CLOUD_KEY_UNKNOWN",
        WARNING,
        "The zone's servers have a key-signing key that Route 53 does not know.",
        "are the servers those of this hosted zone? psfdns delegation says more",
    ),
    Code(
        "CLOUD_DS_MISSING",
        WARNING,
        "No DS at the parent is one of Route 53's active keys.",
        "have the DS of the active key set at the parent",
        None,
        "Route 53 Developer Guide, Enabling DNSSEC signing",
    ),
    Code(
        "CLOUD_DS_OF_INACTIVE_KEY",
        ERROR,
        "The parent has a DS of a key that is not active at Route 53.",
        "activate the key again, or have its DS replaced by that of the active one",
        None,
        "Route 53 Developer Guide, Working with key-signing keys",
    ),
    Code(
        "DNSSEC_WANTED",
        ERROR,
        "tenant.toml says dnssec = true, and the zone is not secure.",
        "have the zone signed and its DS set at the parent, or take dnssec = true out",
    ),
    Code(
        "DNSSEC_NOT_WANTED",
        WARNING,
        "The zone is signed, or has a DS, and tenant.toml does not say dnssec = true.",
        "say so: dnssec = true, or have signing ended, the DS first",
    ),
)
