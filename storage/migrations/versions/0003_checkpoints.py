from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0003_checkpoints", "0002_chat", sql_file(__file__)
