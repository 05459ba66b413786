"""Signatures one at a time, and how much work a hostile answer can cause."""

from __future__ import annotations

import base64

import dns.dnssec
import dns.name
import dns.rdata
import dns.rrset
import pytest
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

from psfdns.dnssec import signatures
from psfdns.dnssec.algorithms import bits_of
from psfdns.dnssec.signatures import State, Verifier, judge_signatures
from psfdns.lookup.signed import SignedSet
from tests.dnssec.signing import DAY, NOW, Key, make_key, sign_with

ZONE = dns.name.from_text("z.test.")


def signed(*keys: Key, name: str = "www.z.test.", repeat: int = 1) -> SignedSet:
    rrset = dns.rrset.from_text(name, 300, "IN", "A", "192.0.2.1")
    made = [sign_with(rrset, key, ZONE) for key in keys] * repeat
    return SignedSet(name, "A", rrset, tuple(each for each in made if isinstance(each, RRSIG)))


@pytest.mark.parametrize("algorithm", [5, 7, 8, 10, 13, 14, 15])
def test_each_algorithm_that_validators_know_is_verified(algorithm: int) -> None:
    key = make_key(algorithm)
    (one,) = Verifier(NOW).check(signed(key), "z.test.", [key.public])
    assert one.state is State.VALID
    (other,) = Verifier(NOW).check(signed(key), "z.test.", [make_key(algorithm, number=1).public])
    assert other.state is State.NO_KEY


def test_a_name_in_capitals_is_the_same_name() -> None:
    key = make_key()
    heard = signed(key)
    shouted = dns.rrset.from_rdata_list(dns.name.from_text("WWW.z.test."), 300, list(heard.rrset))
    (one,) = Verifier(NOW).check(
        SignedSet("www.z.test.", "A", shouted, heard.signatures), "z.test.", [key.public]
    )
    assert one.is_valid


def test_a_changed_record_is_not_what_was_signed() -> None:
    key = make_key()
    other = dns.rrset.from_text("www.z.test.", 300, "IN", "A", "192.0.2.2")
    (one,) = Verifier(NOW).check(
        SignedSet("www.z.test.", "A", other, signed(key).signatures), "z.test.", [key.public]
    )
    assert one.state is State.INVALID


def test_of_many_signatures_only_some_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """KeyTrap: neither signatures nor keys of one tag may cost without end."""
    calls = counted(monkeypatch)
    # By chance two keys have one tag, and cost one more.
    by_tag = {key.tag: key for key in (make_key(number=number) for number in range(45))}
    keys = list(by_tag.values())[:40]
    verdicts = Verifier(NOW).check(signed(*keys), "z.test.", [key.public for key in keys])
    assert len(calls) <= signatures.MAX_SIGNATURES
    assert {each.state for each in verdicts[signatures.MAX_SIGNATURES :]} == {State.UNTRIED}


def test_of_many_keys_with_one_tag_only_some_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = counted(monkeypatch)
    monkeypatch.setattr(dns.dnssec, "key_id", lambda _: 4711)
    keys: list[DNSKEY] = [make_key(number=number).public for number in range(30)]
    heard = signed(make_key(number=99))
    (one,) = Verifier(NOW).check(heard, "z.test.", keys)
    assert one.state is State.UNTRIED
    assert len(calls) == signatures.MAX_KEYS


def test_a_zone_has_an_end_of_what_is_verified_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = counted(monkeypatch)
    verifier = Verifier(NOW, left=2)
    key = make_key()
    found = [verifier.check(signed(key, name=f"{n}.z.test."), "z.test.", [key.public])[0] for n in range(4)]
    assert [each.state for each in found] == [State.VALID, State.VALID, State.UNTRIED, State.UNTRIED]
    assert len(calls) == 2


def test_the_same_signature_is_verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = counted(monkeypatch)
    verifier, key = Verifier(NOW), make_key()
    heard = signed(key)
    for _ in range(3):
        assert verifier.check(heard, "z.test.", [key.public])[0].is_valid
    assert len(calls) == 1


def counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    calls: list[object] = []
    fits = signatures._fits

    def counting(heard: SignedSet, rrsig: RRSIG, key: DNSKEY) -> bool:
        calls.append(rrsig)
        return fits(heard, rrsig, key)

    monkeypatch.setattr(signatures, "_fits", counting)
    return calls


def test_a_key_that_is_absurdly_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    monkeypatch.setattr(dns.dnssec, "validate_rrsig", lambda *_, **__: tried.append(1))
    for bits, fits in ((4096, True), (4224, False)):
        modulus = base64.b64encode(b"\3\1\0\1" + b"\xff" * (bits // 8)).decode()
        key = dns.rdata.from_text("IN", "DNSKEY", f"257 3 8 {modulus}")
        assert isinstance(key, DNSKEY)
        assert bits_of(key) == bits
        assert signatures._fits(signed(make_key()), signed(make_key()).signatures[0], key) is fits
    assert len(tried) == 1


def test_what_is_wrong_with_one_signature_is_mild_where_another_is_valid() -> None:
    key, other = make_key(), make_key(number=1)
    heard = signed(key, other)
    verdicts = Verifier(NOW).check(heard, "z.test.", [key.public])
    (problem,) = judge_signatures(heard, verdicts, "www A", NOW)
    assert (problem.code, problem.severity) == ("NO_KEY_FOR_SIGNATURE", "info")
    alone = signed(other)
    verdicts = Verifier(NOW).check(alone, "z.test.", [key.public])
    (problem,) = judge_signatures(alone, verdicts, "www A", NOW)
    assert problem.severity is None


def test_signatures_begin_and_end_to_the_second() -> None:
    key = make_key()
    heard = signed(key)
    states = [
        Verifier(NOW + shift).check(heard, "z.test.", [key.public])[0].state
        for shift in (-DAY, 13 * DAY, -DAY - DAY / 86_400, 13 * DAY + DAY / 86_400)
    ]
    assert states == [State.VALID, State.VALID, State.PREMATURE, State.EXPIRED]
