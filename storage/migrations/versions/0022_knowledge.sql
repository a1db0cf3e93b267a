-- Knowledge: a shop's documents, their versions and the passages that are searched.

-- Which model made the vectors of the shop's passages; those of two models are never compared. `dimensions` is
-- known with the first vector, and stays empty where words alone are compared (model 'none').
create table knowledge_index (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  model text not null check (model <> ''),
  dimensions int check (dimensions > 0),
  primary key (tenant_id)
);
select protect_tenant_table('knowledge_index');
grant select, insert, update, delete on knowledge_index to leadhand_app;

-- `source` names a document within the shop, like a path; the same source again is a new version of it.
-- Readers see the version `current_version` and no other.
create table knowledge_document (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id uuid not null,
  source text not null check (char_length(source) between 1 and 300),
  current_version int,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, source)
);
select protect_tenant_table('knowledge_document');
grant select, insert, update, delete on knowledge_document to leadhand_app;

-- The file itself is kept until it is cut into passages. `readers`: permissions, of which whoever reads needs one;
-- none: everybody who may read documents.
create table knowledge_version (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  document_id uuid not null,
  version int not null check (version > 0),
  id uuid not null,
  kind text not null check (kind in ('pdf', 'docx', 'html', 'markdown', 'csv', 'text')),
  content_hash text not null check (content_hash <> ''),
  bytes bigint not null check (bytes >= 0),
  content bytea,
  -- What the uploader says, else what the document calls itself, which is known once it is cut.
  title text check (char_length(title) between 1 and 300),
  category text check (char_length(category) between 1 and 100),
  readers text[] not null default '{}',
  dated timestamptz not null,
  state text not null default 'queued' check (state in ('queued', 'embedding', 'ready', 'failed')),
  -- Of the last fault, also while it is tried again.
  code text,
  reason text,
  passages int,
  embedded int not null default 0,
  uploaded_by text not null check (uploaded_by <> ''),
  uploaded_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, document_id, version),
  unique (tenant_id, id),
  foreign key (tenant_id, document_id) references knowledge_document (tenant_id, id) on delete cascade
);
select protect_tenant_table('knowledge_version');
grant select, insert, update, delete on knowledge_version to leadhand_app;

-- What is searched and cited. `words`: the words of title, headings and text, as written and by their English stem.
-- No index on vectors or words: a shop's passages are scanned, so that as many are found as there are.
create table knowledge_passage (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  document_id uuid not null,
  version int not null,
  seq int not null check (seq >= 0),
  id uuid not null,
  page int check (page > 0),
  heading text[] not null default '{}',
  text text not null check (text <> ''),
  words tsvector not null,
  embedding halfvec,
  primary key (tenant_id, document_id, version, seq),
  unique (tenant_id, id),
  foreign key (tenant_id, document_id, version)
    references knowledge_version (tenant_id, document_id, version) on delete cascade
);
select protect_tenant_table('knowledge_passage');
grant select, insert, update, delete on knowledge_passage to leadhand_app;

-- As written, and by their English stems: "changed" finds "change", and "Kühlmittel" finds itself.
create function knowledge_words(text text) returns tsvector language sql immutable parallel safe
  return to_tsvector('simple', text) || to_tsvector('english', text);
