-- name: read
-- The person's working memory.
select version, updated_at, name, role, language, units, preferences, goals, facts, notes, calls
  from working_memory;

-- name: hold
-- The person's working memory, made if new; its row is locked until the transaction ends.
insert into working_memory as m (version) values (0)
on conflict (tenant_id, user_id) do update set version = m.version
returning version, updated_at, name, role, language, units, preferences, goals, facts, notes, calls;

-- name: save
-- Replaces what is remembered of the person; a version is later than all before, a deleted row's included.
update working_memory
   set version = greatest(version + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint),
       updated_at = clock_timestamp(), name = %(name)s, role = %(role)s, language = %(language)s,
       units = %(units)s, preferences = %(preferences)s, goals = %(goals)s, facts = %(facts)s,
       notes = %(notes)s, calls = %(calls)s
returning version, updated_at, name, role, language, units, preferences, goals, facts, notes, calls;

-- name: forget
-- Removes all that is remembered of the person.
delete from working_memory;

-- name: said
-- What the person wrote in a thread, newest first.
select part ->> 'text'
  from message, jsonb_array_elements(parts) as part
 where thread_id = %(thread_id)s and role = 'user' and part ->> 'type' = 'text'
 order by seq desc
 limit %(last)s;
