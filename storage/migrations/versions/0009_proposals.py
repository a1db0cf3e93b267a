from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0009_proposals", "0008_imports", sql_file(__file__)
