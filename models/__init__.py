"""Tables (one file per aggregate), repositories (all SQL), the engine with its tenant scope, migrations."""
