from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0024_reports", "0023_quizzes", sql_file(__file__)
