-- What the job's run takes at its height, as JSON; null before the first one has planned it.
alter table job add column memory_plan varchar;
