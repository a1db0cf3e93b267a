from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0007_usage", "0006_api_keys", sql_file(__file__)
