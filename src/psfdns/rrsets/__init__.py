"""The codec between record sets and what Route 53's API has of them. Pure."""

from __future__ import annotations

from psfdns.rrsets.octal import (
    MAX_LABEL,
    MAX_NAME,
    InexpressibleError,
    decode_name,
    decode_value,
    encode_name,
    encode_value,
)
from psfdns.rrsets.policies import canonical_degrees
from psfdns.rrsets.record_set import from_api, to_api

__all__ = [
    "MAX_LABEL",
    "MAX_NAME",
    "InexpressibleError",
    "canonical_degrees",
    "decode_name",
    "decode_value",
    "encode_name",
    "encode_value",
    "from_api",
    "to_api",
]
