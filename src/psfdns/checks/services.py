"""Services that recognise a domain by a text, and what they hand out, where its shape is certain. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HEX32 = re.compile("[0-9a-f]{32}", re.IGNORECASE)
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

SHAPES: Mapping[str, re.Pattern[str]] = {
    "google-site-verification=": re.compile("[A-Za-z0-9_-]{43}"),
    "MS=": re.compile("ms[0-9]{6,12}|[0-9A-F]{40}", re.IGNORECASE),
    "apple-domain=": re.compile("[A-Za-z0-9]{16}"),
    "apple-domain-verification=": re.compile("[A-Za-z0-9_-]{16,64}"),
    "atlassian-domain-verification=": re.compile("[A-Za-z0-9+/]{64}"),
    "brevo-code:": _HEX32,
    "docusign=": _UUID,
    "facebook-domain-verification=": re.compile("[a-z0-9]{30}"),
    "gitlab-pages-verification-code=": _HEX32,
    "openai-domain-verification=": re.compile("dv-[A-Za-z0-9]{24}"),
    "protonmail-verification=": re.compile("[0-9a-f]{40}", re.IGNORECASE),
    "stripe-verification=": re.compile("[0-9a-f]{64}", re.IGNORECASE),
    "vc-domain-verify=": re.compile("[A-Za-z0-9*_-]+(?:[.][A-Za-z0-9_-]+)+,[0-9a-f]{20}"),
    "yandex-verification:": re.compile(" ?[0-9a-f]{16}"),
    "zoho-verification=": re.compile("[A-Za-z0-9]+[.]zmverify[.]zoho[.][a-z.]+"),
}
"""How the text begins -> all that follows, as published by the service or as seen without exception."""

_ENDINGS = (
    "-verification",
    "-verify",
    "-validation",
    "-verification-code",
    "_verification",
    "_ownership_proof",
)


def names_service(key: str) -> bool:
    """Whether the word before `=` is one by which a service finds its own text."""
    return f"{key}=" in SHAPES or key.lower().endswith(_ENDINGS)
