"""Pages of ListResourceRecordSets, read much faster than botocore reads them, into the same dictionaries.

Only the ordinary record set is read here: name, type, TTL and values in printable ASCII, spelt as Route 53
spells it. Anything else, and all around the record sets, botocore reads.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from botocore.parsers import ResponseParser, ResponseParserFactory, RestXMLParser

_SHAPE = "ListResourceRecordSetsResponse"
_OPENING, _CLOSING = "<ResourceRecordSets>", "</ResourceRecordSets>"
_TEXT = r"[ -%'-;=?-~]*+(?:&(?:amp|lt|gt|quot|apos);[ -%'-;=?-~]*+)*+"
_SET = re.compile(
    "<ResourceRecordSet>(?:"
    rf"<Name>({_TEXT})</Name><Type>([A-Z]+)</Type><TTL>([0-9]+)</TTL><ResourceRecords>"
    rf"<ResourceRecord><Value>({_TEXT}(?:</Value></ResourceRecord><ResourceRecord><Value>{_TEXT})*+)"
    r"</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>"
    "|(?s:.*?)</ResourceRecordSet>)"
)
"""One record set; the groups are None where it is not an ordinary one."""
_BETWEEN_VALUES = "</Value></ResourceRecord><ResourceRecord><Value>"


class ParserFactory(ResponseParserFactory):
    """What makes a client's parsers."""

    def create_parser(self, protocol_name: str) -> ResponseParser:
        """The parser of a protocol."""
        return _Parser() if protocol_name == "rest-xml" else super().create_parser(protocol_name)


class _Parser(RestXMLParser):
    """botocore's parser, but for the ordinary record sets of a listing."""

    def parse(self, response: Any, shape: Any) -> Any:
        """The answer as a dictionary."""
        if shape is None or shape.name != _SHAPE or response["status_code"] != 200:
            return super().parse(response, shape)
        read = _read_page(response["body"])
        if read is None:
            return super().parse(response, shape)
        record_sets, rest = read
        answer: dict[str, Any] = super().parse({**response, "body": rest}, shape)
        others = iter(answer["ResourceRecordSets"])
        answer["ResourceRecordSets"] = [next(others) if each is None else each for each in record_sets]
        return answer


def _read_page(body: bytes) -> tuple[list[Mapping[str, Any] | None], bytes] | None:
    """The record sets, None for those left in the rest of the page; None for another form."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    before, opened, inside = text.partition(_OPENING)
    inside, closed, behind = inside.rpartition(_CLOSING)
    if not (opened and closed) or "<!" in text:
        return None
    record_sets: list[Mapping[str, Any] | None] = []
    left: list[str] = []
    end = 0
    for match in _SET.finditer(inside):
        if match.start() != end:
            return None
        end = match.end()
        name, rdtype, ttl, values = match.groups()
        if name is None:
            record_sets.append(None)
            left.append(match[0])
        else:
            record_sets.append(_record_set(name, rdtype, ttl, values))
    if end != len(inside):
        return None
    return record_sets, "".join((before, opened, *left, closed, behind)).encode()


def _record_set(name: str, rdtype: str, ttl: str, values: str) -> dict[str, Any]:
    texts = values.split(_BETWEEN_VALUES)
    if "&" in values or "&" in name:
        name, texts = html.unescape(name), [html.unescape(text) for text in texts]
    return {
        "Name": name,
        "Type": rdtype,
        "TTL": int(ttl),
        "ResourceRecords": [{"Value": text} for text in texts],
    }
