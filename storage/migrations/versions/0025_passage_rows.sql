-- Passages: vector and words stay in the row while it fits into its page, since every search reads both of every
-- passage (docs/benchmarks.md). Rows written before are found as before, only slower.
alter table knowledge_passage set (toast_tuple_target = 8160);
