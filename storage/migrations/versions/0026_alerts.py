from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0026_alerts", "0025_passage_rows", sql_file(__file__)
