from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0001_shop", None, sql_file(__file__)
