"""The `files` tool: people and events out of CSV, JSONL and Parquet files."""

from journeysync.connectors.files.source import make

__all__ = ["make"]
