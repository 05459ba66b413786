"""Everything that can be wrong with tenants and the layout of zones/, each said once. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

BAD_FILE = Rule(
    "bad-file",
    Severity.ERROR,
    "Under zones/ and certs/ are plain files and folders, at most 8 deep.",
    "docs/contract.md §1",
    why=(
        "A link or a special file could lead a pull request out of its tenant's folder, so none is followed."
    ),
    mend="put a plain file or folder in its place",
)
UNREADABLE_FOLDER = Rule(
    "unreadable-folder",
    Severity.ERROR,
    "The folders under zones/ can be read.",
    "docs/contract.md §1",
    why="What cannot be seen would count as absent.",
    mend="permit the user that runs psfdns to read it",
)
NO_TENANT = Rule(
    "no-tenant",
    Severity.ERROR,
    "A zone file stands in its tenant's folder.",
    "docs/contract.md §1",
    why="The folder says whose zone it is and who may change it. Outside of one it is not read.",
    mend="move it to zones/<tenant>/",
)
BAD_TENANT_NAME = Rule(
    "bad-tenant-name",
    Severity.ERROR,
    "A tenant's folder is named in at most 64 lower-case letters, digits, `-`, `_` and `.`.",
    "docs/contract.md §1",
    why="The name of the folder is the tenant's name on the command line and in the settings of others.",
    mend="rename the folder",
)
NO_TENANT_FILE = Rule(
    "no-tenant-file",
    Severity.ERROR,
    "A folder under zones/ that holds anything has a tenant.toml.",
    "docs/contract.md §1",
    why="Without it nobody can tell whose zones these are, and whom to ask about them.",
    mend="write a tenant.toml with name, kind, approved and a [[liaison]]",
)
MISPLACED_ZONE = Rule(
    "misplaced-zone",
    Severity.ERROR,
    "Zone files stand directly in their tenant's folder.",
    "docs/contract.md §1",
    why="A zone file further down is not read, so nothing of it would be published.",
    mend="move it to the tenant's folder, or name it otherwise if it is included",
)
IGNORED_FILE = Rule(
    "ignored-file",
    Severity.WARNING,
    "The name of a zone file ends in `.zone`, and a tenant's file is named tenant.toml.",
    "docs/contract.md §1",
    why="The file looks as if it should count, and it is not read.",
    mend="rename it, or remove it",
)
BAD_ZONE_NAME = Rule(
    "bad-zone-name",
    Severity.ERROR,
    "A zone file has its zone's name: A-labels in lower case, no final dot, `%2F` for `/`; a view "
    "stands behind `@`.",
    "docs/contract.md §1",
    why=(
        "The file's name says which zone it is. With a second spelling there could be two files of one zone."
    ),
    mend="rename the file",
)
NO_ZONE_FILE = Rule(
    "no-zone-file",
    Severity.WARNING,
    "A zone that has settings in tenant.toml has a zone file.",
    "docs/contract.md §1",
    why=(
        "Most likely the name is misspelt, and then the zone that was meant goes without its `ignore` "
        "and `protect`."
    ),
    mend="correct the name of the table, or remove it",
)
ZONE_TWICE = Rule(
    "zone-twice",
    Severity.ERROR,
    "A zone, or a view of it, has one file.",
    "docs/contract.md §1",
    why="Nobody can tell which of two files is wanted, so the zone is not planned.",
    mend="keep one of them",
)
ID_TWICE = Rule(
    "id-twice",
    Severity.ERROR,
    "A hosted zone is pinned by the `id` of one zone file.",
    "docs/contract.md §1",
    why="Two zone files would overwrite each other's records in it, so neither is planned.",
    mend="correct one of the ids in tenant.toml",
)
OTHER_TENANTS_ZONE = Rule(
    "other-tenants-zone",
    Severity.ERROR,
    "A zone that lies in another tenant's zone is permitted by that tenant's `delegated`.",
    "docs/contract.md §1",
    why="Who holds a name says who may hold what lies below it.",
    mend="let the other tenant name it under `delegated` in their tenant.toml",
)
UNKNOWN_TENANT = Rule(
    "unknown-tenant",
    Severity.WARNING,
    "`delegated` names tenants of this repository.",
    "docs/contract.md §1",
    why="A tenant that does not exist is permitted nothing; most likely the name is misspelt.",
    mend="correct the tenant's name, or remove the line",
)
TWO_PUBLIC_ZONES = Rule(
    "two-public-zones",
    Severity.WARNING,
    "A name has one public zone.",
    "docs/contract.md §1",
    why="The parent zone leads to the name servers of one of them. What stands in the other is never seen.",
    mend="a private view names its VPCs: private = […]",
)
BAD_TOML = Rule(
    "bad-toml",
    Severity.ERROR,
    "tenant.toml and certs/<tenant>.toml are TOML, in UTF-8 and of at most 256 KiB.",
    "docs/contract.md §1",
    why=(
        "None of its settings is known then. No zone of the tenant is planned, for without a known "
        "`ignore` the records of others would be deleted; no certificate is renewed."
    ),
    mend=(
        'correct the line: text stands in quotes, as in `name = "PyLadies"`, and a table begins as '
        "`[owners]` does"
    ),
)
MISSING_SETTING = Rule(
    "missing-setting",
    Severity.ERROR,
    "A tenant has a name, a kind and how it was approved (a warning); each liaison has a name and "
    "an e-mail address; each certificate has names.",
    "docs/contract.md §1",
    why=(
        "These say who the tenant is, by what right it is here, and whom to ask; and what a certificate "
        "is for."
    ),
    mend="add the setting that the message names",
    milder=Severity.WARNING,
)
NO_LIAISON = Rule(
    "no-liaison",
    Severity.ERROR,
    "A tenant names at least one liaison, a person or a role.",
    "docs/contract.md §1",
    why="Somebody has to answer when a domain expires or a change breaks something.",
    mend="add [[liaison]] with name and email; a role address is welcome",
)
BAD_SETTING = Rule(
    "bad-setting",
    Severity.ERROR,
    "Every setting of tenant.toml and certs/<tenant>.toml has a value of its kind.",
    "docs/contract.md §1",
    why=(
        "A value that cannot be read counts as not said. Where a plan goes by the setting, the zone "
        "is not planned; no certificate of such a file is renewed."
    ),
    mend="write the value as the message says",
)
UNKNOWN_SETTING = Rule(
    "unknown-setting",
    Severity.ERROR,
    "Every key of tenant.toml and certs/<tenant>.toml is a setting.",
    "docs/contract.md §1",
    why="A misspelt `protect` would protect nothing.",
    mend="correct the key, or remove it",
)

RULES = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
