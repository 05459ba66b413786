"""Who hears of an apply: the tenants' mail and staff's channels, both on the loopback."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.ground import Ground
from tests.outbox import MailBox, Webhook, free_port, receiving_mail, receiving_posts

LIAISON = '\n[[liaison]]\nname = "{name}"\nemail = "{email}"\n'


@pytest.fixture
def box() -> Iterator[MailBox]:
    with receiving_mail() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with receiving_posts() as hook:
        yield hook


def configure(ground: Ground, *lines: str) -> None:
    text = '[route53]\naccounts = ["sandbox"]\n[notify]\nsandbox = true\n'
    (ground.root / "psfdns.toml").write_text(text + "".join(f"{line}\n" for line in lines))


def name_liaisons(ground: Ground, slug: str, *addresses: str) -> None:
    path = ground.root / "zones" / slug / "tenant.toml"
    head = path.read_text().partition("[[liaison]]")[0]
    path.write_text(head + "".join(LIAISON.format(name=f"{a[:1]} of {slug}", email=a) for a in addresses))


@pytest.fixture
def mailing(ground: Ground, box: MailBox) -> Ground:
    """Both tenants with liaisons of their own, and a server that takes mail to them."""
    configure(ground, f'mail = "{box.url}"')
    name_liaisons(ground, "one", "a@one.example", "b@one.example")
    name_liaisons(ground, "two", "c@two.example")
    return ground


def apply(ground: Ground, *words: str) -> tuple[int, dict[str, Any], str]:
    code, out, err = ground.run("-q", "apply", "--yes", "--json", "--no-wait", *words)
    print(err)
    return code, json.loads(out), err


def test_each_tenant_gets_one_message_to_all_its_liaisons(mailing: Ground, box: MailBox) -> None:
    code, document, err = apply(mailing)

    assert (code, err) == (0, "")
    assert box.recipients == [["a@one.example", "b@one.example"], ["c@two.example"]]
    (_, first), (_, second) = box.mails
    assert first["To"] == "a of one <a@one.example>, b of one <b@one.example>"
    assert first["From"] == "PSF DNS <dns@psf.example>"
    assert first["Reply-To"] == "staff@psf.example"
    assert first["List-Id"] == '"DNS of one" <one.psfdns.psf.example>'
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Subject"] == "[psfdns] alpha.test: new, 2 record sets"
    assert first.get_content_type() == "text/plain"
    assert "www.alpha.test. A" in first.get_content()
    assert "beta" not in first.as_string()
    assert "alpha" not in second.as_string()
    assert [(one["tenant"], one["to"]) for one in document["told"]] == [
        ("one", ["a@one.example", "b@one.example"]),
        ("two", ["c@two.example"]),
    ]
    print(first.as_string())


def test_what_was_not_touched_is_not_told(mailing: Ground, box: MailBox) -> None:
    apply(mailing)
    box.mails.clear()
    mailing.write("two", "beta.test", "www A 192.0.2.4")

    apply(mailing)
    assert box.recipients == [["c@two.example"]]
    assert apply(mailing)[0] == 0
    assert len(box.mails) == 1, "with nothing to do nobody is told"
