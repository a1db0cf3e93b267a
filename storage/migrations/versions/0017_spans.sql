-- Filled by the part that needs it.
select 1;
