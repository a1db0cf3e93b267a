from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0032_plan_statistics", "0031_expired_quizzes", sql_file(__file__)
