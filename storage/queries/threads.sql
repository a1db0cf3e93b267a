-- name: get_thread
-- The caller's thread of that chat id.
select id, chat_id, title, titled_by, created_at, updated_at from thread where user_id = %(user_id)s and chat_id = %(chat_id)s;

-- name: get_by_id
-- The caller's thread under its internal id.
select id, chat_id, title, titled_by, created_at, updated_at from thread where id = %(thread_id)s;

-- name: create_or_get_thread
-- The caller's thread of that chat id, made if new; its row is locked until the transaction ends.
insert into thread as t (id, chat_id) values (%(id)s, %(chat_id)s)
on conflict (tenant_id, user_id, chat_id) do update set updated_at = t.updated_at
returning id, chat_id, title, titled_by, created_at, updated_at;

-- name: list_threads
-- A page of the caller's threads, newest first, after the cursor.
select id, chat_id, title, titled_by, created_at, updated_at
  from thread
 where %(before_at)s::timestamptz is null or (updated_at, id) < (%(before_at)s, %(before_id)s)
 order by updated_at desc, id desc
 limit %(limit)s;

-- name: set_title
-- A person names the thread; not a change that moves it up the list.
update thread set title = %(title)s, titled_by = 'person' where chat_id = %(chat_id)s
returning id, chat_id, title, titled_by, created_at, updated_at;

-- name: touch
-- Moves the thread to the top of the list.
update thread set updated_at = greatest(clock_timestamp(), updated_at) where id = %(thread_id)s;

-- name: hold_thread
-- Nobody begins anything in the thread until the transaction ends.
select id from thread where chat_id = %(chat_id)s for update;

-- name: runs_of_thread
-- All of them, for what hangs on a run alone.
select id from run where thread_id = %(thread_id)s;

-- name: delete_thread
-- Removes the thread; messages, runs, results and summary go with it.
delete from thread where id = %(thread_id)s;

-- name: delete_checkpoints
-- Removes the graph's memory of the thread.
with saved as (delete from langgraph.checkpoints where thread_id = %(thread_id)s),
     values_of as (delete from langgraph.checkpoint_blobs where thread_id = %(thread_id)s)
delete from langgraph.checkpoint_writes where thread_id = %(thread_id)s;
