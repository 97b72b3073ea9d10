-- Keys are found by their beginning: they are in the order of their bytes, as SQLite has them.
ALTER TABLE records ALTER COLUMN key TYPE TEXT COLLATE "C";
