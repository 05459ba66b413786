"""Where registrars have the name servers of a domain, as their own help pages say. Pure.

Panels change: only what their documentation says stands here, and the message sends everybody else to the
word "name servers".
"""

from __future__ import annotations

from collections.abc import Mapping

REGISTRARS: Mapping[str, str] = {
    "Cloudflare": "not possible: a domain that is registered with them has to use their name servers. "
    "It has to be transferred to another registrar first",
    "IONOS": 'the domain, its actions, "Name Server"; choose custom name servers, which has four fields',
    "Namecheap": 'Domain List, Manage; under Nameservers choose "Custom DNS", and save with the check mark',
    "NameSilo": 'Domain Manager; tick the domain and choose "Change Nameservers"',
    "OVHcloud": 'the domain in the customer area, the tab "DNS servers"',
}
"""Namecheap: knowledgebase 767. Cloudflare: Registrar, "Transfer your domain to Cloudflare". IONOS: help,
"Eigene Nameserver für eine Domain verwenden". NameSilo: support, "NameServer Manager". OVHcloud: guide,
"Modifying the DNS servers of an OVHcloud domain name".
"""
