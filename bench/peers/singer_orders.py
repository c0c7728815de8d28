"""A peer: the Singer tap for WooCommerce reads the orders of a shop. Runs where it is installed.

Its records go nowhere. Prints its own CPU seconds, imports left out, and how many orders it saw.
"""

import json
import os
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path


def main(url: str, key: str, secret: str) -> None:
    import singer  # type: ignore[import-not-found]  # lives in the peers' own environment
    import tap_woocommerce as tap  # type: ignore[import-not-found]

    tap.CONFIG.update(
        url=f"{url}/", consumer_key=key, consumer_secret=secret, start_date="2000-01-01T00:00:00Z"
    )
    # It asks for v2 of the API; the same list, in v3.
    tap.ENDPOINTS["orders"] = tap.ENDPOINTS["orders"].replace("wc/v2", "wc/v3")
    tap.LOGGER.disabled = True
    seen = 0
    write = singer.write_record

    def counted(*given: object, **more: object) -> None:
        nonlocal seen
        seen += 1
        write(*given, **more)

    singer.write_record = counted
    with Path(os.devnull).open("w", encoding="utf-8") as sink, redirect_stdout(sink):
        start = time.process_time()
        tap.sync_orders({}, None)
        seconds = time.process_time() - start
    print(json.dumps({"seconds": seconds, "orders": seen}))


if __name__ == "__main__":
    main(*sys.argv[1:])
