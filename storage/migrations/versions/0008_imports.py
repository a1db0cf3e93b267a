from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0008_imports", "0007_usage", sql_file(__file__)
