from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0004_demo_shop", "0003_checkpoints", sql_file(__file__)
