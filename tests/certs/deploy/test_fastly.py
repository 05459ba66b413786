"""`type = "fastly"`: one certificate at Fastly, replaced in place, and no heap of old keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from psfdns.certs.deploy import fastly as module
from psfdns.certs.deploy.fastly import FastlyApi, Heard, upload_certificate
from psfdns.certs.deploy.parcel import Parcel
from psfdns.cli.certs.delivering import exchange
from psfdns.errors import DeployError
from tests.certs.deploy.fake_fastly import TOKEN, FakeFastly, playing_fastly
from tests.certs.deploy.parcels import NEXT, SET, key_text, parcel
from tests.certs.issuing import issue

THIRD = issue(("a.example", "*.a.example"), serial=0x104, number=2)
RSA = issue(("a.example", "*.a.example"), kind="rsa-2048", serial=0x105)


@pytest.fixture
def fastly() -> Iterator[FakeFastly]:
    with playing_fastly() as found:
        yield found


def bring(fastly: FakeFastly, found: Parcel, *, token: str = TOKEN) -> str | None:
    return upload_certificate(found, FastlyApi(fastly.url, token, exchange)).place


def fault_of(fastly: FakeFastly, found: Parcel | None = None, *, token: str = TOKEN) -> DeployError:
    with pytest.raises(DeployError) as caught:
        bring(fastly, found or parcel(), token=token)
    said = f"{caught.value} {caught.value.hint}"
    assert TOKEN not in said
    assert key_text()[:20] not in said
    return caught.value


def blobs(fastly: FakeFastly) -> list[str]:
    return [each["attributes"]["blob"] for each in fastly.certificates.values()]


@pytest.mark.parametrize("found", [SET, RSA], ids=["ecdsa", "rsa"])
def test_the_first_uploads_the_key_and_then_the_certificate(fastly: FakeFastly, found: Any) -> None:
    place = bring(fastly, parcel(found))
    assert list(fastly.certificates) == [place]
    assert blobs(fastly) == [found.full_chain.decode()]
    assert [each["attributes"]["name"] for each in fastly.keys.values()] == ["psfdns:a.example"]
    assert [each for each in fastly.asked if not each.startswith("GET")] == [
        "POST /tls/private_keys",
        "POST /tls/certificates",
    ]


def test_the_next_replaces_it_and_takes_the_old_key_away(fastly: FakeFastly) -> None:
    place = bring(fastly, parcel())
    for found in (NEXT, THIRD):
        assert bring(fastly, parcel(found, place=place)) == place
        assert blobs(fastly) == [found.full_chain.decode()]
        assert len(fastly.keys) == 1


def test_without_a_memory_it_is_found_by_its_name(fastly: FakeFastly) -> None:
    place = bring(fastly, parcel())
    other = bring(fastly, parcel(issue(("b.example",), serial=7, number=3), name="b.example"))
    assert bring(fastly, parcel(NEXT)) == place
    assert set(fastly.certificates) == {place, other}


def test_a_key_that_is_there_is_not_uploaded_again(fastly: FakeFastly) -> None:
    place = bring(fastly, parcel())
    same_key = issue(("a.example", "*.a.example"), serial=0x200)
    fastly.asked.clear()
    bring(fastly, parcel(same_key, place=place))
    assert "POST /tls/private_keys" not in fastly.asked
    assert len(fastly.keys) == 1


def test_a_key_that_fastly_knows_by_another_digest_is_no_failure(fastly: FakeFastly) -> None:
    bring(fastly, parcel())
    fastly.refuse["POST /tls/private_keys"] = (409, {"errors": [{"title": "Conflict"}]})
    hidden = [dict(key, attributes={"name": "x"}) for key in fastly.keys.values()]
    fastly.refuse["GET /tls/private_keys"] = (200, {"data": hidden})
    assert bring(fastly, parcel()) in fastly.certificates


@pytest.mark.parametrize("step", ["POST /tls/private_keys", "POST /tls/certificates"])
def test_a_lost_answer_makes_no_second_one(fastly: FakeFastly, step: str) -> None:
    fastly.cut_after = step
    assert "it was cut off" in str(fault_of(fastly))
    bring(fastly, parcel())
    assert (len(fastly.keys), len(fastly.certificates)) == (1, 1)


def test_one_that_was_removed_there_is_made_again(fastly: FakeFastly) -> None:
    place = bring(fastly, parcel())
    fastly.certificates.clear()
    again = bring(fastly, parcel(NEXT, place=place))
    assert again != place
    assert list(fastly.certificates) == [again]


def test_keys_of_others_and_keys_in_use_stay(fastly: FakeFastly) -> None:
    place = bring(fastly, parcel())
    theirs = {"name": "theirs", "public_key_sha1": "00" * 20}
    fastly.keys["theirs"] = {"id": "theirs", "type": "tls_private_key", "attributes": theirs}
    assert bring(fastly, parcel(THIRD, place=place)) == place
    assert "theirs" in fastly.keys
    assert len(fastly.keys) == 2
    fastly.refuse["DELETE"] = (400, {"errors": [{"title": "in use"}]})
    assert bring(fastly, parcel(NEXT, place=place)) == place
    assert len(fastly.keys) == 3


@pytest.mark.parametrize("says_pages", [True, False])
def test_all_pages_are_looked_at(
    fastly: FakeFastly, monkeypatch: pytest.MonkeyPatch, says_pages: bool
) -> None:
    monkeypatch.setattr(module, "PER_PAGE", 2)
    fastly.says_pages = says_pages
    places = [
        bring(fastly, parcel(issue((name,), serial=at, number=at), name=name))
        for at, name in enumerate(("a.example", "b.example", "c.example", "d.example", "e.example"), 10)
    ]
    assert bring(fastly, parcel(issue(("e.example",), serial=99, number=14), name="e.example")) == places[-1]
    assert len(fastly.certificates) == 5


def test_a_list_without_end_is_given_up(fastly: FakeFastly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAGES", 3)
    fastly.refuse["GET"] = (200, {"data": [], "meta": {"total_pages": 1000}})
    assert str(fault_of(fastly)) == "Fastly: look for the key: its list has no end"


def test_a_replacement_that_lacks_names_is_said_in_fastlys_words(fastly: FakeFastly) -> None:
    place = bring(fastly, parcel())
    fewer = issue(("a.example",), serial=0x300, number=5)
    fault = fault_of(fastly, parcel(fewer, place=place))
    assert str(fault) == (
        "Fastly: replace the certificate: it answers 422 (Bad certificate: SAN entries are missing)"
    )
    assert blobs(fastly) == [SET.full_chain.decode()]


def test_several_of_our_name_are_too_many(fastly: FakeFastly) -> None:
    place = bring(fastly, parcel()) or ""
    fastly.certificates["twin"] = {**fastly.certificates[place], "id": "twin"}
    assert "several certificates are called psfdns:a.example: " in str(fault_of(fastly))


ANSWERS: dict[str, tuple[int, Any, str]] = {
    "forbidden": (403, {"msg": "You cannot"}, "the token may not manage TLS (You cannot)"),
    "throttled": (429, b"", "there were too many requests"),
    "broken": (503, b"<html>sorry</html>", "it answers 503"),
    "moved": (302, b"", "it answers 302"),
    "a page": (200, b"<html>hello</html>", "what it answers is not what was asked for"),
    "no list": (200, {"data": {"id": "x"}}, "what it answers is no list"),
    "a list of something": (200, {"data": [3]}, "what it answers is no list"),
    "deep": (200, b"[" * 100_000, "what it answers is not what was asked for"),
    "the token": (400, {"msg": f"no {TOKEN}"}, "it answers 400 (no ***)"),
    "the token where words are cut": (400, {"msg": "x" * 495 + TOKEN}, f"it answers 400 ({'x' * 495}***)"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_is_no_good_answer_is_said(fastly: FakeFastly, case: str) -> None:
    status, body, words = ANSWERS[case]
    fastly.refuse["GET"] = (status, body)
    assert str(fault_of(fastly)) == f"Fastly: look for the key: {words}"


@pytest.mark.parametrize("data", [{}, [], ["x"], "x", {"id": ["x"]}], ids=str)
def test_an_answer_without_an_id_is_said(fastly: FakeFastly, data: Any) -> None:
    fastly.refuse["POST /tls/certificates"] = (201, {"data": data})
    assert "what it answers has no id" in str(fault_of(fastly))


@pytest.mark.parametrize(
    "listed",
    [
        {"data": [], "meta": ["x"]},
        {"data": [{"id": "x", "attributes": {"public_key_sha1": ["x"], "name": {}}}]},
        {"data": [{"id": "x", "attributes": ["name"]}]},
    ],
    ids=str,
)
def test_lists_that_hold_something_else_hold_nothing_of_ours(fastly: FakeFastly, listed: Any) -> None:
    fastly.refuse["GET"] = (200, listed)
    assert bring(fastly, parcel()) in fastly.certificates


def test_a_wrong_token_is_said_with_what_to_do(fastly: FakeFastly) -> None:
    fault = fault_of(fastly, token="another")  # noqa: S106 - wrong on purpose
    assert "the token is refused (Provided credentials" in str(fault)
    assert "scope for TLS" in (fault.hint or "")


def test_a_server_that_is_not_there_is_said(fastly: FakeFastly) -> None:
    def silent(method: str, url: str, headers: Any, body: Any) -> Heard:
        return Heard(None, why="does not answer in time")

    with pytest.raises(DeployError, match="Fastly: look for the key: it does not answer in time"):
        upload_certificate(parcel(), FastlyApi(fastly.url, TOKEN, silent))
    fastly.url = "http://127.0.0.1:1"
    assert "it cannot be reached" in str(fault_of(fastly))


def test_the_api_does_not_show_its_token() -> None:
    assert TOKEN not in repr(FastlyApi("https://api.example", TOKEN, exchange))
