-- What is searched: the passages of the versions that readers see, of those the ones that the caller may read, by
-- `readers` and the permissions in the transaction's `app.permissions`, divided by commas. Unset means none: then
-- only what everybody may read. It looks with the rights of who asks, so the shop is bounded by row level security.
create view readable_passage with (security_invoker = true) as
  select p.tenant_id, p.id, p.text, p.embedding, p.words, p.document_id, p.version, p.page, p.heading,
         d.source, v.title, v.category, v.dated, v.kind
    from knowledge_document d
    join knowledge_version v on v.tenant_id = d.tenant_id and v.document_id = d.id and v.version = d.current_version
    join knowledge_passage p on p.tenant_id = v.tenant_id and p.document_id = v.document_id and p.version = v.version
   where cardinality(v.readers) = 0 or v.readers && string_to_array(current_setting('app.permissions', true), ',');
grant select on readable_passage to leadhand_app;

-- Vectors are upserted with the passage's text, and an upsert names no words: they are there since it was cut.
alter table knowledge_passage alter words set default '';
