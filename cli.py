"""The `journeysync` command."""
