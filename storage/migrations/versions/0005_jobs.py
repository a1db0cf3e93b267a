from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0005_jobs", "0004_demo_shop", sql_file(__file__)
