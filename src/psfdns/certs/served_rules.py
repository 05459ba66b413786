"""Everything that can be wrong with what servers show of certificates (`certs verify`). Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

OUTDATED = Rule(
    "served-outdated",
    Severity.ERROR,
    "What is served is the newest set of the store.",
    "docs/contract.md §4",
    why="It was renewed, and the server was never told: it goes on until the old one expires. In the first "
    "day after a renewal it is a warning, as servers fetch the new set in their own time.",
    mend="see why the deploy failed, and have the server read its certificate again",
    milder=Severity.WARNING,
)
FOREIGN = Rule(
    "served-foreign",
    Severity.WARNING,
    "What is served is a certificate of the store.",
    "docs/contract.md §4",
    why="Whoever put it there renews it, or nobody does; what is renewed here is served nowhere. While the "
    "store has none yet this is for information.",
    mend="bring the certificate of the store there; where it is not ours to renew, say so with `issuer`",
    milder=Severity.INFO,
)
WRONG_HOST = Rule(
    "served-wrong-host",
    Severity.ERROR,
    "The certificate that is served covers the name.",
    "RFC 9525 §6",
    why="Browsers and programs refuse it.",
    mend="bring the certificate to this server, or add the name to the one that is there",
)
SELF_SIGNED = Rule(
    "served-self-signed",
    Severity.ERROR,
    "The certificate that is served was issued by a CA.",
    "RFC 5280 §6.1",
    why="Clients refuse it: most likely it is what the server's package made for itself.",
    mend="bring the certificate of the store there",
)
WRONG_PURPOSE = Rule(
    "served-wrong-purpose",
    Severity.ERROR,
    "What is served is a certificate for servers: where it has an extendedKeyUsage, serverAuth is in it.",
    "RFC 5280 §4.2.1.12",
    why="Browsers and programs refuse it. With anyExtendedKeyUsage alone some take it; those that "
    "use OpenSSL, such as curl and Python, do not.",
    mend="have one issued for servers, and serve that",
)
BROKEN_CHAIN = Rule(
    "served-without-intermediate",
    Severity.ERROR,
    "With the certificate its server shows those between it and the root.",
    "RFC 8446 §4.4.2",
    why="Browsers may know the missing one from elsewhere; programs do not, and fail. Of what is not the "
    "store's it is a warning: it may lead to a root of its own that is not public.",
    mend="have the server show fullchain.pem, not cert.pem",
    milder=Severity.WARNING,
)
EXPIRED = Rule(
    "served-expired",
    Severity.ERROR,
    "No certificate of a chain that is served has expired.",
    "RFC 5280 §4.1.2.5",
    why="Browsers and programs refuse it.",
    mend="bring the newest certificate there, with its whole chain",
)
PREMATURE = Rule(
    "served-not-yet-valid",
    Severity.ERROR,
    "The certificate that is served is valid already.",
    "RFC 5280 §4.1.2.5",
    why="Clients refuse it until then.",
    mend="serve the one from before, and see whether the clock of this machine is right",
)
ENDING = Rule(
    "served-ending",
    Severity.ERROR,
    "What is served has more than a tenth of its lifetime left.",
    "docs/contract.md §4",
    why="It should have been replaced long before. In the last thirtieth of its lifetime (three days of "
    "ninety) it is an error, before that a warning.",
    mend="see why it was not renewed, or not brought there",
    milder=Severity.WARNING,
)
WITHDRAWN = Rule(
    "served-revoked",
    Severity.ERROR,
    "No certificate that was revoked here is served.",
    "RFC 5280 §5",
    why="Browsers refuse it as soon as they hear of it, and its key may be in other hands.",
    mend="renew it, and bring the new one there",
)
WEAK = Rule(
    "served-weak",
    Severity.WARNING,
    "Keys are of 2048 bits (RSA) or 256 (EC) at least, signatures newer than SHA-1, and TLS is 1.2 or 1.3.",
    "RFC 9325 §3.1, §4",
    why="Clients refuse it by and by, and it protects nobody for long.",
    mend="renew it with another kind of key, or have the server speak TLS 1.2 and 1.3",
)
UNEQUAL = Rule(
    "served-unequal",
    Severity.WARNING,
    "All addresses of a name show the same certificate.",
    "docs/contract.md §4",
    why="One of several servers, or IPv6 alone, was left behind: some visitors see an error and most do not.",
    mend="bring the newest certificate to each of them",
)
WRONG_ISSUER = Rule(
    "served-by-other-issuer",
    Severity.WARNING,
    "A certificate that is only watched was issued by its `issuer`.",
    "docs/contract.md §1",
    why="Somebody else renews it than is written down, so nobody may be watching its end.",
    mend="ask who changed it, and correct `issuer`",
)
SILENT = Rule(
    "served-nowhere",
    Severity.WARNING,
    "Where a name that is covered leads, something answers at port 443.",
    "docs/contract.md §4",
    why="It may be down, or have no use for a certificate of the web.",
    mend="see whether the server runs; leave the name out of the certificate if nothing uses it",
)
NOT_TLS = Rule(
    "served-without-tls",
    Severity.ERROR,
    "What listens at port 443 of a name that is covered speaks TLS, with a certificate that can be read.",
    "RFC 9110 §4.2.2",
    why="No client gets as far as the certificate.",
    mend="see how the server is set up for this name",
)
NO_ADDRESS = Rule(
    "name-without-address",
    Severity.INFO,
    "A name that is covered has an address.",
    "docs/contract.md §4",
    why="It is covered and served nowhere: internal names are like that, and names that are gone.",
    mend="leave the name out of the certificate if nothing uses it",
)
NOT_COVERED = Rule(
    "name-not-covered",
    Severity.WARNING,
    "Every name of our zones that is served with TLS is covered by a certificate of certs/.",
    "docs/contract.md §4",
    why="Nobody here watches what is served there: when its certificate ends, or is replaced by one without "
    "the name, visitors are the first to know.",
    mend="add it to a certificate, or to one with `issuer` that is only watched",
)
UNCHECKED = Rule(
    "served-unchecked",
    Severity.INFO,
    "What each name is served with can be seen from here.",
    "docs/contract.md §3",
    why="Unknown is never well, and never broken either.",
    mend="see what keeps this machine from asking, or ask from another one",
)

VERIFY_RULES = (
    OUTDATED,
    FOREIGN,
    WRONG_HOST,
    SELF_SIGNED,
    WRONG_PURPOSE,
    BROKEN_CHAIN,
    EXPIRED,
    PREMATURE,
    ENDING,
    WITHDRAWN,
    WEAK,
    UNEQUAL,
    WRONG_ISSUER,
    SILENT,
    NOT_TLS,
    NO_ADDRESS,
    NOT_COVERED,
    UNCHECKED,
)
"""What `certs verify` finds."""
