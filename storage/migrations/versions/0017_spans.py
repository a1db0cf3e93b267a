from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0017_spans", "0016_approvals", sql_file(__file__)
