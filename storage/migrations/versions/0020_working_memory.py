from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0020_working_memory", "0019_history_summaries", sql_file(__file__)
