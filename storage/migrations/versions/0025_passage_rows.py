from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0025_passage_rows", "0024_reports", sql_file(__file__)
