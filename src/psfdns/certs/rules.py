"""Everything that can be wrong with what is wanted of certificates, and with those that are there. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

CERTIFICATE_TWICE = Rule(
    "certificate-twice",
    Severity.ERROR,
    "A certificate's name is its own, over all tenants.",
    "docs/contract.md §4",
    why="The name is its folder in the store: two of them would overwrite each other.",
    mend="give one of them another name",
)
SAME_NAMES = Rule(
    "same-names",
    Severity.WARNING,
    "No two certificates have the same names and the same kind of key.",
    "docs/contract.md §4",
    why="The second serves nothing that the first does not, and Let's Encrypt grants a set of names five "
    "certificates a week.",
    mend="remove one of them, and let both places use the other",
)
NAME_TWICE = Rule(
    "name-twice",
    Severity.ERROR,
    "A certificate names each of its names once.",
    "docs/contract.md §1",
    why="Case and U-labels make no other name: most likely another one was meant.",
    mend="remove it, or correct it",
)
COVERED_NAME = Rule(
    "covered-name",
    Severity.ERROR,
    "No name of a certificate that we renew is covered by a wildcard of the same certificate.",
    "RFC 9525 §6.3",
    why="Let's Encrypt refuses an order with a name that a wildcard in it covers already.",
    mend="remove the name, or the wildcard",
)
OTHER_TENANTS_NAME = Rule(
    "other-tenants-name",
    Severity.ERROR,
    "A name that lies in a zone here is the tenant's own, or `delegated` to it.",
    "docs/contract.md §4",
    why="Whoever holds the key of a certificate can be the host of that name.",
    mend="let the other tenant name it under `delegated` in their tenant.toml",
)
NO_CERTIFICATE_TENANT = Rule(
    "no-certificate-tenant",
    Severity.ERROR,
    "certs/<tenant>.toml has the name of a tenant.",
    "docs/contract.md §1",
    why="The file's name says whose the certificates are, and so which names they may have.",
    mend="name it after a folder of zones/ that has a tenant.toml",
)
UNKNOWN_CA = Rule(
    "unknown-ca",
    Severity.ERROR,
    "A certificate is asked of CAs that psfdns.toml knows.",
    "docs/contract.md §5",
    why="Where a CA is, and by which account it is asked, stands in psfdns.toml alone.",
    mend="name one of [acme.ca.*]; letsencrypt and letsencrypt-staging are always known",
)
DEPLOY_NOT_PERMITTED = Rule(
    "deploy-not-permitted",
    Severity.ERROR,
    "A certificate is brought to targets of psfdns.toml that permit the tenant.",
    "docs/contract.md §4",
    why="A target runs commands and holds credentials: who may use it is the staff's to say.",
    mend="name a [deploy.*] of psfdns.toml whose `tenants` has this tenant",
)
TOO_MANY_NAMES = Rule(
    "too-many-names",
    Severity.ERROR,
    "A certificate has no more names than the profile allows.",
    "docs/contract.md §1",
    why="The CA refuses the order.",
    mend="split it into several certificates, or take another profile",
)
UNKNOWN_PROFILE = Rule(
    "unknown-profile",
    Severity.WARNING,
    "A certificate's profile is one that its CA has.",
    "docs/contract.md §1",
    why="A CA refuses an order with a profile that it does not have.",
    mend="Let's Encrypt has classic, shortlived and tlsserver; leave it out for what the CA chooses",
)
NO_VALIDATION_ZONE = Rule(
    "no-validation-zone",
    Severity.ERROR,
    'challenge = "delegated" needs [acme] validation_zone in psfdns.toml.',
    "docs/contract.md §5",
    why="There is no zone that the challenge could lead to.",
    mend='set [acme] validation_zone, or write challenge = "direct" for names in our own zones',
)
CAA_FORBIDS = Rule(
    "caa-forbids-ca",
    Severity.ERROR,
    "The CAA that applies to a name in our zones lets a CA of the certificate issue, by dns-01.",
    "RFC 8659 §3, RFC 8657 §4",
    why="The CA refuses, and the certificate is not renewed. Where another CA of the certificate may issue, "
    "it is a warning.",
    mend="add the CA to the CAA, or ask another CA",
    milder=Severity.WARNING,
)
NOT_DELEGATED = Rule(
    "challenge-not-delegated",
    Severity.ERROR,
    "In a zone of ours, `_acme-challenge` of a name whose challenge is delegated is a CNAME to its target.",
    "RFC 8555 §8.4",
    about_absence=True,
    why="The proof is written to the validation zone, and the CA does not find its way there.",
    mend="write the CNAME that the message names into the zone file",
)
NOT_OURS = Rule(
    "challenge-not-ours",
    Severity.ERROR,
    'With challenge = "direct", `_acme-challenge` of every name stands in a zone here.',
    "RFC 8555 §8.4",
    why="psfdns writes the proof to a zone of ours. It cannot write to another, nor to where a CNAME or a "
    "delegation leads.",
    mend='let the name\'s owner delegate its challenge, and write challenge = "delegated"',
)
SHADOWED = Rule(
    "challenge-shadowed",
    Severity.WARNING,
    "No wildcard answers for `_acme-challenge` of a name.",
    "RFC 4592 §2.2.1",
    about_absence=True,
    why="Resolvers keep the wildcard's answer for its TTL, and a CA that asks one of them does not see the "
    "proof.",
    mend="write a record of your own at `_acme-challenge`, or prove the name through the validation zone",
)

MANIFEST_RULES = (
    CERTIFICATE_TWICE,
    SAME_NAMES,
    NAME_TWICE,
    COVERED_NAME,
    OTHER_TENANTS_NAME,
    NO_CERTIFICATE_TENANT,
    UNKNOWN_CA,
    DEPLOY_NOT_PERMITTED,
    TOO_MANY_NAMES,
    UNKNOWN_PROFILE,
    NO_VALIDATION_ZONE,
    CAA_FORBIDS,
    NOT_DELEGATED,
    NOT_OURS,
    SHADOWED,
)
"""What `check` finds."""

MISSING = Rule(
    "certificate-missing",
    Severity.INFO,
    "A certificate that is wanted is in the store.",
    "docs/contract.md §4",
    why="It was never issued. What serves the names goes on with whatever it has, until that expires.",
    mend="the next renewal issues it",
)
EXPIRED = Rule(
    "certificate-expired",
    Severity.ERROR,
    "No certificate of the store has expired.",
    "docs/contract.md §4",
    why="Browsers and programs refuse what is served with it.",
    mend="see why the last renewals failed, and renew it",
)
LATE = Rule(
    "certificate-late",
    Severity.WARNING,
    "A certificate is renewed before nine tenths of its lifetime are over.",
    "docs/contract.md §4",
    why="It was due long before, so renewals have failed or do not run; soon it expires.",
    mend="see whether renewals run, and why they fail",
)
REVOKED = Rule(
    "certificate-revoked",
    Severity.ERROR,
    "No certificate of the store is revoked.",
    "docs/contract.md §4",
    why="Browsers refuse it as soon as they hear of it.",
    mend="renew it with a new key",
)
LACKING = Rule(
    "certificate-lacks-name",
    Severity.WARNING,
    "A certificate of the store is for every name that its certs file wants.",
    "docs/contract.md §4",
    why="Browsers refuse it for that name. The next renewal orders it for all of them; where a name that was "
    "added cannot be had, the others are renewed without it, at their time.",
    mend="psfdns certs issue NAME orders it now, or says why it cannot",
)
UNREADABLE = Rule(
    "certificate-unreadable",
    Severity.WARNING,
    "What the store holds of a certificate can be read.",
    "docs/contract.md §4",
    why="Whether it is due cannot be told: unknown, which is never well.",
    mend="permit the user that runs psfdns to read it; psfdns certs issue NAME replaces what is damaged",
)
NOT_DEPLOYED = Rule(
    "certificate-not-deployed",
    Severity.ERROR,
    "The newest set of a certificate is at each of its deploy targets.",
    "docs/contract.md §4",
    why="Issued and deployed are two things: what is served may be an older certificate, which expires. "
    "What was not tried yet is a warning; a deploy that failed is an error until one succeeds.",
    mend="see why it failed; `psfdns certs renew` tries again in each run, `psfdns certs deploy NAME` now",
    milder=Severity.WARNING,
)
UNWANTED = Rule(
    "certificate-unwanted",
    Severity.INFO,
    "Every certificate of the store is wanted by a tenant.",
    "docs/contract.md §4",
    why="It is not renewed. Whoever still uses it will meet its end unprepared.",
    mend="write it into certs/<tenant>.toml, or remove it from the store",
)
COPY_OUTDATED = Rule(
    "copy-outdated",
    Severity.WARNING,
    "With a store in S3, the copy on this machine is of the set that counts.",
    "docs/contract.md §4",
    why="Another host renewed it, and what is served from this copy goes on with the old set until that "
    "expires. In the first day, and where the copy cannot be read, it is for information.",
    mend="`psfdns certs renew` on this machine brings it; see whether cron runs it",
    milder=Severity.INFO,
)

STATUS_RULES = (
    MISSING,
    EXPIRED,
    LATE,
    REVOKED,
    LACKING,
    UNREADABLE,
    NOT_DEPLOYED,
    UNWANTED,
    COPY_OUTDATED,
)
"""What `certs list` and `certs plan` find."""
