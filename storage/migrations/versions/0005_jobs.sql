-- The job engine: its schema, its rights, and what must be read before a tenant is known.
select 1;
