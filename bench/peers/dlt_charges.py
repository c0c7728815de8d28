"""A peer: dlt's REST source reads an account's charges. Runs where dlt is installed.

Configured as for any Stripe account. Prints its own CPU seconds, imports left out: of extracting,
and of the whole way into a database file; and how many charges it has seen.
"""

import json
import os
import sys
import tempfile
import time


def main(url: str, key: str) -> None:
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    import dlt  # type: ignore[import-not-found]  # lives in the peers' own environment
    from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found]

    source = rest_api_source(
        {
            "client": {
                "base_url": f"{url}/v1/",
                "auth": {"type": "bearer", "token": key},
                "headers": {"Stripe-Version": "2023-08-16"},
            },
            "resources": [
                {
                    "name": "charges",
                    "endpoint": {
                        "path": "charges",
                        "params": {"limit": 100, "expand[]": "data.refunds"},
                        "data_selector": "data",
                        "paginator": {
                            "type": "cursor", "cursor_path": "data[-1].id",
                            "cursor_param": "starting_after", "has_more_path": "has_more",
                        },
                    },
                }
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
        if name == "charges"
    )
    print(json.dumps({"seconds": seconds, "whole": whole, "charges": rows}))


if __name__ == "__main__":
    main(*sys.argv[1:])
