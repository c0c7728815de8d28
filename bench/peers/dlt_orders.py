"""A peer: dlt's REST source reads the orders of a shop. Runs where dlt is installed.

Configured as for any WooCommerce shop, with the one list of all refunds: orders leave their dates
out. Prints its own CPU seconds, imports left out: of extracting,
and of the whole way into a database file; and how many orders it has seen.
"""

import json
import os
import sys
import tempfile
import time

LISTS = {
    "orders": {"per_page": 100, "status": "any", "orderby": "id", "order": "asc"},
    "refunds": {"per_page": 100, "orderby": "id", "order": "asc"},
}
PAGES = {
    "type": "page_number", "base_page": 1, "total_path": None, "stop_after_empty_page": True,
}  # fmt: skip


def main(url: str, key: str, secret: str) -> None:
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    import dlt  # type: ignore[import-not-found]  # lives in the peers' own environment
    from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found]

    source = rest_api_source(
        {
            "client": {
                "base_url": f"{url}/wp-json/wc/v3/",
                "auth": {"type": "http_basic", "username": key, "password": secret},
            },
            "resources": [
                {"name": name, "endpoint": {"path": name, "params": query, "paginator": PAGES}}
                for name, query in LISTS.items()
            ],
        }
    )  # fmt: skip
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
