-- name: upsert_checkpoint
-- LangGraph's statement with the owner in the key.
INSERT INTO checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (tenant_id, user_id, thread_id, checkpoint_ns, checkpoint_id)
DO UPDATE SET
    checkpoint = EXCLUDED.checkpoint,
    metadata = EXCLUDED.metadata;

-- name: upsert_blobs
-- LangGraph's statement with the owner in the key.
INSERT INTO checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (tenant_id, user_id, thread_id, checkpoint_ns, channel, version) DO NOTHING

-- name: upsert_writes
-- LangGraph's statement with the owner in the key.
INSERT INTO checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (tenant_id, user_id, thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO UPDATE SET
    channel = EXCLUDED.channel,
    type = EXCLUDED.type,
    blob = EXCLUDED.blob;

-- name: insert_writes
-- LangGraph's statement with the owner in the key.
INSERT INTO checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (tenant_id, user_id, thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO NOTHING

-- name: drop_old_checkpoints
-- Keeps the latest of each namespace; a subgraph call (its namespace ends in a task id) goes with the parent
-- that it names.
with head as (
  select distinct on (checkpoint_ns) checkpoint_ns, checkpoint_id, metadata -> 'parents' ->> '' as root
    from checkpoints where thread_id = %(thread_id)s
   order by checkpoint_ns, checkpoint_id desc
), kept as (
  select checkpoint_ns, checkpoint_id
    from head
   where position(':' in checkpoint_ns) = 0
      or root is null
      or root = (select checkpoint_id from head where checkpoint_ns = '')
)
delete from checkpoints c
 where c.thread_id = %(thread_id)s
   and (c.checkpoint_ns, c.checkpoint_id) not in (select checkpoint_ns, checkpoint_id from kept);

-- name: drop_stray_writes
-- Writes whose checkpoint is gone.
delete from checkpoint_writes w
 where w.thread_id = %(thread_id)s
   and not exists (select from checkpoints c where c.thread_id = w.thread_id
                      and c.checkpoint_ns = w.checkpoint_ns and c.checkpoint_id = w.checkpoint_id);

-- name: drop_stray_blobs
-- Values that no kept checkpoint refers to.
delete from checkpoint_blobs b
 where b.thread_id = %(thread_id)s
   and not exists (select from checkpoints c where c.thread_id = b.thread_id and c.checkpoint_ns = b.checkpoint_ns
                      and c.checkpoint -> 'channel_versions' ->> b.channel = b.version);

-- name: cut_parents
-- What was kept no longer points at what was dropped.
update checkpoints c set parent_checkpoint_id = null
 where c.thread_id = %(thread_id)s and c.parent_checkpoint_id is not null
   and not exists (select from checkpoints p where p.thread_id = c.thread_id
                      and p.checkpoint_ns = c.checkpoint_ns and p.checkpoint_id = c.parent_checkpoint_id);
