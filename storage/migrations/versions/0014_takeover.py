from storage.migrations.sql_file import sql_file

revision, down_revision, upgrade = "0014_takeover", "0013_simulations", sql_file(__file__)
