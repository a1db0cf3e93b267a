from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0002_chat", "0001_shop", sql_file(__file__)
