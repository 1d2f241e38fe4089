-- The job's best evaluation so far, as JSON; null: it has none.
alter table job add column best_evaluation varchar;
