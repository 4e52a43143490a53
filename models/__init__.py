"""The database: tables (one file per aggregate), repositories (all SQL), the unit of work, migrations."""
