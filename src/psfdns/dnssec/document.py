"""docs/dnssec.md: what `dnssec status` does, and every code that it can say. Pure."""

from __future__ import annotations

from psfdns.dnssec.code import Code
from psfdns.dnssec.codes import CHAPTERS

_HEAD = """\
# Whether a zone can be validated

Made by `python -m psfdns.dnssec` from the codes themselves.

`psfdns dnssec status [ZONE…]` validates each zone from the trust anchor down, as RFC 4035 §5 has it, and
asks everybody on the way to it, because a resolver sees one server and its own cache:

- every address of every server of the **parent** for the DS, or the proof that there is none;
- every address of every server of the **zone** for SOA, NS, DNSKEY, CDS and CDNSKEY, for a name that does
  not exist and for a type that the apex does not have, each with signatures;
- for **every other record set of the zone file** one address, in turn. What cannot be validated there is
  asked for at all. Of a name without a zone file A, AAAA, MX and TXT of the apex are;
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

The anchors are IANA's two keys of the root, or those of `[resolver] trust_anchor`: a file of DNSKEY or DS
lines.

`--svg FILE` draws the chains: zones are boxes, and lead from DS to key to record set. Blue is valid, red
wrong, purple expired or not valid yet, grey without a key, yellow unknown, as in DNSViz. Pointed at, nodes
and lines say more. The file needs nothing else, and is legible on light and dark pages.

## Safe procedures

`psfdns dnssec enable ZONE`, `disable ZONE` and `rotate ZONE` are Route 53's procedures (Developer Guide,
Configuring DNSSEC signing) with waits from the TTLs that are really there. None of them is done in one run:
each run does what is due, writes down what it saw, and says what it waits for and until when. `psfdns dnssec
continue --yes` from cron does the rest, of all zones. `--dry-run` shows every step with its earliest time.

| `enable` | waits until |
|---|---|
| the delegation leads here, and nobody validates by another key | |
| a key in KMS, the key-signing key, signing enabled | Route 53 says INSYNC |
| every address of every server shows the key and valid signatures | the zone's longest TTL, and those of its \
denials, NS and keys, have passed since: nobody has an unsigned answer cached |
| the DS: at Gandi, or the text for whoever can set it | every server of the parent shows it, and the zone is secure |
| done | the TTLs of both NS sets and of the parent's denials have passed: everybody validates |

| `disable` | waits until |
|---|---|
| every DS is removed: at Gandi, or the text | no server of the parent shows one, and each has answered |
| | the DS's TTL and that of the parent's denials, and ten minutes, have passed: nobody validates |
| signing disabled, keys deactivated and deleted | INSYNC; no server shows a key. The key in KMS stays, and the \
command that deletes it is shown |

| `rotate` | waits until |
|---|---|
| another key in KMS, a second key-signing key, active | every server shows it, signing; then the keys' TTL |
| its DS beside the old one | every server of the parent shows it; then the DS's TTL and ten minutes |
| the old DS is removed | no server of the parent shows it; then the same wait |
| the old key is deactivated and deleted | no server shows it |

- Right before anything is taken away everybody is asked again. A server that does not answer counts as one that
  still has what is to be gone: **nothing is disabled while a DS stands**, or may stand, at any server of the parent.
- A wait counts from when the last server was *seen* to have changed, with the longest TTL that was seen since the
  procedure began. A TTL that is lowered shortens no wait, and what the journal knows of TTLs of before counts.
- What was seen and is no longer so is waited for anew.
- A zone that is bogus stops everything but the removal of its DS (`disable`, or `rotate --back`), and it is said
  what to do.
- The way back exists at every step: `enable --back` (or `disable`), `disable --back` (or `enable`), and `rotate
  --back` as long as the old key is there. It goes by the same rules, so it may have to wait as well. A DS that was
  ordered, or asked of a tenant, and never showed may still come for a day, and is waited for.
- Each change outside is asked about; `--yes` does not ask. Without a terminal and without `--yes` nothing is done.
- `.psfdns/dnssec/<zone>.json` (below `sandbox/` with `--sandbox`) has it all, with who did what when. What is about to
  be done is in it before, so a process may be killed anywhere. One process at a time has a zone in hand. The file is
  this machine's: run the procedures of a zone on one machine. Orders at Gandi are in the registrar's journal too.
- tests/dnssec/procedures plays them against every resolver that there could be: whatever it fetched from whichever
  server at whatever moment, and has cached since, never makes the zone bogus.

## What is found

The names are DNSViz's where it has one. *EDE* is the extended error (RFC 8914) with which a resolver would
say the same. Severities are the usual ones: beside a signature that is valid, another one that is not is
milder; a server that fails is milder while others answer.
"""


def render_document() -> str:
    """The whole of it: a table of codes for each subject."""
    return _HEAD + "".join(_chapter(title, codes) for title, codes in CHAPTERS)


def _chapter(title: str, codes: tuple[Code, ...]) -> str:
    head = "| code | severity | means | to mend it | EDE | source |\n|---|---|---|---|---|---|\n"
    return f"\n### {title}\n\n{head}" + "".join(map(_row, codes))


def _row(code: Code) -> str:
    ede = "" if code.ede is None else str(code.ede)
    cells = (f"`{code.name}`", code.severity.value, code.what, code.mend, ede, code.reference or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
