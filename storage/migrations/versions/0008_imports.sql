-- What imports need: the two entities of a shop that had no table yet, a place to lay out a folder before it is
-- written, and statements that are the same for every table of a shop.

create table material_requirement (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id text not null check (id <> ''),
  operation_id text not null,
  item text not null check (item <> ''),
  qty numeric(14, 3) not null check (qty >= 0),
  available_at instant,  -- null: unknown
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, operation_id) references operation (tenant_id, id) on delete cascade
);
create index material_requirement_operation on material_requirement (tenant_id, operation_id);

-- Pieces reported since the report before; a report is never changed.
create table progress (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  operation_id text not null,
  at instant not null,
  good int not null check (good >= 0),
  scrap int not null default 0 check (scrap >= 0),
  primary key (tenant_id, operation_id, at),
  foreign key (tenant_id, operation_id) references operation (tenant_id, id) on delete cascade
);

select protect_shop_table('material_requirement');
select protect_shop_table('progress');
revoke update on progress from leadhand_app;

-- One statement may swap two codes: uniqueness is then judged when it is over, not row by row.
alter table skill drop constraint skill_tenant_id_code_key,
  add constraint skill_tenant_id_code_key unique (tenant_id, code) deferrable;
alter table work_center drop constraint work_center_tenant_id_code_key,
  add constraint work_center_tenant_id_code_key unique (tenant_id, code) deferrable;
alter table machine drop constraint machine_tenant_id_code_key,
  add constraint machine_tenant_id_code_key unique (tenant_id, code) deferrable;
alter table operator drop constraint operator_tenant_id_code_key,
  add constraint operator_tenant_id_code_key unique (tenant_id, code) deferrable;
alter table production_order drop constraint production_order_tenant_id_code_key,
  add constraint production_order_tenant_id_code_key unique (tenant_id, code) deferrable;
alter table operation drop constraint operation_tenant_id_order_id_seq_key,
  add constraint operation_tenant_id_order_id_seq_key unique (tenant_id, order_id, seq) deferrable;

-- What cells refer to by external id alone is found by the same constraint.
alter table production_order drop constraint production_order_tenant_id_source_external_id_key,
  add constraint production_order_tenant_id_source_external_id_key unique (tenant_id, external_id, source);
alter table operation drop constraint operation_tenant_id_source_external_id_key,
  add constraint operation_tenant_id_source_external_id_key unique (tenant_id, external_id, source);
alter table booking drop constraint booking_tenant_id_source_external_id_key,
  add constraint booking_tenant_id_source_external_id_key unique (tenant_id, external_id, source);

-- ── Rows of a folder, laid out ──────────────────────────────────────────────────────────────────────────
-- They live within one import's transaction and are gone at its end. Unlogged: nothing of it needs to survive.

create unlogged table import_row (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  entity text not null,
  key text not null,      -- the id, or the key columns as a JSON array
  line int not null,      -- 0: not in a file, laid out because another file changes it
  source text,
  external_id text,
  bad boolean not null default false,  -- only its identity counts
  record jsonb not null,  -- columns of the table by name
  primary key (tenant_id, entity, key)
);
-- Partial, so that it is never taken for a look-up by key: what is known of this table's size is mostly wrong.
create unique index import_row_external on import_row (tenant_id, entity, external_id, source)
  where external_id is not null;

select protect_tenant_table('import_row');
grant select, insert, update, delete on import_row to leadhand_app;

-- The functions below run as their caller, whom row level security binds. Names of tables and columns come from
-- the declaration of the files and are quoted here.

-- "t.a = s.a and …" for the key columns; nulls are equal, and only looked at where they can be.
create function import_same_key(entity text, keys text[]) returns text
  language sql stable set search_path = public, pg_temp as $$
  select string_agg(
           format(case when a.attnotnull then 't.%1$I = s.%1$I' else 't.%1$I is not distinct from s.%1$I' end, k.name),
           ' and ' order by k.place)
    from unnest(keys) with ordinality as k (name, place)
    join pg_attribute a on a.attrelid = entity::regclass and a.attname = k.name
$$;

-- "row(t.a, …) is distinct from row(s.a, …)"; false where the keys are all there is.
create function import_differs(given text[]) returns text
  language sql immutable set search_path = public, pg_temp as $$
  select coalesce(format('row(%s) is distinct from row(%s)',
                         string_agg(format('t.%I', c), ', ' order by place),
                         string_agg(format('s.%I', c), ', ' order by place)), 'false')
    from unnest(given) with ordinality as g (c, place)
