"""Every code that `dnssec status` can say, by subject; names are DNSViz's where it has one. Data."""

from __future__ import annotations

from psfdns.dnssec.cloud_codes import KMS
from psfdns.dnssec.delegation_codes import DELEGATION
from psfdns.dnssec.outside_codes import CDS, CLOUD
from psfdns.dnssec.registry_codes import REGISTRAR
from psfdns.dnssec.trust_codes import CHAIN, DS, KEYS
from psfdns.dnssec.zone_codes import DENIAL, SIGNATURES

CHAPTERS = (
    ("The way down from the root", CHAIN),
    ("The delegation and its servers", DELEGATION),
    ("DS at the parent", DS),
    ("Keys", KEYS),
    ("Signatures", SIGNATURES),
    ("Denial of existence", DENIAL),
    ("CDS and CDNSKEY", CDS),
    ("Route 53 and tenant.toml", CLOUD),
    ("The registrar, and procedures under way", REGISTRAR),
    ("Keys in KMS", KMS),
)
CODES = {code.name: code for _, chapter in CHAPTERS for code in chapter}
