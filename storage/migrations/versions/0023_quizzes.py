from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0023_quizzes", "0022_knowledge", sql_file(__file__)
