"""A peer: dlt's REST source reads the orders of a GraphQL API. Runs where dlt is installed.

Configured as for any such API: one query, a cursor in its variables. Prints its own CPU seconds,
imports left out: of extracting, and of the whole way into a database file; and how many orders it
has seen.
"""

import json
import os
import sys
import tempfile
import time


def main(address: str, token: str, document: str, size: str) -> None:
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    import dlt  # type: ignore[import-not-found]  # lives in the peers' own environment
    from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found]

    escaped = document.replace("{", "{{").replace("}", "}}")
    base, _, path = address.rpartition("/")
    source = rest_api_source(
        {
            "client": {"base_url": f"{base}/", "headers": {"X-Shopify-Access-Token": token}},
            "resources": [
                {
                    "name": "orders",
                    "endpoint": {
                        "path": path,
                        "method": "POST",
                        "json": {
                            "query": escaped,
                            "variables": {"first": int(size), "after": None, "query": None},
                        },
                        "data_selector": "data.orders.nodes",
                        "paginator": {
                            "type": "cursor",
                            "cursor_path": "data.orders.pageInfo.endCursor",
                            "cursor_body_path": "variables.after",
                            "has_more_path": "data.orders.pageInfo.hasNextPage",
                        },
                    },
                }
            ],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        database = dlt.destinations.duckdb(f"{folder}/peer.duckdb")
        pipeline = dlt.pipeline("peer", pipelines_dir=folder, destination=database)
        start = time.process_time()
        info = pipeline.extract(source)
        seconds = time.process_time() - start
        pipeline.normalize()
        pipeline.load()
        whole = time.process_time() - start
    rows = sum(
        table.items_count
        for load in info.metrics.values()
        for step in load
        for name, table in step["table_metrics"].items()
        if name == "orders"
    )
    print(json.dumps({"seconds": seconds, "whole": whole, "orders": rows}))


if __name__ == "__main__":
    main(*sys.argv[1:])
