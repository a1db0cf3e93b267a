from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0019_history_summaries", "0018_background_runs", sql_file(__file__)
