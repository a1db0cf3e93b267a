-- name: put_checkpoint
-- Stores a checkpoint and those of its values that changed; what LangGraph does in a statement for each value.
with changed as (
  insert into langgraph.checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
  select $1, $2, value.* from unnest($7::text[], $8::text[], $9::text[], $10::bytea[]) as value
  on conflict (tenant_id, user_id, thread_id, checkpoint_ns, channel, version) do nothing
)
insert into langgraph.checkpoints as c (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, user_id, thread_id, checkpoint_ns, checkpoint_id)
do update set checkpoint = excluded.checkpoint, metadata = excluded.metadata;

-- name: put_writes
-- Stores what a task wrote; the same write again changes nothing.
insert into langgraph.checkpoint_writes
       (thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob)
select $1, $2, $3, $4, $5, write.* from unnest($6::int[], $7::text[], $8::text[], $9::bytea[]) as write
on conflict (tenant_id, user_id, thread_id, checkpoint_ns, checkpoint_id, task_id, idx) do nothing;

-- name: replace_writes
-- Stores what a task wrote to LangGraph's own channels (errors, interrupts): the last one counts.
insert into langgraph.checkpoint_writes
       (thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob)
select $1, $2, $3, $4, $5, write.* from unnest($6::int[], $7::text[], $8::text[], $9::bytea[]) as write
on conflict (tenant_id, user_id, thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
do update set channel = excluded.channel, type = excluded.type, blob = excluded.blob;

-- name: drop_old_checkpoints
-- Keeps the latest of each namespace; a subgraph call (its namespace ends in a task id) goes with the parent
-- that it names.
with head as (
  select distinct on (checkpoint_ns) checkpoint_ns, checkpoint_id, metadata -> 'parents' ->> '' as root
    from langgraph.checkpoints where thread_id = $1
   order by checkpoint_ns, checkpoint_id desc
), kept as (
  select checkpoint_ns, checkpoint_id
    from head
   where position(':' in checkpoint_ns) = 0
      or root is null
      or root = (select checkpoint_id from head where checkpoint_ns = '')
)
delete from langgraph.checkpoints c
 where c.thread_id = $1
   and (c.checkpoint_ns, c.checkpoint_id) not in (select checkpoint_ns, checkpoint_id from kept);

-- name: drop_stray_writes
-- Writes whose checkpoint is gone.
delete from langgraph.checkpoint_writes w
 where w.thread_id = $1
   and not exists (select from langgraph.checkpoints c where c.thread_id = w.thread_id
                      and c.checkpoint_ns = w.checkpoint_ns and c.checkpoint_id = w.checkpoint_id);

-- name: drop_stray_blobs
-- Values that no kept checkpoint refers to.
delete from langgraph.checkpoint_blobs b
 where b.thread_id = $1
   and not exists (select from langgraph.checkpoints c where c.thread_id = b.thread_id and c.checkpoint_ns = b.checkpoint_ns
                      and c.checkpoint -> 'channel_versions' ->> b.channel = b.version);

-- name: cut_parents
-- What was kept no longer points at what was dropped.
update langgraph.checkpoints c set parent_checkpoint_id = null
 where c.thread_id = $1 and c.parent_checkpoint_id is not null
   and not exists (select from langgraph.checkpoints p where p.thread_id = c.thread_id
                      and p.checkpoint_ns = c.checkpoint_ns and p.checkpoint_id = c.parent_checkpoint_id);
