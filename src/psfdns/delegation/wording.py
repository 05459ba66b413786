"""The sentences of the message to whoever can set name servers; `{name}` is the zone. Filled later."""

TENANT = """
The zone {name} is ready on its name servers. For the world to use it, these have to be set where the domain
is registered. You ({tenant}), or whoever holds the account at the registrar, can do that, and we cannot. Set
exactly these name servers, all of them, and remove all others:
"""
GANDI = """
For the Foundation's staff: {name}, of {tenant}, is registered in our own account at Gandi. Setting its name
servers is staff's task, and the tenant has nothing to do. Set exactly these, all of them, and remove all
others:
"""
WITHIN = """
{name}, of {tenant}, is no registered domain of its own: its parent zone delegates it, and no registrar has to
do anything. These lines belong into {where}, and no other NS of this name:
"""

NOT_HEARD = "What is set at present could not be asked when this was written."
DONE = "This is what is set already: there is nothing to change."
NOBODY = "At present the servers of {parent} know no name server of {name}."
OTHERS = "At present the servers of {parent} name: {named}."

BEFORE = "BEFORE THE CHANGE\n"
DS_OURS = "DNSSEC: the zone is signed at our servers. Do not touch the DS record without asking us."
DS_FIRST = """
DNSSEC: the domain has a DS record now, and our zone is not signed. Remove the DS first (registrars call it
DNSSEC: switch that off), see it gone ("dig +short {name} DS" prints nothing), and then wait for {ttl}, its
TTL. If the name servers change before that, the domain is gone for everybody who validates.
"""
DS_NONE = "DNSSEC: the domain has no DS record. Leave DNSSEC off at the registrar until we ask for it."
DS_UNKNOWN = """
DNSSEC: if "dig +short {name} DS" prints anything, remove the DS first (registrars call it DNSSEC: switch that
off), and wait for its TTL, often a day, before the name servers change.
"""
COPY = """
The zone as it is now: what is set up there and not with us is gone after the change, mail too. So a complete
copy of the records of {name} (an export) has to be compared with our zone first.
"""
LOWER_TTLS = """
Lower the TTLs of all records there to 300 seconds, and wait for the longest TTL that was there before.
"""
KEEP_RUNNING = """
Keep the old servers running, unchanged, until the time below has passed: they are the way back.
"""

WHERE = "WHERE TO SET THEM\n"
PANEL = """
Log in at the registrar, open the domain and look for "name servers" (or "DNS servers"): choose your own,
custom or external ones, and enter the names alone, without addresses. NS records in the registrar's own DNS
panel are not the same, and do not help. What some call it:
"""

HOW_LONG = "HOW LONG IT TAKES\n"
TTL_HEARD = """
It takes minutes, with some registries a day, until the servers of the parent name the new ones. From then on
resolvers may go by the old answer for {ttl} more: that is the TTL that those servers give.
"""
TTL_UNKNOWN = """
It takes minutes, with some registries a day, until the servers of the parent name the new ones. Where others
were named before, resolvers may go by those for longer: up to two days under many top-level domains.
"""

CHECK = "HOW TO CHECK\n"
TELL_US = """
It has to list exactly the names above. Then tell us: we ask every server of the parent, and every name server
(psfdns delegation {name}).
"""
