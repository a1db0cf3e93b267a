-- name: log_import
-- An import that is being taken, with the systems that its laid-out rows name.
insert into import_log (id, what, name, sources, files, rows_new, rows_changed, rows_unchanged, rows_missing,
                        rows_removed)
select %(id)s, %(what)s, %(name)s,
       array(select distinct source from import_row where source <> '' order by source limit 20),
       %(files)s, %(new)s, %(changed)s, %(unchanged)s, %(missing)s, %(removed)s;

-- name: forget_old_imports
-- All but the last ones.
delete from import_log where id in (select id from import_log order by at desc, id desc offset %(kept)s);
