-- name: work_center
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from work_center t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: machine
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from machine t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: operator
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from operator t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: skill
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from skill t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: absence
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from absence t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: downtime
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from downtime t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: calendar_exception
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from calendar_exception t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: production_order
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from production_order t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: operation
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from operation t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: material_requirement
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from material_requirement t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: booking
-- Rows by their ids, or by external ids and sources.
select t.id as key, to_jsonb(t) as record from booking t
 where t.id = any(%(ids)s)
    or (t.source, t.external_id) in (select * from unnest(%(sources)s::text[], %(external_ids)s::text[]))
 order by t.id;

-- name: operation_alternative
-- Machines of operations by both their ids, as the rows that are laid out are known.
select jsonb_build_array(t.operation_id, t.machine_id)::text as key, to_jsonb(t) as record
  from operation_alternative t
 where jsonb_build_array(t.operation_id, t.machine_id)::text = any(%(ids)s)
   and t.operation_id in (select jsonb_array_elements_text(k::jsonb) from unnest(%(ids)s::text[]) as k)
 order by 1;
