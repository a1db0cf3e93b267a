from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0028_report_upkeep", "0026_alerts", sql_file(__file__)
