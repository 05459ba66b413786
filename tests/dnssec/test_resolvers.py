"""unbound and delv, which are validators of others, judge the same delegations as we do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.dnssec.cases import CASES, Case
from tests.oracles import lack, require

JUDGED = [case for case in CASES if case.status in {"secure", "insecure", "bogus"}]

DIFFERENT = {
    # RFC 5155 §9.2: what an opted-out stretch denies is insecure; delv says that the proof was valid.
    ("optout.lab.", "unbound"): "insecure",
    # RFC 9276 §3.2: so is what many iterations deny; the zone's records are secure.
    ("many.lab.", "unbound"): "insecure",
    ("many.lab.", "delv"): "insecure",
    # They go by the proof in the referral, which this parent gives as well; who asks it for the DS gets none.
    ("deniedds.lab.", "unbound"): "insecure",
    ("deniedds.lab.", "delv"): "insecure",
    # They were asked for three names, and the wrong denial is about a fourth.
    ("cname.lab.", "unbound"): "secure",
    ("cname.lab.", "delv"): "secure",
}
"""Where another verdict is right as well, because a resolver judges answers and we judge zones."""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    for program in ("unbound", "delv"):
        require(program)
    unshare = shutil.which("unshare")
    namespace = [unshare or "unshare", "--map-root-user", "--net"]
    if unshare is None or subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        lack("no network namespace of one's own (unshare --map-root-user --net): port 53 is not ours")
    words = [*namespace, sys.executable, "-m", "tests.dnssec.resolvers", *(case.zone for case in JUDGED)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("program", ["unbound", "delv"])
@pytest.mark.parametrize("case", JUDGED, ids=lambda case: case.zone)
def test_another_validator_has_the_same_verdict(case: Case, program: str, told: dict[str, Any]) -> None:
    expected = DIFFERENT.get((case.zone, program), case.status)
    assert told[case.zone][program]["worst"] == expected
