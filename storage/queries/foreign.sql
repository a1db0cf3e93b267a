-- name: zone
-- The shop's time zone, if there is a shop.
select timezone from tenant_settings;

-- name: horizon
-- How far ahead the shop plans, in days.
select horizon_days from tenant_settings;

-- name: machines
-- What the shop calls its machines.
select id, code, name, work_center_id as "group", calendar_id, source, external_id from machine order by code;

-- name: work_centers
-- What the shop calls its work centers.
select id, code, name, null as "group", null as calendar_id, source, external_id from work_center order by code;

-- name: operators
-- What the shop calls its people.
select id, code, name, null as "group", calendar_id, source, external_id from operator order by code;

-- name: in_use
-- From when to when machines and people are in use, and how many machines people look after at once.
select 'operator' as kind, id, active_from, active_to, max_parallel from operator
 union all
select 'machine' as kind, id, active_from, active_to, 1 as max_parallel from machine;

-- name: skills_held
-- Which person has which skill, from when to when.
select operator_id, skill_id, valid_from, valid_to from operator_skill order by operator_id, skill_id, valid_from;

-- name: skills
-- What the shop calls its skills.
select id, code, name, null as "group", null as calendar_id, source, external_id from skill order by code;

-- name: calendars
-- The shop's calendars.
select id, id as code, name, null as "group", id as calendar_id, source, external_id from calendar order by id;

-- name: orders
-- Of the orders that a file names, those that the shop has.
select id, code, quantity, source, external_id, priority from production_order where code = any(%(codes)s);

-- name: other_names
-- Of what a file calls orders, and no order is called, that which is the external id of a single one.
select external_id as said, min(code) as code from production_order
 where external_id = any(%(codes)s)
   and external_id not in (select code from production_order where code = any(%(codes)s))
 group by external_id having count(*) = 1;

-- name: operations
-- The operations of the orders that a file names, with the pieces of each that were reported.
select o.code, p.seq, p.id, p.source, p.external_id, p.setup_min, p.run_s_per_piece,
       p.subcontract_minutes,
       (select coalesce(sum(r.good), 0)::int from progress r where r.tenant_id = p.tenant_id and r.operation_id = p.id) as good
  from operation p join production_order o on o.tenant_id = p.tenant_id and o.id = p.order_id
 where o.code = any(%(codes)s);

-- name: alternatives
-- The machines of the operations of the orders that a file names, with their times.
select p.id, a.machine_id, a.setup_min, a.run_s_per_piece
  from operation_alternative a
  join operation p on p.tenant_id = a.tenant_id and p.id = a.operation_id
  join production_order o on o.tenant_id = p.tenant_id and o.id = p.order_id
 where o.code = any(%(codes)s);

-- name: bookings
-- The bookings of the orders that a file names, and those whose numbers it names.
select o.code, p.seq, b.id, b.source, b.external_id, b.machine_id, m.code as machine,
       b.envelope_start as opens, b.envelope_end as closes, b.status,
       (select array_agg(distinct coalesce(s.operator_id, '')) from booking_segment s
         where s.tenant_id = b.tenant_id and s.booking_id = b.id) as operators
  from booking b
  join operation p on p.tenant_id = b.tenant_id and p.id = b.operation_id
  join production_order o on o.tenant_id = p.tenant_id and o.id = p.order_id
  join machine m on m.tenant_id = b.tenant_id and m.id = b.machine_id
 where o.code = any(%(codes)s) or b.external_id = any(%(numbers)s)
 order by b.envelope_start, b.id;

-- name: held
-- Time that is held for quotes which a file names, or under numbers which it names.
select b.quote_id as code, 0 as seq, b.id, b.source, b.external_id, b.machine_id, m.code as machine,
       b.envelope_start as opens, b.envelope_end as closes, b.status, null as operators
  from booking b join machine m on m.tenant_id = b.tenant_id and m.id = b.machine_id
 where b.quote_id is not null and (b.quote_id = any(%(quotes)s) or b.external_id = any(%(numbers)s))
 order by b.envelope_start, b.id;

