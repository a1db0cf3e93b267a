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

-- name: operator_skill
-- Skills of people by both their ids and from when they hold, as the rows that are laid out are known; called by
-- the codes of both.
select k.key, to_jsonb(t) || jsonb_build_object('code', o.code || ' ' || s.code) as record
  from unnest(%(ids)s::text[]) as k (key)
  join operator_skill t
    on t.operator_id = k.key::jsonb ->> 0
   and t.skill_id = k.key::jsonb ->> 1
   and t.valid_from is not distinct from (k.key::jsonb ->> 2)::timestamptz
  join operator o on o.tenant_id = t.tenant_id and o.id = t.operator_id
  join skill s on s.tenant_id = t.tenant_id and s.id = t.skill_id
 order by k.key;
