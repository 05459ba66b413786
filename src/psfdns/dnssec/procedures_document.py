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
| the delegation leads here, and neither the parent nor Gandi has a DS of another key | |
| a key in KMS, the key-signing key, signing enabled | Route 53 says INSYNC |
| every address of every server shows the key and valid signatures | the zone's longest TTL, and those \
of its denials, NS, keys, and of the parent's NS, have passed since: nobody has an unsigned answer cached, \
nor servers of before |
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
- A zone that signs when a procedure begins may have had a DS until a moment ago, whoever took it away: its
  removal is waited out as if it had been seen.
- What was seen and is no longer so is waited for anew.
- A key is known by its DS with SHA-256. One with SHA-384 counts as the same; one with SHA-1 that Gandi holds
  is not ordered again, and is removed with its key, but nothing is built on it.
- An order at Gandi is sent again after an hour if its answer was lost, and after a day if it was taken and
  does not show.
- A zone that is bogus stops everything but the removal of its DS (`disable`, or `rotate --back`), and it
  is said what to do. Where signing was ended while the DS of a key that Route 53 still has stood, `enable`
  signs again with that key: that is well in minutes.
- A DS that works and is of a key that Route 53 does not have is somebody else's: `disable` leaves it alone.
- There is a way back from every step: `enable --back` (or `disable`), `disable --back` (or `enable`), and
  `rotate --back` as long as the old key is there. It goes by the same rules, so it may have to wait as
  well. A DS that was ordered, and never showed, may still come for a day, one that a tenant was asked for for
  a week, and is waited for.
- With `-q` `continue` tells, beside what is refused, failed or unknown, once of a DS that somebody is to be
  asked for, and of what does not come about: after two days (a week, where somebody was asked), and again as
  often. `dnssec status` says what is waited for, and not before when.
- Each change outside is asked about; `--yes` does not ask. Without a terminal and without `--yes` nothing
  is done.
- `.psfdns/dnssec/<zone>.json` (below `sandbox/` with `--sandbox`) has it all, with who did what when.
  What is about to be done is in it before, so a process may be killed anywhere. One process at a time has
  a zone in hand. **The file is this machine's: run the procedures of a zone on one machine.** Another one
  refuses (`elsewhere`) to begin where Route 53 has a key of a procedure that it does not know, and the zone
  is not secure by that alone. If machine or file is lost, `--take-over` begins with what there is, and waits
  as long as might be needed.
- Who began a procedure or turned it round, and each change outside, is in the journal as well (`psfdns
  history`; `[journal] s3` shares it): before it is tried, and what became of it. What cannot be written
  there is not done. Where a kill or a lost answer left that open, the next run looks and writes down what
  it sees: done, or failed. An order at Gandi that was cut short, does not show and is sent again stays
  `uncertain`. A run that only waits writes nothing.
- A process that is killed after KMS made a key and before it has its name leaves a key that the next run
  finds by its tags.
- Times are the machine's: AWS takes no request of one whose clock is minutes wrong: nothing is done then.
- tests/dnssec/procedures plays them against every resolver that there could be: whatever it fetched from
  whichever server at whatever moment, and has cached since, never makes the zone bogus. unbound has to agree
  at the end of each. delv, which asks one resolver and has no time but the present, is not run: `dnssec
  status` validates what every server says.

"""
