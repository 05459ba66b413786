"""An honest pull request, whole: a new tenant asks for a zone, it is reviewed, merged and applied."""

from __future__ import annotations

import re
import subprocess

from tests.workflows.scene import BOT, Scene, git

ASK = (
    "zone new pyladies.example --tenant pyladies --name PyLadies --kind community-organisation "
    "--billing tenant"
)
RECORDS = """\
www          300 IN A 192.0.2.80
www          300 IN AAAA 2001:db8::80
@            300 IN MX 10 mail.pyladies.example.
mail         300 IN A 192.0.2.25
@            300 IN TXT "v=spf1 mx -all"
_dmarc       300 IN TXT "v=DMARC1; p=reject"
"""


def psfdns(scene: Scene, *words: str) -> str:
    done = subprocess.run(
        ["psfdns", *words],
        cwd=scene.work,
        env=scene.machine.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_a_new_tenant_gets_its_zone(live: Scene) -> None:
    git(live.work, "checkout", "--quiet", "--detach", live.main)
    liaison = (
        "--approved",
        "Board resolution, 2026-03-11",
        "--liaison",
        "Web team <web@pyladies.org> @octocat",
    )
    psfdns(live, "--sandbox", *ASK.split(), *liaison)
    zone = live.work / "zones" / "pyladies" / "pyladies.example.zone"
    zone.write_text(zone.read_text() + RECORDS)
    owners = psfdns(live, "tenants", "codeowners")
    assert "/zones/pyladies/" in owners
    files = {
        "zones/pyladies/tenant.toml": (zone.parent / "tenant.toml").read_text(),
        "zones/pyladies/pyladies.example.zone": zone.read_text(),
        ".github/CODEOWNERS": owners,
    }
    git(live.work, "clean", "--quiet", "-fd")

    request = live.open(files, author="octocat", fork="octocat/dns", branch="zone-pyladies.example")
    checked = request.check()
    assert checked.result == "success", checked.printed
    assert "::error" not in checked.printed
    assert "title=new-tenant" in checked.printed
    assert "title=new-zone" in checked.printed
    assert "approval: the staff (@psf/infra, @staffer)" in checked.printed

    request.plan()
    (comment,) = live.comments
    assert comment["user"]["login"] == BOT
    assert "## Plan: 1 zone to create; record sets: 6 to create" in comment["body"]
    assert "- new zone `pyladies.example.`" in comment["body"]
    assert live.statuses == [("psfdns", "success")]

    jobs = request.apply(request.merge())
    assert jobs["apply"].outputs["outcome"] == "applied", jobs["apply"].printed
    done, _, servers = live.comments[-1]["body"].partition("\n\n")
    assert done == "Applied, as it was reviewed."
    assert re.search(r": `pyladies\.example\. has( ns-\d+\.awsdns-\d+\.[a-z.]+\.){4}`$", servers), servers

    # The account has it, and octocat is their liaison from now on, for GitHub and for check alike.
    git(live.work, "checkout", "--quiet", "--detach", live.main)
    (live.work / ".psfdns").symlink_to(live.machine.account)
    assert "nothing to do: 1 zone in sync" in psfdns(live, "--sandbox", "plan", "pyladies.example")
    (live.work / ".psfdns").unlink()
    assert (live.work / ".github/CODEOWNERS").read_text() == psfdns(live, "tenants", "codeowners")
    own = live.open(
        {
            "zones/pyladies/pyladies.example.zone": files["zones/pyladies/pyladies.example.zone"]
            + "x A 192.0.2.1\n"
        },
        author="octocat",
    )
    assert own.check().result == "success"
    other = live.open({"zones/snakes/snakes.example.zone": "$TTL 300\n@ A 192.0.2.66\n"}, author="octocat")
    assert "title=other-tenants-file" in other.check().printed
