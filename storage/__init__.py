"""The database: tables, the queries on them, migrations. Knows nothing of Slack or of a model."""
