-- Which imports a shop has taken, and when: how old what it knows may be.

-- Not a table of the plan: an import that changes nothing leaves the data version, and is a row here all the same.
create table import_log (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings on delete cascade,
  id uuid not null,
  at timestamptz not null default clock_timestamp(),
  what text not null check (what in ('folder', 'file')),
  name text not null check (name <> '' and char_length(name) <= 200),
  sources text[] not null,  -- the systems that the rows say they come from
  files text[] not null,    -- the entities that had a file
  rows_new bigint not null check (rows_new >= 0),
  rows_changed bigint not null check (rows_changed >= 0),
  rows_unchanged bigint not null check (rows_unchanged >= 0),
  rows_missing bigint not null check (rows_missing >= 0),
  rows_removed bigint not null check (rows_removed >= 0),
  -- Holidays or a list of people say nothing of how the orders stand.
  of_plan boolean not null generated always as (files && array['production_order', 'operation',
    'material_requirement', 'progress', 'booking', 'booking_segment']) stored,
  primary key (tenant_id, id)
);
create index import_log_newest on import_log (tenant_id, at);

select protect_tenant_table('import_log');
grant select, insert, delete on import_log to leadhand_app;
