from __future__ import annotations

from typing import Any

import botocore.parsers
import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.aws import listing
from psfdns.sandbox.wire import NAMESPACE, Wire

MODEL = botocore.session.Session().get_service_model("route53")
SHAPE: Any = MODEL.operation_model("ListResourceRecordSets").output_shape
WIRE = Wire(MODEL)

NAMES = st.text("abc.-_*\\052&'\"<>\u00e9\r\n ", min_size=1, max_size=8)
TEXTS = st.text("abc \"\\&<>;'\u00e9\r\n\t=", max_size=12)
ORDINARY = st.fixed_dictionaries(
    {
        "Name": NAMES,
        "Type": st.sampled_from(["A", "TXT", "CNAME"]),
        "TTL": st.integers(0, 2**31 - 1),
        "ResourceRecords": st.lists(st.fixed_dictionaries({"Value": TEXTS}), max_size=3),
    },
    optional={"HealthCheckId": NAMES},
)
ROUTED = st.fixed_dictionaries(
    {"Name": NAMES, "Type": st.just("A"), "SetIdentifier": TEXTS, "Weight": st.integers(0, 255)},
    optional={
        "TTL": st.integers(0, 60),
        "ResourceRecords": st.lists(st.fixed_dictionaries({"Value": TEXTS}), min_size=1, max_size=2),
    },
)
ALIASES = st.fixed_dictionaries(
    {
        "Name": NAMES,
        "Type": st.just("A"),
        "AliasTarget": st.fixed_dictionaries(
            {"HostedZoneId": st.just("Z1"), "DNSName": NAMES, "EvaluateTargetHealth": st.booleans()}
        ),
    }
)


def response(body: bytes, status: int = 200) -> dict[str, Any]:
    return {"body": body, "status_code": status, "headers": {"x-amzn-RequestId": "1"}, "context": {}}


def by_botocore(answer: dict[str, Any]) -> Any:
    return botocore.parsers.create_parser("rest-xml").parse(answer, SHAPE)


def by_us(answer: dict[str, Any]) -> Any:
    return listing.ParserFactory().create_parser("rest-xml").parse(answer, SHAPE)


def page(*record_sets: str) -> bytes:
    return (
        f'<?xml version="1.0"?>\n<ListResourceRecordSetsResponse xmlns="{NAMESPACE}"><ResourceRecordSets>'
        f"{''.join(record_sets)}</ResourceRecordSets><IsTruncated>true</IsTruncated>"
        "<NextRecordName>b.test.</NextRecordName><NextRecordType>A</NextRecordType><MaxItems>300</MaxItems>"
        "</ListResourceRecordSetsResponse>"
    ).encode()


def ordinary(*values: str, name: str = "a.test.", between: str = "") -> str:
    records = between.join(f"<ResourceRecord><Value>{value}</Value></ResourceRecord>" for value in values)
    return (
        f"<ResourceRecordSet><Name>{name}</Name><Type>TXT</Type><TTL>300</TTL>{between}"
        f"<ResourceRecords>{records}</ResourceRecords></ResourceRecordSet>"
    )


@given(st.lists(ORDINARY | ROUTED | ALIASES, max_size=6), st.booleans())
def test_any_page_reads_as_botocore_reads_it(record_sets: list[dict[str, Any]], truncated: bool) -> None:
    result = {"ResourceRecordSets": record_sets, "IsTruncated": truncated, "MaxItems": "300"}
    status, _, body = WIRE.write("ListResourceRecordSets", result)
    assert by_us(response(body, status)) == by_botocore(response(body, status))


@pytest.mark.parametrize(
    "body",
    [
        page(),
        page(ordinary("&quot;a&quot;", "b &amp;lt; &apos;")),
        page(ordinary("&#34;a&#x22;")),
        page(ordinary("")),
        page(ordinary("a", "b", between="\n  ")),
        page("\n", ordinary("a"), "\n"),
        page(ordinary("a"), "<!-- words -->", ordinary("b")),
        page(ordinary("<![CDATA[<b>]]>"), ordinary("b")),
        page(ordinary("&lt;/ResourceRecordSets&gt;"), ordinary("b")),
        page("<ResourceRecordSet/>", ordinary("b")),
        page(ordinary("a"), ordinary("b", name="\u00e9.test.")),
        page(ordinary("a").replace("<Name>", "<New><More>1</More></New><Name>"), ordinary("b")),
        page(ordinary("a")).replace(b"<IsTruncated>true", b"<IsTruncated>false"),
        b"",
        b"<html><body>words</body></html>",
    ],
)
def test_a_page_of_any_spelling_reads_as_botocore_reads_it(body: bytes) -> None:
    assert by_us(response(body)) == by_botocore(response(body))


@pytest.mark.parametrize(
    "body",
    [
        page(ordinary("a"))[:-40],
        page(ordinary("a & b")),
        page(ordinary("a\x01b")),
        page(ordinary("a")).replace(b"a.test.", b"\xff.test."),
        page(ordinary("a"), "</ResourceRecordSet>"),
        page(ordinary("a").replace("</Name>", "</Nome>")),
    ],
)
def test_what_is_no_xml_is_refused_as_by_botocore(body: bytes) -> None:
    with pytest.raises(botocore.parsers.ResponseParserError):
        by_botocore(response(body))
    with pytest.raises(botocore.parsers.ResponseParserError):
        by_us(response(body))


def test_ordinary_record_sets_are_not_left_to_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[bytes] = []
    parse = botocore.parsers.RestXMLParser.parse

    def note(self: Any, answer: Any, shape: Any) -> Any:
        left.append(answer["body"])
        return parse(self, answer, shape)

    monkeypatch.setattr(botocore.parsers.RestXMLParser, "parse", note)
    alias = "<ResourceRecordSet><Name>b.test.</Name><Type>A</Type></ResourceRecordSet>"
    by_us(response(page(ordinary('"a"', '"b"'), alias, ordinary("&quot;c&quot;"))))
    assert left == [page(alias)]


def test_a_refusal_is_read_by_botocore() -> None:
    body = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>Throttling</Code>'
        "<Message>Rate exceeded</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    ).encode()
    assert by_us(response(body, 400)) == by_botocore(response(body, 400))
    assert by_us(response(body, 400))["Error"]["Code"] == "Throttling"
