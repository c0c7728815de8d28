"""A peer: Stripe's own package reads an account's charges with their refunds, page after page.

As its documentation shows it. Keeps nothing; prints its own CPU seconds, imports left out, and how
many charges it has seen.
"""

import json
import sys
import time


def main(url: str, key: str) -> None:
    import stripe

    client = stripe.StripeClient(key, base_addresses={"api": url})
    start = time.process_time()
    page = client.v1.charges.list({"limit": 100, "expand": ["data.refunds"]})
    charges = sum(1 for _ in page.auto_paging_iter())
    print(json.dumps({"seconds": time.process_time() - start, "charges": charges}))


if __name__ == "__main__":
    main(*sys.argv[1:])
