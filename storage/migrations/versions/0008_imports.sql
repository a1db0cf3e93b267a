-- What imports need beside the rows they write.
select 1;
