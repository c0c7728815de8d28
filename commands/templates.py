"""What `journeysync init` writes: a workspace that explains itself. Text and nothing else."""

WORKSPACE = """\
# yaml-language-server: $schema=schemas/workspace.schema.json
#
# A journeysync workspace: which tools belong together, and which journey their customers are on.
# Keys and passwords never stand here: they go into `.env` (see `.env.example`).

# Journey maps, the most telling first: shipped names (`journeysync journey list`) or files.
journeys: [{journey}]

# Who travels: each person, or each company with all its people.
customer: person

# Your clock: local times without an offset are read in it.
timezone: UTC

# Country in which phone numbers without a country code are read (ISO 3166).
# region: GB

# Where journeysync remembers what it read and wrote. For several machines: postgresql://...
state: sqlite:///journeysync.db

# Connected tools, NAME: settings. `type` defaults to the name. `journeysync connectors list`
# says what can be connected and what each needs.
tools:
  hubspot: {{}}
  # old-crm: {{type: files, people: people.csv, events: events.csv}}

# CRMs that show stages and tasks. Empty: nothing is written anywhere.
write_to: [hubspot]

# Whose word counts when tools differ about a person, the most trusted first.
precedence: [hubspot]

# Who gets the tasks of a department when a customer has no owner: an e-mail address per CRM.
# departments:
#   success: {{hubspot_owner: care@example.com}}

# Deadlines before this day make no task: the day you start. A dry run counts what it leaves out.
live_from: "{live_from}"

# How many tasks may be opened. What is held back is said, never dropped.
tasks: {{horizon: 14d, max_open_per_customer: 1, max_per_day: 200, max_per_owner_per_day: 20}}

# A run stops before writing when it would change more than this share of your customers.
guard: {{max_changes: 10%}}

# Keys that never join two people: shared mailboxes, agencies.
# ignore_keys: ["@example-agency.com"]
"""

KEYS = """\
# Keys of the connected tools, as JOURNEYSYNC_<TOOL>__<NAME>. Keep this file to yourself.
# Each can also be an environment variable, or a file of that name in JOURNEYSYNC_SECRETS_DIR.

# HubSpot: Settings > Integrations > Private apps (or service keys); `journeysync check` says
# which scopes are missing.
JOURNEYSYNC_HUBSPOT__ACCESS_TOKEN=
"""

GITIGNORE = (".env", "secrets/", "*.db", "*.db-*")
