"""certbot's folder is read as it is: sets, their order, how they were ordered; what is damaged says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from psfdns.certs.certbot import Lineage, OrderedBy, Unreadable, read_lineages
from tests.certs.issuing import issue
from tests.certs.lineages import LETS_ENCRYPT, write_lineage

OLD, MIDDLE, NEW = (issue(serial=number) for number in (1, 2, 3))


def test_the_last_set_counts_and_the_older_ones_come_in_order(tmp_path: Path) -> None:
    more = "preferred_profile = shortlived\nrequired_profile = tlsserver\nreuse_key = True\n"
    write_lineage(tmp_path, "a.example", *([OLD] * 9), MIDDLE, NEW, more=more)
    (tmp_path / "live" / "README").write_text("certbot's own")

    (found,) = read_lineages(tmp_path)
    assert isinstance(found, Lineage)
    assert (found.name, found.current, found.certificate.serial) == ("a.example", NEW, "03")
    assert found.older == (*([OLD] * 9), MIDDLE), "10 comes after 9"
    assert found.ordered_by == OrderedBy(LETS_ENCRYPT, "tlsserver", reuse_key=True)


@pytest.mark.parametrize(
    ("more", "profile"),
    [("preferred_profile = shortlived\n", "shortlived"), ("required_profile = None\n", None), ("", None)],
)
def test_a_profile_that_was_not_said_is_none(tmp_path: Path, more: str, profile: str | None) -> None:
    write_lineage(tmp_path, "a.example", OLD, more=more)
    (found,) = read_lineages(tmp_path)
    assert isinstance(found, Lineage)
    assert found.ordered_by == OrderedBy(LETS_ENCRYPT, profile)


def test_without_renewal_and_archive_the_set_is_still_there(tmp_path: Path) -> None:
    folder = tmp_path / "live" / "a.example"
    folder.mkdir(parents=True)
    for part, text in {"cert": NEW.certificate, "chain": NEW.chain, "privkey": NEW.key}.items():
        (folder / f"{part}.pem").write_bytes(text)
    (found,) = read_lineages(tmp_path)
    assert isinstance(found, Lineage)
    assert (found.current, found.older, found.ordered_by) == (NEW, (), OrderedBy())


def test_what_is_damaged_is_left_out_with_the_reason_and_the_others_are_read(tmp_path: Path) -> None:
    for name in ("a.example", "b.example", "c.example"):
        write_lineage(tmp_path, name, OLD, NEW)
    (tmp_path / "archive" / "a.example" / "privkey2.pem").unlink()
    (tmp_path / "archive" / "b.example" / "privkey2.pem").write_bytes(issue(number=1).key)
    (tmp_path / "archive" / "c.example" / "cert1.pem").write_bytes(b"")

    one, other, third = read_lineages(tmp_path)
    assert isinstance(one, Unreadable)
    assert "privkey.pem: No such file or directory" in one.why
    assert other == Unreadable("b.example", "the private key is not the certificate's")
    assert isinstance(third, Lineage)
    assert third.older == (), "a damaged set from before is of no use"


def test_a_folder_that_is_not_certbots_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_lineages(tmp_path))
