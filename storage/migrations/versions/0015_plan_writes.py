from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0015_plan_writes", "0014_takeover", sql_file(__file__)
