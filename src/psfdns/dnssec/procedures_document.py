"""What docs/dnssec.md says of the safe procedures. Data."""

from __future__ import annotations

PROCEDURES = """\
## Safe procedures

`psfdns dnssec enable ZONE`, `disable ZONE` and `rotate ZONE` are Route 53's procedures (Developer Guide,
Configuring DNSSEC signing) with waits from the TTLs that are really there. None of them is done in one
run: each run does what is due, writes down what it saw, and says what it waits for and until when.
`psfdns dnssec continue --yes` from cron does the rest, of all zones. `--dry-run` shows every step with
its earliest time.

| `enable` | waits until |
|---|---|
| the delegation leads here, and nobody validates by another key | |
| a key in KMS, the key-signing key, signing enabled | Route 53 says INSYNC |
| every address of every server shows the key and valid signatures | the zone's longest TTL, and those \
of its denials, NS and keys, have passed since: nobody has an unsigned answer cached |
| the DS: at Gandi, or the text for whoever can set it | every server of the parent shows it, and the \
zone is secure |
| done | the TTLs of both NS sets and of the parent's denials have passed: everybody validates |

| `disable` | waits until |
|---|---|
| every DS is removed: at Gandi, or the text | no server of the parent shows one, and each has answered |
| | the DS's TTL and that of the parent's denials, and ten minutes, have passed: nobody validates |
| signing disabled, keys deactivated and deleted | INSYNC; no server shows a key. The key in KMS stays, \
and the command that deletes it is shown |

| `rotate` | waits until |
|---|---|
| another key in KMS, a second key-signing key, active | every server shows it, signing; then the keys' \
TTL |
| its DS beside the old one | every server of the parent shows it; then the DS's TTL and ten minutes |
| the old DS is removed | no server of the parent shows it; then the same wait |
| the old key is deactivated and deleted | no server shows it |

- Right before anything is taken away everybody is asked again. A server that does not answer counts as
  one that still has what is to be gone: **nothing is disabled while a DS stands**, or may stand, at any
  server of the parent.
- A wait counts from when the last server was *seen* to have changed, with the longest TTL that was seen
  since the procedure began. A TTL that is lowered shortens no wait, and what the journal knows of TTLs of
  before counts.
- What was seen and is no longer so is waited for anew.
- A zone that is bogus stops everything but the removal of its DS (`disable`, or `rotate --back`), and it
  is said what to do.
- There is a way back from every step: `enable --back` (or `disable`), `disable --back` (or `enable`), and
  `rotate --back` as long as the old key is there. It goes by the same rules, so it may have to wait as
  well. A DS that was ordered, or asked of a tenant, and never showed may still come for a day, and is
  waited for.
- Each change outside is asked about; `--yes` does not ask. Without a terminal and without `--yes` nothing
  is done.
- `.psfdns/dnssec/<zone>.json` (below `sandbox/` with `--sandbox`) has it all, with who did what when.
  What is about to be done is in it before, so a process may be killed anywhere. One process at a time has
  a zone in hand. The file is this machine's: run the procedures of a zone on one machine. Orders at Gandi
  are in the registrar's journal too.
- tests/dnssec/procedures plays them against every resolver that there could be: whatever it fetched from
  whichever server at whatever moment, and has cached since, never makes the zone bogus.

"""
