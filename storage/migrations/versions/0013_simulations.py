from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0013_simulations", "0012_import_log", sql_file(__file__)
