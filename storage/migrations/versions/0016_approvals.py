from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0016_approvals", "0015_plan_writes", sql_file(__file__)
