from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0006_api_keys", "0005_jobs", sql_file(__file__)
