from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0031_expired_quizzes", "0028_report_upkeep", sql_file(__file__)
