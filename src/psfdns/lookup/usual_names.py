"""Names that zones usually hold, and why: who cannot list a zone can only ask for these. Data.

A name is relative to the zone, "@" its apex. What is asked at a name that exists is `TYPES`, at one with an
underscore `UNDERSCORE_TYPES`.
"""

from __future__ import annotations

from typing import NamedTuple


class Usual(NamedTuple):
    """Names that are asked for one reason."""

    why: str
    names: tuple[str, ...]


APEX_TYPES = "SOA NS A AAAA MX TXT SPF CAA HTTPS SVCB SRV NAPTR SSHFP TLSA".split()
TYPES = "A AAAA CNAME MX TXT SPF NS DS CAA HTTPS SVCB SRV SSHFP NAPTR PTR".split()
UNDERSCORE_TYPES = "TXT CNAME SRV TLSA NS DS SVCB HTTPS A PTR".split()
UNHOSTED_TYPES = "DNAME LOC HINFO RP URI CERT OPENPGPKEY DNSKEY".split()
"""Asked at the apex to be said: Route 53 cannot host them, or signs with keys of its own."""

_REVERSE = (*map(str, range(256)), *"abcdef")
"""The next label of an address: an octet (RFC 1035 §3.5), or half of one (RFC 3596 §2.5)."""


def _with(suffix: str, *labels: str) -> tuple[str, ...]:
    return tuple(f"{label}.{suffix}" for label in labels)


USUAL = (
    Usual("the zone itself, and what answers for every other name", ("@", "*")),
    Usual(
        "websites: the usual names of their hosts",
        tuple(
            "www www1 www2 web blog blogs news forum forums community discuss chat wiki docs doc help "
            "support status store shop static assets cdn media img images files download downloads "
            "upload dl pub archive m mobile app apps api demo beta alpha stage staging test dev devel "
            "sandbox preview old new legacy en es fr de pt it ja zh ru pl events event meetup jobs "
            "careers donate".split()
        ),
    ),
    Usual(
        "access: logins, remote desks and source code",
        tuple(
            "admin portal login auth sso id accounts account my panel cpanel whm webdisk vpn remote "
            "gateway ssh sftp ftp git gitlab svn hg code ci build buildbot jenkins grafana monitor "
            "stats analytics cloud nextcloud calendar conference meet lists list lists2 mailman "
            "planet survey".split()
        ),
    ),
    Usual(
        "conferences of the community: a year, or a country, is a name",
        tuple(
            "tickets register cfp speakers schedule volunteer sponsors 2022 2023 2024 2025 2026 2027".split()
        ),
    ),
    Usual(
        "hosts: name servers, mail servers, and what mail programs look for by themselves",
        tuple(
            "ns ns1 ns2 ns3 ns4 dns dns1 dns2 mail mail1 mail2 mx mx1 mx2 mta smtp smtp1 smtp2 relay "
            "imap pop pop3 webmail email e newsletter bounce bounces send em mg links click track "
            "autodiscover autoconfig mta-sts localhost host server db ntp proxy lb".split()
        ),
    ),
    Usual(
        "mail policies: DMARC (RFC 7489), MTA-STS (RFC 8461), TLS reports (RFC 8460), BIMI, ADSP (RFC 5617)",
        ("_dmarc", "_domainkey", "_mta-sts", "_smtp._tls", "default._bimi", "_adsp._domainkey"),
    ),
    Usual(
        "DKIM (RFC 6376 §3.6.2.1): the selectors that mail services hand out",
        _with(
            "_domainkey",
            *"default dkim dkim1 dkim2 mail email smtp selector selector1 selector2 s1 s2 s1024 s2048 "
            "k1 k2 k3 key1 key2 google mandrill mailjet mailgun mg mx pic krs sendgrid smtpapi sg "
            "zoho zmail fm1 fm2 fm3 protonmail protonmail2 protonmail3 sig1 sm ml mlsend brevo "
            "brevo1 brevo2 strong1 strong2 hs1 hs2 pm postmark 20230601 20221208 20161025 "
            "everlytickey1 everlytickey2 turbo-smtp ctct1 ctct2 cm intercom dk litesrv scph0220 "
            "gamma x mesmtp mxvault rsa ed25519 20240101 2024 2025 2026".split(),
        ),
    ),
    Usual(
        "proofs of ownership beside the apex",
        tuple(
            "_acme-challenge _acme-challenge.www _amazonses _atproto _github-challenge "
            "_github-pages-challenge _gitlab-pages-verification-code _globalsign-domain-verification "
            "_mailchannels _netblocks _spf _psl _security _domainconnect _dnsauth _dnslink "
            "_validation-persist _cf-custom-hostname".split()
        ),
    ),
    Usual(
        "services that programs find by SRV (RFC 2782; RFC 6186 for mail, RFC 6764 for calendars)",
        tuple(
            "_autodiscover._tcp _submission._tcp _submissions._tcp _imap._tcp _imaps._tcp _pop3._tcp "
            "_pop3s._tcp _sieve._tcp _caldav._tcp _caldavs._tcp _carddav._tcp _carddavs._tcp "
            "_xmpp-client._tcp _xmpp-server._tcp _xmpps-client._tcp _jabber._tcp _sip._tcp _sip._udp "
            "_sips._tcp _sipfederationtls._tcp _sip._tls _matrix._tcp _matrix-fed._tcp _ldap._tcp "
            "_kerberos._tcp _kerberos._udp _stun._udp _turn._udp _minecraft._tcp _https._tcp "
            "_http._tcp _ssh._tcp _ntp._udp _git._tcp _irc._tcp _mumble._tcp _ts3._udp _vlmcs._tcp".split()
        ),
    ),
    Usual(
        "certificates pinned in DNS (RFC 6698, RFC 7672)",
        ("_443._tcp", "_443._tcp.www", "_25._tcp.mail", "_25._tcp", "_465._tcp.mail", "_587._tcp.mail"),
    ),
    Usual(
        "services below names that hand them on",
        (
            "lyncdiscover",
            "sip",
            "msoid",
            "enterpriseregistration",
            "enterpriseenrollment",
            "_collab-edge._tls",
        ),
    ),
)


def names_asked(origin: str) -> dict[str, str]:
    """The names relative to the zone, each once, with the reason why it is asked."""
    usual: tuple[Usual, ...] = USUAL
    if origin.endswith(("in-addr.arpa.", "ip6.arpa.")):
        usual = (USUAL[0], Usual("the addresses of a reverse zone", _REVERSE))
    asked: dict[str, str] = {}
    for group in usual:
        for name in group.names:
            asked.setdefault(name, group.why)
    return asked


def types_asked(name: str) -> list[str]:
    """The types that are asked at a name that exists."""
    if name == "@":
        return [*APEX_TYPES, *UNHOSTED_TYPES]
    return UNDERSCORE_TYPES if name.startswith("_") else TYPES
