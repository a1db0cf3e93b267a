from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0011_event_log", "0010_mappings", sql_file(__file__)
