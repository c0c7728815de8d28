"""`python -m bench`: every figure that is promised, beside its yardstick, in one run.

`--quick` leaves out the million customers. Nothing here fails when a promise is broken: figures are
for people to read, and tests hold no time limits.
"""

import sys

from bench import (
    evaluate,
    help,  # noqa: A004 - the file is called after the option
    hubspot_reading,
    incremental,
    kernel,
    salesforce_reading,
    salesforce_writing,
    shop_reading,
    shopify_reading,
    stripe_reading,
)


def main() -> None:
    """Measure one thing after the other."""
    quick = "--quick" in sys.argv[1:]
    print("The command `evaluate`, Parquet in and out")
    evaluate.run(evaluate.SIZES[:1] if quick else evaluate.SIZES)
    print("\nThe kernel alone")
    kernel.run(kernel.SIZES[:1] if quick else kernel.SIZES)
    print("\nA run in which few customers changed")
    incremental.run(incremental.SIZES[:1] if quick else incremental.SIZES)
    print("\nReading and writing HubSpot")
    hubspot_reading.run()
    print("\nReading and writing Salesforce")
    salesforce_reading.run()
    salesforce_writing.run()
    print("\nReading a shop")
    shop_reading.run(1_000 if quick else shop_reading.ORDERS)
    print("\nReading Shopify")
    shopify_reading.run()
    print("\nReading Stripe")
    stripe_reading.run(1_000 if quick else stripe_reading.CUSTOMERS)
    print("\nStart-up")
    help.run()


if __name__ == "__main__":
    main()
