from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0021_recall", "0020_working_memory", sql_file(__file__)
