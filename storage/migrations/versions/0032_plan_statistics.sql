-- Postgres expects no rows of a shop that came after it last counted, and reads those of a plan in loops for
-- seconds, until it counts again by itself: after a minute, and where the shop is a tenth of all, or never. So it
-- counts when a whole shop has been written. Takes no argument, reads samples and touches nothing else.
create function count_plan_rows() returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  analyze public.production_order, public.operation, public.operation_alternative, public.material_requirement,
          public.progress, public.booking, public.booking_segment;
end $$;
revoke all on function count_plan_rows() from public;
grant execute on function count_plan_rows() to leadhand_app;
