from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0012_import_log", "0011_event_log", sql_file(__file__)
