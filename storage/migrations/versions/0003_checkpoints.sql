-- LangGraph's checkpoint tables (langgraph-checkpoint-postgres 3.2.0, migrations 0 to 9), in their own schema,
-- owned by a person in a shop. A test compares them with what that library would create.

create schema langgraph;
grant usage on schema langgraph to leadhand_app;

create table langgraph.checkpoints (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  thread_id text not null,
  checkpoint_ns text not null default '',
  checkpoint_id text not null,
  parent_checkpoint_id text,
  type text,
  checkpoint jsonb not null,
  metadata jsonb not null default '{}',
  primary key (tenant_id, user_id, thread_id, checkpoint_ns, checkpoint_id)
);

create table langgraph.checkpoint_blobs (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  thread_id text not null,
  checkpoint_ns text not null default '',
  channel text not null,
  version text not null,
  type text not null,
  blob bytea,
  primary key (tenant_id, user_id, thread_id, checkpoint_ns, channel, version)
);

create table langgraph.checkpoint_writes (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  thread_id text not null,
  checkpoint_ns text not null default '',
  checkpoint_id text not null,
  task_id text not null,
  idx integer not null,
  channel text not null,
  type text,
  blob bytea not null,
  task_path text not null default '',
  primary key (tenant_id, user_id, thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
);

select protect_person_table(t) from unnest(array[
  'langgraph.checkpoints', 'langgraph.checkpoint_blobs', 'langgraph.checkpoint_writes']::regclass[]) as t;

grant select, insert, update, delete
  on langgraph.checkpoints, langgraph.checkpoint_blobs, langgraph.checkpoint_writes to leadhand_app;
