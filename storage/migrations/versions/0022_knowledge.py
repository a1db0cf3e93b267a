from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0022_knowledge", "0021_recall", sql_file(__file__)
