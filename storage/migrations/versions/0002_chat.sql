-- Conversations: rows of one person in one shop.

create table thread (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  id uuid not null,
  chat_id text not null check (chat_id <> ''),  -- the client's name for it
  title text,
  next_seq bigint not null default 1,  -- of its next message; never goes back, so a seq is never used twice
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id, id),
  unique (tenant_id, user_id, chat_id)
);
create index thread_newest on thread (tenant_id, user_id, updated_at desc, id desc);

create table run (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  id uuid not null,
  thread_id uuid not null,
  status text not null default 'running' check (status in ('running', 'finished', 'failed', 'stopped')),
  attempt int not null default 1 check (attempt >= 1),
  owner text not null,
  lease_expires_at timestamptz not null,
  cancel_requested boolean not null default false,
  idempotency_key text,
  user_message_seq bigint,
  assistant_message_id text,
  model text not null,
  -- The principal's rights and the clock as admitted: who takes the run over rebuilds the context from them.
  permissions text[] not null,
  as_of timestamptz not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  error_code text,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  primary key (tenant_id, user_id, id),
  foreign key (tenant_id, user_id, thread_id) references thread on delete cascade,
  constraint run_ends_once check ((status = 'running') = (ended_at is null)),
  constraint run_error_has_code check (status <> 'failed' or error_code is not null)
);
create unique index run_one_running on run (tenant_id, thread_id) where status = 'running';
create unique index run_idempotency on run (tenant_id, user_id, thread_id, idempotency_key) where status <> 'failed';
create index run_thread on run (tenant_id, user_id, thread_id, started_at);

create table message (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  thread_id uuid not null,
  seq bigint not null,
  message_id text not null check (message_id <> ''),
  role text not null check (role in ('system', 'user', 'assistant')),
  parts jsonb not null check (jsonb_typeof(parts) = 'array'),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  run_id uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id, thread_id, seq),
  unique (tenant_id, user_id, thread_id, message_id),
  foreign key (tenant_id, user_id, thread_id) references thread on delete cascade
);

create table tool_result (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  id text not null check (id <> ''),  -- the tool call's id
  thread_id uuid not null,
  run_id uuid not null,
  tool text not null,
  output jsonb not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id, id),
  foreign key (tenant_id, user_id, thread_id) references thread on delete cascade,
  foreign key (tenant_id, user_id, run_id) references run on delete cascade
);
create index tool_result_thread on tool_result (tenant_id, user_id, thread_id);
create index tool_result_run on tool_result (tenant_id, user_id, run_id);

create table thread_summary (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  thread_id uuid not null,
  through_seq bigint not null,
  text text not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id, thread_id),
  foreign key (tenant_id, user_id, thread_id) references thread on delete cascade
);

select protect_person_table(t) from unnest(array['thread', 'run', 'message', 'tool_result', 'thread_summary']::regclass[]) as t;

grant select, insert, update, delete on thread, thread_summary to leadhand_app;
grant select, insert, update on run to leadhand_app;
grant select, insert, delete on message to leadhand_app;
grant select, insert on tool_result to leadhand_app;
