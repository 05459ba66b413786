"""The floor: the requests that a plan needs, sent with boto3 one after the other, and nothing else."""

from __future__ import annotations

import boto3


def main() -> None:
    client = boto3.client("route53", region_name="us-east-1")
    for page in client.get_paginator("list_hosted_zones").paginate(PaginationConfig={"PageSize": 100}):
        for zone in page["HostedZones"]:
            pages = client.get_paginator("list_resource_record_sets").paginate(
                HostedZoneId=zone["Id"], PaginationConfig={"PageSize": 300}
            )
            for _ in pages:
                pass


if __name__ == "__main__":
    main()
