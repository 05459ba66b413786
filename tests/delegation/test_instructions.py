"""The message for whoever sets the name servers: what stands in it in each situation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from psfdns.delegation.instructions import WIDTH, Letter, _duration, join_letters, write_instructions
from psfdns.delegation.registrars import REGISTRARS
from psfdns.delegation.wanted import Wanted
from psfdns.lookup.answer import Answer, HeardSet, Question
from psfdns.lookup.parents import Delegation, NameServer, ParentView
from psfdns.lookup.server import Server
from psfdns.lookup.survey import Heard, Survey
from psfdns.settings import Registrar

ZONE = "pyladies.example."
OURS = ("ns-1.awsdns-01.org.", "ns-2.awsdns-02.com.")
OLD = ("ns1.old-host.example.", "ns2.old-host.example.")


def survey(said: Delegation | None, *, signed: bool = False) -> Survey:
    if said is None:
        return Survey(ZONE, None, "nobody answers")
    at = NameServer("a.nic.example.", Server("192.0.2.53"))
    server = Server("192.0.2.1")
    keys = (HeardSet(ZONE, "DNSKEY", 60, ("257 3 13 AA",)),) if signed else ()
    soa, dnskey = (
        Answer(server, Question(ZONE, rdtype), "NOERROR", authoritative=True, answer=answer)
        for rdtype, answer in (("SOA", (HeardSet(ZONE, "SOA", 60, ("x",)),)), ("DNSKEY", keys))
    )
    heard = Heard(NameServer(OURS[0], server), soa, soa, soa, soa, dnskey)
    return Survey(ZONE, ParentView(ZONE, "example.", ((at, said),)), None, {}, (heard,))


def letter(said: Delegation | None = None, *, signed: bool = False, **fields: Any) -> str:
    defaults = {
        "zone": ZONE,
        "tenant": "PyLadies",
        "liaisons": ("web@pyladies.example", "dns@pyladies.example"),
        "registrar": Registrar.TENANT,
        "wanted": Wanted(OURS),
        "survey": survey(said, signed=signed),
    }
    written = write_instructions(Letter(**{**defaults, **fields}))
    assert written is not None
    return written


def flat(text: str) -> str:
    return " ".join(text.split())


def test_it_can_be_mailed_and_names_exactly_the_servers_as_forms_take_them() -> None:
    text = letter(Delegation())
    head, _, body = text.partition("\n\n")
    assert (
        head
        == "To: web@pyladies.example, dns@pyladies.example\nSubject: The name servers of pyladies.example"
    )
    assert "    ns-1.awsdns-01.org\n    ns-2.awsdns-02.com\n\n" in body
    assert max(map(len, text.splitlines())) <= WIDTH
    assert text.isascii()


def test_no_line_of_a_liaison_can_become_a_header() -> None:
    text = letter(liaisons=("a@example.org\nBcc: b@example.org",))
    assert text.startswith("To: a@example.org Bcc: b@example.org\nSubject: ")


def test_without_liaisons_it_has_no_address() -> None:
    assert letter(liaisons=()).startswith("Subject: ")


@pytest.mark.parametrize(
    ("said", "signed", "there", "absent"),
    [
        (
            None,
            False,
            ["could not be asked", "prints anything, remove the DS first", "+trace", "compared"],
            ["1 day"],
        ),
        (
            Delegation(),
            False,
            ["know no name server of pyladies.example", "has no DS record"],
            ["compared", "Lower"],
        ),
        (
            Delegation(OLD, 172_800),
            False,
            [
                "name: ns1.old-host.example, ns2.old-host.example.",
                "compared",
                "Lower",
                "for 2 days more",
                "@a.nic.example",
            ],
            ["remove the DS"],
        ),
        (
            Delegation(OLD, 60, ("1",), 86_400),
            False,
            ["Remove the DS first", "wait for 1 day, its TTL"],
            ["no DS record"],
        ),
        (Delegation(OLD, 60, ("1",), 60), True, ["Do not touch the DS"], ["Remove the DS"]),
        (
            Delegation(OURS, 60),
            False,
            ["there is nothing to change", "HOW TO CHECK"],
            ["BEFORE", "WHERE", "HOW LONG"],
        ),
        (
            Delegation((OURS[0], OLD[0]), 60),
            False,
            ["BEFORE", "name: ns-1.awsdns-01.org, ns1.old-host.example."],
            [],
        ),
    ],
    ids=["unheard", "nobody", "old host", "with a DS", "signed by us", "done", "in part"],
)
def test_what_is_to_be_done_first_depends_on_what_there_is(
    said: Delegation | None, signed: bool, there: list[str], absent: list[str]
) -> None:
    text = flat(letter(said, signed=signed))
    assert [words for words in there if words not in text] == []
    assert [words for words in absent if words in text] == []


def test_it_says_where_registrars_have_it() -> None:
    text = flat(letter(Delegation()))
    assert all(f"- {name}: " in text for name in REGISTRARS)
    assert "a domain that is registered with them has to use their name servers" in text


def test_a_domain_at_our_own_registrar_is_staffs_task() -> None:
    text = letter(Delegation(), registrar=Registrar.GANDI)
    assert text.startswith("Subject: ")
    assert "is staff's task, and the tenant has nothing to do" in flat(text)
    assert "WHERE TO SET THEM" not in text


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"registrar": Registrar.NONE}, "the zone file of the parent zone"),
        ({"parent_file": "zones/psf/example.zone"}, "zones/psf/example.zone"),
    ],
)
def test_a_subzone_is_delegated_with_lines_of_a_zone_file(fields: dict[str, Any], where: str) -> None:
    text = letter(Delegation(), **fields)
    assert f"These lines belong into {where}, and no other NS" in flat(text)
    assert f"    {ZONE} IN NS {OURS[0]}\n    {ZONE} IN NS {OURS[1]}\n" in text
    assert "WHERE TO SET THEM" not in text


def test_without_known_servers_there_is_nothing_to_write() -> None:
    made = Letter(ZONE, "PyLadies", (), Registrar.TENANT, Wanted(), survey(None))
    assert write_instructions(made) is None
    assert write_instructions(replace(made, wanted=Wanted(None, OURS))) is not None


def test_several_messages_are_told_apart() -> None:
    assert join_letters(["a\n", "b\n"]) == f"a\n{'-' * WIDTH}\nb\n"
    assert join_letters(["a\n"]) == "a\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (172_800, "2 days"),
        (86_400, "1 day"),
        (5_400, "90 minutes"),
        (3_600, "1 hour"),
        (90, "90 seconds"),
        (0, "0 days"),
    ],
)
def test_times_are_said_in_the_largest_unit(seconds: int, words: str) -> None:
    assert _duration(seconds) == words
