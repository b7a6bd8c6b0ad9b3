"""The only SQL: the tables and the queries of one stem stand side by side."""
