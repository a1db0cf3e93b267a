from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0033_readable_passages", "0032_plan_statistics", sql_file(__file__)
