from __future__ import annotations

from pathlib import Path

import pytest
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

from psfdns.errors import LookupFailedError
from psfdns.lookup.anchors import iana_anchors, load_anchors

LINE = f". IN DS 12345 13 2 {'AB' * 32}"
KEY = ". 3600 IN DNSKEY 257 3 13 " + "A" * 86 + "=="


def test_iana_has_two_keys() -> None:
    assert [(each.key_tag, each.digest_type) for each in iana_anchors() if isinstance(each, DS)] == [
        (20326, 2),
        (38696, 2),
    ]


def test_a_file_holds_digests_and_keys_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "anchors"
    path.write_text(f"; ours\n{LINE} ; the digest\n{KEY}\n")
    one, other = load_anchors(path)
    assert isinstance(one, DS)
    assert isinstance(other, DNSKEY)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it holds no DS or DNSKEY"),
        ("; nothing\n", "it holds no DS or DNSKEY"),
        (". IN A 192.0.2.1\n", "it holds a A, which is no DS or DNSKEY"),
        (LINE.replace(".", "test.", 1), "test. is not the root"),
        (". IN DS 12345 13 2 nonsense\n", ""),
        (". IN DS 99999 13 2 ABCD\n", ""),
        ("\xff", ""),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_file_and_a_hint(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "anchors"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(LookupFailedError) as caught:
        load_anchors(path)
    assert str(path) in caught.value.summary
    assert why in caught.value.summary
    assert "trust_anchor" in (caught.value.hint or "")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LookupFailedError, match="No such file"):
        load_anchors(tmp_path / "missing")