$$;

-- The rows laid out, as rows of their table.
create function import_laid_out(entity text) returns text
  language sql immutable set search_path = public, pg_temp as $$
  select format('(select r.line, r.tenant_id as of_tenant, p.* from import_row r'
                ' cross join lateral jsonb_populate_record(null::%I, r.record) p'
                ' where r.entity = %L and not r.bad) as s', entity, entity)
$$;

-- For rows that give an id, an external id or both: the id stored under the external id, and whether that
-- external id is already the id of a stored row.
create function import_identify(entity text, rows jsonb)
  returns table (line int, stored_id text, id_taken boolean)
  language plpgsql stable set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select g.line, (select t.id from %1$I t where t.source = g.source and t.external_id = g.external_id),'
    '       exists (select from %1$I t where t.id = g.external_id)'
    '  from jsonb_to_recordset($1) as g (line int, source text, external_id text)', entity) using rows;
end $$;

-- Ids of rows that cells refer to, by id or else by external id; laid out or stored. `matches` above 1: several.
create function import_resolve(entity text, cells text[])
  returns table (cell text, id text, matches bigint)
  language plpgsql stable set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select c.cell, coalesce(min(f.id) filter (where f.id = c.cell), min(f.id)),'
    '       case when bool_or(f.id = c.cell) then 1 else count(distinct f.id) end'
    '  from unnest($1) as c (cell)'
    '  left join lateral ('
    '    select r.key as id from import_row r where r.entity = %1$L and r.key = c.cell'
    '    union all select t.id from %1$I t where t.id = c.cell'
    '    union all select r.key from import_row r where r.entity = %1$L and r.external_id = c.cell'
    '    union all select t.id from %1$I t where t.external_id = c.cell'
    '  ) as f on true'
    ' group by c.cell', entity) using cells;
end $$;

-- Ids that a cell could have meant.
create function import_known(entity text, most int) returns table (id text)
  language plpgsql stable set search_path = public, pg_temp as $$
begin
  return query execute format(
    '(select r.key from import_row r where r.entity = %1$L limit $1)'
    ' union (select t.id from %1$I t limit $1)', entity) using most;
end $$;

-- Rows that claim what only one may have (a code, a place in an order), with the row that has it.
create function import_claimed_twice(entity text, columns text[])
  returns table (line int, value text, other_line int, other_id text)
  language plpgsql stable set search_path = public, pg_temp as $$
declare
  of_row text := (select string_agg(format('%I', c), ', ') from unnest(columns) as c);
  same text := (select string_agg(format('t.%1$I = s.%1$I', c), ' and ') from unnest(columns) as c);
  shown text := columns[cardinality(columns)];
begin
  return query execute format(
    'with s as (select line, of_tenant, id, %1$s,'
    '       first_value(line) over (partition by %1$s order by line, id) as first_line,'
    '       first_value(id) over (partition by %1$s order by line, id) as first_id from %2$s)'
    ' select line, %3$I::text, first_line, first_id from s where id <> first_id'
    ' union all'
    ' select s.line, s.%3$I::text, null, t.id from s'
    '   join %4$I t on t.tenant_id = s.of_tenant and %5$s and t.id <> s.id'
    '  where s.id = s.first_id and not exists ('
    '    select from import_row r where r.tenant_id = s.of_tenant and r.entity = %4$L and r.key = t.id)'
    ' order by 1 limit 200',
    of_row, import_laid_out(entity), shown, entity, same);
end $$;

-- How many rows are new, differ from what is stored, or say what is stored.
create function import_count(entity text, keys text[], given text[])
  returns table (added bigint, changed bigint, unchanged bigint)
  language plpgsql stable set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select count(*) filter (where t.tenant_id is null),'
    '       count(*) filter (where t.tenant_id is not null and %1$s),'
    '       count(*) filter (where t.tenant_id is not null and not (%1$s))'
    '  from %2$s left join %3$I t on t.tenant_id = s.of_tenant and %4$s where s.line > 0',
    import_differs(given), import_laid_out(entity), entity, import_same_key(entity, keys));
end $$;

