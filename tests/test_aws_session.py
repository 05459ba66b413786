from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import UnknownServiceError

from psfdns.aws import session
from psfdns.aws.session import Session

VARIABLES = ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")


def where(client: Any) -> tuple[str, ...]:
    signer = client._request_signer
    meta = client.meta
    return (
        meta.endpoint_url,
        meta.region_name,
        signer.region_name,
        signer.signing_name,
        signer.signature_version,
        meta.service_model.api_version,
    )


@pytest.mark.parametrize("service", session._SERVICES)
@pytest.mark.parametrize(
    "variables", [chosen for count in range(3) for chosen in itertools.combinations(VARIABLES, count)]
)
def test_clients_ask_where_botocores_own_would(
    monkeypatch: pytest.MonkeyPatch, service: str, variables: tuple[str, ...]
) -> None:
    for variable in variables:
        monkeypatch.setenv(variable, "true")
    ours = Session().create_client(service, region_name="us-east-1")
    theirs = botocore.session.Session().create_client(service, region_name="us-east-1")
    assert where(ours) == where(theirs)


def test_of_the_endpoints_only_ours_are_read() -> None:
    models = Session()._session.get_component("data_loader")
    (partition,) = models.load_data("endpoints")["partitions"]
    whole = botocore.session.Session().get_component("data_loader").load_data("endpoints")["partitions"][0]
    assert set(partition["services"]) == set(session._SERVICES)
    assert partition == {**whole, "services": {name: whole["services"][name] for name in session._SERVICES}}


OTHER_SPELLING = '{"partitions": [{"partition": "aws", "services": {"kms": {}, "route53": {}, "sts": {}}}]}'
SPELLING = """{
  "partitions" : [ {
    "partition" : "PARTITION",
    "services" : {
      "kms" : { },
      "route53" : { },
      "sts" : { }
    }
  } ],
  "version" : 3
}
"""


@pytest.mark.parametrize(
    "text",
    [OTHER_SPELLING, SPELLING, SPELLING.replace("PARTITION", "aws").replace("sts", "s3")],
    ids=["other spelling", "another partition first", "a service is missing"],
)
def test_endpoints_of_another_form_are_read_whole(tmp_path: Path, text: str) -> None:
    (tmp_path / "endpoints.json").write_text(text)
    assert session._Files().load_file(str(tmp_path / "endpoints")) == json.loads(text)


def test_a_folder_of_models_of_ones_own_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sdk-default-configuration.json").write_text('{"version": 53}')
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    models = Session()._session.get_component("data_loader")
    assert models.load_data("sdk-default-configuration") == {"version": 53}


def test_a_service_that_is_not_ours_is_unknown() -> None:
    with pytest.raises(UnknownServiceError):
        Session().create_client("s3", region_name="us-east-1")