-- name: bookings_of_events
-- The bookings that have the UID of an event of a calendar, or that and the time of a series, as their number.
select b.id, b.machine_id as whose, coalesce(o.code || '/' || p.seq, b.quote_id) || ' on ' || m.code as name,
       b.source, b.external_id, b.envelope_start as opens, b.envelope_end as closes
  from booking b
  join machine m on m.tenant_id = b.tenant_id and m.id = b.machine_id
  left join operation p on p.tenant_id = b.tenant_id and p.id = b.operation_id
  left join production_order o on o.tenant_id = p.tenant_id and o.id = p.order_id
 where b.external_id = any(%(uids)s) or regexp_replace(b.external_id, '/[0-9TZ-]+$', '') = any(%(uids)s)
 order by b.envelope_start, b.id;

-- name: materials
-- What the operations of the orders that a file names need, and the materials whose numbers it names.
select o.code, p.seq, r.id, r.item, r.source, r.external_id, r.qty::text as needed
  from material_requirement r
  join operation p on p.tenant_id = r.tenant_id and p.id = r.operation_id
  join production_order o on o.tenant_id = p.tenant_id and o.id = p.order_id
 where o.code = any(%(codes)s) or r.external_id = any(%(numbers)s)
 order by r.id;

-- name: reports
-- What was reported of the operations of the orders that a file names.
select o.code, p.seq, r.at, r.good, r.scrap
  from progress r
  join operation p on p.tenant_id = r.tenant_id and p.id = r.operation_id
  join production_order o on o.tenant_id = p.tenant_id and o.id = p.order_id
 where o.code = any(%(codes)s)
 order by r.at;

-- name: absences
-- When people are away, by the shop's clock; whole days with the last one.
select a.id, a.operator_id as whose, o.code as name, a.source, a.external_id,
       coalesce(a.start::timestamptz, a.start_date::timestamp at time zone t.timezone) as opens,
       coalesce(a."end"::timestamptz, (a.end_date + 1)::timestamp at time zone t.timezone) as closes,
       a.kind, a.start_date is not null as whole_days
  from absence a
  join operator o on o.tenant_id = a.tenant_id and o.id = a.operator_id
  join tenant_settings t on t.tenant_id = a.tenant_id
 order by opens, a.id;

-- name: night_calendars
-- The calendars of which a shift goes on after midnight.
select distinct calendar_id from calendar_shift where ends_next_day order by calendar_id;

-- name: downtimes
-- When machines are down.
select d.id, d.machine_id as whose, m.code as name, d.source, d.external_id, d.start as opens, d."end" as closes
  from downtime d join machine m on m.tenant_id = d.tenant_id and m.id = d.machine_id
 order by opens, d.id;

-- name: exceptions
-- When calendars, machines and people are closed or work beyond their shifts: a day, or from a time to a time.
select e.id, e.kind, coalesce(e.calendar_id, e.machine_id, e.operator_id) as whose, e.name, e.source, e.external_id,
       e.production_date as day, e.start::timestamptz as opens, e."end"::timestamptz as closes
  from calendar_exception e
 order by e.production_date, e.start, e.id;

-- name: mapping
-- The mapping that was confirmed for files with these headers.
select document::text from import_mapping where fingerprint = %(fingerprint)s;

-- name: mappings
-- What was confirmed for files, the latest first.
select document::text as document from import_mapping order by confirmed_at desc, fingerprint limit %(most)s;

-- name: keep_mapping
-- Remember a confirmed mapping; a later confirmation takes the place of an earlier one.
insert into import_mapping (fingerprint, name, document, confirmed_by)
values (%(fingerprint)s, %(name)s, %(document)s, %(confirmed_by)s)
    on conflict (tenant_id, fingerprint) do update
   set name = excluded.name, document = excluded.document, confirmed_by = excluded.confirmed_by, confirmed_at = now();