-- Lines whose row is stored and says something else.
create function import_changed(entity text, keys text[], given text[]) returns table (line int)
  language plpgsql stable set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select s.line from %2$s join %3$I t on t.tenant_id = s.of_tenant and %4$s where %1$s order by 1 limit 200',
    import_differs(given), import_laid_out(entity), entity, import_same_key(entity, keys));
end $$;

-- Stored rows that the file does not have, with a few of their keys: of the sources that it speaks for, and not
-- parts of a parent that it names (those are removed).
create function import_missing(entity text, keys text[], part_of text)
  returns table (total bigint, examples text[])
  language plpgsql stable set search_path = public, pg_temp as $$
declare
  name text := (select string_agg(format('coalesce(t.%I::text, '''')', k), ' || '' '' || ') from unnest(keys) as k);
  mine text := case when keys = array['id'] then
    ' and (not exists (select from import_row r where r.entity = ' || quote_literal(entity) || ')'
    ' or t.source in (select distinct r.source from import_row r where r.entity = ' || quote_literal(entity) || '))'
    else '' end;
  whole text := case when part_of is null then '' else format(
    ' and not exists (select from %s where s.%2$I = t.%2$I)', import_laid_out(entity), part_of) end;
begin
  return query execute format(
    'with gone as (select %1$s as name from %2$I t where not exists (select from %3$s where s.line > 0'
    ' and t.tenant_id = s.of_tenant and %4$s)%5$s%6$s)'
    ' select (select count(*) from gone), array(select name from gone order by name limit 5)',
    name, entity, import_laid_out(entity), import_same_key(entity, keys), mine, whole);
end $$;

-- Takes away the stored parts of the parents that the file names, as far as it does not name them.
create function import_remove(entity text, keys text[], part_of text) returns bigint
  language plpgsql set search_path = public, pg_temp as $$
declare
  removed bigint;
begin
  execute format(
    'delete from %1$I t where exists (select from %2$s where t.tenant_id = s.of_tenant and s.%3$I = t.%3$I)'
    ' and not exists (select from %2$s where t.tenant_id = s.of_tenant and %4$s)',
    entity, import_laid_out(entity), part_of, import_same_key(entity, keys));
  get diagnostics removed = row_count;
  return removed;
end $$;

-- Writes what is new or differs, in one statement, so that rules about several rows see all of it; rows that say
-- what is stored are not touched.
create function import_write(entity text, keys text[], added text[], given text[]) returns bigint
  language plpgsql set search_path = public, pg_temp as $$
declare
  written bigint;
begin
  execute format(
    'merge into %1$I as t using %2$s'
    ' on t.tenant_id = s.of_tenant and %3$s'
    '%4$s'
    ' when not matched then insert (%5$s) values (%6$s)',
    entity, import_laid_out(entity), import_same_key(entity, keys),
    case when cardinality(given) = 0 then '' else format(
      ' when matched and %s then update set %s', import_differs(given),
      (select string_agg(format('%1$I = s.%1$I', c), ', ') from unnest(given) as c)) end,
    (select string_agg(format('%I', c), ', ') from unnest(keys || added) as c),
    (select string_agg(format('s.%I', c), ', ') from unnest(keys || added) as c));
  get diagnostics written = row_count;
  return written;
end $$;

-- The bookings as they will be: those laid out, and of the machines they are on those that are only stored.
create function import_bookings()
  returns table (id text, line int, machine_id text, opens instant, closes instant, waived boolean)
  language sql stable set search_path = public, pg_temp as $$
  select r.key, r.line, r.record ->> 'machine_id', (r.record ->> 'envelope_start')::instant,
         (r.record ->> 'envelope_end')::instant, (r.record ->> 'waived_conflict')::boolean
    from import_row r
   where r.entity = 'booking' and not r.bad and r.record ? 'envelope_start' and r.record ? 'envelope_end'
  union all
  select b.id, null, b.machine_id, b.envelope_start, b.envelope_end, b.waived_conflict
    from booking b
   where b.machine_id in (select distinct r.record ->> 'machine_id' from import_row r where r.entity = 'booking')
     and not exists (select from import_row r
                      where r.tenant_id = b.tenant_id and r.entity = 'booking' and r.key = b.id)
$$;

do $$
declare
  made regprocedure;
begin
  for made in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
               where n.nspname = 'public' and p.proname like 'import\_%' loop
    execute format('revoke all on function %s from public', made);
    execute format('grant execute on function %s to leadhand_app', made);
  end loop;
end $$;
