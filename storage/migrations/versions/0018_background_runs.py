from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0018_background_runs", "0017_spans", sql_file(__file__)
