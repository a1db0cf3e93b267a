from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0010_mappings", "0009_proposals", sql_file(__file__)
