"""docs/dnssec.md: what `dnssec status` does, the safe procedures, and every code. Pure."""

from __future__ import annotations

from psfdns.dnssec.code import Code
from psfdns.dnssec.codes import CHAPTERS
from psfdns.dnssec.procedures_document import PROCEDURES

_HEAD = """\
# Whether a zone can be validated

Made by `python -m psfdns.dnssec` from the codes themselves.

`psfdns dnssec status [ZONE…]` validates each zone from the trust anchor down, as RFC 4035 §5 has it, and
asks everybody on the way to it, because a resolver sees one server and its own cache:

- every address of every server of the **parent** for the DS, or the proof that there is none;
- every address of every server of the **zone** for SOA, NS, DNSKEY, CDS and CDNSKEY, for a name that does
  not exist and for a type that the apex does not have, each with signatures;
- for **every other record set of the zone file** one address, in turn; which one changes from hour to hour
  and from day to day. What cannot be validated there is asked for at all. Of a name without a zone file A,
  AAAA, MX and TXT of the apex are;
- the **zones above** until one server of each tells enough, once for all zones below;
- the **delegation**, as `psfdns delegation` does ([delegation.md](delegation.md));
- **Route 53** for GetDNSSEC: its state and its key-signing keys. `dnssec` of tenant.toml is what is wanted;
- **KMS**, if it may be asked, for the state, kind and policy of each key behind them. What is wrong with one
  that does not sign is said as information;
- **Gandi**, for a domain with `registrar = "gandi"`, for the DNSSEC keys that it holds.

| status | means | exit code |
|---|---|---|
| `secure` | the chain leads from the anchor to the zone's keys, and what was asked for can be validated \
at some server | 0 |
| `insecure` | it is proven that there is no DS, here or above, or only one that validators do not know: \
nobody validates | 0 |
| `bogus` | what should be validated cannot be: the keys, or a record set, or a denial, at no server at \
all | 2 |
| `not-delegated` | the parent's servers do not delegate the name | 2 |
| `indeterminate` | somebody could not be asked; neither well nor broken | 3 |

A finding at or above `--fail-on` (default: `error`) makes the exit code 2, whatever the status: what only
one server has wrong, resolvers may get over, and should not have to. A private zone has no status, because
nobody can ask.

A zone that is signed and has no DS is `insecure`, and its signatures are judged all the same, with nothing
above a warning: so one sees what would break before the DS is there.

Signatures should be replaced in time. One that lives for a week or longer was made ahead: a warning comes
when less than a fifth of its lifetime is left, or three days (of one that lives for less than twelve days a
quarter). A shorter one was made for the answer, as Route 53's are: a warning comes only when less is left
than the TTL of what it covers.

Work is bounded, whatever a server sends: 16 signatures of a record set, 4 keys of one tag for each, 4096
verifications and 64 addresses a zone, no RSA key above 4096 bits, no NSEC3 with more than 150 iterations,
and time limits as everywhere.

A hundred signed zones with two name servers and ten record sets each take 4,807 queries, 8 s of CPU and
77 MB in one run: 10 s on two cores that served all of it as well (`python benchmarks/dnssec_status.py`,
29 November 2026).

The anchors are IANA's two keys of the root, or those of `[resolver] trust_anchor`: a file of DNSKEY or DS
lines.

`--svg FILE` draws the chains: zones are boxes, and lead from DS to key to record set. Blue is valid, red
wrong, purple expired or not valid yet, grey without a key, yellow unknown, as in DNSViz. Pointed at, nodes
and lines say more. The file needs nothing else, and is legible on light and dark pages.

"""

_FOUND = """\
## What is found

The names are DNSViz's where it has one. *EDE* is the extended error (RFC 8914) with which a resolver would
say the same. Severities are the usual ones: beside a signature that is valid, another one that is not is
milder; a server that fails is milder while others answer.
"""


def render_document() -> str:
    """The whole of it: a table of codes for each subject."""
    return _HEAD + PROCEDURES + _FOUND + "".join(_chapter(title, codes) for title, codes in CHAPTERS)


def _chapter(title: str, codes: tuple[Code, ...]) -> str:
    head = "| code | severity | means | to mend it | EDE | source |\n|---|---|---|---|---|---|\n"
    return f"\n### {title}\n\n{head}" + "".join(map(_row, codes))


def _row(code: Code) -> str:
    ede = "" if code.ede is None else str(code.ede)
    cells = (f"`{code.name}`", code.severity.value, code.what, code.mend, ede, code.reference or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
