"""Accounts below the store: made once, kept through kills, their keys changed without a gap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from psfdns.certs.accounts import Accounts, read_binding
from psfdns.certs.authority import Authority
from psfdns.certs.documents import Folder
from psfdns.certs.fenced import FencedObjects
from psfdns.certs.keys import make_key
from psfdns.certs.settings import CertificateAuthority
from psfdns.errors import CaError, PsfdnsError
from tests.certs.hosts import fenced
from tests.certs.world import World, now
from tests.stores import MemoryStore


class KilledError(BaseException):
    """The process ends here."""


def open_accounts(at: World) -> tuple[Accounts, CertificateAuthority]:
    def connect(ca: CertificateAuthority, key: bytes | None) -> Authority:
        return Authority(at.client(key=key) if key is not None else at.client())

    return Accounts(Folder(at.folder / "store"), connect), CertificateAuthority("pebble", at.ca.url)


def place(at: World) -> Path:
    (found,) = (at.folder / "store" / "accounts").glob("pebble.*")
    return found


def test_an_account_is_made_on_first_use_and_used_from_then_on(at_ca: World) -> None:
    accounts, ca = open_accounts(at_ca)
    assert accounts.find(ca) is None
    assert not (at_ca.folder / "store").exists()

    first = accounts.open(ca, ("dns@example.net",)).account

    assert open_accounts(at_ca)[0].open(ca, ("dns@example.net",)).account == first
    found = accounts.find(ca)
    assert found is not None
    assert found.fetch_account().contact == ("mailto:dns@example.net",)
    assert (place(at_ca) / "key.pem").stat().st_mode & 0o777 == 0o400
    assert place(at_ca).stat().st_mode & 0o777 == 0o700


def test_other_contacts_are_told_to_the_ca(at_ca: World) -> None:
    accounts, ca = open_accounts(at_ca)
    url = accounts.open(ca, ()).account

    assert accounts.open(ca, ("new@example.net",)).account == url
    kept = accounts.load(ca)
    assert kept is not None
    assert kept.contact == ("new@example.net",)


def test_another_directory_under_the_same_name_has_another_account(at_ca: World) -> None:
    accounts, ca = open_accounts(at_ca)
    accounts.open(ca, ())

    assert accounts.load(CertificateAuthority("pebble", "https://ca.example/dir")) is None


def test_a_run_that_is_killed_while_it_makes_the_account_makes_no_second_one(
    at_ca: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, ca = open_accounts(at_ca)
    made: list[str] = []
    register = Authority.register

    def dying(self: Authority, *words: Any) -> str:
        made.append(register(self, *words))
        raise KilledError

    monkeypatch.setattr(Authority, "register", dying)
    with pytest.raises(KilledError):
        accounts.open(ca, ())
    monkeypatch.undo()

    found = accounts.find(ca)
    assert found is not None
    assert found.account == made[0]
    assert accounts.open(ca, ()).account == made[0]


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense"])
def test_a_damaged_account_is_found_again_by_its_key(at_ca: World, text: str) -> None:
    accounts, ca = open_accounts(at_ca)
    url = accounts.open(ca, ()).account
    (place(at_ca) / "account.json").write_text(text)

    assert accounts.open(ca, ()).account == url


def test_a_damaged_key_is_one_clear_error_that_does_not_show_it(at_ca: World) -> None:
    accounts, ca = open_accounts(at_ca)
    accounts.open(ca, ())
    key = place(at_ca) / "key.pem"
    key.chmod(0o600)
    key.write_text("-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n")

    with pytest.raises(CaError, match="it is no private key in PEM") as caught:
        accounts.open(ca, ())
    assert "SECRET" not in str(caught.value)
    assert caught.value.hint is not None
    assert f"put accounts/{key.parent.name}/key.pem of the store back, or remove it" in caught.value.hint
    key.unlink()
    assert accounts.open(ca, ()).account


@pytest.mark.parametrize("made", [True, False])
def test_a_change_of_keys_that_is_killed_is_settled_by_the_next_run(
    at_ca: World, made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, ca = open_accounts(at_ca)
    authority = accounts.open(ca, ())
    url, before = authority.account, (place(at_ca) / "key.pem").read_bytes()
    change = Authority.change_key

    def dying(self: Authority, key: bytes) -> None:
        if made:
            change(self, key)
        raise KilledError

    monkeypatch.setattr(Authority, "change_key", dying)
    with pytest.raises(KilledError):
        accounts.change_key(ca, authority)
    monkeypatch.undo()

    assert accounts.open(ca, ()).account == url
    found = accounts.find(ca)
    assert found is not None
    assert found.fetch_account().status == "valid"
    assert ((place(at_ca) / "key.pem").read_bytes() != before) is made
    assert not (place(at_ca) / "key.next.pem").exists()


def test_a_change_that_the_ca_refuses_keeps_the_old_key(at_ca: World) -> None:
    accounts, ca = open_accounts(at_ca)
    authority = accounts.open(ca, ())
    before = (place(at_ca) / "key.pem").read_bytes()

    def refuse(new_key_pem: bytes) -> None:
        raise CaError("Pebble", "change the key", "no", kind="conflict", status=409)

    authority.change_key = refuse  # type: ignore[method-assign]
    with pytest.raises(CaError, match="no"):
        accounts.change_key(ca, authority)

    assert [path.name for path in sorted(place(at_ca).iterdir())] == ["account.json", "key.pem"]
    assert (place(at_ca) / "key.pem").read_bytes() == before


def test_an_account_that_ended_is_put_aside_and_ending_it_twice_is_no_failure(at_ca: World) -> None:
    accounts, ca = open_accounts(at_ca)
    authority = accounts.open(ca, ())
    authority.deactivate_account()

    accounts.end(ca, authority, now=now())

    assert accounts.load(ca) is None
    (ended,) = (at_ca.folder / "store" / "accounts" / "ended").iterdir()
    assert ended.name.startswith("pebble.")
    assert accounts.open(ca, ()).account != authority.account


def test_a_store_that_a_group_reads_stays_so_and_its_accounts_are_closed(at_ca: World) -> None:
    store = at_ca.folder / "store"
    store.mkdir(mode=0o750)
    store.chmod(0o750)
    accounts, ca = open_accounts(at_ca)

    accounts.open(ca, ())

    assert store.stat().st_mode & 0o777 == 0o750
    assert (store / "accounts").stat().st_mode & 0o777 == 0o700


def test_a_store_that_cannot_be_written_is_told_before_the_ca_is_asked(at_ca: World) -> None:
    (at_ca.folder / "store").write_text("in the way")
    accounts, ca = open_accounts(at_ca)

    with pytest.raises(PsfdnsError, match="cannot be"):
        accounts.open(ca, ())


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file"), (b"", "is empty"), (b"\xff\xfe", "not ASCII text")]
)
def test_the_key_of_an_external_account_that_cannot_be_read_is_named_by_its_file(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "eab.key"
    if content is not None:
        path.write_bytes(content)
    ca = CertificateAuthority("ca", "https://ca.example/dir", eab_kid="kid", eab_key_file=path)

    with pytest.raises(CaError, match=why) as caught:
        read_binding(ca)
    assert str(path) in str(caught.value)


def test_without_an_external_account_there_is_nothing_to_bind() -> None:
    assert read_binding(CertificateAuthority("ca", "https://ca.example/dir")) is None
    assert make_key("ecdsa-p256") != make_key("ecdsa-p256")


def open_shared(
    at: World, objects: MemoryStore, host: str
) -> tuple[Accounts, CertificateAuthority, FencedObjects]:
    def connect(ca: CertificateAuthority, key: bytes | None) -> Authority:
        return Authority(at.client(key=key) if key is not None else at.client())

    documents = fenced(objects, host)
    return Accounts(documents, connect), CertificateAuthority("pebble", at.ca.url), documents


@pytest.mark.parametrize("at", range(1, 4))
def test_a_change_of_keys_that_is_killed_at_any_write_is_settled_by_another_host(
    at_ca: World, at: int
) -> None:
    objects, writes = MemoryStore(), list[str]()
    accounts, ca, held = open_shared(at_ca, objects, "one")

    def die(action: str) -> None:
        writes.extend([action] if action in {"put_new", "replace", "delete"} else [])
        if len(writes) >= at:
            raise KilledError

    def change() -> None:
        authority = accounts.open(ca, ())
        objects.fault = die
        accounts.change_key(ca, authority)

    with held.held():
        url = accounts.open(ca, ()).account
    with pytest.raises(KilledError), held.held():
        change()
    assert writes[:at] == ["put_new", "replace", "delete"][:at]
    objects.fault = lambda _: None
    objects.delete("locks/certificates.json")

    accounts, ca, held = open_shared(at_ca, objects, "two")
    with held.held():
        found = accounts.open(ca, ())
        assert found.account == url
        assert found.fetch_account().status == "valid"
    assert not [key for key in objects.list() if key.endswith("key.next.pem")]
