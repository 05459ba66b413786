"""Certificates that lapsed on the PSF's sites, played again: what psfdns says, and how long before users do.

What is served but was never wanted (a name that was forgotten at a change of certificates, an old host behind
an AAAA record) only `certs verify` can see.
"""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path

import pytest

from psfdns.certs.store import Store
from tests.certs.issuing import issue
from tests.cli.ground import Ground
from tests.cli.years.events import DAY, HOUR, START, Event, History, Run, Wanted
from tests.cli.years.machine import read_alerts
from tests.cli.years.simulate import Simulation

WILD = Wanted("python.example.org", ("python.example.org", "*.python.example.org"), "classic", deploys=False)
DOCS = Wanted("docs.example.org", ("docs.example.org",), "classic", deploys=False)


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ground:
    monkeypatch.chdir(tmp_path)
    found = Ground(tmp_path, capsys)
    (tmp_path / "certs").mkdir()
    return found


def store(root: Path, name: str, *, days_left: float, life: float = 90) -> None:
    begin = datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(days=days_left - life)
    Store(root / ".psfdns" / "certs").put(name, issue([name], begin=begin, days=life))


def test_february_2017_a_ca_that_issues_no_more_is_told_a_month_before_the_wildcard_expires(
    tmp_path: Path,
) -> None:
    """*.python.org was StartSSL's, which browsers had given up; it expired, and hg and the wiki were away."""
    gone = Event("refused", START + 40 * DAY, START + 400 * DAY)
    runs = tuple(
        Run(number, START + HOUR + number * DAY / 2, (gone,) if number >= 80 else ()) for number in range(185)
    )
    simulation = Simulation(tmp_path, History((WILD,), runs, (gone,)))
    told: list[datetime.datetime] = []
    renew = simulation.machine.renew

    def hear() -> tuple[int, str, str]:
        code, out, err = renew()
        if ("python.example.org", "ca") in read_alerts(out, err)[0]:
            assert code == 1
            told.append(simulation.clock.true)
        return code, out, err

    simulation.machine.renew = hear  # type: ignore[method-assign]
    assert simulation.go().violations == []

    held = simulation.oracle.known["python.example.org"].held
    assert held is not None
    before = [held.not_after - when for when in told]
    assert before[0] > 28 * DAY
    assert min(each for each in before if each > datetime.timedelta()) < DAY
    gaps = [later - earlier for earlier, later in itertools.pairwise(told)]
    assert max(gaps) < 13 * HOUR, "every run says it again"


@pytest.mark.parametrize(
    ("days_left", "code", "told"),
    [
        (30, 0, ""),
        (8, 2, "wiki.example.org expires at"),
        (-0.1, 2, "wiki.example.org expired at"),
    ],
)
def test_2019_to_2022_a_monitor_tells_of_what_nobody_renews(
    ground: Ground, days_left: float, code: int, told: str
) -> None:
    """pypa.io, packages.python.org, psfmember.org: whatever became of cron, `certs list` sees the store."""
    (ground.root / "certs" / "one.toml").write_text('[[certificate]]\nnames = ["wiki.example.org"]\n')
    store(ground.root, "wiki.example.org", days_left=days_left)

    found, out, _ = ground.run("certs", "list", "--fail-on", "warning", "--json")

    assert found == code
    assert told in out


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("certs/two.toml", "[[certificate]]\nnames = 5\n", "certs/two.toml"),
        ("certs/two.toml", "{{ pillar }}", "certs/two.toml"),
        ("zones/two/beta.test.zone", "{% if grains %}\n", None),
        ("zones/two/tenant.toml", "name = {{ broken", None),
    ],
)
def test_march_2025_an_error_in_another_tenants_files_stops_no_renewal(
    tmp_path: Path, file: str, text: str, told: str | None
) -> None:
    """An error in a template stopped all renewals, and docs.python.org was away."""
    simulation = Simulation(tmp_path, History((DOCS,), ()))
    (tmp_path / "zones" / "two").mkdir()
    tenant = (tmp_path / "zones" / "one" / "tenant.toml").read_text()
    (tmp_path / "zones" / "two" / "tenant.toml").write_text(tenant)
    (tmp_path / file).write_text(text)
    simulation.doors.begin(Run(0, START + HOUR))
    simulation.machine.want((DOCS,), {DOCS.name: DOCS.names})

    with simulation.machine.doors_open():
        code, out, err = simulation.machine.renew()

    assert read_alerts(out, err)[1] == {"docs.example.org"}, err
    assert code == (1 if told else 0)
    assert told is None or told in err


def test_november_2025_what_somebody_else_renews_is_told_to_its_tenant_while_there_is_time(
    ground: Ground,
) -> None:
    """The certificate of the internal docs expired in a night, and their liaison had not heard of it."""
    text = '[[certificate]]\nnames = ["internal.example.org"]\nissuer = "PSF_CA"\n'
    (ground.root / "certs" / "two.toml").write_text(text)
    store(ground.root, "internal.example.org", days_left=8)

    code, out, _ = ground.run("certs", "list", "--tenant", "two", "--fail-on", "warning", "--json")

    assert code == 2
    assert "certificate-late" in out
    assert "internal.example.org expires at" in out
    assert ground.run("certs", "list", "--tenant", "one", "--fail-on", "warning")[0] == 0
